"""How a day was driven: energy over driven distance, positive kinetic energy, harsh events, speeds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.clean import Clean
from baas.clean.activity import Activity, Intervals
from baas.daily.groups import Days, weights_where
from baas.maths.steps import bin_numbers, runs
from baas.tables.days import ACCELERATION_BINS, PKE_STEP_S, SPEED_BINS, STEP_JITTER_S, limits_class

Reals = NDArray[np.float64]

#: longest step at which single harsh events can be seen (research: they vanish above 1 s)
HARSH_STEP_S = 1.0
#: a drive's odometer distance is taken unless it is this far from its speed distance: then the odometer was late
ODOMETER_TOLERANCE, ODOMETER_TOLERANCE_KM = 0.10, 1.0
#: dangerous-driving limits of the Korean digital tachograph rules (MOLIT/TS 2022-05-19, annex 2) [km/h per s]:
#: acceleration by speed from, and braking by speed from
HARSH_ACCELERATION = {
    "car": ((0.0, 10.0), (6.0, 12.0), (10.0, 10.0), (20.0, 8.0)),
    "truck": ((0.0, 6.0), (6.0, 7.0), (10.0, 6.0), (20.0, 5.0)),
}
HARSH_BRAKING = {"car": ((0.0, 14.0), (30.0, 15.0)), "truck": ((0.0, 8.0),)}


def driven_km(clean: Clean, steps: Intervals) -> Reals:
    """Distance of each driving step [km], NaN elsewhere: speed distances scaled to the odometer of each drive.

    Where the odometer is late or missing the speed distance stands; where speed is missing the odometer step.
    """
    km = np.full(len(steps.seconds), np.nan)
    has_odometer = np.isfinite(clean.odometer.reading_km).any()
    for start, end in zip(*runs(steps.activity == Activity.DRIVE), strict=True):
        speed = steps.speed_km[start:end]
        known = np.isfinite(speed)
        by_speed, by_odometer = speed[known].sum(), steps.odometer_km[start:end][known].sum()
        if not known.any():
            km[start:end] = steps.odometer_km[start:end] if has_odometer else np.nan
            continue
        close = abs(by_odometer - by_speed) <= max(ODOMETER_TOLERANCE * by_speed, ODOMETER_TOLERANCE_KM)
        scale = by_odometer / by_speed if has_odometer and close and by_speed > 10 * ODOMETER_TOLERANCE_KM else 1.0
        km[start:end] = speed * scale
    return km


def driving_columns(days: Days, clean: Clean, steps: Intervals, body: str) -> dict[str, NDArray]:
    """DAILY columns about driving."""
    km = driven_km(clean, steps)
    powered = np.isfinite(km) & np.isfinite(steps.power_kw)
    energy = steps.power_kw * steps.seconds / 3600
    speed = clean.column("emobility_spd") / 3.6
    outside = clean.column("ext_temp")
    air = np.where(np.isfinite(outside), outside, clean.mean_module_c)[:-1]
    driving = steps.activity == Activity.DRIVE
    gain = np.diff(speed**2)
    short = driving & (steps.seconds <= PKE_STEP_S + STEP_JITTER_S) & np.isfinite(gain) & np.isfinite(km)
    seen = short & (steps.seconds <= HARSH_STEP_S + STEP_JITTER_S)
    limits = limits_class(body)
    return {
        "drive_km": days.step_sum(np.where(powered, km, 0.0)),
        "drive_out_kwh": days.step_sum(np.where(powered, np.maximum(-energy, 0), 0.0)),
        "drive_in_kwh": days.step_sum(np.where(powered, np.maximum(energy, 0), 0.0)),
        "drive_ext_temp_c": _weighted_mean(days, air, np.where(driving, km, np.nan)),
        "pke_m2_s2": days.step_sum(np.where(short, np.maximum(gain, 0), 0.0)),
        "pke_km": days.step_sum(np.where(short, km, 0.0)),
        "harsh_accel": _harsh(days, clean, steps, seen, HARSH_ACCELERATION[limits], 1.0),
        "harsh_brake": _harsh(days, clean, steps, seen, HARSH_BRAKING[limits], -1.0),
        "harsh_km": days.step_sum(np.where(seen, km, 0.0)),
    }


def _weighted_mean(days: Days, values: Reals, weights: Reals) -> Reals:
    known = np.isfinite(values) & np.isfinite(weights)
    weight = days.step_sum(np.where(known, weights, 0.0))
    whole = days.step_sum(np.where(known, values * weights, 0.0))
    return np.where(weight > 0, whole / np.where(weight > 0, weight, 1.0), np.nan)


def _harsh(
    days: Days,
    clean: Clean,
    steps: Intervals,
    seen: NDArray[np.bool_],
    limits: tuple[tuple[float, float], ...],
    sign: float,
) -> NDArray[np.int64]:
    """Harsh events by day: stretches in which speed changes faster than the limit at the speed of the step's start."""
    speed = clean.column("emobility_spd")
    change = sign * np.diff(speed) / np.where(steps.seconds > 0, steps.seconds, np.nan)
    speeds, rates = zip(*limits, strict=True)
    at = np.searchsorted(np.array(speeds), np.nan_to_num(speed[:-1]), side="right") - 1
    starts, _ = runs(seen & (change >= np.array(rates)[np.maximum(at, 0)]))
    return np.bincount(days.number_of_step[starts], minlength=days.number)


def drive_arrays(days: Days, clean: Clean, steps: Intervals) -> dict[str, NDArray]:
    """Seconds by speed and steps by acceleration while driving."""
    speed = clean.column("emobility_spd")
    driving = steps.activity == Activity.DRIVE
    mean = (speed[:-1] + speed[1:]) / 2
    change = np.diff(speed) / 3.6 / np.where(steps.seconds > 0, steps.seconds, np.nan)
    at_speed, at_change = bin_numbers(mean, SPEED_BINS), bin_numbers(change, ACCELERATION_BINS)
    short = driving & (steps.seconds <= PKE_STEP_S + STEP_JITTER_S) & np.isfinite(change)
    return {
        "speed_s": days.step_histogram(
            at_speed, SPEED_BINS.count, weights_where(driving & np.isfinite(mean), steps.seconds)
        ),
        "accel_n": days.step_histogram(at_change, ACCELERATION_BINS.count, short.astype(float)),
    }
