"""Temperature of the pack: heat of the current, heat to the air, cooling and heating by coolant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from baas.simulate.battery import COLD_DROP
from baas.simulate.portable import Array, curve, exp, lagged

#: heat that one kWh of pack holds per °C [kJ]; chosen: 6 kg a kWh at 0.95 kJ per kg and °C
HEAT_KJ_PER_KWH = 5.7
#: hours in which a parked pack comes to the air's temperature; chosen: packs cool over a night
PARKED_H = 9.0
#: coolant starts above this and takes this much per degree, up to this [°C, kW/°C, kW]; chosen
COOL_ABOVE_C, COOL_KW_PER_C, COOL_MOST_KW = 31.0, 0.35, 4.5
#: DC charging heats a pack colder than this with this power [°C, kW]; chosen
HEAT_BELOW_C, HEAT_KW = 12.0, 2.5
#: difference between the ends of the pack per kW of heat made [°C/kW], built up in half an hour; chosen: healthy packs
#: show 1 to 2 °C, at strong DC charging 3 to 4
UNEVEN_C_PER_KW, UNEVEN_S = 0.9, 1800.0
_STEP_S = 60


@dataclass(frozen=True)
class Warmth:
    """Mean temperature of the pack and how much warmer one end is than the mean [°C]."""

    mean_c: float
    uneven_c: float


def warmed(
    start: Warmth, heat_kw: Array, outside_c: float, kwh: float, step_s: float, *, coolant: bool, heater: bool
) -> tuple[Array, Array, Warmth]:
    """Mean temperature and unevenness on the grid of `heat_kw`, worked out minute by minute, and the state at the end.

    coolant: the car is awake, so that a hot pack is cooled. heater: a cold pack is heated (DC charging).
    """
    per_minute = max(1, round(_STEP_S / step_s))
    span_s = per_minute * step_s
    sums = np.add.reduceat(heat_kw, np.arange(0, len(heat_kw), per_minute)) / per_minute
    holds_kj, keep = HEAT_KJ_PER_KWH * kwh, exp(-span_s / UNEVEN_S)
    mean, uneven, means, unevens = start.mean_c, start.uneven_c, [start.mean_c], [start.uneven_c]
    for made_kw in sums.tolist():
        cooling = min(max(mean - COOL_ABOVE_C, 0.0) * COOL_KW_PER_C, COOL_MOST_KW) if coolant else 0.0
        heating = HEAT_KW if heater and mean < HEAT_BELOW_C else 0.0
        lost_kw = (mean - outside_c) * holds_kj / (PARKED_H * 3600)
        mean += (made_kw + heating - cooling - lost_kw) * span_s / holds_kj
        uneven = keep * uneven + (1 - keep) * UNEVEN_C_PER_KW * (made_kw + 0.5 * cooling)
        means.append(mean)
        unevens.append(uneven)
    place = (np.arange(len(heat_kw)) + 1.0) / per_minute
    return _between(place, means), _between(place, unevens), Warmth(mean, uneven)


def _between(place: Array, values: list[float]) -> Array:
    table = np.array(values)
    index = np.minimum(place.astype(np.intp), len(table) - 2)
    found: Array = table[index] + (place - index) * (table[index + 1] - table[index])
    return found


def cooled_slowly(start: Warmth, outside_c: Array, step_s: float) -> tuple[Array, Array, Warmth]:
    """A parked pack: no heat of its own, following the air with PARKED_H."""
    means = lagged(outside_c, start.mean_c, exp(-step_s / (PARKED_H * 3600)))
    unevens = lagged(np.zeros(len(outside_c)), start.uneven_c, exp(-step_s / UNEVEN_S))
    return means, unevens, Warmth(float(means[-1]), float(unevens[-1]))


def heat_kw(
    power_kw: Array, nominal_kwh: float, drop_v: tuple[float, float, float], cell_v: float, temp_c: float
) -> Array:
    """Heat made inside the pack [kW] by a power, from the drops at one C."""
    rate = power_kw / nominal_kwh
    return rate * rate * nominal_kwh * (sum(drop_v) / cell_v) * curve(temp_c, COLD_DROP)
