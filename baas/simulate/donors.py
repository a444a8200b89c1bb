"""Vehicles whose rows went through the real day tables, so that large fleets can borrow days with real noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baas.cars import load_car_types
from baas.maths.day_arrays import pack_arrays
from baas.months import stored
from baas.partition import Context, Listed, Partition, PartitionResult, process
from baas.settings import ROOT
from baas.signals import MISSING_MV, Signals
from baas.simulate.gps import Fixes
from baas.simulate.kinds import kinds
from baas.simulate.months import MonthRows, Order, months, vehicle_of
from baas.simulate.notebook import Notebook
from baas.simulate.portable import Draws
from baas.simulate.rows import Rows
from baas.simulate.state import Written
from baas.simulate.text import NOTHING
from baas.simulate.truth import VehicleTruth
from baas.simulate.vehicle import Vehicle, Wish
from baas.tables.days import DAILY, DAY_ARRAYS, SESSIONS
from baas.tables.feed import DOUBLE_PRECISION

#: donors of each kind; each gives the first week of every four weeks of a year, from a Monday on; chosen
EACH, WEEKS, START = 3, 13, date(2025, 1, 6)
#: orders in which a donor's cells are handed on, so that vehicles of one donor differ; chosen
ORDERS = 4
#: the feed's zone, and how far it is ahead of UTC
ZONE, AHEAD_MS = "Asia/Seoul", 9 * 3_600_000
DAY_MS = 86_400_000
#: what the rows of a vehicle that never was in a file are said to come from
MEMBER = "simulated"
_STYLES, _ORDER = ("calm", "normal", "brisk"), 40  # driving styles in turn; random stream
#: columns of the tables that are numbers
DAY_NUMBERS = tuple(column.name for column in DAILY if column.name not in ("device_no", "date"))
SESSION_NUMBERS = tuple(column.name for column in SESSIONS if column.name not in ("device_no", "kind", "mode"))


@dataclass(frozen=True)
class Donor:
    """The day tables of one donor.

    days: DAY_NUMBERS of each day with rows; place: its number since the donor's first day, a Monday. blobs: packed
    arrays of each day, once for each order of cells. sessions: SESSION_NUMBERS; words: (kind, mode); session_row: the
    row of `days` on which each starts. capacity_ah: true capacity by day. true_day: km, then kWh out and in while
    driving, by AC and by DC. about, told_type, series, scale: as the store keeps them
    of a month. weeks: how many it has, four weeks apart.
    """

    kind: str
    usage: str
    days: NDArray[np.float64]
    place: NDArray[np.int64]
    blobs: tuple[tuple[bytes, ...], ...]
    sessions: NDArray[np.float64]
    words: tuple[tuple[str, str], ...]
    session_row: NDArray[np.int64]
    capacity_ah: NDArray[np.float64]
    true_day: NDArray[np.float64]
    about: Mapping[str, Any]
    series: int
    scale: str
    weeks: int


def donor_order(seed: int, keys: frozenset[str], weeks: int = WEEKS) -> Order:
    """The order of the donor fleet: the kinds of these keys, each in its commonest usages."""
    wishes = []
    for kind in (kind for kind in kinds() if kind.key in keys):
        usages = sorted(kind.usages, key=lambda item: -item[1])
        for number in range(EACH):
            usage, style = usages[number % len(usages)][0], _STYLES[number % len(_STYLES)]
            wishes.append(Wish(kind.key, usage, style, kind.first_year + 1, 10, 1, None, None))
    return Order(Path(), len(wishes), weeks * 28, seed, START, 10, False, Written(28, 7), (), 1, None, tuple(wishes))


def _numbers(rows: Rows | Fixes) -> dict[str, NDArray[np.floating]]:
    """Columns as the reader gives them: 32 bits, counters and positions 64."""
    found: dict[str, NDArray[np.floating]] = {}
    for name, (values, decimals) in rows.columns.items():
        number = np.where(values == NOTHING, np.nan, values / 10.0**decimals)
        found[name] = number.astype(np.float64 if name in DOUBLE_PRECISION else np.float32)
    return found


def bms_signals(car: Vehicle, rows: Rows) -> Signals:
    """Rows of a simulated vehicle as SIGNALS, without the way through a file."""
    nothing = np.zeros(len(rows), np.int32)
    cells = np.where(rows.cells_mv == 0, MISSING_MV, rows.cells_mv)
    probes = rows.probes_c.astype(np.float32)
    times = rows.time_s * 1000 - AHEAD_MS
    return Signals("bms", (car.device_no,), nothing, times, nothing, _numbers(rows), cells, probes, {})


def gps_signals(car: Vehicle, fixes: Fixes) -> Signals:
    """Positions of a simulated vehicle as SIGNALS."""
    nothing, count = np.zeros(len(fixes), np.int32), len(fixes)
    cells, probes = np.zeros((count, 0), np.int16), np.zeros((count, 0), np.float32)
    times = fixes.time_s * 1000 - AHEAD_MS
    return Signals("gps", (car.device_no,), nothing, times, nothing, _numbers(fixes), cells, probes, {})


def scoring_context() -> Context:
    """What the product shares between vehicle-months."""
    return Context(ZONE, load_car_types(ROOT / "car_types"))


def listed_as(car: Vehicle) -> Listed:
    """What the device list says of a vehicle."""
    return Listed(car.kind.list_name, car.model_year)


def month_result(car: Vehicle, part: MonthRows, context: Context) -> PartitionResult:
    """The day tables of a simulated vehicle-month, made by the product."""
    positions = (gps_signals(car, part.gps),) if part.gps is not None and len(part.gps) else ()
    rows, key = bms_signals(car, part.bms), car.device_no.lstrip("0")
    return process(Partition(key, part.month, (rows,), positions, (MEMBER,), listed_as(car)), context)


def cell_orders(seed: int, cells: int) -> tuple[NDArray[np.intp], ...]:
    """The orders in which cells are handed on; the first changes nothing."""
    drawn = [Draws(seed, _ORDER, cells, number).order(cells) for number in range(1, ORDERS)]
    return (np.arange(cells), *(np.array(order, dtype=np.intp) for order in drawn))


def in_order(arrays: Mapping[str, NDArray], order: NDArray[np.intp]) -> dict[str, NDArray]:
    """Day arrays with the cells in another order."""
    by_cell = {entry.name for entry in DAY_ARRAYS if "cells" in entry.shape}
    return {name: values[..., order] if name in by_cell else values for name, values in arrays.items()}


def donor(order: Order, index: int) -> Donor:
    """One donor: simulated, sent through the day tables, packed."""
    car, context = vehicle_of(order, index), scoring_context()
    notebook = Notebook(car)
    results = [month_result(car, part, context) for part in months(order, car, notebook)]
    month = stored(results[0], listed_as(car), context.car_types)
    orders = cell_orders(order.seed, car.kind.cells)
    place = _day_numbers([day for result in results for day in result.days["date"]])
    sessions = np.concatenate([result.sessions[list(SESSION_NUMBERS)].to_numpy(np.float64) for result in results])
    started = (sessions[:, SESSION_NUMBERS.index("start_ms")] + AHEAD_MS) // DAY_MS
    truth = notebook.closed(())
    return Donor(
        kind=car.kind.key,
        usage=car.usage.name,
        days=np.concatenate([result.days[list(DAY_NUMBERS)].to_numpy(np.float64) for result in results]),
        place=place,
        blobs=tuple(
            tuple(pack_arrays(in_order(arrays, cells)) for cells in orders)
            for result in results
            for arrays in result.arrays
        ),
        sessions=sessions,
        words=tuple((kind, mode) for result in results for kind, mode in result.sessions[["kind", "mode"]].to_numpy()),
        session_row=np.searchsorted(place, started.astype(np.int64) - order.first_s // 86_400),
        capacity_ah=_capacity(car, truth, place, order.days),
        true_day=_true_days(truth, place),
        about=month.about,
        series=month.series,
        scale=month.scale,
        weeks=order.days // 28,
    )


def _day_numbers(dates: list[str]) -> NDArray[np.int64]:
    """Days since the first day of the donors."""
    return np.array([date.fromisoformat(day).toordinal() - START.toordinal() for day in dates], dtype=np.int64)


def _capacity(car: Vehicle, truth: VehicleTruth, place: NDArray[np.int64], days: int) -> NDArray[np.float64]:
    """True capacity by day [Ah]: nearly a straight line within a year."""
    start, end = (pct / 100 * car.kind.capacity_ah for pct in (truth.vehicle.soh_start_pct, truth.vehicle.soh_end_pct))
    return start + (end - start) * place / days


def _true_days(truth: VehicleTruth, place: NDArray[np.int64]) -> NDArray[np.float64]:
    told = {
        number: (line.km, line.drive_out_kwh, line.drive_in_kwh, line.ac_kwh, line.dc_kwh)
        for number, line in zip(_day_numbers([line.date for line in truth.days]).tolist(), truth.days, strict=True)
    }
    return np.array([told[number] for number in place.tolist()], dtype=np.float64)
