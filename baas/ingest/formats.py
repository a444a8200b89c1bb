"""Declared formats: one TOML file says which source column is which of ours, in which scale, and how time is written.

Units, ranges and meanings are not said here; they are in `baas.tables.feed`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from baas.errors import BaasError
from baas.ingest.toml_table import TomlTable
from baas.schema import Table
from baas.tables import feed

FOLDER = Path(__file__).with_name("formats")
TABLES: Mapping[str, Table] = {"bms": feed.BMS, "gps": feed.GPS}
TIME_FORMATS = ("YMD", "MDY", "DMY", "epoch_s", "epoch_ms")

#: most probes of one pack that are kept; chosen: trucks and buses carry more than the 18 of the feed
MOST_MODULES = 64

_NOT_IN_NAMES = str.maketrans("", "", " \t\r_-\"'\ufeff")


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """A header name without case, spaces, underscores, hyphens, quotes and byte-order mark.

    >>> normalised(" Device-No"), normalised("cell_v_001"), normalised("drive_motor_spd_1")
    ('deviceno', 'cellv001', 'drivemotorspd1')
    """
    return name.translate(_NOT_IN_NAMES).lower()


@dataclass(frozen=True)
class Scaling:
    """Ours = sent * scale + offset. missing: sentinels as sent. absolute: a minus sent means something else."""

    scale: float = 1.0
    offset: float = 0.0
    missing: tuple[float, ...] = ()
    absolute: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether values as sent are values in our unit."""
        return self == _AS_SENT


_AS_SENT = Scaling()


@dataclass(frozen=True)
class Source:
    """Where one of our columns comes from: spellings of its header by preference, and its scaling."""

    name: str
    spellings: tuple[str, ...]
    scaling: Scaling = _AS_SENT
    time_format: str = "YMD"


@dataclass(frozen=True)
class Series:
    """Cells or modules: one column each (`patterns`, number in group 1) or all in one column (`lists`)."""

    patterns: tuple[re.Pattern[str], ...] = ()
    lists: tuple[str, ...] = ()
    first: int = 1
    scaling: Scaling = _AS_SENT

    def number(self, header: str) -> int | None:
        """The cell or module number, from 1, that a normalised header name stands for."""
        for pattern in self.patterns:
            if match := pattern.fullmatch(header):
                return int(match[1]) - self.first + 1
        return None


@dataclass(frozen=True)
class Format:
    """A declared format. `needs` and `needs_any` (our names) tell whether a header is of this format.

    headerless: the header that files without one would have. ignored: known headers that are not used ("*": any).
    """

    name: str
    kind: Literal["bms", "gps"]
    needs: tuple[str, ...]
    needs_any: tuple[str, ...]
    sources: Mapping[str, Source]
    cells: Series
    modules: Series
    headerless: tuple[str, ...]
    ignored: tuple[str, ...]
    device_in_name: re.Pattern[str] | None
    car_type_in_name: re.Pattern[str] | None


def _scaling(reader: TomlTable) -> Scaling:
    scale = float(reader.take("scale", (int, float), 1.0))
    if scale == 0:
        raise reader.fault("scale", "cannot be 0", "0일 수 없습니다")
    offset = float(reader.take("offset", (int, float), 0.0))
    return Scaling(scale, offset, reader.numbers("missing"), reader.take("absolute", bool, default=False))


def _source(name: str, value: Any, where: str, own: bool) -> Source:
    reader = TomlTable(value if isinstance(value, dict) else {"from": value}, f"{where}: columns.{name}")
    spellings = tuple(dict.fromkeys(map(normalised, ((name,) if own else ()) + reader.names("from"))))
    time_format = reader.take("format", str, "YMD")
    if time_format not in TIME_FORMATS:
        raise reader.unknown("format", time_format, TIME_FORMATS)
    source = Source(name, spellings, _scaling(reader), time_format)
    reader.finish()
    return source


def _series(reader: TomlTable, key: str) -> Series:
    inner = TomlTable(reader.take(key, dict, {}), f"{reader.where}: {key}")
    patterns = []
    for text in inner.names("columns"):
        if text.count("{n}") != 1:
            raise inner.fault("columns", f"{text!r} must hold {{n}} once", f"{text!r}에 {{n}}이 한 번 있어야 합니다")
        patterns.append(re.compile(r"0*(\d{1,3})".join(map(re.escape, map(normalised, text.split("{n}"))))))
    lists = tuple(map(normalised, inner.names("list")))
    series = Series(tuple(patterns), lists, inner.take("first", int, 1), _scaling(inner))
    inner.finish()
    return series


def _check_names(reader: TomlTable, table: Table, key: str, names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        if name not in table:
            raise reader.fault(
                key, f"{name!r} is not a column of the {table.name} table", f"{name!r}: {table.name} 표에 없는 열입니다"
            )
    return tuple(names)


def _sources(reader: TomlTable, table: Table, own: bool) -> dict[str, Source]:
    declared = reader.take("columns", dict, {})
    _check_names(reader, table, "columns", declared)
    single = {*(column.name for column in feed.CELLS), *(column.name for column in feed.MODULES)}
    names = [name for name in table.names if name not in single] if own else list(declared)
    found = {name: _source(name, declared.get(name, []), reader.where, own) for name in names}
    seen: dict[str, str] = {}
    for source in found.values():
        for spelling in source.spellings:
            if seen.setdefault(spelling, source.name) != source.name:
                taken = seen[spelling]
                raise reader.fault(
                    f"columns.{source.name}",
                    f"{spelling!r} already stands for {taken}",
                    f"{spelling!r} 표기는 이미 {taken} 열입니다",
                )
    return found


def parse_format(table: Mapping[str, Any], where: str) -> Format:
    """A format from a TOML table; `where` names the file in messages. Raises BaasError naming file and key."""
    reader = TomlTable(table, where)
    name = reader.take("name", str) or ""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise reader.fault("name", "must be a name of a-z, 0-9 and _", "a-z, 0-9, _로 된 이름이어야 합니다")
    kind = reader.take("kind", str)
    if kind not in TABLES:
        raise reader.unknown("kind", kind, TABLES)
    columns = TABLES[kind]
    sources = _sources(reader, columns, reader.take("feed_names", bool, default=False))
    if "time" not in sources:
        raise reader.fault("columns", "needs a column for time", "시각 열(time)이 있어야 합니다")
    found = Format(
        name=name,
        kind=kind,
        needs=_check_names(reader, columns, "needs", reader.names("needs")),
        needs_any=_check_names(reader, columns, "needs_any", reader.names("needs_any")),
        sources=sources,
        cells=_series(reader, "cells"),
        modules=_series(reader, "modules"),
        headerless=reader.names("headerless"),
        ignored=tuple(map(normalised, reader.names("ignore"))),
        device_in_name=reader.pattern("device_in_name", "device"),
        car_type_in_name=reader.pattern("car_type_in_name", "car_type"),
    )
    reader.finish()
    return found


def _load(path: Path) -> Format:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise BaasError(
            f"{path}: not readable as TOML ({fault}); mend it or leave it out of --formats",
            f"{path}: TOML로 읽을 수 없습니다({fault}). 고치거나 --formats에서 빼십시오",
        ) from fault
    return parse_format(table, str(path))


def _paths(extra: Sequence[Path]) -> list[Path]:
    paths: list[Path] = []
    for path in extra:
        paths.extend(sorted(path.glob("*.toml")) if path.is_dir() else [path])
    return paths


def load_formats(extra: Sequence[Path] = ()) -> tuple[Format, ...]:
    """The product's formats and the user's (files or folders); a user's format replaces one of the same name."""
    found: dict[str, Format] = {}
    for path in [*sorted(FOLDER.glob("*.toml")), *_paths(extra)]:
        item = _load(path)
        found[item.name] = item
    return tuple(found.values())
