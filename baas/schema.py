"""What a column and a table are: the only place where a unit, a range or a meaning can be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "int", "float", "flag", "time", "date", "month", "blob"]

#: unit -> the suffixes a derived column of that unit may end in (feed columns keep the feed's names)
UNIT_SUFFIXES: dict[str, tuple[str, ...]] = {
    "km": ("_km",),
    "kWh": ("_kwh",),
    "Ah": ("_ah",),
    "A": ("_a",),
    "V": ("_v",),
    "mV": ("_mv",),
    "°C": ("_c",),
    "%": ("_pct",),
    "kW": ("_kw",),
    "h": ("_h",),
    "min": ("_min",),
    "km/h": ("_kmh",),
    "s": ("_s",),
    "km/kWh": ("_km_per_kwh",),
    "%/year": ("_pct_per_year",),
    "m/s²": ("_m_s2",),
    "°": ("lat", "lng"),
}


@dataclass(frozen=True)
class Column:
    """One quantity: name, dtype, unit, meaning in English and Korean, and the range outside which it is missing."""

    name: str
    dtype: Kind
    unit: str
    doc: str
    ko: str
    low: float | None = None
    high: float | None = None
    #: readings that mean "no value" although they may lie inside the range (all-ones of the field's width, zero fill)
    missing: tuple[float, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether values of this column can be compared with `low` and `high`."""
        return self.dtype in ("int", "float", "flag")


@dataclass(frozen=True)
class Table:
    """A table that flows between stages or out to people: its grain in words, its key, its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        names = self.names
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"table {self.name}: columns named twice: {sorted(doubled)}")
        if lost := set(self.key) - set(names):
            raise ValueError(f"table {self.name}: key columns that do not exist: {sorted(lost)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")
