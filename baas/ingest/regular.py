"""Regular lines, many at once: marks are found in the bytes, lines of one shape become matrices of field borders.

A line that is odd in any way (unknown shape, no device, no time, a list item that is no number) is left to `plain`,
which defines what every line means; this file only reads the same faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from baas.ingest.clock import Clock
from baas.ingest.fields import Group
from baas.ingest.layout import Layout
from baas.ingest.numbers import FRONT, Doubles, Index, Text
from baas.ingest.rows import Rows, clean_text
from baas.ingest.shapes import NEWLINE, Plan, Plans
from baas.ingest.times import times_ms

#: longest line that is looked at; chosen: forty times a line with 192 cells, and the limit of Python's csv module
MOST_LINE = 131_000
#: shapes tried per number of marks in one block, fewest lines worth a new plan; chosen: beyond, plain is as fast
_MOST_SHAPES, _FEWEST_LINES = 16, 3
_SAMPLE = 8192


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


def _devices(group: Group) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.bool_]]:
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


def _car_types(group: Group, devices: tuple[str, ...], device: NDArray[np.int32]) -> dict[str, str]:
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


def _message_times(group: Group, clock: Clock) -> Doubles:
    """Times of reception, UTC epoch ms, NaN where there is none."""
    if group.layout.msg_time is None:
        return np.full(len(group.place), np.nan)
    ms, good = times_ms(group.text, *group.borders(group.layout.msg_time), "YMD", clock)
    return np.where(good, ms.astype(np.float64), np.nan)


def _read_group(group: Group, lines: NDArray[np.intp], clock: Clock) -> Rows | None:
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
    cells, cells_odd, cells_bad = group.cells()
    modules, modules_odd, modules_bad = group.modules()
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


def read(data: bytes, plans: Plans, clock: Clock) -> tuple[list[Rows], NDArray[np.intp], int]:
    """Rows of a block of whole lines, the lines (from 0) that are left to the plain reader, and the number of lines."""
    layout = plans.layout
    text = Text.of(data)
    marks = Marks.of(text, special_bytes(layout))
    padded = _is_padded(data, layout)
    found: list[Rows] = []
    left = np.ones(marks.lines, dtype=bool)
    for lines, place, shape in _groups(marks, plans):
        rows = _read_group(Group(text, place, shape, layout, padded), lines, clock)
        if rows is not None and len(rows):
            found.append(rows)
            left[rows.line] = False
    return found, np.flatnonzero(left), marks.lines
