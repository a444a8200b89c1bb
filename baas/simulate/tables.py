"""Day tables of large fleets without rows: every vehicle borrows the days of a donor and makes them its own.

A borrowed day keeps its temperatures, states of charge, times of day and all its noise. Charge, energy and distance are
scaled by the vehicle's own capacity over the donor's, so that capacity, fade and kilometres are known; dates, odometer,
counters, order of cells, told SOH and faults are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from baas.simulate.ageing import CALENDAR_LOSS, CYCLE_LOSS, HEAT_FACTOR
from baas.simulate.donors import DAY_MS, DAY_NUMBERS, MEMBER, SESSION_NUMBERS, START, Donor
from baas.simulate.notebook import fault_lines, vehicle_line
from baas.simulate.portable import curve
from baas.simulate.tablefaults import with_fault_arrays, with_fault_columns
from baas.simulate.truth import CapacityLine, DayLine, VehicleTruth
from baas.simulate.vehicle import Vehicle
from baas.store import StoredMonth
from baas.tables.days import SESSIONS

_CHOICE = 41  # random stream
#: columns that grow with the capacity
SCALED_DAYS = (
    "distance_km", "gap_km", "speed_km", "speed_odometer_km", "gps_km", "drive_km", "drive_out_kwh", "drive_in_kwh",
    "counter_km", "counter_out_kwh", "counter_in_kwh", "soc_km", "charge_in_kwh", "cold_fast_charge_kwh",
    "pke_m2_s2", "pke_km", "harsh_km",
)  # fmt: skip
SCALED_SESSIONS = (
    "in_ah", "out_ah", "in_kwh", "out_kwh", "counter_in_kwh", "counter_out_kwh", "distance_km", "speed_km",
    "max_kw", "median_kw",
)  # fmt: skip
#: temperature of a steady life [°C], and energy through the battery per energy certified; chosen: Korean year
MEAN_C, ENERGY_FACTOR = 15.0, 1.25
#: share of weeks that are borrowed from the month before or after instead; chosen
STRAY = 0.3


@dataclass(frozen=True)
class Borrowed:
    """Which day of the donor each day of the vehicle is: row of the donor's days, -1 where the donor has none."""

    row: NDArray[np.int64]
    day: NDArray[np.int64]


def borrowed(car: Vehicle, found: Donor) -> Borrowed:
    """A day of the same weekday and season for each day of the period."""
    day = car.first_s // 86_400 + np.arange(car.days)
    weekday = (day + 3) % 7
    season = ((day - START.toordinal() + date(1970, 1, 1).toordinal()) % 365.2425) / 28
    week_of = day - weekday
    stray = car.draws(_CHOICE).uniform(int((week_of[-1] - week_of[0]) // 7) + 1)[(week_of - week_of[0]) // 7]
    shift = np.where(stray < STRAY / 2, -1, np.where(stray < STRAY, 1, 0))
    wanted = (np.rint(season).astype(np.int64) + shift) % found.weeks * 28 + weekday
    at = np.minimum(np.searchsorted(found.place, wanted), len(found.place) - 1)
    return Borrowed(np.where(found.place[at] == wanted, at, -1), day)


def capacity_ah(car: Vehicle, km: NDArray[np.float64]) -> NDArray[np.float64]:
    """True capacity by day [Ah] from age and distance driven, as `ageing` has it for a steady life."""
    chemistry, years = car.kind.chemistry, np.arange(car.days) / 365.25
    pace = CALENDAR_LOSS[chemistry] * car.pace * curve(MEAN_C, HEAT_FACTOR)
    calendar = np.sqrt(car.start_age.calendar**2 + pace**2 * years)
    per_km = ENERGY_FACTOR / (car.kind.certified_km_per_kwh * car.kind.nominal_kwh)
    cycle = car.start_age.cycle + CYCLE_LOSS[chemistry] * car.pace * per_km * np.cumsum(km)
    loss = calendar + cycle
    fault = car.fault
    if fault and fault.name == "pack_replacement":
        new = np.arange(car.days) * 86_400 + car.first_s >= fault.start_s
        loss = np.where(new, loss - loss[int(new.argmax())] + 0.003, loss) if new.any() else loss
    found: NDArray[np.float64] = car.kind.capacity_ah * (1 - loss)
    return found


def made(car: Vehicle, found: Donor) -> tuple[list[StoredMonth], VehicleTruth]:
    """The vehicle-months of one vehicle, ready for the store, and its truth."""
    days = borrowed(car, found)
    has = days.row >= 0
    true = np.where(has[:, None], found.true_day[np.maximum(days.row, 0)], 0.0)
    capacity = capacity_ah(car, true[:, 0])
    scale = capacity / np.where(has, found.capacity_ah[np.maximum(days.row, 0)], 1.0)
    columns = _day_columns(car, found, days, scale, true[:, 0] * scale, capacity)
    columns, kept = with_fault_columns(car, columns, days.day)
    kept &= has
    months = _months(car, found, days, scale, columns, kept)
    return months, _truth(car, days, true * scale[:, None], capacity)


def _day_columns(
    car: Vehicle, found: Donor, days: Borrowed, scale: NDArray[np.float64], km: NDArray[np.float64],
    capacity: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    """DAILY numbers of every day of the period."""
    row = np.maximum(days.row, 0)
    columns = {name: found.days[row, k].copy() for k, name in enumerate(DAY_NUMBERS)}
    for name in SCALED_DAYS:
        columns[name] = columns[name] * scale
    moved_ms = (days.day - _donor_day(found, row)) * float(DAY_MS)
    for name in ("first_ms", "last_ms"):
        columns[name] = columns[name] + moved_ms
    start_km = car.start_odometer_km + np.concatenate([[0.0], np.cumsum(km)[:-1]])
    driven = (columns["odometer_last_km"] - columns["odometer_first_km"]) * scale
    columns["odometer_first_km"] = np.round(start_km, 1)
    columns["odometer_last_km"] = np.round(start_km + driven, 1)
    for name in ("charges", "quick_charges"):
        more = columns[f"{name}_last"] - columns[f"{name}_first"]
        first = np.concatenate([[0.0], np.cumsum(np.nan_to_num(more))[:-1]]) + round(car.start_odometer_km / 150)
        columns[f"{name}_first"], columns[f"{name}_last"] = first, first + more
    true = 100 * capacity / car.kind.capacity_ah + car.gauge.soh_bias_pct
    told = {"honest": true, "flattering": 100 - 0.35 * (100 - true), "stuck": np.full(len(true), 100.0)}
    columns["bms_soh_pct"] = np.round(np.minimum(told[car.gauge.soh_mode], 100.0), 1)
    return columns


def _donor_day(found: Donor, row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since 1970 of the donor's days."""
    return found.place[row] + START.toordinal() - date(1970, 1, 1).toordinal()


def _plain(values: NDArray[np.float64]) -> list[list[float | None]]:
    """Rows of numbers with missing ones as None."""
    rows: list[list[float | None]] = values.tolist()
    holes = np.isnan(values)
    for number in np.flatnonzero(holes.any(axis=1)).tolist():
        rows[number] = [None if value != value else value for value in rows[number]]
    return rows


def _months(
    car: Vehicle, found: Donor, days: Borrowed, scale: NDArray[np.float64], columns: dict[str, NDArray[np.float64]],
    kept: NDArray[np.bool_],
) -> list[StoredMonth]:  # fmt: skip
    """The kept days as months for the store."""
    key, order = car.device_no.lstrip("0"), car.index % len(found.blobs[0])
    dates = _dates(days)
    numbers = _plain(np.stack([columns[name] for name in DAY_NUMBERS], axis=1))
    at, sessions = _sessions(key, found, days, scale, kept)
    rows = columns["rows"] + np.nan_to_num(columns["gps_rows"])
    stored = []
    for month in sorted({dates[k][:7] for k in np.flatnonzero(kept).tolist()}):
        inside = [k for k, day in enumerate(dates) if kept[k] and day.startswith(month)]
        used = {MEMBER: int(rows[inside].sum())}
        about = {**found.about, "used": used, "repeated": {}, "forms": [car.device_no], "notes": []}
        first, last = np.searchsorted(at, [inside[0], inside[-1] + 1]).tolist()
        blobs = tuple(with_fault_arrays(car, found.blobs[days.row[k]][order], int(days.day[k])) for k in inside)
        stored.append(
            StoredMonth(
                device=key,
                month=month,
                days=tuple((key, dates[k], *numbers[k]) for k in inside),
                blobs=blobs,
                sessions=tuple(sessions[first:last]),
                told_type="",
                series=found.series,
                scale=found.scale,
                about=about,
            )
        )
    return stored


def _dates(days: Borrowed) -> list[str]:
    return [(date(1970, 1, 1) + timedelta(days=day)).isoformat() for day in days.day.tolist()]


def _sessions(
    key: str, found: Donor, days: Borrowed, scale: NDArray[np.float64], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[tuple[object, ...]]]:
    """Sessions of the kept days as rows for the store, in order, and the day of the vehicle on which each starts."""
    of_row = [np.flatnonzero(found.session_row == row) for row in range(len(found.days))]
    places = np.flatnonzero(kept)
    which = np.concatenate([of_row[row] for row in days.row[places].tolist()] or [np.zeros(0, np.intp)])
    at = np.repeat(places, [len(of_row[row]) for row in days.row[places].tolist()])
    numbers = found.sessions[which].copy()
    numbers[:, [SESSION_NUMBERS.index(name) for name in SCALED_SESSIONS]] *= scale[at][:, None]
    moved_ms = (days.day - _donor_day(found, np.maximum(days.row, 0)))[at] * float(DAY_MS)
    numbers[:, [SESSION_NUMBERS.index(name) for name in ("start_ms", "end_ms")]] += moved_ms[:, None]
    before_mode = SESSIONS.names.index("mode") - 2  # numbers between the words kind and mode
    words = [found.words[number] for number in which.tolist()]
    rows = [
        (key, kind, *values[:before_mode], mode, *values[before_mode:])
        for (kind, mode), values in zip(words, _plain(numbers), strict=True)
    ]
    return at, rows


def _truth(car: Vehicle, days: Borrowed, true: NDArray[np.float64], capacity: NDArray[np.float64]) -> VehicleTruth:
    soh = 100 * capacity / car.kind.capacity_ah
    dates = _dates(days)
    lines = tuple(
        DayLine(car.device_no, day, km, out_kwh, in_kwh, ac_kwh, dc_kwh, 0.0, 0.0, 0.0)
        for day, (km, out_kwh, in_kwh, ac_kwh, dc_kwh) in zip(dates, np.round(true, 4).tolist(), strict=True)
    )
    fade = float(np.maximum(-np.diff(soh), 0).sum()) / (car.days / 365.25)
    line = vehicle_line(car, float(soh[0]), float(soh[-1]), fade, float(true[:, 0].sum()))
    return VehicleTruth(line, tuple(_capacity_lines(car, dates, capacity, soh)), lines, (), (), fault_lines(car), ())


def _capacity_lines(
    car: Vehicle, dates: Sequence[str], capacity: NDArray[np.float64], soh: NDArray[np.float64]
) -> list[CapacityLine]:
    weakest = float(car.spread(0).capacity.min())
    found = []
    for month in sorted({day[:7] for day in dates}):
        inside = [k for k, day in enumerate(dates) if day.startswith(month)]
        k = inside[len(inside) // 2]
        mean, low, share = (round(float(value), 4) for value in (capacity[k], capacity[k] * weakest, soh[k]))
        found.append(CapacityLine(car.device_no, month, 0, mean, low, share, car.gauge.soh_mode))
    return found
