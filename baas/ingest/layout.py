"""Which field of a line is what: a header (or the lack of one) matched against the declared formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from baas.ingest.formats import MOST_MODULES, Format, Series, Source, normalised
from baas.tables import feed

#: how lists are held together: not at all or by quotes; by brackets inside quotes; by brackets instead of quotes
Brackets = Literal["none", "inside", "instead"]


@dataclass(frozen=True)
class Number:
    """A field that becomes a number of the column `source.name`."""

    field: int
    source: Source


@dataclass(frozen=True)
class Matrix:
    """Cells or modules: single fields with their number from 0, or one field with a list."""

    series: Series
    fields: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    list_field: int | None = None
    most: int = feed.MOST_CELLS

    @property
    def width(self) -> int:
        """Columns that single fields need."""
        return max(self.places, default=-1) + 1


@dataclass(frozen=True)
class Layout:
    """Field positions of one member from one header on. `header` is empty where the member has none."""

    format: Format
    delimiter: str
    header: tuple[str, ...]
    width: int
    time: int
    time_format: str
    device: int | None
    msg_time: int | None
    car_type: int | None
    numbers: tuple[Number, ...]
    cells: Matrix
    modules: Matrix
    unknown: tuple[str, ...] = ()
    device_text: str = ""
    car_type_text: str = ""
    list_mark: str = ","
    wrapped: bool = False
    brackets: Brackets = "none"

    @property
    def matched(self) -> int:
        """Fields that are used, the measure of how well a format fits."""
        used = len(self.numbers) + len(self.cells.fields) + len(self.modules.fields)
        keys = (self.device, self.msg_time, self.car_type, self.cells.list_field, self.modules.list_field)
        return used + 1 + sum(key is not None for key in keys)


def _matrix(series: Series, header: Sequence[str], taken: set[int], most: int) -> Matrix:
    """Single fields win over a list, since they carry their numbers."""
    found: dict[int, int] = {}
    for field, name in enumerate(header):
        no = None if field in taken else series.number(name)
        if no is not None and 1 <= no <= most:
            found.setdefault(no - 1, field)
    if found:
        places = tuple(sorted(found))
        return Matrix(series, tuple(found[place] for place in places), places, most=most)
    lists = [header.index(name) for name in series.lists if name in header]
    return Matrix(series, list_field=lists[0], most=most) if lists else Matrix(series, most=most)


def _fields(form: Format, header: Sequence[str]) -> dict[str, int]:
    """Our column -> field; of several spellings in one header the first declared wins."""
    found: dict[str, int] = {}
    for name, source in form.sources.items():
        for spelling in source.spellings:
            if spelling in header:
                found[name] = header.index(spelling)
                break
    return found


def _numbers(form: Format, found: dict[str, int]) -> tuple[Number, ...]:
    names = feed.BMS_NUMBERS if form.kind == "bms" else feed.GPS_NUMBERS
    return tuple(Number(found[name], form.sources[name]) for name in names if name in found)


def _is_ignored(name: str, form: Format) -> bool:
    """Whether nobody needs to hear of a header: declared so, or made up by pandas."""
    return any(fnmatchcase(normalised(name), pattern) for pattern in (*form.ignored, "unnamed:*"))


def bind(form: Format, columns: Sequence[str], delimiter: str) -> Layout | None:
    """The layout of a header under one format, or None where the format does not fit."""
    header = tuple(normalised(name) for name in columns)
    found = _fields(form, header)
    if "time" not in found or not all(name in found for name in form.needs):
        return None
    taken = set(found.values())
    cells = _matrix(form.cells, header, taken, feed.MOST_CELLS)
    modules = _matrix(form.modules, header, taken, MOST_MODULES)
    has_cells = bool(cells.fields) or cells.list_field is not None
    if form.needs_any and not has_cells and not any(name in found for name in form.needs_any):
        return None
    known = taken | {*cells.fields, *modules.fields} | {cells.list_field, modules.list_field}
    rest = [name.strip().strip("\ufeff") for field, name in enumerate(columns) if field not in known]
    unknown = [name for name in rest if name and not _is_ignored(name, form)]
    return Layout(
        format=form,
        delimiter=delimiter,
        header=header,
        width=len(header),
        time=found["time"],
        time_format=form.sources["time"].time_format,
        device=found.get("device_no"),
        msg_time=found.get("msg_time"),
        car_type=found.get("car_type"),
        numbers=_numbers(form, found),
        cells=cells,
        modules=modules,
        unknown=tuple(dict.fromkeys(unknown)),
    )


def bind_headerless(form: Format, delimiter: str) -> Layout | None:
    """The layout of a member without header, by the declared order."""
    layout = bind(form, form.headerless, delimiter)
    return replace(layout, header=()) if layout else None


def prepared(data: bytes, layout: Layout) -> bytes:
    """The same lines with wrapping quotes and list brackets out of the way; line ends stay where they are."""
    if layout.wrapped:
        data = data.replace(b'"', b"")
    if layout.brackets == "inside":
        data = data.translate(None, b"[]{}")
    elif layout.brackets == "instead":
        data = data.translate(_BRACKETS_TO_QUOTES)
    return data


_BRACKETS_TO_QUOTES = bytes.maketrans(b"[]{}", b'""""')
