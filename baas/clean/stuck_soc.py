"""SOC that does not move while charge flows in or out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.clean.stuck import unchanged
from baas.maths.steps import mean_of_ends, steps_s
from baas.tables.days import COVERED_GAP_S
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

#: net charge that moves any SOC; chosen: more than a tenth of the largest battery sold in Korea (190 Ah)
MOVES_SOC_AH = 20.0
#: smaller currents do not count, so that the offset of a sensor over days of rest is no flow; chosen
LEAST_A = 5.0


def without_stuck_soc(soc: Reals, current_a: Reals, time_ms: NDArray[np.int64]) -> tuple[Reals, list[Note]]:
    """SOC with stretches missing over which it stood still although charge flowed, whichever way current counts."""
    stretches = unchanged(soc, time_ms)
    if not stretches:
        return soc, []
    seconds, flow = steps_s(time_ms), mean_of_ends(current_a)
    counts = (np.abs(flow) >= LEAST_A) & (seconds <= COVERED_GAP_S)
    passed = np.concatenate(([0.0], np.cumsum(np.where(counts, flow * seconds / 3600, 0.0))))
    stuck = np.zeros(len(soc), dtype=bool)
    notes = []
    for stretch in stretches:
        if abs(passed[stretch.stop - 1] - passed[stretch.start]) >= MOVES_SOC_AH:
            stuck[stretch] = True
            rows = np.zeros(len(soc), dtype=bool)
            rows[stretch] = True
            notes.append(Note.of_rows("stuck_sensor", "warning", time_ms, rows, float(soc[stretch.start]), BMS["soc"]))
    return np.where(stuck, np.nan, soc), notes
