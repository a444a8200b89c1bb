"""The rows of a vehicle, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from baas.simulate.bms import reported
from baas.simulate.faults import FaultRule, assigned
from baas.simulate.gps import Fixes, fixes
from baas.simulate.gps import stacked as stacked_fixes
from baas.simulate.journey import journey
from baas.simulate.notebook import Notebook
from baas.simulate.rows import Rows, stacked
from baas.simulate.state import DAY_S, Stretch, Written
from baas.simulate.thinning import Thinning
from baas.simulate.truth import month_of
from baas.simulate.vehicle import Vehicle, Wish, vehicle
from baas.simulate.weather import Weather

_Part = TypeVar("_Part", Rows, Fixes)


@dataclass(frozen=True)
class Order:
    """What is to be simulated.

    written: the days that go into files. mess: files as untidy as real ones. thin: what is left
    out. wishes: what each vehicle is to be like, instead of drawing it.
    """

    out: Path
    vehicles: int
    days: int
    seed: int
    start: date
    interval_s: int
    mess: bool
    written: Written
    rules: tuple[FaultRule, ...]
    jobs: int
    thin: Thinning | None = None
    wishes: tuple[Wish, ...] = ()

    @property
    def first_s(self) -> int:
        """Local midnight at which it starts [epoch s]."""
        return int(datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class MonthRows:
    """The rows of one vehicle-month."""

    month: str
    bms: Rows
    gps: Fixes | None


def _written(order: Order, stretch: Stretch) -> bool:
    """Whether any day of the stretch is written."""
    first, last = (time - order.first_s - 1 for time in (stretch.start.time_s + 1, stretch.end.time_s))
    return any(order.written.has(day) for day in range(first // DAY_S, last // DAY_S + 1))


def _only_written(order: Order, rows: _Part) -> _Part:
    inside = (rows.time_s - order.first_s) // DAY_S % order.written.every < order.written.row
    inside &= rows.time_s < order.first_s + order.days * DAY_S
    return rows.take(inside.nonzero()[0])


def vehicle_of(order: Order, index: int) -> Vehicle:
    """Vehicle `index` of the fleet that is ordered."""
    rule = assigned(order.rules, order.seed, order.vehicles).get(index)
    wish = order.wishes[index] if order.wishes else None
    car = vehicle(order.seed, index, order.vehicles, order.first_s, order.days, order.interval_s, rule, wish)
    return replace(car, thin=wish.thin if wish else order.thin)


def months(order: Order, car: Vehicle, notebook: Notebook) -> Iterator[MonthRows]:
    """The rows of a vehicle, month by month; the truth goes into the notebook on the way."""
    weather = Weather(order.seed, car.city_no, order.first_s, order.days)
    start_km, month = car.start_odometer_km, month_of(order.first_s)
    rows: list[Rows] = []
    seen: list[Fixes] = []
    for stretch in journey(car, weather, order.written):
        notebook.note(stretch)
        if month_of(stretch.start.time_s) != month:
            yield from _month(order, month, rows, seen)
            rows, seen = _later(rows, month), _later(seen, month)
            month = month_of(stretch.start.time_s)
        start_km = _fault_odometer(car, stretch, start_km)
        if not _written(order, stretch):
            continue
        if found := reported(car, stretch, start_km):
            rows.append(found)
        if position := fixes(car, stretch):
            seen.append(position)
    yield from _month(order, month, rows, seen)


def _fault_odometer(car: Vehicle, stretch: Stretch, known_km: float) -> float:
    """True odometer when the fault starts: known once its stretch has come."""
    fault = car.fault
    if fault is None or not stretch.start.time_s <= fault.start_s < stretch.end.time_s:
        return known_km
    before = int((stretch.time_s < fault.start_s).sum())
    return float(stretch.odometer_km[before - 1]) if before else stretch.start.odometer_km


def _later(parts: list[_Part], month: str) -> list[_Part]:
    """What of the parts lies after the month."""
    kept = [part.take((_month_numbers(part) > _month_number(month)).nonzero()[0]) for part in parts[-1:]]
    return [part for part in kept if len(part)]


def _month_numbers(part: Rows | Fixes) -> NDArray[np.int64]:
    """Months since January 1970 of the rows."""
    return part.time_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def _month_number(month: str) -> int:
    return (int(month[:4]) - 1970) * 12 + int(month[5:]) - 1


def _month(order: Order, month: str, rows: list[Rows], positions: list[Fixes]) -> Iterator[MonthRows]:
    if not rows:
        return
    number = _month_number(month)
    whole = _only_written(order, stacked(rows))
    whole = whole.take((_month_numbers(whole) == number).nonzero()[0])
    seen = _only_written(order, stacked_fixes(positions)) if positions else None
    if seen is not None:
        seen = seen.take((_month_numbers(seen) == number).nonzero()[0])
    if len(whole):
        yield MonthRows(month, whole, seen)
