"""The pack: voltage from charge, current and temperature; current from power; charge and energy in balance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from baas.simulate.portable import Array, curve, exp, lagged, lerp

#: open-circuit voltage [SOC %, V] of the full range of a cell; shapes as in published curves of NMC622/graphite and
#: LFP/graphite: for NMC 2 to 5 mV per % below 50 %, 7 to 10 above
OCV_POINTS = {
    "NMC": (
        (-10, 2.2), (-5, 2.7), (0, 3.10), (2, 3.27), (5, 3.39), (10, 3.465), (15, 3.51), (20, 3.545), (30, 3.595),
        (40, 3.630), (50, 3.672), (55, 3.702), (60, 3.745), (70, 3.842), (80, 3.938), (90, 4.042), (95, 4.095),
        (100, 4.170), (105, 4.30), (110, 4.45),
    ),
    "LFP": (
        (-10, 1.8), (-5, 2.3), (0, 2.80), (2, 3.02), (5, 3.15), (10, 3.205), (15, 3.232), (20, 3.254), (30, 3.284),
        (38, 3.292), (50, 3.295), (58, 3.300), (66, 3.325), (75, 3.332), (90, 3.335), (96, 3.340), (98.5, 3.352),
        (100, 3.42), (102, 3.6), (110, 4.0),
    ),
}  # fmt: skip
OCV_LOW, OCV_HIGH, OCV_STEP = -0.10, 1.10, 0.00005
OCV_ROUNDING = 600  # steps over which the corners between the points are rounded off, 3 % of SOC; chosen
#: voltage drop at one C [V] at 25 °C, half charged, new: at once, after tens of seconds, after tens of minutes.
#: Chosen: E-GMP packs of 111 Ah are reported near 0.1 ohm, about 60 mV a cell at one C
DROP_V = {"NMC": (0.036, 0.016, 0.022), "LFP": (0.030, 0.014, 0.016)}
FAST_S, SLOW_S = 25.0, 900.0
#: resistance against temperature [°C] and SOC; chosen after published curves of such cells
COLD_DROP = ((-20, 3.6), (-10, 2.5), (0, 1.8), (10, 1.35), (25, 1.0), (40, 0.82), (60, 0.7))
LOW_SOC_DROP = ((-0.1, 3.0), (0.0, 1.9), (0.05, 1.5), (0.15, 1.12), (0.3, 1.0), (1.1, 1.0))
#: rounds of the current's solution; each leaves a twentieth of the error or less
_ROUNDS = 3


@lru_cache(maxsize=16)
def ocv_table(chemistry: str, low: float, high: float) -> Array:
    """Open-circuit voltage [V] over the SOC in use, from OCV_LOW to OCV_HIGH; the points are rounded off over 3 %."""
    extra = OCV_ROUNDING - 1
    count = round((OCV_HIGH - OCV_LOW) / OCV_STEP) + 1
    soc = OCV_LOW + OCV_STEP * (np.arange(count + 2 * extra, dtype=np.float64) - extra)
    knots = np.array([point for point, _ in OCV_POINTS[chemistry]], dtype=np.float64) / 100
    volts = np.array([volt for _, volt in OCV_POINTS[chemistry]])
    table = _from_points(low + (high - low) * soc, knots, volts)
    for _ in range(2):
        sums = np.concatenate([[0.0], np.cumsum(table)])
        table = (sums[OCV_ROUNDING:] - sums[:-OCV_ROUNDING]) / OCV_ROUNDING
    return np.round(table, 7)


def _from_points(x: Array, knots: Array, values: Array) -> Array:
    index = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    return values[index] + (x - knots[index]) / (knots[index + 1] - knots[index]) * (values[index + 1] - values[index])


_TEMPERATURES = np.array([curve(-30 + k, COLD_DROP) for k in range(101)])
_CHARGES = np.array([curve(-0.1 + 0.01 * k, LOW_SOC_DROP) for k in range(121)])


@dataclass(frozen=True)
class Pack:
    """Fixed facts of one pack. drop_v: voltage drops of one cell at one C [V] with age applied."""

    cells: int
    capacity_ah: float
    ocv: Array
    drop_v: tuple[float, float, float]


@dataclass(frozen=True)
class Charge:
    """The moving state: SOC [0 to 1] and the two slow voltage drops of the mean cell [V]."""

    soc: float
    fast_v: float
    slow_v: float


@dataclass(frozen=True)
class Flow:
    """Mean-cell quantities on an even time grid: current [A, charging positive], voltages [V], SOC [0 to 1]."""

    current_a: Array
    soc: Array
    drop_ohm_v: Array
    drop_slow_v: Array
    cell_v: Array

    def energy_kwh(self, cells: int, step_s: float) -> tuple[float, float]:
        """Energy put in and taken out over the grid [kWh]."""
        power_kw = self.current_a * self.cell_v * (cells / 1000)
        return float(np.maximum(power_kw, 0).sum() * step_s / 3600), float(
            -np.minimum(power_kw, 0).sum() * step_s / 3600
        )

    def charge_ah(self, step_s: float) -> tuple[float, float]:
        """Charge put in and taken out over the grid [Ah]."""
        current = self.current_a
        return float(np.maximum(current, 0).sum() * step_s / 3600), float(-np.minimum(current, 0).sum() * step_s / 3600)


def flow(pack: Pack, start: Charge, power_kw: Array, temp_c: Array, step_s: float) -> tuple[Flow, Charge]:
    """What the pack does when it takes `power_kw` (charging positive) on a grid of `step_s` seconds.

    The current of each step solves power = voltage x current; SOC and slow drops follow from it, so the rounds repeat
    until they agree. Energy is then voltage times current of the very arrays returned: nothing is lost.
    """
    first, fast, slow = (drop / pack.capacity_ah for drop in pack.drop_v)  # ohm of one cell
    keep_fast, keep_slow = exp(-step_s / FAST_S), exp(-step_s / SLOW_S)
    cell_w = power_kw * (1000 / pack.cells)
    factor = lerp(temp_c, _TEMPERATURES, -30.0, 1.0)
    soc = np.full(len(power_kw), start.soc)
    lag_v = np.full(len(power_kw), start.fast_v + start.slow_v)
    for _ in range(_ROUNDS if power_kw.any() else 1):
        scale = factor * lerp(soc, _CHARGES, -0.1, 0.01)
        ohm = first * scale
        rest_v = lerp(soc, pack.ocv, OCV_LOW, OCV_STEP)
        bare_v = rest_v + lag_v
        current = (
            2 * cell_w / (bare_v + np.sqrt(np.maximum(bare_v * bare_v + 4 * ohm * cell_w, 0.25 * bare_v * bare_v)))
        )
        soc = start.soc + np.cumsum(current) * (step_s / 3600 / pack.capacity_ah)
        fast_v = lagged(current * scale * fast, start.fast_v, keep_fast)
        slow_v = lagged(current * scale * slow, start.slow_v, keep_slow)
        lag_v = fast_v + slow_v
    cell_v = lerp(soc, pack.ocv, OCV_LOW, OCV_STEP) + current * ohm + lag_v
    done = Charge(float(soc[-1]), float(fast_v[-1]), float(slow_v[-1]))
    return Flow(current, soc, current * ohm, lag_v, cell_v), done
