"""Power of a charge over time: what the charger gives and the battery takes."""

from __future__ import annotations

import numpy as np

from baas.simulate.battery import OCV_LOW, OCV_STEP, Pack
from baas.simulate.kinds import Kind
from baas.simulate.portable import Array, curve, lerp, resampled

#: share of the plug's AC power that reaches the battery; chosen: on-board chargers and pumps take a tenth
AC_SHARE = 0.91
#: power of the last percents of an AC charge as a share
AC_END = ((0.965, 1.0), (0.985, 0.55), (1.0, 0.12))
#: share of its DC power that a pack takes by temperature; chosen after published charging curves in the cold
DC_SHARE = ((-15, 0.12), (-5, 0.25), (5, 0.5), (15, 0.85), (22, 1.0), (42, 1.0), (50, 0.5))
_POINTS = 80


def charging_kw(kind: Kind, charger_kw: float, *, dc: bool, soc: float, temp_c: float) -> float:
    """Power into the battery [kW] at that SOC [0 to 1] and temperature."""
    if dc:
        taken = curve(100 * soc, kind.dc_kw) * curve(temp_c, DC_SHARE)
        return max(min(taken, charger_kw * 0.97), 1.0)
    return max(min(kind.ac_kw, charger_kw) * AC_SHARE * curve(soc, AC_END), 0.4)


def charge_profile(
    kind: Kind, pack: Pack, charger_kw: float, *, dc: bool, start: float, end: float, temp_c: float, step_s: float
) -> Array:
    """Power into the battery [kW] at each step of a charge from SOC `start` to about `end`; may be empty."""
    if end - start < 0.005:
        return np.zeros(0)
    soc = start + (end - start) * np.arange(_POINTS + 1) / _POINTS
    warming = 8.0 if dc else 0.0  # DC charging warms the pack on the way, which lets it take more
    kw = np.array(
        [
            charging_kw(kind, charger_kw, dc=dc, soc=s, temp_c=temp_c + warming * k / _POINTS)
            for k, s in enumerate(soc.tolist())
        ]
    )
    rate = kw / kind.nominal_kwh
    volts = pack.cells * (lerp(soc, pack.ocv, OCV_LOW, OCV_STEP) + 0.06 * rate)
    hours = (end - start) / _POINTS * pack.capacity_ah * volts / (1000 * kw)
    times = np.concatenate([[0.0], np.cumsum(hours[1:] * 3600)])
    steps = np.arange(max(int(times[-1] / step_s), 1), dtype=np.float64)
    return resampled((steps + 0.5) * step_s, times, kw)
