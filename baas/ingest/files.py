"""Input folders -> the files worth reading, in a fixed order."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baas.errors import BaasError
from baas.ingest.archive import passed_over
from baas.ingest.names import hint
from baas.ingest.report import FileReport
from baas.simulated import is_truth

_PIECE = 1 << 20


@dataclass(frozen=True)
class InputFile:
    """A file on disk (an archive is one file). name: relative to the input folder, parted by "/".

    hint: (device digits, "YYYY-MM") when the name or its folders tell both; the rows may say otherwise.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int
    hint: tuple[str, str] | None


def _may_hold_feed(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name == "__MACOSX":
        return False
    try:
        return not is_truth(folder)
    except OSError:  # listing it will tell
        return True


def _walk(folder: Path) -> Iterator[Path | FileReport]:
    """All files below a folder, and a report on each folder below it that cannot be listed."""
    faults: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=faults.append):
        folders[:] = sorted(name for name in folders if _may_hold_feed(Path(parent) / name))
        for name in sorted(names):
            yield Path(parent) / name
    for fault in faults:
        if Path(fault.filename) == folder:
            raise BaasError(
                f"cannot list the folder {folder}: {fault.strerror}; check its permissions",
                f"폴더 {folder}을(를) 열 수 없습니다({fault.strerror}). 권한을 확인하십시오",
            ) from fault
        yield FileReport(
            Path(fault.filename).relative_to(folder).as_posix(),
            "unreadable",
            f"폴더를 열 수 없어({fault.strerror}) 그 안의 파일을 읽지 못했습니다: 권한을 확인하십시오",
            f"a folder that cannot be listed ({fault.strerror}), nothing in it was read: check its permissions",
        )


def _found(path: Path) -> Iterator[tuple[Path, str] | FileReport]:
    """Files of one input with the names they are shown by, and reports on folders that cannot be listed."""
    try:
        is_folder = path.is_dir()
        if not is_folder and not path.exists():
            raise BaasError(
                f"no such file or folder: {path}; name one with --input",
                f"{path}: 파일이나 폴더가 없습니다. --input으로 주십시오",
            )
    except OSError as fault:
        raise BaasError(
            f"cannot look into {path}: {fault.strerror}; check its permissions",
            f"{path}을(를) 볼 수 없습니다({fault.strerror}). 권한을 확인하십시오",
        ) from fault
    if not is_folder:
        yield path, path.name
        return
    for item in _walk(path):
        yield item if isinstance(item, FileReport) else (item, item.relative_to(path).as_posix())


def _judged(path: Path, name: str, *, asked_for: bool) -> InputFile | FileReport | None:
    try:
        stat = path.stat()
        verdict = passed_over(name, stat.st_size, asked_for=asked_for)
        if verdict is not None:
            return verdict if isinstance(verdict, FileReport) else None
        if not path.is_file():
            return None
        with path.open("rb"):
            pass
    except OSError as fault:
        ko, en = "읽을 수 없습니다: 권한을 확인하십시오", f"cannot be read ({fault.strerror}): check its permissions"
        return FileReport(name, "unreadable", ko, en)
    return InputFile(path, name, stat.st_size, stat.st_mtime_ns, hint(name))


def find_files(inputs: Sequence[Path]) -> tuple[list[InputFile], list[FileReport]]:
    """Files to read below the inputs, sorted by name, and reports on files that will not be read.

    A file named twice counts once. Hidden files and lists of car types are passed over in silence.
    """
    files: dict[Path, InputFile] = {}
    reports: list[FileReport] = []
    for given in inputs:
        for found in _found(given):
            item = found if isinstance(found, FileReport) else _judged(*found, asked_for=found[0] == given)
            if isinstance(item, InputFile):
                files.setdefault(item.path.resolve(), item)
            elif item is not None:
                reports.append(item)
    named = _told_apart(list(files.values()))
    return sorted(named, key=lambda file: (file.name, str(file.path))), sorted(reports, key=lambda report: report.file)


def _told_apart(files: list[InputFile]) -> list[InputFile]:
    """Files of two inputs that would be shown by one name are shown by their whole path."""
    count = Counter(file.name for file in files)
    return [replace(file, name=file.path.as_posix()) if count[file.name] > 1 else file for file in files]


def sha256(file: InputFile) -> str:
    """Hash of the bytes on disk, hexadecimal. Raises BaasError where the file cannot be read."""
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as handle:
            while piece := handle.read(_PIECE):
                digest.update(piece)
    except OSError as fault:
        raise BaasError(
            f"cannot read {file.path}: {fault.strerror}; check the file",
            f"{file.path}을(를) 읽을 수 없습니다({fault.strerror}). 파일을 확인하십시오",
        ) from fault
    return digest.hexdigest()
