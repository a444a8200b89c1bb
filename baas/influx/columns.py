"""Which fields of a measurement are needed: those that a declared format has a column for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from baas.ingest.formats import Format, Source, normalised
from baas.ingest.layout import Layout, Matrix, bind

#: names that our own columns of an answer carry
TIME, DEVICE, TYPE = "time", "device_no", "car_type"
#: what a column is called that nobody needs
UNNEEDED = "Unnamed"
#: how every header begins: nobody needs what answers have in front
_HEADER = f"{UNNEEDED}: 0".encode()
#: fields that count the rows of a day, by preference; every message of the feed carries at least one of them
_WITNESSES = ("soc", "pack_volt", "odometer", "pack_current", "emobility_spd", "lat", "lng", "speed")
#: what stands for the modules of a pack where there is no reading of each
_MODULES = ("mod_max_temp", "mod_min_temp")
#: of these counted per day, besides one cell and one module; measured: each costs 2 % of reading its rows
_MOST_WITNESSES = 3


@dataclass(frozen=True)
class Wanted:
    """What is read of a measurement. form: the declared format, its time as the server writes it.

    fields: as called in the server. witnesses: of these, the ones that are counted. unused: fields nobody needs.
    """

    measurement: str
    form: Format
    fields: tuple[str, ...]
    witnesses: tuple[str, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]


def served(form: Format, time_format: str) -> Format:
    """A declared format as a server delivers it: time, device and car type named by us, any field may be absent."""
    own = {TIME: Source(TIME, (TIME,), time_format=time_format)}
    own |= {name: Source(name, (normalised(name),)) for name in (DEVICE, TYPE)}
    return replace(form, sources={**form.sources, **own}, needs=(TIME,), needs_any=())


def _used(layout: Layout) -> set[int]:
    """Places of the header that a layout uses, without time, device and car type."""
    single = (layout.msg_time, layout.cells.list_field, layout.modules.list_field)
    used = {item.field for item in layout.numbers} | {*layout.cells.fields, *layout.modules.fields}
    return used | {place for place in single if place is not None}


def _witnesses(layout: Layout, names: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    by_column = {item.source.name: names[item.field] for item in layout.numbers}
    known = [by_column[name] for name in _WITNESSES if name in by_column][:_MOST_WITNESSES]
    modules = _of_matrix(layout.modules, names) or [by_column[name] for name in _MODULES if name in by_column]
    known += [*_of_matrix(layout.cells, names)[:1], *modules[:1]]
    return tuple(known or fields[:_MOST_WITNESSES])


def _of_matrix(matrix: Matrix, names: Sequence[str]) -> list[str]:
    """Fields that hold cells or modules."""
    return [names[place] for place in (*matrix.fields, matrix.list_field) if place is not None]


def wanted(
    measurement: str, kind: str, there: Sequence[str], formats: Sequence[Format], time_format: str
) -> Wanted | None:
    """What to read of a measurement with these fields; None where no format of the kind has a use for any."""
    own = {normalised(name) for name in (TIME, DEVICE, TYPE)}
    names = [TIME, DEVICE, TYPE, *(name for name in there if normalised(name) not in own)]
    bound = [bind(served(form, time_format), names, ",") for form in formats if form.kind == kind]
    fitting = [layout for layout in bound if layout is not None]
    best = max(fitting, key=lambda layout: layout.matched, default=None)
    used = sorted(_used(best)) if best else []
    if best is None or not used:
        return None
    fields = tuple(names[place] for place in used)
    columns = {item.source.name for item in best.numbers}
    if _has(best.modules):
        columns |= set(_MODULES)
    missing = tuple(name for name in _expected(kind) if name not in columns)
    if kind == "bms" and not _has(best.cells):
        missing = (*missing, "cell_v")
    unused = tuple(name for name in there if name not in set(fields))
    return Wanted(measurement, best.format, fields, _witnesses(best, names, fields), unused, missing)


def _has(matrix: Matrix) -> bool:
    return bool(matrix.fields) or matrix.list_field is not None


def _expected(kind: str) -> tuple[str, ...]:
    """Columns without which a metric cannot be told."""
    if kind == "gps":
        return ("lat", "lng")
    return ("pack_volt", "pack_current", "soc", "odometer", "emobility_spd", *_MODULES)


def header_line(names: Sequence[str]) -> bytes:
    """A header as CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue().encode()


def lines_in(blocks: Sequence[bytes]) -> int:
    r"""Lines of rows in an answer whose headers are blocks of their own; a text of several lines makes them more.

    >>> lines_in([b"Unnamed: 0,soc\n", b",55\n,56\n"])
    2
    """
    return sum(block.count(b"\n") - block.startswith(_HEADER) for block in blocks)


def columns_of(line: bytes) -> list[str]:
    """The names in a header line."""
    return next(csv.reader([line.decode("utf-8", "replace").rstrip("\r\n")]), [])


def renamed(names: Sequence[str], ours: Mapping[str, str], fields: frozenset[str]) -> list[str]:
    """Names of an answer's columns: our own ones, needed fields, and a placeholder for the rest."""
    return [ours.get(name) or (name if name in fields else f"{UNNEEDED}: {no}") for no, name in enumerate(names)]
