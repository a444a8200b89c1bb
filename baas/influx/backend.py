"""What every way of asking a server can do; `connect` finds the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

#: all times that a server can hold, ms
FIRST_MS, LAST_MS = -9_223_372_036_000, 9_223_372_036_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class Ask:
    """Rows of one device in one window, ms of the server's own time axis (start included, stop not)."""

    measurement: str
    device: str
    start_ms: int
    stop_ms: int
    fields: tuple[str, ...]


class Backend(Protocol):
    """One query language. Every method raises PassingError, TooLargeError or BaasError."""

    api: str
    #: how the answers write time, as declared formats call it
    time_format: str

    @property
    def shard_ms(self) -> int:
        """Length of a shard group, ms: a field may have another type in the next one."""
        ...

    def sources(self) -> list[str]:
        """Buckets or databases that can be seen."""
        ...

    def measurements(self) -> list[str]:
        """Measurements of the bucket."""
        ...

    def fields(self, measurement: str) -> Mapping[str, tuple[str, ...]]:
        """Field -> its types, as far as the server tells them."""
        ...

    def devices(self, measurement: str) -> list[str]:
        """Values of the device tag."""
        ...

    def tags(self, measurement: str) -> list[str]:
        """Tags of a measurement."""
        ...

    def untagged(self, measurement: str, fields: tuple[str, ...]) -> int:
        """Rows without the device tag, by the fullest of a few fields."""
        ...

    def spans(self, ask: Ask) -> list[tuple[int, int]]:
        """Times outside of which the device has no row with one of the fields, whatever the types of the fields.

        Whole UTC days (or whole shards, where these are shorter); questions within one span are answered completely,
        which questions over shards in which a field has different types are not.
        """
        ...

    def counts(self, ask: Ask, every_ms: int = DAY_MS) -> dict[int, tuple[int, ...]]:
        """Start of each UTC day (or hour) of a span that has rows -> values of each field asked for."""
        ...

    def first(self, ask: Ask) -> int | None:
        """Time of the first row in a window of a span that has one of the fields."""
        ...

    def rows(self, ask: Ask) -> list[bytes]:
        """All rows of the window as CSV in blocks, known to be complete; headers are blocks of their own."""
        ...


def summed(pairs: Sequence[tuple[int, int, int]], width: int) -> dict[int, tuple[int, ...]]:
    """(day, place, values) -> values by place and day.

    >>> summed([(0, 0, 3), (0, 1, 2), (0, 0, 4)], 2)
    {0: (7, 2)}
    """
    found: dict[int, list[int]] = {}
    for day, place, values in pairs:
        found.setdefault(day, [0] * width)[place] += values
    return {day: tuple(values) for day, values in sorted(found.items())}
