"""What rows are gathered from: files, and whatever else can say what it holds and be read as a file is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from baas.errors import BaasError
from baas.ingest.files import InputFile, sha256
from baas.ingest.reader import FileReport, ReadSettings, read_file
from baas.signals import Signals

#: what archives begin with; the hash of their bytes is not that of their members
_PACKED = (b"PK", b"\x1f\x8b")


class Source(Protocol):
    """Rows of one vehicle-month that do not lie in a file."""

    @property
    def name(self) -> str:
        """As in files.csv."""
        ...

    @property
    def place(self) -> str:
        """What tells the source from all others, whatever it holds at the moment."""
        ...

    @property
    def size(self) -> int:
        """Rows, about."""
        ...

    @property
    def expected_bytes(self) -> int:
        """Bytes that will be read, about."""
        ...

    @property
    def mtime_ns(self) -> int:
        """A number that changes with what the source holds."""
        ...

    @property
    def hint(self) -> tuple[str, str] | None:
        """Device and month ("YYYY-MM") of the rows."""
        ...

    def content(self) -> str:
        """A hash of what the source holds, "" where that is not known before it is read."""
        ...

    def read(self, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
        """SIGNALS chunks and then a report, as `read_file` gives them. Raises BaasError when the run must end."""
        ...


Input = InputFile | Source


def place_of(item: Input) -> str:
    """What tells an input from all others."""
    return str(item.path.resolve()) if isinstance(item, InputFile) else item.place


def bytes_of(item: Input) -> int:
    """Bytes to read, about."""
    return item.size if isinstance(item, InputFile) else item.expected_bytes


def content_of(item: Input) -> str:
    """Hash of what an input holds, "" where only reading tells. Raises BaasError where a file cannot be read."""
    return sha256(item) if isinstance(item, InputFile) else item.content()


def read(item: Input, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
    """SIGNALS chunks and reports of an input."""
    return read_file(item, settings, source_base) if isinstance(item, InputFile) else item.read(settings, source_base)


def content_read(item: Input, reports: Sequence[FileReport]) -> str:
    """Hash of what was read; that of the reading where it is the same. "" for an input worth another try.

    An archive is hashed after it was read, and only as long as it is the file that was found: who could tell otherwise
    whether the hash is that of the rows?
    """
    if any(report.status == "unreadable" for report in reports):
        return ""
    if not isinstance(item, InputFile):
        return item.content() or "".join(report.sha256 for report in reports)
    try:
        with item.path.open("rb") as handle:
            is_packed = handle.read(2) in _PACKED
        if len(reports) == 1 and reports[0].sha256 and not is_packed:
            return reports[0].sha256
        found = sha256(item)
        stat = item.path.stat()
        return found if (stat.st_size, stat.st_mtime_ns) == (item.size, item.mtime_ns) else ""
    except (OSError, BaasError):  # a file that vanished meanwhile is read again next time
        return ""
