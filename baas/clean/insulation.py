"""Insulation resistance that fell well below what is usual for the same vehicle."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.tables.feed import BMS

#: a fall below this share of the vehicle's own usual value is told (research: warn on a 50 % drop against the median of
#: the last 30 days; the unit differs between feeds, a ratio does not)
DROP_SHARE = 0.5
#: earlier days from which a value counts as usual, and rows a day needs; chosen: a wet day or a few readings after
#: switching on are neither usual nor a drop
USUAL_DAYS, DAY_ROWS = 3, 10


def insulation_drop(days: pd.DataFrame, asked: NDArray[np.bool_]) -> list[Note]:
    """A note on the days asked for whose median lies below half of the median of all full days before them.

    `days` are all DAILY rows of the vehicle by date, whatever their month; `asked` says which of them to judge.
    """
    resistance = days["insulation_median_kohm"].to_numpy(dtype=np.float64)
    full = np.flatnonzero(np.isfinite(resistance) & (days["rows"].to_numpy(dtype=np.float64) >= DAY_ROWS))
    medians = resistance[full]
    low = [k for k in range(USUAL_DAYS, len(full)) if medians[k] < DROP_SHARE * np.median(medians[:k])]
    fallen = full[low]
    fallen = fallen[asked[fallen]]
    if not len(fallen):
        return []
    found, column = days.iloc[fallen], BMS["insul_resistance"]
    return [
        Note(
            "insulation_drop", "warning", int(found["first_ms"].min()), int(found["last_ms"].max()),
            int(found["rows"].sum()), float(resistance[fallen].min()), column.unit, column.name, column.ko,
        )
    ]  # fmt: skip
