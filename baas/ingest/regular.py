"""Regular lines, many at once: marks are found in the bytes, lines of one shape become matrices of field borders.

A line that is odd in any way (unknown shape, no device, no time, a list item that is no number) is left to `plain`,
which defines what every line means; this file only reads the same faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from baas.ingest.formats import Series
from baas.ingest.layout import Layout, Matrix
from baas.ingest.numbers import FRONT, Doubles, Index, Text, decimals, number
from baas.ingest.rows import Rows, clean_text, millivolts, scaled
from baas.ingest.shapes import NEWLINE, Field, Items, Plan, Plans
from baas.ingest.times import Clock, times_ms
from baas.signals import MISSING_MV

#: longest line that is looked at; chosen: forty times a line with 192 cells, and the limit of Python's csv module
MOST_LINE = 131_000
#: fields worked on at a time; chosen by measurement: what one step touches stays in the second-level cache
_AT_A_TIME = 8192
#: shapes tried per number of marks in one block, fewest lines worth a new plan; chosen: beyond, plain is as fast
_MOST_SHAPES, _FEWEST_LINES = 16, 3
_SPACE = ord(" ")
_SAMPLE = 65_536


@dataclass(frozen=True)
class Marks:
    """Places of line ends, delimiters, quotes and list marks in a block. ends: the marks that are line ends."""

    place: Index
    kind: NDArray[np.uint8]
    ends: NDArray[np.intp]

    @classmethod
    def of(cls, text: Text, special: bytes) -> Marks:
        """All marks from the front line end to the last one."""
        octets = text.octets[FRONT - 1 :]
        found = octets == NEWLINE
        for octet in set(special):
            if bytes((octet,)) in text.raw:
                found |= octets == octet
        place = np.flatnonzero(found) + (FRONT - 1)
        kind = text.octets[place]
        return cls(place, kind, np.flatnonzero(kind == NEWLINE))

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.ends) - 1

    def of_lines(self, lines: NDArray[np.intp], count: int) -> tuple[Index, NDArray[np.uint8]]:
        """Places [n, count + 1] (the line end before first) and kinds [n, count] of lines with `count` marks each."""
        if lines[-1] - lines[0] + 1 == len(lines):
            first = self.ends[lines[0]]
            place = as_strided(self.place[first:], (len(lines), count + 1), (8 * count, 8), writeable=False)
            return place, self.kind[first + 1 : first + 1 + count * len(lines)].reshape(-1, count)
        index = self.ends[lines][:, None] + np.arange(count + 1)
        return self.place[index], self.kind[index[:, 1:]]


def special_bytes(layout: Layout) -> bytes:
    """The bytes that shape the lines of a layout."""
    lists = layout.cells.list_field is not None or layout.modules.list_field is not None
    return (layout.delimiter + '"' + (layout.list_mark if lists else "")).encode()


def _is_padded(data: bytes, layout: Layout) -> bool:
    """Whether blanks stand beside delimiters or list marks in the first lines. Only speed hangs on it."""
    data = data[:_SAMPLE]
    marks = {layout.delimiter.encode(), *([layout.list_mark.encode()] if layout.list_mark != " " else [])}
    return any(pair in data for mark in marks for pair in (mark + b" ", b" " + mark)) or b" \n" in data


def _stripped(text: Text, start: Index, end: Index) -> tuple[Index, Index]:
    """Field borders without the blanks at both ends."""
    start, end = start.copy(), end.copy()
    todo = np.flatnonzero((text.octets[start] == _SPACE) & (start < end))
    while len(todo):
        start[todo] += 1
        todo = todo[(text.octets[start[todo]] == _SPACE) & (start[todo] < end[todo])]
    todo = np.flatnonzero((text.octets[end - 1] == _SPACE) & (start < end))
    while len(todo):
        end[todo] -= 1
        todo = todo[(text.octets[end[todo] - 1] == _SPACE) & (start[todo] < end[todo])]
    return start, end


def _borders(place: Index, items: Items) -> Iterator[tuple[slice, Index, Index]]:
    """Borders of the items of some rows at a time, flat."""
    width = len(items.start)
    step = max(1, _AT_A_TIME // max(width, 1))
    ordered = width > 0 and bool((np.diff(items.start) == 1).all() and (items.end == items.start + 1).all())
    for first in range(0, len(place), step):
        rows = slice(first, min(first + step, len(place)))
        if ordered:
            start, end = (place[rows, edge : edge + width] for edge in (items.start[0], items.end[0]))
        else:
            start, end = place[rows].take(items.start, axis=1), place[rows].take(items.end, axis=1)
        yield rows, (start + 1).ravel(), end.ravel()


@dataclass(frozen=True)
class _Group:
    """Lines of one shape: what every reading step needs."""

    text: Text
    place: Index
    plan: Plan
    layout: Layout
    padded: bool

    def borders(self, field: int) -> tuple[Index, Index]:
        found: Field = self.plan.fields[field]
        return self.place[:, found.start] + 1, self.place[:, found.end]

    def take(self, rows: NDArray[np.bool_]) -> _Group:
        return _Group(self.text, self.place[rows], self.plan, self.layout, self.padded)

    def _read(self, items: Items) -> Iterator[tuple[slice, Doubles, NDArray[np.intp]]]:
        """Numbers [rows, items] of some rows at a time, and the flat places of those that say no number."""
        for rows, first, last in _borders(self.place, items):
            start, end = _stripped(self.text, first, last) if self.padded else (first, last)
            values, odd = decimals(self.text, start, end)
            wrong = np.flatnonzero(start == end).tolist() if items.blanks else []
            for no in np.flatnonzero(odd):
                value = number(self.text.raw[start[no] : end[no]], self.layout.delimiter != ",")
                values[no] = np.nan if value is None else value
                if value is None:
                    wrong.append(no)
            yield rows, values.reshape(rows.stop - rows.start, -1), np.array(wrong, dtype=np.intp)

    def numbers(self) -> tuple[Doubles, Counter[str]]:
        items, wanted = self.plan.numbers, self.layout.numbers
        found = np.empty((len(self.place), len(wanted)))
        bad: Counter[str] = Counter()
        if not wanted:
            return found, bad
        for rows, values, wrong in self._read(items):
            found[rows] = values
            bad.update(wanted[no].source.name for no in wrong % len(wanted))
        for no, item in enumerate(wanted):
            found[:, no] = scaled(found[:, no], item.source)
        return found, bad

    def _filled(self, items: Items) -> Items:
        """Without the run of single fields at the end that is empty in every row (unused cells are)."""
        if items.is_list or not len(items.start):
            return items
        start, end = self.place[0].take(items.start), self.place[0].take(items.end)
        filled = np.flatnonzero(end - start > 1)
        last = int(filled[-1]) + 1 if len(filled) else 0
        rest = slice(last, None)
        empty = self.place.take(items.end[rest], axis=1) - self.place.take(items.start[rest], axis=1) == 1
        if not empty.all():
            return items
        return Items(items.start[:last], items.end[:last], items.places[:last])

    def matrix(self, items: Items, matrix: Matrix, name: str) -> tuple[NDArray, NDArray[np.bool_], Counter[str]]:
        """Cells or modules [n, width], rows whose list only the plain reader can read, and fields without a number."""
        items = self._filled(items)
        width = int(items.places.max()) + 1 if len(items.places) else 0
        cells = name == "cell_v"
        found: NDArray = np.full((len(self.place), width), *((MISSING_MV, np.int16) if cells else (np.nan, np.float32)))
        odd, bad = np.zeros(len(self.place), dtype=bool), Counter[str]()
        inorder = width == len(items.places)
        for rows, values, wrong in self._read(items) if width else ():
            block, lost = _converted(values, matrix.series, cells)
            found[rows, slice(None) if inorder else items.places] = block
            wrong = np.concatenate([wrong, lost])
            if items.is_list:
                odd[rows.start + wrong // values.shape[1]] = True
            else:
                bad[name] += len(wrong)
        return found, odd, +bad


def _converted(values: Doubles, series: Series, cells: bool) -> tuple[NDArray, NDArray[np.intp]]:
    """Values as sent to what a matrix holds, and the flat places of those too large for it."""
    values = scaled(values, series)
    return millivolts(values) if cells else (values.astype(np.float32), np.empty(0, dtype=np.intp))


def _spelled(text: Text, start: Index, end: Index) -> tuple[list[bytes], NDArray[np.intp]]:
    """The distinct spellings of short text fields and which each row has."""
    length = end - start
    codes = np.zeros(len(start), dtype=np.intp)
    first = text.raw[start[0] : end[0]]
    if (length == len(first)).all():
        octets = text.octets[start[:, None] + np.arange(len(first))]
        if (octets == octets[0]).all():
            return [first], codes
    sent = [text.raw[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
    names = {name: no for no, name in enumerate(dict.fromkeys(sent))}
    codes[:] = [names[name] for name in sent]
    return list(names), codes


def _devices(group: _Group) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.bool_]]:
    """Device numbers, the one of each row, and rows that have one."""
    n = len(group.place)
    if group.layout.device is None:
        return (group.layout.device_text,), np.zeros(n, dtype=np.int32), np.ones(n, dtype=bool)
    sent, codes = _spelled(group.text, *group.borders(group.layout.device))
    clean = [clean_text(item) for item in sent]
    devices = tuple(sorted({name for name in clean if name}))
    place = {name: no for no, name in enumerate(devices)}
    table = np.array([place[name] if name else -1 for name in clean], dtype=np.int32)
    return devices, table[codes], table[codes] >= 0


def _car_types(group: _Group, devices: tuple[str, ...], device: NDArray[np.int32]) -> dict[str, str]:
    """Device -> car type told first."""
    if group.layout.car_type is None:
        return {}
    sent, codes = _spelled(group.text, *group.borders(group.layout.car_type))
    told: dict[str, str] = {}
    pairs, first = np.unique(np.stack([device, codes]), axis=1, return_index=True)
    for no in np.argsort(first, kind="stable"):
        name = clean_text(sent[pairs[1, no]])
        if name:
            told.setdefault(devices[pairs[0, no]], name)
    return told


def _message_times(group: _Group, clock: Clock) -> Doubles:
    """Times of reception, UTC epoch ms, NaN where there is none."""
    if group.layout.msg_time is None:
        return np.full(len(group.place), np.nan)
    ms, good = times_ms(group.text, *group.borders(group.layout.msg_time), "YMD", clock)
    return np.where(good, ms.astype(np.float64), np.nan)


def _read_group(group: _Group, lines: NDArray[np.intp], clock: Clock) -> Rows | None:
    """Rows of lines of one shape; lines that are odd are missing in it."""
    place = group.place
    usable = np.ones(len(place), dtype=bool)
    for mark in group.plan.touching:
        usable &= place[:, mark + 1] - place[:, mark] == 1
    if not usable.all():
        group, lines = group.take(usable), lines[usable]
    if not len(lines):
        return None
    devices, device, has_device = _devices(group)
    time, has_time = times_ms(group.text, *group.borders(group.layout.time), group.layout.time_format, clock)
    cells, cells_odd, cells_bad = group.matrix(group.plan.cells, group.layout.cells, "cell_v")
    modules, modules_odd, modules_bad = group.matrix(group.plan.modules, group.layout.modules, "mod_temp")
    kept = has_device & has_time & ~cells_odd & ~modules_odd
    if not kept.all():
        return _read_group(group.take(kept), lines[kept], clock)
    numbers, bad = group.numbers()
    return Rows(
        line=lines,
        devices=devices,
        device=device,
        time_ms=time,
        msg_ms=_message_times(group, clock),
        numbers=numbers,
        cells_mv=cells,
        modules_c=modules,
        car_types=_car_types(group, devices, device),
        bad=bad + cells_bad + modules_bad,
    )


def _groups(marks: Marks, plans: Plans) -> Iterator[tuple[NDArray[np.intp], Index, Plan]]:
    """Lines of one shape, the places of their marks, and their plan."""
    counts = np.diff(marks.ends)
    length = np.diff(marks.place[marks.ends])
    for count in np.unique(counts):
        lines = np.flatnonzero((counts == count) & (length <= MOST_LINE + 1))
        for _ in range(_MOST_SHAPES):
            if len(lines) < 1:
                break
            place, kind = marks.of_lines(lines, int(count))
            alike = (kind == kind[0]).all(axis=1)
            same = int(np.count_nonzero(alike))
            shape = bytes((NEWLINE,)) + kind[0].tobytes()
            found = plans.of(shape) if same >= _FEWEST_LINES or plans.knows(shape) else None
            if found is not None:
                yield (lines, place, found) if same == len(lines) else (lines[alike], place[alike], found)
            lines = lines[~alike]


def read(data: bytes, plans: Plans, clock: Clock) -> tuple[list[Rows], NDArray[np.intp]]:
    """Rows of a block of whole lines, and the lines (from 0) that are left to the plain reader."""
    layout = plans.layout
    text = Text.of(data)
    marks = Marks.of(text, special_bytes(layout))
    padded = _is_padded(data, layout)
    found: list[Rows] = []
    left = np.ones(marks.lines, dtype=bool)
    for lines, place, shape in _groups(marks, plans):
        rows = _read_group(_Group(text, place, shape, layout, padded), lines, clock)
        if rows is not None and len(rows):
            found.append(rows)
            left[rows.line] = False
    return found, np.flatnonzero(left)
