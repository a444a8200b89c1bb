"""One input file -> chunks of SIGNALS and a report per member, in bounded memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from baas.ingest import plain, regular
from baas.ingest.archive import READ_FAULTS, ArchiveLimitError, Member, members, over_limit, unreadable
from baas.ingest.files import InputFile
from baas.ingest.formats import Format
from baas.ingest.layout import Layout, prepared
from baas.ingest.report import MOST_EXAMPLES, FileReport
from baas.ingest.rows import Rows, merged, to_signals
from baas.ingest.shapes import Plans
from baas.ingest.sniff import WINDOW, header_of, layout_of, may_be_header, with_lists, with_name
from baas.ingest.text import Block, Lines
from baas.ingest.times import Clock
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


@dataclass
class _Tally:
    """Counts of one member while it is read."""

    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str]] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)
    formats: dict[str, None] = field(default_factory=dict)

    def meet(self, layout: Layout) -> None:
        self.unknown.update(dict.fromkeys(layout.unknown))
        self.formats.setdefault(layout.format.name)

    def reject(self, line: int, reason: str) -> None:
        self.rejected[reason] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append((line, reason))


@dataclass(frozen=True)
class _Found:
    """What the lines of a block gave. rejected: (line of the block, reason). turn: where another header begins."""

    rows: Rows | None
    rejected: tuple[tuple[int, str], ...]
    turn: tuple[int, Layout] | None = None


class _Member:
    """Reads one member: blocks to rows under the layout of the moment, which a new header may change."""

    def __init__(self, name: str, layout: Layout, settings: ReadSettings) -> None:
        self.name = name
        self.formats = settings.formats
        self.clock = Clock(ZoneInfo(settings.timezone))
        self.plans = Plans(layout)
        self.tally = _Tally()
        self.tally.meet(layout)

    def signals(self, block: Block, source: int) -> Iterator[Signals]:
        """SIGNALS of a block; more than one where another header begins in it."""
        data, first = block.data, block.first
        while data:
            found = self._read(data, block.is_open)
            if found.turn is not None:
                line = found.turn[0]
                cut = _start_of_line(data, line)
                found = self._read(data[:cut], False) if cut else _Found(None, ())
                rest = data[_start_of_line(data, line + 1) :]
                yield from self._counted(found, first, source)
                self._turn(found_layout := self._next_layout(data, line), rest)
                del found_layout
                data, first = rest, first + line + 1
                continue
            yield from self._counted(found, first, source)
            return

    def _next_layout(self, data: bytes, line: int) -> Layout:
        layout = self._header(_line(data, line))
        assert layout is not None
        return layout

    def _turn(self, layout: Layout, rest: bytes) -> None:
        layout = with_lists(layout, rest[:WINDOW].split(b"\n")[:60])
        self.plans = Plans(layout)
        self.tally.meet(layout)

    def _counted(self, found: _Found, first: int, source: int) -> Iterator[Signals]:
        for line, reason in found.rejected:
            self.tally.reject(first + line + 1, reason)
        if found.rows is not None and len(found.rows):
            self.tally.rows += len(found.rows)
            self.tally.bad.update(found.rows.bad)
            yield to_signals(found.rows, self.plans.layout, source)

    def _header(self, line: bytes) -> Layout | None:
        """The layout of a line that is a header in its own right."""
        layout = header_of(line, self.formats) if may_be_header(line) else None
        return with_name(layout, self.name) if layout else None

    def _read(self, data: bytes, is_open: bool) -> _Found:
        layout = self.plans.layout
        ready = prepared(data, layout)
        parts, left = regular.read(ready, self.plans, self.clock)
        rejected: list[tuple[int, str]] = []
        single: list[tuple[int, plain.Row]] = []
        lines, raw = (ready.split(b"\n"), data.split(b"\n")) if len(left) else ([], [])
        for no in left.tolist():
            found = plain.read_line(lines[no], layout, self.clock.zone)
            if isinstance(found, plain.Row):
                single.append((no, found))
            elif found != "line_too_long" and plain.is_structure(lines[no]):
                continue
            elif found != "line_too_long" and (other := self._header(raw[no])):
                if other.header != layout.header or other.delimiter != layout.delimiter:
                    return _Found(None, (), (no, other))
            else:
                cut_off = is_open and no == len(lines) - 2 and found in ("too_few_fields", "unclosed_quote")
                rejected.append((no, "truncated" if cut_off else found))
        if single:
            parts = [*parts, plain.stacked(single, layout)]
        return _Found(merged(parts) if parts else None, tuple(rejected))


def _start_of_line(data: bytes, line: int) -> int:
    start = 0
    for _ in range(line):
        start = data.index(b"\n", start) + 1
    return start


def _line(data: bytes, line: int) -> bytes:
    start = _start_of_line(data, line)
    return data[start : data.index(b"\n", start)]


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


_NOT_READ = {
    "empty": ("empty", "내용이 없습니다", "nothing in it"),
    "foreign": ("foreign", "아는 형식의 열이 없습니다", "no columns of a known format (device, time, measurements)"),
    "no_device": (
        "foreign",
        "단말 번호가 열에도 파일 이름에도 없습니다",
        "no device number in its columns or in its name",
    ),
    "table": ("table", "시각이 없는 차량별 값입니다", "values per vehicle without time"),
}


def _without_first_lines(block: Block, count: int) -> Block:
    """The block without the lines that lie before line `count` of the member."""
    drop = min(max(count - block.first, 0), block.data.count(b"\n"))
    return Block(block.data[_start_of_line(block.data, drop) :], block.first + drop, block.is_open)


def _said(tally: _Tally) -> tuple[str, str]:
    """What there is to say about a member that was read, Korean and English."""
    ko, en = [], []
    if tally.rejected:
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(tally.rejected.items()))
        ko.append(f"버린 행: {reasons}")
        en.append(f"rows rejected: {reasons}")
    if tally.bad:
        columns = ", ".join(f"{name} {count}" for name, count in sorted(tally.bad.items()))
        ko.append(f"숫자가 아니어서 비운 값: {columns}")
        en.append(f"values that are no numbers, left empty: {columns}")
    if tally.unknown:
        names = ", ".join(tally.unknown)
        ko.append(f"모르는 열: {names}")
        en.append(f"unknown columns: {names}")
    return "; ".join(ko), "; ".join(en)


def _report(name: str, tally: _Tally, lines: Lines, digest: str) -> FileReport:
    ko, en = _said(tally)
    count = tally.rows + sum(tally.rejected.values())
    return FileReport(
        file=name,
        status="read" if count else "empty",
        message_ko=ko if count else "머리글만 있고 행이 없습니다",
        message_en=en if count else "a header without rows",
        sha256=digest,
        format="+".join(tally.formats),
        encoding=lines.encoding,
        rows_read=count,
        rejected=dict(tally.rejected),
        unknown_columns=tuple(tally.unknown),
        examples=tuple(tally.examples),
    )


def _stopped(fault: BaseException, report: FileReport) -> FileReport:
    """The report of a member whose reading broke off; rows before that stay."""
    broken = over_limit(report.file) if isinstance(fault, ArchiveLimitError) else unreadable(report.file, fault)
    so_far = f" ({report.rows_read:,})" if report.rows_read else ""
    return replace(
        report,
        status=broken.status,
        message_ko=broken.message_ko + (f"; 그 앞의 행은 읽었습니다{so_far}" if so_far else ""),
        message_en=broken.message_en + (f"; rows before that are kept{so_far}" if so_far else ""),
        sha256="",
    )


def _read_member(member: Member, settings: ReadSettings, source: int) -> Iterator[Signals | FileReport]:
    hashed = _Hashed(member)
    lines = Lines(hashed.read, settings.block_bytes)
    tally = _Tally()
    try:
        blocks = iter(lines)
        head, window = _head(blocks)
        told = layout_of(window, member.name, settings.formats)
        if isinstance(told, str):
            hashed.drain()
            status, ko, en = _NOT_READ[told]
            yield FileReport(member.name, status, ko, en, hashed.digest.hexdigest(), encoding=lines.encoding)  # type: ignore[arg-type]
            return
        layout, skip = told
        reading = _Member(member.name, layout, settings)
        tally = reading.tally
        waiting, size = [], 0
        for block in _all(head, blocks):
            waiting += reading.signals(_without_first_lines(block, skip), source)
            size += len(block.data)
            if size >= settings.chunk_bytes or (waiting and waiting[-1].kind != waiting[0].kind):
                yield from _chunks(waiting)
                waiting, size = [], 0
        yield from _chunks(waiting)
    except (ArchiveLimitError, *READ_FAULTS) as fault:
        yield from _chunks(waiting)
        yield _stopped(fault, _report(member.name, tally, lines, ""))
        if isinstance(fault, ArchiveLimitError):
            raise
        return
    yield _report(member.name, tally, lines, hashed.digest.hexdigest())


def _all(head: list[Block], rest: Iterator[Block]) -> Iterator[Block]:
    while head:
        yield head.pop(0)
    yield from rest


def _chunks(waiting: list[Signals]) -> Iterator[Signals]:
    for kind in dict.fromkeys(part.kind for part in waiting):
        yield concatenate([part for part in waiting if part.kind == kind])


def read_file(file: InputFile, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
    """SIGNALS chunks of a file and, after each member, its report.

    `Signals.source` is `source_base` plus the place of the member's report among the reports of this file.
    """
    reports = 0
    try:
        found = members(file.path, file.name, file.size, settings.archive_limit_bytes, settings.archive_ratio_limit)
        for member in found:
            if isinstance(member, FileReport):
                reports += 1
                yield member
                continue
            for item in _read_member(member, settings, source_base + reports):
                reports += isinstance(item, FileReport)
                yield item
    except ArchiveLimitError:
        return
