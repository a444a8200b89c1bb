"""Insulation resistance that fell well below what is usual for the same vehicle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

DAY_MS = 86_400_000
#: a fall below this share of the vehicle's own usual value is told (research: warn on a 50 % drop against the median of
#: the last 30 days; the unit differs between feeds, a ratio does not)
DROP_SHARE = 0.5
#: days with readings from which a value counts as usual, and readings a day needs; chosen: a wet day or a few readings
#: after switching on are neither usual nor a drop
USUAL_DAYS, DAY_ROWS = 3, 10


def insulation_drop(resistance: Reals, time_ms: NDArray[np.int64]) -> list[Note]:
    """A note on the days of one month whose median lies below half the median of the days before them."""
    known = np.isfinite(resistance)
    days, number, rows = np.unique(time_ms[known] // DAY_MS, return_inverse=True, return_counts=True)
    if len(days) <= USUAL_DAYS:
        return []
    medians = np.array([np.median(resistance[known][number == day]) for day in range(len(days))])
    full = np.flatnonzero(rows >= DAY_ROWS)
    usual = {int(day): float(np.median(medians[full[:k]])) for k, day in enumerate(full) if k >= USUAL_DAYS}
    low = [day for day, value in usual.items() if medians[day] < DROP_SHARE * value]
    if not low:
        return []
    fallen = np.zeros(len(time_ms), dtype=bool)
    fallen[np.flatnonzero(known)[np.isin(number, low)]] = True
    column = BMS["insul_resistance"]
    return [Note.of_rows("insulation_drop", "warning", time_ms, fallen, float(resistance[fallen].min()), column)]
