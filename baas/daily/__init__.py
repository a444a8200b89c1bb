"""CLEAN and SESSIONS -> one row per vehicle-day, and the arrays that the day carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean import Clean, CleanPath
from baas.daily.cells import cell_arrays, module_arrays
from baas.daily.driving import drive_arrays, driving_columns
from baas.daily.exposure import exposure_arrays
from baas.daily.groups import Days, local_dates
from baas.maths.geo import haversine_km
from baas.maths.steps import steps_s
from baas.sessions import Activity, Intervals
from baas.tables.days import COVERED_GAP_S, DAILY

Reals = NDArray[np.float64]

#: faster between two fixes than this is a jump of the receiver (research, mileage integrity)
FASTEST_FIX_KMH = 250.0
#: below this SOC a battery counts as deeply discharged, and it must rise above the second before it can fall again
LOW_SOC_PCT, LOW_SOC_LEFT_PCT = 10.0, 12.0
#: charging below this temperature and above this C-rate plates lithium (research, temperature)
COLD_C, COLD_C_RATE = 10.0, 0.3


@dataclass(frozen=True)
class DayTables:
    """DAILY rows of one vehicle-month, and for each of them the DAY_ARRAYS it carries."""

    days: pd.DataFrame
    arrays: tuple[Mapping[str, NDArray], ...]


def daily(
    clean: Clean,
    steps: Intervals,
    found: pd.DataFrame,
    path: CleanPath | None,
    timezone: str,
    rated_ah: float,
    body: str,
) -> DayTables:
    """Vehicle-days of one vehicle-month.

    `found` are its sessions, `rated_ah` scales C-rates, `body` picks the limits for harsh driving.
    """
    days = Days.of(clean.time_ms, timezone)
    table: dict[str, NDArray | str] = {
        "device_no": clean.device_no, "date": days.dates, "rows": days.counts(),
        "first_ms": days.first(clean.time_ms.astype(np.float64)), "last_ms": days.last(clean.time_ms.astype(np.float64)),
        "cells": np.full(days.number, clean.cells_mv.shape[1]), "modules": np.full(days.number, len(clean.probes)),
    }  # fmt: skip
    table |= _times(days, steps) | _states(days, clean) | _distances(days, clean, steps)
    table |= _energy(days, clean, steps, found, timezone, rated_ah) | driving_columns(days, clean, steps, body)
    table |= _path_columns(days, path, timezone)
    frame = pd.DataFrame({name: table[name] for name in DAILY.names})
    whole = exposure_arrays(days, clean, steps) | drive_arrays(days, clean, steps)
    whole |= cell_arrays(days, clean, steps, rated_ah) | module_arrays(days, clean)
    return DayTables(frame, tuple({name: values[k] for name, values in whole.items()} for k in range(days.number)))


def _times(days: Days, steps: Intervals) -> dict[str, NDArray]:
    """Seconds by what the vehicle did, and the usual step between rows."""

    def spent(*activities: Activity) -> Reals:
        return days.step_sum(np.where(np.isin(steps.activity, activities), steps.seconds, 0.0))

    return {
        "sampling_s": days.step_median(np.where(steps.covered, steps.seconds, np.nan)),
        "covered_s": spent(Activity.PARK, Activity.DRIVE, Activity.CHARGE),
        "still_gap_s": spent(Activity.STILL_GAP),
        "lost_gap_s": spent(Activity.LOST_GAP),
        "drive_s": spent(Activity.DRIVE),
        "charge_s": spent(Activity.CHARGE),
        "park_s": spent(Activity.PARK),
    }


def _states(days: Days, clean: Clean) -> dict[str, NDArray]:
    """First, last, lowest and typical readings of each day."""
    soc, insulation = clean.column("soc"), clean.column("insul_resistance")
    charges, quick = clean.column("chrg_cnt"), clean.column("chrg_cnt_q")
    return {
        "odometer_first_km": days.first(clean.odometer.reading_km),
        "odometer_last_km": days.last(clean.odometer.reading_km),
        "soc_first_pct": days.first(soc),
        "soc_last_pct": days.last(soc),
        "soc_min_pct": days.low(soc),
        "soc_max_pct": days.high(soc),
        "bms_soh_pct": days.median(clean.column("soh")),
        "low_soc_events": days.sum(_low_soc_events(soc)).astype(np.int64),
        "insulation_min_kohm": days.low(insulation),
        "insulation_median_kohm": days.median(insulation),
        "charges_first": days.first(charges),
        "charges_last": days.last(charges),
        "quick_charges_first": days.first(quick),
        "quick_charges_last": days.last(quick),
    }


def _low_soc_events(soc: Reals) -> Reals:
    """1 in the rows in which SOC falls below the limit after it had been above the upper one, [n]."""
    falls = np.zeros(len(soc))
    places = np.flatnonzero(np.isfinite(soc))
    if not len(places):
        return falls
    known, order = soc[places], np.arange(len(places))
    last_armed = np.maximum.accumulate(np.where(known > LOW_SOC_LEFT_PCT, order, -1))
    low = known < LOW_SOC_PCT
    last_low = np.maximum.accumulate(np.where(low, order, -1))
    falls[places] = low & (last_armed > np.concatenate(([-1], last_low[:-1])))
    return falls


def _distances(days: Days, clean: Clean, steps: Intervals) -> dict[str, NDArray]:
    """Odometer and speed distances inside each day; what lies between two days belongs to neither."""
    inside = days.step_inside
    sent = np.isfinite(clean.odometer.reading_km)
    first_sent = np.zeros(len(sent), dtype=bool)
    places = np.flatnonzero(sent)
    if len(places):
        first_sent[places[np.unique(days.number_of_row[places], return_index=True)[1]]] = True
    km = np.where(first_sent[1:], 0.0, steps.odometer_km)
    has = days.sum(sent.astype(float)) > 0
    both = inside & steps.covered & np.isfinite(steps.speed_km)
    return {
        "distance_km": np.where(has, days.step_sum(km, by_end=True), np.nan),
        "gap_km": np.where(has, days.step_sum(np.where(steps.covered, 0.0, km), by_end=True), np.nan),
        "speed_km": days.step_sum(np.where(both, steps.speed_km, np.nan)),
        "speed_odometer_km": np.where(has, days.step_sum(np.where(both, km, np.nan)), np.nan),
    }


def _session_sums(days: Days, found: pd.DataFrame, timezone: str, columns: list[str]) -> dict[str, Reals]:
    """Sums of session columns by the day on which the session starts."""
    place = np.searchsorted(days.dates, local_dates(found["start_ms"].to_numpy(np.int64), timezone))
    return {
        name: np.bincount(place, weights=found[name].to_numpy(float), minlength=days.number).astype(np.float64) for name in columns
    }  # fmt: skip


def _energy(
    days: Days, clean: Clean, steps: Intervals, found: pd.DataFrame, timezone: str, rated_ah: float
) -> dict[str, NDArray]:
    """Energy by counters and by SOC over drives, and energy charged."""
    drives = found[found["kind"] == "drive"]
    counted = drives.dropna(subset=["counter_in_kwh", "counter_out_kwh", "distance_km"])
    counted = counted[counted["counter_out_kwh"] > 0]
    counter = _session_sums(days, counted, timezone, ["distance_km", "counter_out_kwh", "counter_in_kwh"])
    fell = drives.assign(drop=drives["start_soc_pct"] - drives["end_soc_pct"]).dropna(subset=["drop", "distance_km"])
    fell = fell[fell["drop"] > 0]
    soc = _session_sums(days, fell, timezone, ["distance_km", "drop"])
    energy = np.maximum(steps.power_kw, 0) * steps.seconds / 3600
    charging = steps.activity == Activity.CHARGE
    cold = (clean.mean_module_c[:-1] < COLD_C) & (steps.current_a > COLD_C_RATE * rated_ah)
    return {
        "counter_km": counter["distance_km"],
        "counter_out_kwh": counter["counter_out_kwh"],
        "counter_in_kwh": counter["counter_in_kwh"],
        "soc_km": soc["distance_km"],
        "soc_drop_pct": soc["drop"],
        "charge_in_kwh": days.step_sum(np.where(charging, energy, 0.0)),
        "cold_fast_charge_kwh": days.step_sum(np.where(charging & cold, energy, 0.0)),
    }


def _path_columns(days: Days, path: CleanPath | None, timezone: str) -> dict[str, NDArray]:
    """Length of the GPS path of each day and its last place; receiver jumps and long gaps are not counted."""
    empty = np.full(days.number, np.nan)
    if path is None or not len(path.time_ms):
        return {"gps_rows": np.zeros(days.number, np.int64), "gps_km": empty, "lat": empty, "lng": empty}
    fixes = Days.of(path.time_ms, timezone)
    seconds = steps_s(path.time_ms)
    km = haversine_km(path.lat, path.lng)
    real = (
        (seconds > 0) & (seconds <= COVERED_GAP_S) & (km <= FASTEST_FIX_KMH * seconds / 3600 + 0.05) & fixes.step_inside
    )
    columns = {
        "gps_rows": fixes.counts(),
        "gps_km": fixes.step_sum(np.where(real, km, 0.0)),
        "lat": fixes.last(path.lat),
        "lng": fixes.last(path.lng),
    }
    place = {date: k for k, date in enumerate(fixes.dates)}
    rows = np.array([place.get(date, -1) for date in days.dates])
    aligned = {name: np.where(rows >= 0, values[rows], np.nan) for name, values in columns.items()}
    aligned["gps_rows"] = np.nan_to_num(aligned["gps_rows"]).astype(np.int64)
    return aligned
