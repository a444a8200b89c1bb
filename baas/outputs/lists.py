"""Device lists with scores, and the list for people to complete."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from baas.cars import DeviceList, KnownCars, new_device_list, write_device_list
from baas.cars.devices import device_key
from baas.outputs.times import local
from baas.score import VehicleScore
from baas.settings import Settings
from baas.simulated import SIMULATED
from baas.tables.spreadsheet import csv_bytes
from baas.vehicles import Vehicle

#: columns that a scored device list has more than the list it was made from; `scored_as` is the car type by the name
#: that it has in every other table, beside the name that people gave it
LIST_ADDITIONS = ("total_score", "grade", "status", "scored_as")


def scored_lists(
    lists: Sequence[DeviceList], scores: Sequence[VehicleScore], simulated: Collection[str] = ()
) -> dict[str, bytes]:
    """Each device list with the scores beside its own columns, whatever else it holds, by file name.

    With simulated vehicles a further column says which they are.
    """
    score_of = {device_key(score.vehicle.device_no): score for score in scores}
    files: dict[str, bytes] = {}
    for found in lists:
        if not found.header:
            continue
        name, copy = found.path.name, 2
        while name.lower() in {taken.lower() for taken in files}:
            name, copy = f"{found.path.stem}_{copy}{found.path.suffix}", copy + 1
        files[name] = _scored(found, score_of, simulated)
    return files


def _scored(found: DeviceList, score_of: dict[str, VehicleScore], simulated: Collection[str]) -> bytes:
    """One list; the numbers of devices are written as they are understood, with the zeros that a spreadsheet took."""
    car_of = {car.row: car for car in found.cars}
    rows = []
    for number, cells in enumerate(found.rows):
        car = car_of.get(number)
        score = score_of.get(device_key(car.device_no)) if car else None
        told = (
            (score.total, score.grade, score.status, score.vehicle.car.label) if score else ("",) * len(LIST_ADDITIONS)
        )
        shown = _with_number(cells, car.device_no, score.vehicle.device_no) if car and score else cells
        mark = [int(bool(score) and score.vehicle.device_no in simulated)] if simulated and score else []
        rows.append([*shown, *([""] * (len(found.header) - len(cells))), *told, *mark])
    more = (SIMULATED,) if simulated else ()
    return csv_bytes([*found.header, *LIST_ADDITIONS, *more], rows)


def _with_number(cells: Sequence[str], listed: str, shown: str) -> list[str]:
    """The cells of a row with the device number as it really is."""
    return [shown if cell.strip() == listed and listed != shown else cell for cell in cells]


def _unlisted(known: KnownCars, fleet: Sequence[Vehicle]) -> tuple[tuple[str, str, str], ...]:
    told = {one.device_no: one.told_type for one in fleet if one.told_type}
    return new_device_list(known, told)


def new_list_path(settings: Settings, known: KnownCars, fleet: Sequence[Vehicle]) -> Path | None:
    """Where devices that no list has, but whose type the feed tells, are written down; None when there are none."""
    if not _unlisted(known, fleet):
        return None
    day = local(max(float(one.history.days["last_ms"].max()) for one in fleet), settings.zone)
    types = settings.car_types.resolve()
    in_input = any(place.is_dir() and types.is_relative_to(place.resolve()) for place in settings.inputs)
    folder = settings.results_folder if in_input else settings.car_types  # input folders are never written
    return folder / f"betterwhy_cartype_list_{day:%Y%m%d}{'_new' if in_input else ''}.csv"


def write_new_list(path: Path, known: KnownCars, fleet: Sequence[Vehicle]) -> None:
    """Write that list; entries that people made stay as they are."""
    write_device_list(path, _unlisted(known, fleet))
