"""At which SOC a vehicle stood, from day arrays: what was seen, and gaps of which only the limits are known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.tables.days import SOC_BINS

Reals = NDArray[np.float64]


def _seconds(arrays: Mapping[str, NDArray], name: str) -> Reals:
    found = arrays.get(name)
    return np.zeros(SOC_BINS.count) if found is None or not len(found) else np.asarray(found, dtype=np.float64)


def parked_seconds(arrays: Mapping[str, NDArray]) -> Reals:
    """Parked time by SOC_BINS [s]; a gap counts half at the lowest and half at the highest SOC it can have had.

    When in a gap the charge took place is not known; on average it is in the middle.
    """
    return _seconds(arrays, "soc_park_s") + (_seconds(arrays, "soc_gap_low_s") + _seconds(arrays, "soc_gap_high_s")) / 2


def share_above(arrays: Mapping[str, NDArray], limit_pct: float) -> tuple[float, float]:
    """Share of the parked time from a SOC on that is the edge of a bin, and how far it can be off [%]; NaN without any.

    >>> night, full = np.eye(20)[12] * 60, np.eye(20)[19] * 40
    >>> share_above({"soc_park_s": night, "soc_gap_low_s": night, "soc_gap_high_s": full + night / 3}, 90.0)
    (16.666666666666668, 16.666666666666668)
    """
    edge = round((limit_pct - SOC_BINS.low) / SOC_BINS.step)
    seconds = parked_seconds(arrays)
    total, above = float(seconds.sum()), float(seconds[edge:].sum())
    unsure = float((_seconds(arrays, "soc_gap_high_s") - _seconds(arrays, "soc_gap_low_s"))[edge:].sum()) / 2
    return (100 * above / total, 100 * unsure / total) if total > 0 else (float("nan"), float("nan"))
