"""The fields of many lines of one shape: borders -> numbers, cells, module temperatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baas.ingest.formats import Scaling
from baas.ingest.layout import Layout
from baas.ingest.numbers import Doubles, Index, Text, decimals, number, thousandths
from baas.ingest.rows import millivolts, scaled
from baas.ingest.shapes import Field, Items, Plan
from baas.signals import MISSING_MV

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

#: fields worked on at a time; chosen by measurement: what one step touches stays in the second-level cache
_AT_A_TIME = 16_384
_SPACE = ord(" ")


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


def _first(items: Items, count: int) -> Items:
    return replace(items, start=items.start[:count], end=items.end[:count], places=items.places[:count])


def _chosen(items: Items, which: Flags) -> Items:
    if which.all():
        return items
    return Items(items.start[which], items.end[which], items.places[which])


@dataclass(frozen=True)
class Group:
    """Lines of one shape. place: [n, marks], where the marks of each line are, the line end before it first."""

    text: Text
    place: Index
    plan: Plan
    layout: Layout
    padded: bool

    def borders(self, field: int) -> tuple[Index, Index]:
        """Where one field begins and ends in each line."""
        found: Field = self.plan.fields[field]
        return self.place[:, found.start] + 1, self.place[:, found.end]

    def take(self, rows: Flags) -> Group:
        """The chosen lines."""
        return replace(self, place=self.place[rows])

    def numbers(self) -> tuple[Doubles, Counter[str]]:
        """The numbers of the layout [n, numbers], NaN where missing, and how many fields say no number, by column."""
        wanted = self.layout.numbers
        found = np.full((len(self.place), len(wanted)), np.nan)
        bad: Counter[str] = Counter()
        items = _chosen(self.plan.numbers, ~self._empty(self.plan.numbers))
        for rows, start, end in self._borders(items):
            values, wrong = self._values(start, end)
            found[rows, items.places] = values.reshape(-1, len(items.places))
            bad.update(wanted[items.places[no]].source.name for no in wrong % len(items.places))
        for no, item in enumerate(wanted):
            if not item.source.scaling.is_plain:
                found[:, no] = scaled(found[:, no], item.source.scaling)
        return found, bad

    def cells(self) -> tuple[NDArray[np.int16], Flags, Counter[str]]:
        """Cell voltages [n, cells], mV; lines whose list only the plain reader can read; fields that say no number."""
        items, scaling = self._filled(self.plan.cells), self.layout.cells.series.scaling
        found = self._room(items, MISSING_MV)
        wrong = np.zeros((len(self.place), len(items.places)), dtype=bool)
        for rows, start, end in self._borders(items):
            mv, lost = self._millivolts(start, end, items, scaling)
            found[rows, _target(items)] = mv.reshape(-1, len(items.places))
            wrong[rows].reshape(-1)[lost] = True
        return found, *_judged(wrong, items, "cell_v")

    def modules(self) -> tuple[NDArray[np.float32], Flags, Counter[str]]:
        """Module temperatures [n, modules], °C, and the rest as for cells."""
        items, scaling = self._filled(self.plan.modules), self.layout.modules.series.scaling
        found = self._room(items, np.float32("nan"))
        wrong = np.zeros((len(self.place), len(items.places)), dtype=bool)
        for rows, start, end in self._borders(items):
            values, lost = self._values(start, end, items.blanks)
            found[rows, _target(items)] = scaled(values, scaling).reshape(-1, len(items.places))
            wrong[rows].reshape(-1)[lost] = True
        return found, *_judged(wrong, items, "mod_temp")

    def _room(self, items: Items, missing: Any) -> NDArray[Any]:
        width = int(items.places[-1]) + 1 if len(items.places) else 0
        return np.full((len(self.place), width), missing)

    def _borders(self, items: Items) -> Iterator[tuple[slice, Index, Index]]:
        """Borders of the items of some rows at a time, flat."""
        width = len(items.start)
        step = max(1, _AT_A_TIME // max(width, 1))
        for first in range(0, len(self.place) if width else 0, step):
            rows = slice(first, min(first + step, len(self.place)))
            place = self.place[rows]
            if items.ordered:
                start, end = (place[:, edge : edge + width] for edge in (items.start[0], items.end[0]))
            else:
                start, end = place.take(items.start, axis=1), place.take(items.end, axis=1)
            start, end = (start + 1).ravel(), end.ravel()
            yield rows, *(_stripped(self.text, start, end) if self.padded else (start, end))

    def _values(self, start: Index, end: Index, blanks: bool = False) -> tuple[Doubles, Places]:
        """Fields as numbers, NaN where missing, and which say no number (or part nothing between two blanks)."""
        values, odd = decimals(self.text, start, end)
        wrong = np.flatnonzero(start == end).tolist() if blanks else []
        for no in np.flatnonzero(odd).tolist():
            value = number(self.text.raw[start[no] : end[no]], self.layout.delimiter != ",")
            values[no] = np.nan if value is None else value
            if value is None:
                wrong.append(no)
        return values, np.array(wrong, dtype=np.intp)

    def _millivolts(self, start: Index, end: Index, items: Items, scaling: Scaling) -> tuple[NDArray[np.int16], Places]:
        """Cell voltages in mV, and which say no voltage."""
        if not scaling.is_plain:
            values, wrong = self._values(start, end, items.blanks)
            mv, lost = millivolts(scaled(values, scaling))
            return mv, np.concatenate([wrong, lost])
        thousands, odd = thousandths(self.text, start, end)
        mv = thousands.astype(np.int16)
        rest = np.flatnonzero(odd)
        if not len(rest):
            return mv, rest
        values, wrong = self._values(start[rest], end[rest], items.blanks)
        mv[rest], lost = millivolts(values)
        return mv, rest[np.concatenate([wrong, lost])]

    def _empty(self, items: Items) -> Flags:
        """Which items are empty in every line."""
        start, end = self.place[0].take(items.start), self.place[0].take(items.end)
        empty: Flags = end - start == 1
        some = np.flatnonzero(empty)
        width = self.place.take(items.end[some], axis=1) - self.place.take(items.start[some], axis=1)
        empty[some] = (width == 1).all(axis=0)
        return empty

    def _filled(self, items: Items) -> Items:
        """Without the items at the end that are empty in every line (unused cells are)."""
        if items.is_list or not len(items.start):
            return items
        if not items.ordered:
            return _chosen(items, ~self._empty(items))
        start, end = self.place[0].take(items.start), self.place[0].take(items.end)
        filled = np.flatnonzero(end - start > 1)
        count = int(filled[-1]) + 1 if len(filled) else 0
        rest = len(items.start) - count
        # so many empty fields in a row are as wide as their marks
        if rest and (self.place[:, items.end[-1]] - self.place[:, items.start[count]] == rest).all():
            return _first(items, count)
        return items


def _target(items: Items) -> slice | Places:
    """The columns that items go to."""
    count = len(items.places)
    return slice(0, count) if items.places[-1] == count - 1 else items.places


def _judged(wrong: Flags, items: Items, name: str) -> tuple[Flags, Counter[str]]:
    """Lines left to the plain reader, and fields without a number in the others: a list is left as a whole."""
    odd: Flags = np.any(wrong, axis=1)
    if items.is_list:
        return odd, Counter()
    count = int(np.count_nonzero(wrong))
    return np.zeros_like(odd), Counter({name: count} if count else {})
