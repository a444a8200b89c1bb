"""Which fields of a measurement are needed: those that a declared format has a column for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from baas.influx.spelling import Contest, contests
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
#: of these counted per day, besides one cell and one module; measured: each costs 3 % of reading 24 columns
_MOST_WITNESSES = 2


@dataclass(frozen=True)
class Wanted:
    """What is read of a measurement. form: the declared format, its time as the server writes it.

    fields: as called in the server, in every declared spelling. witnesses: of these, the ones that tell of rows.
    unused: fields nobody needs. contested: signals that several of the fields tell; a window is asked for one spelling.
    """

    measurement: str
    form: Format
    fields: tuple[str, ...]
    witnesses: tuple[str, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    contested: tuple[Contest, ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """Fields that are counted: the witnesses, and what tells which spelling is in use."""
        telling = (name for contest in self.contested for names in contest.telling for name in names)
        return tuple(dict.fromkeys((*self.witnesses, *telling)))

    def spelling(self, counts: Sequence[int]) -> tuple[int, ...]:
        """Which spelling of each contested signal to read where the counted fields have so many values."""
        return tuple(contest.fullest(self._by_name(counts)) for contest in self.contested)

    def rows(self, counts: Sequence[int]) -> int:
        """Values of the fullest counted field that is read."""
        besides = self._besides(self.spelling(counts))
        return max((count for name, count in self._by_name(counts).items() if name not in besides), default=0)

    def unread(self, counts: Sequence[int]) -> tuple[str, ...]:
        """Fields with values that tell a contested signal in another spelling."""
        return tuple(name for contest in self.contested for name in contest.unread(self._by_name(counts)))

    def may_lose(self, counts: Sequence[int]) -> bool:
        """Whether one spelling of each signal may leave out values of some rows."""
        return any(contest.may_lose(self._by_name(counts)) for contest in self.contested)

    def mark(self, counts: Sequence[int]) -> str:
        """What a change of the rows changes: the witnesses, and spellings that are not the first declared."""
        chosen = zip(self.contested, self.spelling(counts), strict=True)
        others = {name for contest, no in chosen if no for name in contest.telling[no]}
        said = [f"{name}={count}" for name, count in self._by_name(counts).items() if name in others and count]
        return "-".join([*map(str, counts[: len(self.witnesses)]), *said])

    def _by_name(self, counts: Sequence[int]) -> dict[str, int]:
        return dict(zip(self.counted, counts, strict=True))

    def spelled(self, spelling: Sequence[int]) -> tuple[str, ...]:
        """The fields of a window that spells the contested signals so."""
        besides = self._besides(spelling)
        return tuple(name for name in self.fields if name not in besides) if besides else self.fields

    def _besides(self, spelling: Sequence[int]) -> set[str]:
        chosen = zip(self.contested, spelling, strict=True)
        return {name for contest, no in chosen for name in contest.besides(no)}


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
    contested = contests(best.format, names, frozenset(names[place] for place in used))
    read = {name for contest in contested for names_ in contest.spellings for name in names_}
    fields = tuple(name for place, name in enumerate(names) if place in used or name in read)
    columns = {item.source.name for item in best.numbers}
    if _has(best.modules):
        columns |= set(_MODULES)
    missing = tuple(name for name in _expected(kind) if name not in columns)
    if kind == "bms" and not _has(best.cells):
        missing = (*missing, "cell_v")
    unused = tuple(name for name in there if name not in set(fields))
    return Wanted(measurement, best.format, fields, _witnesses(best, names, fields), unused, missing, contested)


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
    return sum(block.count(b"\n") - is_header(block) for block in blocks)


def is_header(block: bytes) -> bool:
    """Whether a block of an answer begins with a header."""
    return block.startswith(_HEADER)


def columns_of(line: bytes) -> list[str]:
    """The names in a header line."""
    return next(csv.reader([line.decode("utf-8", "replace").rstrip("\r\n")]), [])


def renamed(names: Sequence[str], ours: Mapping[str, str], fields: frozenset[str]) -> list[str]:
    """Names of an answer's columns: our own ones, needed fields, and a placeholder for the rest."""
    return [ours.get(name) or (name if name in fields else f"{UNNEEDED}: {no}") for no, name in enumerate(names)]
