"""CLEAN and SESSIONS -> one row per vehicle-day, and the arrays that the day carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean import Clean, CleanPath
from baas.clean.activity import Activity, Intervals
from baas.clean.odometer import is_too_fast
from baas.daily.cells import cell_arrays, module_arrays
from baas.daily.driving import drive_arrays, driving_columns
from baas.daily.exposure import exposure_arrays
from baas.daily.groups import Days, local_dates
from baas.daily.path import days_without_rows, path_columns
from baas.tables.days import DAILY

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: below this SOC a battery counts as deeply discharged, and it must rise above the second before it can fall again
LOW_SOC_PCT, LOW_SOC_LEFT_PCT = 10.0, 12.0
#: charging below this temperature and above this C-rate plates lithium (research, temperature)
COLD_C, COLD_C_RATE = 10.0, 0.3

#: a drive longer than this uses about 1 kWh, the coarsest step of a counter, and about 5 % of SOC, so that a counter or
#: SOC that stands still over it is stuck; chosen
COUNTER_STANDS_KM, SOC_STANDS_KM = 5.0, 20.0


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
    times = clean.time_ms.astype(np.float64)
    table: dict[str, NDArray | str] = {
        "device_no": clean.device_no, "date": days.dates, "rows": days.counts(),
        "first_ms": days.first(times), "last_ms": days.last(times),
        "cells": np.full(days.number, clean.cells_mv.shape[1]), "modules": np.full(days.number, len(clean.probes)),
    }  # fmt: skip
    table |= _times(days, steps) | _states(days, clean) | _distances(days, clean, steps)
    table |= _energy(days, clean, steps, found, timezone, rated_ah) | driving_columns(days, clean, steps, body)
    table |= path_columns(days.dates, path, timezone)
    frame = pd.DataFrame({name: table[name] for name in DAILY.names})
    whole = exposure_arrays(days, clean, steps) | drive_arrays(days, clean, steps)
    whole |= cell_arrays(days, clean, steps, rated_ah) | module_arrays(days, clean)
    arrays = tuple({name: values[k] for name, values in whole.items()} for k in range(days.number))
    return _with_path_days(DayTables(frame, arrays), path, timezone)


def path_only(path: CleanPath | None, timezone: str) -> DayTables:
    """Vehicle-days of a vehicle-month that has positions but no battery rows."""
    return _with_path_days(DayTables(pd.DataFrame(columns=list(DAILY.names)), ()), path, timezone)


def _with_path_days(tables: DayTables, path: CleanPath | None, timezone: str) -> DayTables:
    """The same tables with the days on which only the position unit sent, in order of date."""
    more = days_without_rows(path, tables.days["date"].to_numpy(dtype=str), timezone)
    if not len(more):
        return tables
    both = pd.concat([tables.days, more], ignore_index=True) if len(tables.days) else more
    order = np.argsort(both["date"].to_numpy(dtype=str), kind="stable")
    arrays = (*tables.arrays, *({} for _ in range(len(more))))
    return DayTables(both.iloc[order].reset_index(drop=True), tuple(arrays[k] for k in order))


def _times(days: Days, steps: Intervals) -> dict[str, NDArray]:
    """Seconds by what the vehicle did, and the usual step between rows."""

    def spent(*activities: Activity) -> Reals:
        return days.step_sum(np.where(np.isin(steps.activity, activities), steps.seconds, 0.0))

    return {
        "sampling_s": days.step_median(np.where(steps.covered, steps.seconds, np.nan)),
        "drive_step_s": days.step_median(np.where(steps.activity == Activity.DRIVE, steps.seconds, np.nan)),
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
    sent = np.isfinite(clean.odometer.reading_km)
    km = np.where(_between_days(days, clean, sent)[1:], 0.0, steps.odometer_km)
    has = days.sum(sent.astype(float)) > 0
    both = days.step_inside & steps.covered & np.isfinite(steps.speed_km)
    return {
        "distance_km": np.where(has, days.step_sum(km, by_end=True), np.nan),
        "gap_km": np.where(has, days.step_sum(np.where(_across_gaps(sent, steps), km, 0.0), by_end=True), np.nan),
        "speed_km": days.step_total(np.where(both, steps.speed_km, np.nan)),
        "speed_odometer_km": np.where(has, days.step_total(np.where(both, km, np.nan)), np.nan),
    }


def _between_days(days: Days, clean: Clean, sent: Mask) -> Mask:
    """Rows whose odometer step lies between their day and the one before that has readings, [n].

    A step too fast for the time between the days is an odometer that was late: it counts on the day it catches up.
    """
    between = np.zeros(len(sent), dtype=bool)
    places = np.flatnonzero(sent)
    if not len(places):
        return between
    numbers, at = np.unique(days.number_of_row[places], return_index=True)
    firsts = places[at]
    between[firsts[0]] = True
    times = clean.time_ms.astype(np.float64)
    hours = (days.first(times)[numbers[1:]] - days.last(times)[numbers[:-1]]) / 3_600_000
    between[firsts[1:]] = ~is_too_fast(clean.odometer.step_km[firsts[1:]], hours)
    return between


def _across_gaps(sent: Mask, steps: Intervals) -> Mask:
    """Steps at whose end the odometer is read for the first time since a gap, [n - 1]."""
    gaps = np.concatenate(([0], np.cumsum(~steps.covered)))
    places = np.flatnonzero(sent)
    across = np.zeros(len(sent), dtype=bool)
    across[places[1:]] = np.diff(gaps[places]) > 0
    return across[1:]


def _session_sums(days: Days, found: pd.DataFrame, timezone: str, columns: list[str]) -> dict[str, Reals]:
    """Sums of session columns by the day on which the session starts."""
    place = np.searchsorted(days.dates, local_dates(found["start_ms"].to_numpy(np.int64), timezone))
    values = found[columns].to_numpy(np.float64)
    return {name: np.bincount(place, values[:, k], days.number).astype(np.float64) for k, name in enumerate(columns)}


def _counted_drives(drives: pd.DataFrame) -> pd.DataFrame:
    """Drives with energy counters; a long one over which nothing was counted tells of the counter, not of the car."""
    counted = drives.dropna(subset=["counter_in_kwh", "counter_out_kwh", "distance_km"])
    return counted[(counted["counter_out_kwh"] > 0) | (counted["distance_km"] <= COUNTER_STANDS_KM)]


def _soc_drives(drives: pd.DataFrame) -> pd.DataFrame:
    """Drives with SOC at both ends. Short ones that used less than a step of SOC, or gained one, count as well:
    leaving them out would take the others for the whole.
    """
    fell = drives.assign(drop=drives["start_soc_pct"] - drives["end_soc_pct"]).dropna(subset=["drop", "distance_km"])
    return fell[(fell["drop"] > 0) | (fell["distance_km"] <= SOC_STANDS_KM)]


def _energy(
    days: Days, clean: Clean, steps: Intervals, found: pd.DataFrame, timezone: str, rated_ah: float
) -> dict[str, NDArray]:
    """Energy by counters and by SOC over drives, and energy charged."""
    drives = found[found["kind"] == "drive"]
    counted = ["distance_km", "counter_out_kwh", "counter_in_kwh"]
    counter = _session_sums(days, _counted_drives(drives), timezone, counted)
    soc = _session_sums(days, _soc_drives(drives), timezone, ["distance_km", "drop"])
    known = np.isfinite(steps.power_kw)
    energy = np.maximum(steps.power_kw, 0) * steps.seconds / 3600
    charging = (steps.activity == Activity.CHARGE) & known
    cold = (clean.mean_module_c[:-1] < COLD_C) & (steps.current_a > COLD_C_RATE * rated_ah)
    return {
        "counter_km": counter["distance_km"],
        "counter_out_kwh": counter["counter_out_kwh"],
        "counter_in_kwh": counter["counter_in_kwh"],
        "soc_km": soc["distance_km"],
        "soc_drop_pct": soc["drop"],
        "charge_in_kwh": days.step_total(np.where(known, np.where(charging, energy, 0.0), np.nan)),
        "cold_fast_charge_kwh": days.step_total(np.where(known, np.where(charging & cold, energy, 0.0), np.nan)),
    }
