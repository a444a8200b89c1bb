"""SOC that reads 0 although the battery cannot be empty: a known fault of the diagnostic set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.maths.steps import runs
from baas.tables.days import COVERED_GAP_S

Reals = NDArray[np.float64]

#: SOC next to the zeros from which they are no measurement (evDash: spurious 0 while the reading before is above 5 %)
APART_PCT = 5.0
#: fastest change of SOC that is believed beyond that [%/s]; chosen: 6 C, above any fast charge or full load
FASTEST_PCT_PER_S = 1 / 6
#: a pack below this voltage may really be empty (evDash: only while the pack is above 300 V)
COLLAPSED_V = 300.0


def spurious_zeros(soc: Reals, pack_volt: Reals, time_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rows of stretches of 0 % that begin or end with a jump of SOC that no battery makes, [n]."""
    hit = np.zeros(len(soc), dtype=bool)
    known = np.flatnonzero(np.isfinite(soc))
    level, at = soc[known], time_ms[known]
    for start, end in zip(*runs(level == 0), strict=True):
        jumps = [
            abs(level[outside] - level[inside]) > APART_PCT + FASTEST_PCT_PER_S * abs(at[outside] - at[inside]) / 1000
            for outside, inside in ((start - 1, start), (end, end - 1))
            if 0 <= outside < len(level) and abs(at[outside] - at[inside]) <= COVERED_GAP_S * 1000
        ]
        hit[known[start:end]] = any(jumps)
    return hit & ~(pack_volt < COLLAPSED_V)
