"""The shape of a line: its sequence of delimiters, quotes and list marks. Lines of one shape are read together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from baas.ingest.layout import Layout, Matrix

NEWLINE, QUOTE = ord("\n"), ord('"')
#: what may part the items of a list, the strongest first
LIST_MARKS = ";, "
#: shapes remembered per layout; chosen: a file has one to a few dozen
MOST_SHAPES = 512


@dataclass(frozen=True)
class Field:
    """A field by its marks: it begins behind mark `start` and ends before mark `end`; `inner` marks lie within."""

    start: int
    end: int
    inner: tuple[int, ...] = ()


@dataclass(frozen=True)
class Items:
    """Several numbers of a line: marks before and behind each, and the column (cell or module from 0) each goes to."""

    start: NDArray[np.intp]
    end: NDArray[np.intp]
    places: NDArray[np.intp]
    #: neighbours in the line, with nothing but one mark between them
    ordered: bool = False
    is_list: bool = False
    #: items parted by blanks: two blanks in a row part nothing
    blanks: bool = False


@dataclass(frozen=True)
class Plan:
    """Where the wanted fields of all lines of one shape are. `touching`: marks whose next mark must follow at once."""

    fields: tuple[Field, ...]
    numbers: Items
    cells: Items
    modules: Items
    touching: tuple[int, ...]


def _quoted(kinds: Sequence[int], opening: int) -> tuple[int, tuple[int, ...]] | None:
    """The closing quote of a quoted field and the marks inside; None where quotes are doubled or never close."""
    closing = opening + 1
    while kinds[closing] != QUOTE:
        if kinds[closing] == NEWLINE:
            return None
        closing += 1
    return None if kinds[closing + 1] == QUOTE else (closing, tuple(range(opening + 1, closing)))


def fields_of(kinds: Sequence[int], delimiter: int) -> tuple[list[Field], list[int]] | None:
    """Fields of a line whose marks have these kinds (mark 0 is the line end before it), and the touching marks.

    None for what only the plain reader can read.
    """
    fields: list[Field] = []
    touching: list[int] = []
    start, mark = 0, 1
    inner: list[int] = []
    while True:
        kind = kinds[mark]
        if kind == QUOTE:
            found = _quoted(kinds, mark) if mark == start + 1 else None
            if found is None or kinds[found[0] + 1] not in (delimiter, NEWLINE):
                return None
            closing, inside = found
            fields.append(Field(mark, closing, inside))
            touching += [start, closing]
            start, mark, inner = closing + 1, closing + 1, []
        elif kind in (delimiter, NEWLINE):
            fields.append(Field(start, mark, tuple(inner)))
            start, inner = mark, []
        else:
            inner.append(mark)
        if kinds[mark] == NEWLINE:
            return fields, touching
        mark += 1


def _items(fields: Sequence[Field], wanted: Sequence[int], places: Sequence[int]) -> Items:
    start = np.array([fields[no].start for no in wanted], dtype=np.intp)
    end = np.array([fields[no].end for no in wanted], dtype=np.intp)
    return Items(start, end, np.array(places, dtype=np.intp), ordered=_are_ordered(start, end))


def _are_ordered(start: NDArray[np.intp], end: NDArray[np.intp]) -> bool:
    return bool(len(start) and (np.diff(start) == 1).all() and (end == start + 1).all())


def _list_items(field: Field, kinds: Sequence[int], most: int) -> Items | None:
    """Items of a list field, or None where it is too long or parted by more than one kind of mark."""
    parting = {chr(kinds[mark]) for mark in field.inner}
    if len(field.inner) >= most or len(parting) > 1 or not parting <= set(LIST_MARKS):
        return None
    edges = np.array([field.start, *field.inner, field.end], dtype=np.intp)
    return Items(edges[:-1], edges[1:], np.arange(len(edges) - 1), True, True, parting == {" "})


def _matrix_items(matrix: Matrix, fields: Sequence[Field], kinds: Sequence[int]) -> Items | None:
    if matrix.list_field is None:
        return _items(fields, matrix.fields, matrix.places)
    return _list_items(fields[matrix.list_field], kinds, matrix.most)


def plan(kinds: bytes, layout: Layout) -> Plan | None:
    """Where the fields of a layout are in lines of this shape; None where the plain reader must decide."""
    found = fields_of(kinds, ord(layout.delimiter))
    if found is None:
        return None
    fields, touching = found
    if len(fields) == layout.width + 1:  # a delimiter behind the last field
        last = fields.pop()
        touching.append(last.start)
        if last.end != last.start + 1:
            return None
    if len(fields) != layout.width:
        return None
    cells = _matrix_items(layout.cells, fields, kinds)
    modules = _matrix_items(layout.modules, fields, kinds)
    if cells is None or modules is None:
        return None
    wanted = [item.field for item in layout.numbers]
    return Plan(tuple(fields), _items(fields, wanted, range(len(wanted))), cells, modules, tuple(touching))


@dataclass(frozen=True)
class Plans:
    """The plans of the shapes met so far under one layout."""

    layout: Layout
    _known: dict[bytes, Plan | None] = field(default_factory=dict, repr=False, compare=False)

    def knows(self, kinds: bytes) -> bool:
        """Whether a shape was met before."""
        return kinds in self._known

    def of(self, kinds: bytes) -> Plan | None:
        """The plan for a shape, made at the first meeting."""
        if kinds not in self._known:
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            self._known[kinds] = plan(kinds, self.layout)
        return self._known[kinds]
