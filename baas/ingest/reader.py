"""One input file -> chunks of SIGNALS and a report per member, in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from baas.ingest.archive import ArchiveLimitError, BrokenOffError, Member, members
from baas.ingest.files import InputFile
from baas.ingest.formats import Format
from baas.ingest.member import MemberReader, Tally, report, stopped
from baas.ingest.report import FileReport, Status
from baas.ingest.sniff import WINDOW, layout_of
from baas.ingest.text import Block, Lines
from baas.signals import Signals, concatenate

__all__ = ["FileReport", "ReadSettings", "read_file"]

#: bytes read at a time and bytes behind one chunk of SIGNALS; measured: smaller blocks cost calls, larger ones cache
BLOCK_BYTES, CHUNK_BYTES = 1 << 20, 16 << 20


@dataclass(frozen=True)
class ReadSettings:
    """What reading depends on: the zone of naive times, the limits of archives, the declared formats."""

    timezone: str
    archive_limit_bytes: int
    archive_ratio_limit: float
    formats: tuple[Format, ...]
    block_bytes: int = BLOCK_BYTES
    chunk_bytes: int = CHUNK_BYTES


class _Hashed:
    """A stream that is hashed while it is read."""

    def __init__(self, member: Member) -> None:
        self._read = member.read
        self.digest = hashlib.sha256()

    def read(self, count: int) -> bytes:
        data = self._read(count)
        self.digest.update(data)
        return data

    def drain(self) -> None:
        while self.read(BLOCK_BYTES):
            pass


def _head(blocks: Iterator[Block]) -> tuple[list[Block], bytes]:
    """The first blocks and the window that tells what the member is, the same whatever the block size."""
    taken: list[Block] = []
    size = 0
    for block in blocks:
        taken.append(block)
        size += len(block.data)
        if size > WINDOW:
            break
    whole = b"".join(block.data for block in taken)
    if len(whole) > WINDOW:
        whole = whole[: whole.rfind(b"\n", 0, WINDOW) + 1] or whole[:WINDOW]
    return taken, whole


_INSTEAD: Mapping[str, tuple[Status, str, str]] = {
    "empty": ("empty", "내용이 없습니다", "nothing in it"),
    "foreign": (
        "foreign",
        "아는 형식의 열(단말, 시각, 측정값)이 없습니다",
        "no columns of a known format (device, time, measurements)",
    ),
    "no_device": (
        "foreign",
        "단말 번호가 열에도 파일 이름에도 없습니다",
        "no device number in its columns or in its name",
    ),
    "table": ("table", "시각이 없는 차량별 값입니다", "values per vehicle without time"),
}


def _read_member(member: Member, settings: ReadSettings, source: int) -> Iterator[Signals | FileReport]:
    """SIGNALS chunks of a member, then its report. Whatever breaks the reading off, rows read before stay."""
    hashed = _Hashed(member)
    lines = Lines(hashed.read, settings.block_bytes)
    reading: MemberReader | None = None
    waiting: list[Signals] = []
    try:
        blocks = iter(lines)
        head, window = _head(blocks)
        told = layout_of(window, member.name, settings.formats)
        if isinstance(told, str):
            hashed.drain()
            yield FileReport(member.name, *_INSTEAD[told], hashed.digest.hexdigest(), encoding=lines.encoding)
            return
        reading = MemberReader(member.name, *told, settings.formats, ZoneInfo(settings.timezone))
        size = 0
        for block in chain(head, blocks):
            waiting += reading.signals(block, source)
            size += len(block.data)
            if size >= settings.chunk_bytes:
                yield from _chunks(waiting)
                waiting, size = [], 0
    except (ArchiveLimitError, BrokenOffError) as fault:
        yield from _chunks(waiting)
        yield stopped(fault, report(member.name, reading.tally if reading else Tally(), lines, ""))
        return
    yield from _chunks(waiting)
    yield report(member.name, reading.tally, lines, hashed.digest.hexdigest())


def _chunks(waiting: list[Signals]) -> Iterator[Signals]:
    for kind in dict.fromkeys(part.kind for part in waiting):
        yield concatenate([part for part in waiting if part.kind == kind])


def read_file(file: InputFile, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
    """SIGNALS chunks of a file and, after each member, its report.

    `Signals.source` is `source_base` plus the place of the member's report among the reports of this file.
    """
    reports = 0
    for member in members(file.path, file.name, file.size, settings.archive_limit_bytes, settings.archive_ratio_limit):
        found = (
            iter((member,)) if isinstance(member, FileReport) else _read_member(member, settings, source_base + reports)
        )
        for item in found:
            yield item
            if isinstance(item, FileReport):
                reports += 1
                if item.status == "archive_limit" and not isinstance(member, FileReport):
                    return
