"""What a vehicle does in the interval between two rows: parked, driving, charging, or unseen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from baas.clean import Clean
from baas.maths.steps import close_gaps, held, held_within, mean_of_ends, runs, steps_s
from baas.tables.days import COVERED_GAP_S

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
#: a stretch in which the odometer rises by more, or SOC falls by more, is no charge (downhill without a speed signal, a
#: wrong sign); chosen: odometers step by up to 1 km, coarse feeds send SOC in steps of 1 %
CHARGE_MOST_KM, CHARGE_MOST_FALL_PCT = 1.0, 1.0
#: chosen: a drive that is both shorter than a minute and than 100 m is manoeuvring
SHORTEST_DRIVE_S, SHORTEST_DRIVE_KM = 60.0, 0.1
#: SOC rise that only a charge explains; chosen: twice the 1 % step of coarse feeds
CHARGE_RISE_PCT = 2.0
#: longest time between two steps of a rising SOC that is a charge where current is not sent; chosen: 1 % at 2 kW
SLOWEST_RISE_S = 1800.0
#: a gap in which the vehicle stood still: odometer and SOC as before, within their steps of up to 1 km and 1 %
STILL_KM, STILL_PCT = 0.999, 1.0


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
    charge = _charges(clean, seconds, covered, moving, rated_ah)
    drive = close_gaps(covered & moving, seconds, STOP_S) & covered & ~charge
    drive = _real_drives(drive, seconds, mean_speed, km)
    activity = np.select([charge, drive, covered], [Activity.CHARGE, Activity.DRIVE, Activity.PARK], Activity.LOST_GAP)
    activity[~covered & stood_still(clean)] = Activity.STILL_GAP
    power = mean_of_ends(clean.column("pack_volt") * current) / 1000
    return Intervals(seconds, activity.astype(np.int8), mean_of_ends(current), power, km, mean_speed * seconds / 3600)


def _charges(clean: Clean, seconds: Reals, covered: Mask, moving: Mask, rated_ah: float) -> Mask:
    """Covered steps of real charges: by current; where none is known, by SOC that rises step by step."""
    speed, current, soc = clean.column("emobility_spd"), clean.column("pack_current"), held(clean.column("soc"))
    fills = (current >= max(CHARGE_C_RATE * rated_ah, CHARGE_LEAST_A)) & ~(speed >= 1)
    by_current = fills[:-1] & fills[1:]
    by_soc = ~np.isfinite(mean_of_ends(current)) & _rises(soc, seconds)
    charge = close_gaps(covered & (by_current | by_soc), seconds, CHARGE_PAUSE_S) & ~moving
    kept = charge.copy()
    km = np.concatenate(([0.0], np.cumsum(clean.odometer.step_km[1:])))
    for start, end in zip(*runs(charge), strict=True):
        rise = soc[end] - soc[start]
        kept[start:end] = (
            seconds[start:end].sum() >= SHORTEST_CHARGE_S
            and km[end] - km[start] <= CHARGE_MOST_KM
            and not rise < -CHARGE_MOST_FALL_PCT
            and bool(by_current[start:end].any() or rise >= CHARGE_RISE_PCT)
        )
    return kept & covered


def _rises(soc: Reals, seconds: Reals) -> Mask:
    """Steps from one change of SOC to the next, where that is a rise and comes soon, [n - 1]."""
    turns = np.flatnonzero(np.abs(np.diff(soc)) > 0) + 1
    elapsed = np.concatenate(([0.0], np.cumsum(seconds)))
    climbs = (np.diff(soc[turns]) > 0) & (np.diff(elapsed[turns]) <= SLOWEST_RISE_S)
    edges = np.zeros(len(soc), dtype=np.int64)
    np.add.at(edges, turns[:-1][climbs], 1)
    np.add.at(edges, turns[1:][climbs], -1)
    rising: Mask = np.cumsum(edges)[:-1] > 0
    return rising


def _real_drives(mask: Mask, seconds: Reals, mean_speed: Reals, odometer_km: Reals) -> Mask:
    """Stretches of `mask` that are longer than manoeuvring, in time or in distance by either witness."""
    kept = mask.copy()
    for start, end in zip(*runs(mask), strict=True):
        by_speed = np.nansum(mean_speed[start:end] * seconds[start:end]) / 3600
        far = max(by_speed, odometer_km[start:end].sum()) >= SHORTEST_DRIVE_KM
        kept[start:end] = far or seconds[start:end].sum() >= SHORTEST_DRIVE_S
    return kept


def soc_beside_gaps(clean: Clean) -> Reals:
    """SOC of each row as far as it is known nearby; never one from the other side of a gap, [n]."""
    return held_within(clean.column("soc"), clean.time_ms, COVERED_GAP_S * 1000)


def odometer_beside_gaps(clean: Clean) -> Reals:
    """Odometer of each row [km] as far as it is known nearby; never one from the other side of a gap, [n]."""
    return held_within(clean.odometer.reading_km, clean.time_ms, COVERED_GAP_S * 1000)


def stood_still(clean: Clean) -> Mask:
    """Steps over which SOC and odometer, as far as they are sent, did not change; without either nothing is known."""
    soc = np.abs(np.diff(soc_beside_gaps(clean)))
    km = np.abs(np.diff(odometer_beside_gaps(clean)))
    known = np.isfinite(soc) | np.isfinite(km)
    return known & ~(soc > STILL_PCT) & ~(km > STILL_KM)
