"""Windows that were read but are not yet part of a finished month: kept on disk so that nothing is read twice."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from baas.errors import BaasError

_PACKED = ".gz"
_DIGEST_BYTES = hashlib.sha256().digest_size


class Spool:
    """A folder of one vehicle-month; each file holds a hash and the rows of one window as the server said them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> tuple[bytes, bytes] | None:
        """The rows kept under a name and their hash; None where there are none, or not as they were kept."""
        for path, opened in ((self._folder / name, None), (self._folder / (name + _PACKED), gzip.decompress)):
            with suppress(OSError, EOFError, zlib.error):
                data = path.read_bytes()
                data = opened(data) if opened else data
                digest, rows = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
                if hashlib.sha256(rows).digest() == digest:  # a power cut may leave a file short under its last name
                    return rows, digest
        return None

    def put(self, name: str, blocks: Sequence[bytes], digest: bytes) -> None:
        """Keep rows and their hash under a name; a reader sees all of them or none."""
        self._write(name, [digest, *blocks])

    def _write(self, name: str, blocks: Sequence[bytes]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = self._folder / (name + ".part")
            with aside.open("wb") as file:
                file.writelines(blocks)
            aside.replace(self._folder / name)
        except OSError as fault:
            raise BaasError(
                f"cannot write to {self._folder} ({fault.strerror}), where rows already read are set aside; make room,"
                " or give another folder with --output",
                f"{self._folder}에 쓸 수 없습니다({fault.strerror}). 읽은 행을 잠시 두는 곳입니다. 자리를 비우거나"
                " --output으로 다른 폴더를 지정하십시오",
            ) from fault

    def pack(self) -> None:
        """Compress what stays."""
        for path in sorted(self._folder.glob("*.csv")) if self._folder.is_dir() else []:
            data = gzip.compress(path.read_bytes(), compresslevel=1, mtime=0)
            self._write(path.name + _PACKED, [data])
            path.unlink()

    def only(self, names: frozenset[str]) -> None:
        """Drop everything else."""
        for path in self._folder.iterdir() if self._folder.is_dir() else []:
            if path.name.removesuffix(_PACKED) not in names:
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Drop everything."""
        shutil.rmtree(self._folder, ignore_errors=True)


def of_server(folder: Path, address: str) -> Path:
    """Where rows of one server lie."""
    return folder / short(address)


def short(text: str) -> str:
    """A name for a file that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
