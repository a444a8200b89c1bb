"""CLEAN -> the drives, charges and rests of a vehicle."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean import Clean, CleanPath
from baas.clean.activity import CHARGE_PAUSE_S, CHARGE_RISE_PCT, Activity, Intervals, soc_beside_gaps
from baas.maths.steps import close_gaps
from baas.tables.days import SESSIONS

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: sessions are told apart by the activity of their steps; each charge that nobody saw has a number of its own from here
_UNSEEN = 10
#: longest gap across which a rise of SOC is one unseen charge; chosen: a car is charged within a day, and across
#: a longer gap a rise may hide several charges and the drives between them
UNSEEN_CHARGE_S = 86_400.0
#: power above which a charge must be DC: on-board chargers sold in Korea take 7.2 or 11 kW, few 22 kW; chosen 23
DC_FROM_KW = 23.0
#: a charge that never exceeds this over its whole length is AC; chosen: 11 kW plus tolerance
AC_UP_TO_KW = 11.5
#: share of the rows with a port flag in which it must be set; chosen: a flag that flickers is no plug
FLAG_SHARE = 0.5
#: a fix stands for a place as long as the vehicle has not gone further; chosen: from the gate of a garage to the plug
SAME_PLACE_KM = 0.5
#: where neither speed nor odometer tells whether it moved, a fix stands for this long; chosen
FRESH_MS = 600_000


def sessions(clean: Clean, steps: Intervals, path: CleanPath | None, rated_ah: float) -> pd.DataFrame:
    """Drives, charges and rests of one vehicle-month as SESSIONS rows in order of start."""
    soc = soc_beside_gaps(clean)
    kind = _kinds(steps, soc)
    turns = np.flatnonzero(np.diff(kind)) + 1
    starts, ends = np.concatenate(([0], turns)), np.concatenate((turns, [len(kind)]))
    wanted = kind[starts] != Activity.LOST_GAP if len(kind) else np.zeros(len(starts), dtype=bool)
    starts, ends = starts[wanted], ends[wanted]
    if not len(starts):
        return pd.DataFrame({name: [] for name in SESSIONS.names})
    inferred = kind[starts] >= _UNSEEN
    table = _sums(clean, steps, starts, ends)
    names = np.array(["rest", "drive", "charge"])
    table["kind"] = np.where(inferred, "charge", names[np.minimum(kind[starts], 2)])
    table["inferred"] = inferred.astype(int)
    charges = np.flatnonzero(table["kind"] == "charge")
    table |= _ends(clean, soc, starts, ends) | charging_columns(clean, steps, starts, ends, charges, rated_ah)
    table |= places(clean, steps, path, clean.time_ms[starts], clean.time_ms[ends])
    return pd.DataFrame({name: table.get(name, clean.device_no) for name in SESSIONS.names})


def _kinds(steps: Intervals, soc: Reals) -> NDArray[np.int64]:
    """What session each step belongs to, [n - 1]: a gap without change is rest, a short gap in a charge is charge."""
    gap = ~steps.covered
    kind = np.where(steps.activity == Activity.STILL_GAP, Activity.PARK, steps.activity).astype(np.int64)
    inside_charge = gap & close_gaps(steps.activity == Activity.CHARGE, steps.seconds, CHARGE_PAUSE_S)
    kind[inside_charge] = Activity.CHARGE
    unseen = (kind == Activity.LOST_GAP) & (np.diff(soc) >= CHARGE_RISE_PCT) & (steps.seconds <= UNSEEN_CHARGE_S)
    return np.where(unseen, _UNSEEN + np.arange(len(kind)), kind)


def _over(values: Reals, use: Mask, starts: NDArray, ends: NDArray) -> Reals:
    """Sum over the steps of each session that may be used; NaN when no step of it has the quantity."""
    known = use & np.isfinite(values)
    passed = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    return np.where(count[ends] > count[starts], passed[ends] - passed[starts], np.nan)


def _sums(clean: Clean, steps: Intervals, starts: NDArray, ends: NDArray) -> dict[str, NDArray]:
    """Integrals over each session; NaN when no step of it has the quantity."""
    covered = steps.covered
    always = np.ones(len(covered), dtype=bool)
    has_odometer = always & bool(np.isfinite(clean.odometer.reading_km).any())
    hours = steps.seconds / 3600
    charge, energy = steps.current_a * hours, steps.power_kw * hours
    summed: dict[str, tuple[Reals, Mask]] = {
        "in_ah": (np.maximum(charge, 0), covered),
        "out_ah": (np.maximum(-charge, 0), covered),
        "in_kwh": (np.maximum(energy, 0), covered),
        "out_kwh": (np.maximum(-energy, 0), covered),
        "counter_in_kwh": (clean.rise("cumul_pw_chrgd")[1:], always),
        "counter_out_kwh": (clean.rise("cumul_pw_dischrgd")[1:], always),
        "distance_km": (steps.odometer_km, has_odometer),
        "speed_km": (steps.speed_km, covered),
    }
    sums = {name: _over(values, use, starts, ends) for name, (values, use) in summed.items()}
    return sums | {"covered_s": np.nan_to_num(_over(steps.seconds, covered, starts, ends))}


def _ends(clean: Clean, soc: Reals, starts: NDArray, ends: NDArray) -> dict[str, NDArray]:
    """Readings at the ends of each session, and extremes inside it."""
    warm, outside = clean.mean_module_c, clean.column("ext_temp")
    return {
        "start_ms": clean.time_ms[starts],
        "end_ms": clean.time_ms[ends],
        "rows": ends - starts + 1,
        "start_soc_pct": soc[starts],
        "end_soc_pct": soc[ends],
        "min_soc_pct": _reduced(np.fmin, soc, starts, ends),
        "max_soc_pct": _reduced(np.fmax, soc, starts, ends),
        "min_temp_c": _reduced(np.fmin, warm, starts, ends),
        "max_temp_c": _reduced(np.fmax, warm, starts, ends),
        "mean_temp_c": _mean(warm, starts, ends),
        "ext_temp_c": _mean(outside, starts, ends),
        "start_cell_mv": clean.cell.median_mv[starts].astype(float),
        "end_cell_mv": clean.cell.median_mv[ends].astype(float),
    }


def _reduced(reduce: np.ufunc, values: Reals, starts: NDArray, ends: NDArray) -> Reals:
    """`reduce` over rows start to end (inclusive) of each session."""
    edges = np.ravel(np.column_stack((starts, ends + 1)))
    padded = np.append(values, np.nan)
    return np.asarray(reduce.reduceat(padded, edges)[::2])


def _mean(values: Reals, starts: NDArray, ends: NDArray) -> Reals:
    passed = np.concatenate(([0.0], np.cumsum(np.nan_to_num(values))))
    count = np.concatenate(([0], np.cumsum(np.isfinite(values))))
    known = count[ends + 1] - count[starts]
    return np.where(known > 0, (passed[ends + 1] - passed[starts]) / np.maximum(known, 1), np.nan)


def charging_columns(
    clean: Clean, steps: Intervals, starts: NDArray, ends: NDArray, charges: NDArray, rated_ah: float
) -> dict[str, NDArray]:
    """Power and mode of the sessions numbered by `charges`; missing for other sessions and for charges nobody saw."""
    peak, median, rate = (np.full(len(starts), np.nan) for _ in range(3))
    mode = np.full(len(starts), "", dtype=object)
    fast = np.fmax(clean.column("fast_chrg_port_conn"), clean.column("fast_chrg_relay_on"))
    slow = clean.column("slow_chrg_port_conn")
    for k in charges:
        start, end = starts[k], ends[k]
        inside = steps.activity[start:end] == Activity.CHARGE
        power, current = steps.power_kw[start:end][inside], steps.current_a[start:end][inside]
        power, current = power[np.isfinite(power)], current[np.isfinite(current)]
        if len(power):
            peak[k], median[k] = power.max(), np.median(power)
        if len(current) and rated_ah > 0:
            rate[k] = current.max() / rated_ah
        mode[k] = mode_of(fast[start : end + 1], slow[start : end + 1], float(peak[k]))
    return {"max_kw": peak, "median_kw": median, "max_c_rate": rate, "mode": mode}


def _is_set(flag: Reals) -> bool:
    known = flag[np.isfinite(flag)]
    return bool(len(known) and (known > 0).mean() > FLAG_SHARE)


def mode_of(fast: Reals, slow: Reals, peak_kw: float) -> str:
    """Mode of a charge: DC where no on-board charger gives the power, else by the port flags, else by low power."""
    if peak_kw > DC_FROM_KW:
        return "dc"
    if _is_set(fast) != _is_set(slow):
        return "dc" if _is_set(fast) else "ac"
    return "ac" if peak_kw <= AC_UP_TO_KW else "unknown"


def places(
    clean: Clean, steps: Intervals, path: CleanPath | None, start_ms: NDArray[np.int64], end_ms: NDArray[np.int64]
) -> dict[str, NDArray]:
    """Place of each session [°]: the last fix before it since which the vehicle did not go away, else the first fix
    inside it before it does. A car stays where it parked, however long ago that was.
    """
    lat, lng = np.full(len(start_ms), np.nan), np.full(len(start_ms), np.nan)
    if path is None or not len(path):
        return {"lat": lat, "lng": lng}
    before = np.searchsorted(path.time_ms, start_ms, side="right") - 1
    travel = _Travel(clean, steps)
    for fix in (before, before + 1):
        at = np.clip(fix, 0, len(path) - 1)
        there = (fix == at) & (path.time_ms[at] <= end_ms) & travel.is_same_place(path.time_ms[at], start_ms)
        use = there & np.isnan(lat)
        lat[use], lng[use] = path.lat[at[use]], path.lng[at[use]]
    return {"lat": lat, "lng": lng}


class _Travel:
    """Way gone since the first row, by speed where it is sent, else by odometer."""

    def __init__(self, clean: Clean, steps: Intervals) -> None:
        by_speed = steps.covered & np.isfinite(steps.speed_km)
        km = np.where(by_speed, steps.speed_km, steps.odometer_km)
        told = by_speed | np.isfinite(clean.odometer.reading_km).any()
        self._time_ms = clean.time_ms
        self._km = np.concatenate(([0.0], np.cumsum(km)))
        self._untold_ms = np.concatenate(([0.0], np.cumsum(np.where(told, 0.0, steps.seconds * 1000))))

    def is_same_place(self, one_ms: NDArray[np.int64], other_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the vehicle was where it was at another moment."""
        km = np.abs(self._at(self._km, one_ms) - self._at(self._km, other_ms))
        untold = np.abs(self._at(self._untold_ms, one_ms) - self._at(self._untold_ms, other_ms))
        outside = np.maximum(0, self._time_ms[0] - one_ms) + np.maximum(0, one_ms - self._time_ms[-1])
        same: NDArray[np.bool_] = (km <= SAME_PLACE_KM) & (untold + outside <= FRESH_MS)
        return same

    def _at(self, passed: Reals, time_ms: NDArray[np.int64]) -> Reals:
        return np.interp(time_ms, self._time_ms, passed)
