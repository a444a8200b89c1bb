"""The slope of a vehicle's own rest voltage over SOC, from sums by whole percent of SOC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.tables.days import SOC_BINS

Reals = NDArray[np.float64]

#: rows that make the mean voltage of one percent usable; chosen: the mean of five rows is known to half a step
LEAST_ROWS = 5
#: percents on either side of a bin of SOC that help to find its slope, and how many of the 15 must be known; chosen:
#: rest voltages scatter by relaxation, 15 % of SOC outweigh that, and half of them must be there
REACH_PCT, LEAST_PERCENTS, LEAST_WIDTH_PCT = 5, 7, 9
#: a slope that explains less of the voltages than this is scatter, not a curve; chosen
LEAST_CORRELATION = 0.9
#: slopes of NMC cells between 20 and 100 % SOC were measured from 1 to 34 mV per % (research, methods 0, finding 9);
#: flatter than 2 is a plateau on which volts say nothing of charge
FLATTEST_MV_PER_PCT, STEEPEST_MV_PER_PCT = 2.0, 35.0


def rest_slopes(rows: Reals, sum_mv: Reals) -> Reals:
    """dV/dSOC at rest in mV per percent, one for each of SOC_BINS; NaN where too little was seen or it is no curve.

    rows, sum_mv: rows at rest and sum of the median cell voltage by whole percent of SOC, [101] each.
    """
    percent = np.arange(len(rows), dtype=np.float64)
    known = rows >= LEAST_ROWS
    mean_mv = np.divide(sum_mv, rows, out=np.full(len(rows), np.nan), where=known)
    slopes = np.full(SOC_BINS.count, np.nan)
    for place in range(SOC_BINS.count):
        low = SOC_BINS.low + place * SOC_BINS.step
        inside = known & (percent >= low - REACH_PCT) & (percent < low + SOC_BINS.step + REACH_PCT)
        slopes[place] = _slope(percent[inside], mean_mv[inside])
    return slopes


def _slope(percent: Reals, mean_mv: Reals) -> float:
    """Straight-line slope, NaN where the points are too few, too close, no rising line or no plausible one."""
    if len(percent) < LEAST_PERCENTS or np.ptp(percent) < LEAST_WIDTH_PCT:
        return float("nan")
    away, height = percent - percent.mean(), mean_mv - mean_mv.mean()
    along, across = float((away * height).sum()), float((away**2).sum())
    spread = float((height**2).sum())
    if spread <= 0 or along / np.sqrt(across * spread) < LEAST_CORRELATION:
        return float("nan")
    slope = along / across
    return slope if FLATTEST_MV_PER_PCT <= slope <= STEEPEST_MV_PER_PCT else float("nan")
