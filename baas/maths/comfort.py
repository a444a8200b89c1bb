"""Consumption at a comfortable temperature, from days of different temperature of one vehicle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

#: heating is needed below, cooling above (research, methods 4)
HEAT_BELOW_C, COOL_ABOVE_C = 20.0, 23.0
#: days around comfort; without some of them the line would be drawn beyond what was seen; chosen: 5 °C to either side
NEAR_C = (15.0, 28.0)
#: chosen: a tenth of the distance near comfort to hold the line, a tenth away from it to give it a slope
LEAST_SHARE = 0.1
#: chosen: ten days of 50 km
LEAST_KM = 500.0


def _fit(regressors: Reals, kwh_per_km: Reals, km: Reals) -> Reals:
    """Least squares by distance; NaN where the days cannot tell the regressors apart."""
    weighted = regressors * km[:, None]
    normal = regressors.T @ weighted
    if np.linalg.matrix_rank(normal) < len(normal):
        return np.full(len(normal), np.nan)
    return np.asarray(np.linalg.solve(normal, weighted.T @ kwh_per_km))


def comfort_consumption(km: Reals, kwh: Reals, temperature_c: Reals) -> float:
    """Consumption between 20 and 23 °C in kWh per km; NaN where the days of the vehicle cannot tell.

    km, kwh, temperature_c: one entry a day. Model (research, methods 4): kWh/km = comfort + heat max(0, 20 - T) +
    cool max(0, T - 23), heat and cool never negative: weather does not save energy. Splitting a day into two of the
    same temperature changes nothing.
    """
    known = np.isfinite(km) & np.isfinite(kwh) & np.isfinite(temperature_c) & (km > 0)
    km, kwh, warmth = km[known], kwh[known], temperature_c[known]
    total = float(km.sum())
    near = float(km[(warmth >= NEAR_C[0]) & (warmth <= NEAR_C[1])].sum())
    if total < LEAST_KM or not LEAST_SHARE * total <= near <= (1 - LEAST_SHARE) * total:
        return float("nan")
    heat, cool = np.maximum(0, HEAT_BELOW_C - warmth), np.maximum(0, warmth - COOL_ABOVE_C)
    for columns in ((heat, cool), (heat,), (cool,)):
        fitted = _fit(np.column_stack((np.ones_like(km), *columns)), kwh / km, km)
        if np.isfinite(fitted).all() and (fitted[1:] >= 0).all():
            return float(fitted[0])
    return float("nan")
