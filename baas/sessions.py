"""CLEAN -> what the vehicle did in each interval, and its drives, charges and rests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean import Clean, CleanPath
from baas.maths.steps import close_gaps, held, mean_of_ends, runs, steps_s
from baas.tables.days import COVERED_GAP_S, SESSIONS

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: slower than this is standing; Korean users of the feed count driving from 3 km/h
DRIVING_KMH = 3.0
#: a stop of at most this long does not end a drive (five minutes, the trip split of Korean users of the feed)
STOP_S = 300.0
#: charges interrupted for at most this long are one (research, charging sessions)
CHARGE_PAUSE_S = 600.0
#: charging current from C/50 on (research), at least 1 A because sensors have offsets
CHARGE_C_RATE, CHARGE_LEAST_A = 0.02, 1.0
#: shorter is recuperation at standstill or switching on; chosen
SHORTEST_CHARGE_S = 120.0
#: chosen: a drive that is both shorter than a minute and than 100 m is manoeuvring
SHORTEST_DRIVE_S, SHORTEST_DRIVE_KM = 60.0, 0.1
#: SOC rise across a gap that only a charge explains; chosen: twice the 1 % step of coarse feeds
INFERRED_RISE_PCT = 2.0
#: a gap in which the vehicle stood still: odometer and SOC as before, within their steps of up to 1 km and 1 %
STILL_KM, STILL_PCT = 0.999, 1.0
#: power above which a charge must be DC: on-board chargers sold in Korea take 7.2 or 11 kW, few 22 kW; chosen 23
DC_FROM_KW = 23.0
#: a charge that never exceeds this over its whole length is AC; chosen: 11 kW plus tolerance
AC_UP_TO_KW = 11.5


class Activity(IntEnum):
    """What a vehicle does in an interval between two rows."""

    PARK = 0
    DRIVE = 1
    CHARGE = 2
    STILL_GAP = 3
    LOST_GAP = 4


@dataclass(frozen=True)
class Intervals:
    """The n - 1 steps between n rows: seconds, activity, mean current [A], power [kW], driven km; NaN where missing."""

    seconds: Reals
    activity: NDArray[np.int8]
    current_a: Reals
    power_kw: Reals
    odometer_km: Reals
    speed_km: Reals

    @property
    def covered(self) -> Mask:
        """Steps short enough to integrate over."""
        return self.activity <= Activity.CHARGE


def intervals(clean: Clean, rated_ah: float) -> Intervals:
    """The steps of one vehicle-month."""
    seconds = steps_s(clean.time_ms)
    covered = seconds <= COVERED_GAP_S
    speed, current = clean.column("emobility_spd"), clean.column("pack_current")
    mean_speed = mean_of_ends(speed)
    km = clean.odometer.step_km[1:]
    moving = np.where(np.isfinite(mean_speed), mean_speed >= DRIVING_KMH, km > 0)
    least_a = max(CHARGE_C_RATE * rated_ah, CHARGE_LEAST_A)
    fills = (current >= least_a) & ~(speed >= 1)
    charge = _lasting(close_gaps(covered & fills[:-1] & fills[1:], seconds, CHARGE_PAUSE_S) & ~moving, seconds)
    drive = _real_drives(close_gaps(covered & moving, seconds, STOP_S) & covered & ~charge, seconds, mean_speed)
    charge &= covered
    activity = np.select([charge, drive, covered], [Activity.CHARGE, Activity.DRIVE, Activity.PARK], Activity.LOST_GAP)
    activity[~covered & _stood_still(clean)] = Activity.STILL_GAP
    power = mean_of_ends(clean.column("pack_volt") * current) / 1000
    return Intervals(seconds, activity.astype(np.int8), mean_of_ends(current), power, km, mean_speed * seconds / 3600)


def _lasting(mask: Mask, seconds: Reals) -> Mask:
    """Stretches of `mask` that last long enough to be a charge."""
    kept = mask.copy()
    for start, end in zip(*runs(mask), strict=True):
        kept[start:end] = seconds[start:end].sum() >= SHORTEST_CHARGE_S
    return kept


def _real_drives(mask: Mask, seconds: Reals, mean_speed: Reals) -> Mask:
    kept = mask.copy()
    for start, end in zip(*runs(mask), strict=True):
        km = np.nansum(mean_speed[start:end] * seconds[start:end]) / 3600
        kept[start:end] = (seconds[start:end].sum() >= SHORTEST_DRIVE_S) | (km >= SHORTEST_DRIVE_KM)
    return kept


def _stood_still(clean: Clean) -> Mask:
    """Steps over which SOC and odometer, as far as they are sent, did not change."""
    soc = held(clean.column("soc"))
    change = np.abs(np.diff(soc))
    return (change <= STILL_PCT) & (clean.odometer.step_km[1:] <= STILL_KM)


def sessions(clean: Clean, steps: Intervals, path: CleanPath | None, rated_ah: float) -> pd.DataFrame:
    """Drives, charges and rests of one vehicle-month as SESSIONS rows in order of start."""
    kind = np.where(steps.activity == Activity.STILL_GAP, Activity.PARK, steps.activity)
    soc = held(clean.column("soc"))
    rise = np.diff(soc)
    kind = np.where((kind == Activity.LOST_GAP) & (rise >= INFERRED_RISE_PCT), 10 + np.arange(len(kind)), kind)
    turns = np.flatnonzero(np.diff(kind)) + 1
    starts, ends = np.concatenate(([0], turns)), np.concatenate((turns, [len(kind)]))
    wanted = kind[starts] != Activity.LOST_GAP if len(kind) else np.zeros(len(starts), dtype=bool)
    starts, ends = starts[wanted], ends[wanted]
    if not len(starts):
        return pd.DataFrame({name: [] for name in SESSIONS.names})
    inferred = kind[starts] >= 10
    names = np.array(["rest", "drive", "charge"])
    table = _sums(clean, steps, starts, ends)
    table["kind"] = np.where(inferred, "charge", names[np.minimum(kind[starts], 2)])
    table["inferred"] = inferred.astype(int)
    table = table | _ends(clean, soc, starts, ends) | _charging(clean, steps, starts, ends, table["kind"], rated_ah)
    table = table | _places(path, clean.time_ms[starts])
    return pd.DataFrame({name: table.get(name, clean.device_no) for name in SESSIONS.names})


def _sums(clean: Clean, steps: Intervals, starts: NDArray, ends: NDArray) -> dict[str, NDArray]:
    """Integrals over each session; NaN when no step of it has the quantity."""
    covered = steps.covered
    hours = steps.seconds / 3600

    def over(values: Reals, use: Mask) -> Reals:
        known = use & np.isfinite(values)
        passed = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
        count = np.concatenate(([0], np.cumsum(known)))
        return np.where(count[ends] > count[starts], passed[ends] - passed[starts], np.nan)

    everywhere = np.ones(len(covered), dtype=bool)
    charge, energy = steps.current_a * hours, steps.power_kw * hours
    sums = {
        "covered_s": np.nan_to_num(over(steps.seconds, covered)),
        "in_ah": over(np.maximum(charge, 0), covered),
        "out_ah": over(np.maximum(-charge, 0), covered),
        "in_kwh": over(np.maximum(energy, 0), covered),
        "out_kwh": over(np.maximum(-energy, 0), covered),
        "distance_km": over(steps.odometer_km, everywhere)
        if np.isfinite(clean.odometer.reading_km).any()
        else starts * np.nan,
        "speed_km": over(steps.speed_km, covered),
    }
    for name, counter in (("counter_in_kwh", "cumul_pw_chrgd"), ("counter_out_kwh", "cumul_pw_dischrgd")):
        rise = np.diff(held(clean.column(counter)))
        sums[name] = over(np.where((rise >= 0) & (rise < 200), rise, np.nan), everywhere)
    return sums


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


def _charging(
    clean: Clean, steps: Intervals, starts: NDArray, ends: NDArray, kinds: NDArray, rated_ah: float
) -> dict[str, NDArray]:
    """Power and mode of the charges; missing for other sessions and for charges nobody saw."""
    peak, median, rate = (np.full(len(starts), np.nan) for _ in range(3))
    mode = np.full(len(starts), "", dtype=object)
    fast = np.fmax(clean.column("fast_chrg_port_conn"), clean.column("fast_chrg_relay_on"))
    slow = clean.column("slow_chrg_port_conn")
    for k in np.flatnonzero(kinds == "charge"):
        start, end = starts[k], ends[k]
        inside = steps.activity[start:end] == Activity.CHARGE
        power = steps.power_kw[start:end][inside]
        power = power[np.isfinite(power)]
        current = steps.current_a[start:end][inside]
        if len(power):
            peak[k], median[k] = power.max(), np.median(power)
        if np.isfinite(current).any() and rated_ah > 0:
            rate[k] = np.nanmax(current) / rated_ah
        mode[k] = _mode(fast[start : end + 1], slow[start : end + 1], float(peak[k]))
    return {"max_kw": peak, "median_kw": median, "max_c_rate": rate, "mode": mode}


def _mode(fast: Reals, slow: Reals, peak_kw: float) -> str:
    """Mode of a charge from the port flags, else from its power where that leaves no doubt."""
    if (fast > 0).any() != (slow > 0).any():
        return "dc" if (fast > 0).any() else "ac"
    if peak_kw > DC_FROM_KW:
        return "dc"
    return "ac" if peak_kw <= AC_UP_TO_KW else "unknown"


def _places(path: CleanPath | None, start_ms: NDArray[np.int64]) -> dict[str, NDArray]:
    """Last fix at or before each start, not older than ten minutes (a car parks where it was last seen)."""
    nowhere = np.full(len(start_ms), np.nan)
    if path is None or not len(path.time_ms):
        return {"lat": nowhere, "lng": nowhere}
    place = np.searchsorted(path.time_ms, start_ms, side="right") - 1
    fresh = (place >= 0) & (start_ms - path.time_ms[np.maximum(place, 0)] <= 600_000)
    at = np.maximum(place, 0)
    return {"lat": np.where(fresh, path.lat[at], np.nan), "lng": np.where(fresh, path.lng[at], np.nan)}
