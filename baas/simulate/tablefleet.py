"""`simulate --tables`: a large fleet straight into a store, with its truth; whole or not at all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from baas.executors import worker_count
from baas.simulate.donors import Donor, donor, donor_order
from baas.simulate.fleet import finish, leave_interrupts_to_the_parent, whole_folder
from baas.simulate.months import Order, vehicle_of
from baas.simulate.tablefaults import TABLE_FAULTS
from baas.simulate.tables import made
from baas.simulate.truth import VehicleTruth
from baas.simulate.vehicle import Vehicle
from baas.store import WritableStore

#: vehicles between two commits; chosen: keeps the write-ahead log below a gigabyte
COMMIT_EVERY = 100


def donors(order: Order, progress: Callable[[str, int, int], None]) -> tuple[Donor, ...]:
    """The donors of a fleet, made in parallel."""
    cars = (vehicle_of(order, index) for index in range(order.vehicles))
    wanted = donor_order(order.seed, frozenset(car.kind.key for car in cars))
    jobs = min(worker_count(order.jobs), wanted.vehicles)
    make = partial(donor, wanted)
    if jobs == 1:
        return tuple(_counted(map(make, range(wanted.vehicles)), wanted.vehicles, progress))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=leave_interrupts_to_the_parent) as pool:
        return tuple(_counted(pool.map(make, range(wanted.vehicles)), wanted.vehicles, progress))


def _counted(found: Iterable[Donor], total: int, progress: Callable[[str, int, int], None]) -> Iterator[Donor]:
    for number, one in enumerate(found):
        progress("donors", number + 1, total)
        yield one


def lender(car: Vehicle, found: tuple[Donor, ...]) -> Donor:
    """The donor of a vehicle: of its kind, of its usage when there is one."""
    same = [one for one in found if one.kind == car.kind.key]
    alike = [one for one in same if one.usage == car.usage.name]
    choice = alike or same
    return choice[car.index % len(choice)]


def _healthy_unless_told(car: Vehicle) -> Vehicle:
    return car if car.fault is None or car.fault.name in TABLE_FAULTS else replace(car, fault=None)


def simulate_tables(
    order: Order, progress: Callable[[str, int, int], None], found: tuple[Donor, ...] = ()
) -> list[VehicleTruth]:
    """A store, the device list and the truth of a fleet in `order.out`. found: donors, where they are made already."""
    with whole_folder(order.out) as folder:
        found = found or donors(order, progress)
        truths = list(_stored(order, folder, found, progress))
        finish(order, folder, truths)
    return truths


def _stored(
    order: Order, folder: Path, found: tuple[Donor, ...], progress: Callable[[str, int, int], None]
) -> Iterator[VehicleTruth]:
    for first in range(0, order.vehicles, COMMIT_EVERY):
        with WritableStore.writing(folder) as store:
            for index in range(first, min(first + COMMIT_EVERY, order.vehicles)):
                car = _healthy_unless_told(vehicle_of(order, index))
                months, truth = made(car, lender(car, found))
                for month in months:
                    store.put_month(month, "")
                progress("vehicles", index + 1, order.vehicles)
                yield truth
