"""Local times of a zone -> UTC, many at once.

An hour that a clock change leaves out is read with the offset before the change, an hour that it repeats as the first
of the two: the result never depends on the neighbours of a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from baas.ingest.numbers import Index

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
#: clocks change on full quarters of an hour of local time
_QUARTER_MS = 900_000


@dataclass(frozen=True)
class Clock:
    """Local times of a zone to UTC, a day at a time; keeps the offsets of the days it has met."""

    zone: ZoneInfo
    _days: dict[int, int | None] = field(default_factory=dict, repr=False, compare=False)

    def _at(self, local_ms: int) -> int:
        """UTC offset, ms, of a local time."""
        local = datetime(1970, 1, 1) + timedelta(milliseconds=local_ms)
        offset = local.replace(tzinfo=self.zone).utcoffset() or timedelta(0)
        return round(offset / timedelta(milliseconds=1))

    def _of_day(self, day: int) -> int | None:
        """The offset of a whole local day, None for a day on which the clock changes."""
        if day not in self._days:
            offsets = {self._at(day * _DAY_MS + hour * _HOUR_MS) for hour in range(-3, 28)}
            self._days[day] = offsets.pop() if len(offsets) == 1 else None
        return self._days[day]

    def to_utc(self, local_ms: Index) -> Index:
        """UTC epoch ms of local epoch ms."""
        days = local_ms // _DAY_MS
        if len(days) == 0 or (days[0] == days).all():
            days, place = days[:1], np.zeros(len(days), dtype=np.intp)
        else:
            days, place = np.unique(days, return_inverse=True)
        found = [self._of_day(int(day)) for day in days]
        offset = np.array([value or 0 for value in found], dtype=np.int64)[place]
        changing = np.array([value is None for value in found], dtype=bool)[place]
        if changing.any():
            quarters, place = np.unique(local_ms[changing] // _QUARTER_MS, return_inverse=True)
            offset[changing] = np.array([self._at(int(q) * _QUARTER_MS) for q in quarters], dtype=np.int64)[place]
        return local_ms - offset
