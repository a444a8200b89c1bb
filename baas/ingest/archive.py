"""The members of a file: the file itself, or what lies in a zip or gz, however deep. Nothing is written to named files.

Archives are not believed: what they really expand to is counted while it streams, over all depths together.
"""

from __future__ import annotations

import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from baas.ingest.names import ARCHIVE_ENDINGS, TEXT_ENDINGS, is_car_list, is_hidden, is_junk, is_own, last_part
from baas.ingest.report import FileReport

#: archives within archives; chosen: the feed has two, a bomb has many
MOST_DEPTH = 4
#: members of one archive; chosen: more than 100,000 is no export of a fleet
MOST_MEMBERS = 100_000
#: bytes from which the ratio counts; chosen: a small repetitive file may well shrink a thousand times
RATIO_FROM_BYTES = 64_000_000
#: inner archives up to here rest in memory, larger ones in a nameless temporary file (their directory is at the end)
_IN_MEMORY = 32_000_000
_PIECE = 1 << 20

#: what reading a damaged, encrypted or unpermitted member raises
READ_FAULTS = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class ArchiveLimitError(Exception):
    """An archive expands beyond what the settings allow."""


class BrokenOffError(Exception):
    """A member that cannot be read further; the cause says why."""


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, count: int, /) -> bytes:
        """Up to `count` bytes, none at the end."""


@dataclass
class Budget:
    """Bytes one archive may still expand to."""

    limit_bytes: int
    ratio_limit: float
    packed_bytes: int
    spent: int = 0
    is_over: bool = False

    def spend(self, count: int) -> None:
        """Count expanded bytes. Raises ArchiveLimitError beyond the limits."""
        self.spent += count
        too_dense = self.spent > RATIO_FROM_BYTES and self.spent > self.ratio_limit * self.packed_bytes
        if self.spent > self.limit_bytes or too_dense:
            raise ArchiveLimitError


@dataclass(frozen=True)
class Member:
    """Something to read: its name as shown, and where its bytes come from."""

    name: str
    source: Callable[[int], bytes]

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, none at the end. Raises BrokenOffError or ArchiveLimitError."""
        try:
            return self.source(count)
        except READ_FAULTS as fault:
            raise BrokenOffError(self.name) from fault


def _metered(stream: Readable, budget: Budget) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        data = stream.read(count)
        budget.spend(len(data))
        return data

    return read


def unreadable(name: str, fault: BaseException) -> FileReport:
    """The report of a member that cannot be read (further)."""
    if isinstance(fault, PermissionError):
        ko, en = "읽기 권한이 없습니다", "no permission to read it"
    elif isinstance(fault, RuntimeError) and "password" in str(fault).lower():
        ko, en = (
            "암호가 걸려 있습니다: 암호를 풀고 다시 넣으십시오",
            "it is protected by a password: remove the password",
        )
    else:
        ko, en = "파일이 손상되어 읽을 수 없습니다", f"damaged ({type(fault).__name__}): export or copy it again"
    return FileReport(name, "unreadable", ko, en)


def over_limit(name: str) -> FileReport:
    """The report of a member at which an archive passed its limits."""
    return FileReport(
        name,
        "archive_limit",
        "압축을 풀면 허용 크기를 넘습니다: 여기서 읽기를 멈췄습니다 (archive_limit_bytes, archive_ratio_limit)",
        "expands beyond the allowed size: reading stopped here (settings archive_limit_bytes, archive_ratio_limit)",
    )


def _skipped(name: str, ko: str, en: str) -> FileReport:
    return FileReport(name, "skipped", ko, en)


def _shown_name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the UTF-8 flag Korean programs write CP949."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return info.filename


def _kind(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ".zip"
    return ".gz" if head.startswith(b"\x1f\x8b") else ""


@contextmanager
def _rested(stream: IO[bytes], budget: Budget) -> Iterator[IO[bytes]]:
    """An inner archive in a place where its directory can be reached."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as rest:
        while piece := stream.read(_PIECE):
            budget.spend(len(piece))
            rest.write(piece)
        rest.seek(0)
        yield rest


def _inner(name: str, stream: IO[bytes], ending: str, depth: int, budget: Budget) -> Iterator[Member | FileReport]:
    """What a member with this ending holds."""
    if ending not in ARCHIVE_ENDINGS:
        yield Member(name, _metered(stream, budget))
    elif depth >= MOST_DEPTH:
        yield FileReport(
            name,
            "archive_limit",
            f"압축 파일이 {MOST_DEPTH}겹보다 깊이 들어 있어 열지 않았습니다",
            f"archives are nested deeper than {MOST_DEPTH}: not opened",
        )
    elif ending == ".gz":
        yield Member(name, _metered(gzip.GzipFile(fileobj=stream), budget))
    else:
        with _rested(stream, budget) as rest:
            yield from _zip_members(name, rest, depth + 1, budget)


def _zip_members(name: str, handle: IO[bytes], depth: int, budget: Budget) -> Iterator[Member | FileReport]:
    try:
        archive = zipfile.ZipFile(handle)
    except READ_FAULTS as fault:
        yield unreadable(name, fault)
        return
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if all(is_hidden(info.filename) for info in infos):
            yield FileReport(
                name, "empty", "압축 파일 안에 읽을 파일이 없습니다", "an archive with nothing to read in it"
            )
        if len(infos) > MOST_MEMBERS:
            yield over_limit(name)
            return
        locked = [info for info in infos if info.flag_bits & 1]
        if locked:
            yield unreadable(name, RuntimeError("password"))
        for info in infos:
            if not info.flag_bits & 1 and not budget.is_over:
                yield from _zip_member(f"{name}!{_shown_name(info)}", archive, info, depth, budget)


def passed_over(name: str, size: int, *, asked_for: bool = False) -> FileReport | bool | None:
    """Whether a file is worth opening: False for silence, a report to be shown, None to open it.

    A file that was asked for by its own name is opened whatever the name says, Excel workbooks aside.
    """
    if is_hidden(name) or is_car_list(name):
        return False
    if size == 0:
        return FileReport(name, "empty", "빈 파일입니다", "an empty file")
    if is_own(name) and not asked_for:
        return _skipped(name, "이 프로그램의 결과 파일입니다", "named as a result file of this program")
    if is_junk(name) and not asked_for:
        return _skipped(name, "이름으로 보아 로그나 빈 파일입니다", "by its name a log or an empty file")
    ending = Path(last_part(name)).suffix.lower()
    if ending in (".xlsx", ".xls", ".xlsm"):
        return _skipped(name, "엑셀 파일입니다: CSV로 저장해 넣으십시오", "an Excel workbook: save it as CSV")
    if ending not in TEXT_ENDINGS + ARCHIVE_ENDINGS and not asked_for:
        return _skipped(name, "측정 자료 파일이 아닙니다", "not a file of measurements by its name")
    return None


def _zip_member(
    name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int, budget: Budget
) -> Iterator[Member | FileReport]:
    verdict = passed_over(name, info.file_size)
    if verdict is not None:
        if isinstance(verdict, FileReport):
            yield verdict
        return
    try:
        stream = archive.open(info)
    except READ_FAULTS as fault:
        yield unreadable(name, fault)
        return
    with stream:
        yield from _guarded(_inner(name, stream, Path(name).suffix.lower(), depth, budget), name, budget)


def _guarded(found: Iterator[Member | FileReport], name: str, budget: Budget) -> Iterator[Member | FileReport]:
    """Members; a fault while looking for them becomes the last report."""
    try:
        yield from found
    except READ_FAULTS as fault:
        yield unreadable(name, fault)
    except ArchiveLimitError:
        budget.is_over = True
        yield over_limit(name)


def members(path: Path, name: str, size: int, limit_bytes: int, ratio_limit: float) -> Iterator[Member | FileReport]:
    """What is to be read in a file, in the order of the archive, each to be read before the next is asked for."""
    try:
        with path.open("rb") as handle:
            ending = _kind(handle.read(4))
            handle.seek(0)
            if not ending:
                yield Member(name, handle.read)
                return
            budget = Budget(limit_bytes, ratio_limit, max(size, 1))
            if ending == ".gz":
                yield Member(name, _metered(gzip.GzipFile(fileobj=handle), budget))
            else:
                yield from _zip_members(name, handle, 0, budget)
    except READ_FAULTS as fault:
        yield unreadable(name, fault)
