"""One member, block by block: rows under the layout of the moment, every line counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import numpy as np

from baas.ingest import plain, regular
from baas.ingest.archive import ArchiveLimitError, over_limit, unreadable
from baas.ingest.clock import Clock
from baas.ingest.formats import Format
from baas.ingest.layout import Layout, prepared
from baas.ingest.report import MOST_DEVICES, MOST_EXAMPLES, MOST_LETTERS, FileReport
from baas.ingest.rows import Rows, merged, to_signals
from baas.ingest.shapes import Plans
from baas.ingest.sniff import header_of, may_be_header, with_lists, with_name
from baas.ingest.text import Block, Lines
from baas.signals import Signals


@dataclass
class Tally:
    """Counts of one member while it is read."""

    rows: int = 0
    rows_of: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    rejected_of: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str]] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)
    formats: dict[str, None] = field(default_factory=dict)

    def meet(self, layout: Layout) -> None:
        """Note what a layout is called and which columns it does not know."""
        self.unknown.update(dict.fromkeys(layout.unknown))
        self.formats.setdefault(layout.format.name)

    def add(self, rows: Rows) -> None:
        """Count rows."""
        self.rows += len(rows)
        self.bad.update(rows.bad)
        counts = np.bincount(rows.device, minlength=len(rows.devices))
        self.rows_of.update({device: int(count) for device, count in zip(rows.devices, counts, strict=True) if count})

    def reject(self, line: int, refusal: plain.Refusal) -> None:
        """Count a line (of the member, from 1) that gives no row."""
        self.rejected[refusal.reason] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append((line, refusal.reason))
        device, known = refusal.device, self.rejected_of
        if device in known or (device and len(device) <= MOST_LETTERS and len(known) < MOST_DEVICES):
            self.rejected_of[device] += 1
            self.rows_of[device] += 1


@dataclass(frozen=True)
class _Found:
    """What the lines of a block gave. rejected: lines of the block, and why. turn: where another header begins."""

    rows: Rows | None
    rejected: tuple[tuple[int, plain.Refusal], ...]
    lines: int
    turn: tuple[int, Layout] | None = None


class MemberReader:
    """Reads one member: blocks to rows under the layout of the moment, which a new header may change."""

    def __init__(self, name: str, layout: Layout, skip: int, formats: tuple[Format, ...], zone: ZoneInfo) -> None:
        self.name = name
        self.formats = formats
        self.clock = Clock(zone)
        self.tally = Tally()
        self.turn(layout)
        self._line = 0
        self._skip = skip

    def signals(self, block: Block, source: int) -> Iterator[Signals]:
        """SIGNALS of a block; more than one where another header begins in it."""
        data = self._without_preamble(block.data)
        while data:
            if not self._knows_lists:
                self._learn_lists(data)
            found = self._read(data, block.is_open)
            if found.turn is None:
                yield from self._counted(found, source)
                return
            no, layout = found.turn
            if no:
                yield from self._counted(self._read(data[: _start_of_line(data, no)], is_open=False), source)
            data = data[_start_of_line(data, no + 1) :]
            self._line += 1
            self.turn(layout)

    def _without_preamble(self, data: bytes) -> bytes:
        """The block without what lies before the data."""
        while self._skip and data:
            data = data[data.index(b"\n") + 1 :]
            self._skip -= 1
            self._line += 1
        return data

    def turn(self, layout: Layout) -> None:
        """From here on lines are of this layout."""
        self.plans = Plans(layout)
        self._knows_lists = False
        self.tally.meet(layout)

    def _learn_lists(self, data: bytes) -> None:
        """See from the first data line how lists are written."""
        layout = with_lists(self.plans.layout, data[:-1].split(b"\n"))
        if layout is not None:
            self.plans = Plans(layout)
            self._knows_lists = True

    def _counted(self, found: _Found, source: int) -> Iterator[Signals]:
        for line, refusal in found.rejected:
            self.tally.reject(self._line + line + 1, refusal)
        self._line += found.lines
        if found.rows is not None and len(found.rows):
            self.tally.add(found.rows)
            yield to_signals(found.rows, self.plans.layout, source)

    def _header(self, line: bytes) -> Layout | None:
        """The layout of a line that is a header in its own right."""
        layout = header_of(line, self.formats) if may_be_header(line) else None
        return with_name(layout, self.name) if layout else None

    def _read(self, data: bytes, is_open: bool) -> _Found:
        """Rows and rejected lines up to the end or to another header."""
        layout = self.plans.layout
        ready = prepared(data, layout)
        parts, left, count = regular.read(ready, self.plans, self.clock)
        rejected: list[tuple[int, plain.Refusal]] = []
        single: list[tuple[int, plain.Row]] = []
        lines, raw = (ready.split(b"\n"), data.split(b"\n")) if len(left) else ([], [])
        for no in left.tolist():
            found = plain.read_line(lines[no], layout, self.clock.zone)
            if isinstance(found, plain.Row):
                single.append((no, found))
            elif found.reason == "line_too_long":
                rejected.append((no, found))
            elif plain.is_structure(lines[no]):
                continue
            elif other := self._header(raw[no]):
                if other.header != layout.header or other.delimiter != layout.delimiter:
                    return _Found(None, (), count, (no, other))
            else:
                cut_off = is_open and no == count - 1 and found.reason in _CUT_OFF
                rejected.append((no, replace(found, reason="truncated") if cut_off else found))
        if single:
            parts = [*parts, plain.stacked(single, layout)]
        return _Found(merged(parts) if parts else None, tuple(rejected), count)


#: what the last line of a file that breaks off in the middle of it looks like
_CUT_OFF = ("too_few_fields", "unclosed_quote")


def _start_of_line(data: bytes, line: int) -> int:
    start = 0
    for _ in range(line):
        start = data.index(b"\n", start) + 1
    return start


def _said(tally: Tally) -> tuple[str, str]:
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


def report(name: str, tally: Tally, lines: Lines, digest: str) -> FileReport:
    """The report of a member read to its end."""
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
        rows_of=dict(tally.rows_of),
        rejected_of=dict(tally.rejected_of),
    )


def stopped(fault: BaseException, report: FileReport) -> FileReport:
    """The report of a member whose reading broke off; rows before that stay."""
    limit = isinstance(fault, ArchiveLimitError)
    broken = over_limit(report.file) if limit else unreadable(report.file, fault.__cause__ or fault)
    so_far = f" ({report.rows_read:,})" if report.rows_read else ""
    return replace(
        report,
        status=broken.status,
        message_ko=broken.message_ko + (f"; 그 앞의 행은 읽었습니다{so_far}" if so_far else ""),
        message_en=broken.message_en + (f"; rows before that are kept{so_far}" if so_far else ""),
        sha256="",
    )
