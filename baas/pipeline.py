"""The order of the stages, once: source -> day tables -> vehicles -> values -> scores -> results."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baas import outputs, results
from baas.cars import (
    CarTypes,
    KnownCars,
    canonical_devices,
    is_device_list,
    load_car_types,
    merge_device_lists,
    read_device_list,
)
from baas.cars.devices import device_key
from baas.cars.lists import DeviceList
from baas.errors import NothingToScoreError
from baas.executors import executor
from baas.gather import Gathered, gather
from baas.ingest.files import find_files
from baas.ingest.formats import load_formats
from baas.ingest.reader import FileReport, ReadSettings
from baas.metrics import all_metrics
from baas.partition import Context
from baas.score import Vehicle as ScoredVehicle
from baas.score import VehicleScore, score_fleet
from baas.settings import Settings
from baas.store import Store
from baas.values import VALUES_FILE, read_values
from baas.vehicles import Vehicle, vehicle

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run came to: the scores in order of device, and everything else that was learned about the fleet."""

    folder: Path
    vehicles: tuple[Vehicle, ...]
    scores: tuple[VehicleScore, ...]
    gathered: Gathered
    lists: tuple[DeviceList, ...]
    new_list: Path | None
    seconds: float


def _device_lists(settings: Settings) -> tuple[DeviceList, ...]:
    """Every device list in the input and in the folder of car types."""
    paths: set[Path] = set()
    for place in (*settings.inputs, settings.car_types):
        if place.is_dir():
            paths |= {path for path in place.rglob("*.csv") if is_device_list(path) and not path.name.startswith(".")}
    return tuple(read_device_list(path) for path in sorted(paths))


def _shown_names(store: Store, known: KnownCars) -> dict[str, str]:
    """Device key -> the longest form of its number that the feed or a list uses."""
    keys = store.devices()
    forms = [form for key in keys for _, about in store.about_partitions(key) for form in about["forms"]]
    listed = [car.device_no for key in keys if (car := known.of(key))]
    longest = canonical_devices([*forms, *listed])
    return {device_key(form): shown for form, shown in longest.items()}


def _wanted(settings: Settings, key: str) -> bool:
    return not settings.vehicles or key in {device_key(device.strip()) for device in settings.vehicles}


def _fleet(
    store: Store, settings: Settings, known: KnownCars, car_types: CarTypes, progress: Progress
) -> list[Vehicle]:
    """Every vehicle that has days in the period, in order of device number."""
    shown = _shown_names(store, known)
    keys = [key for key in store.devices() if _wanted(settings, key)]
    found = []
    for number, key in enumerate(keys):
        one = vehicle(key, store, shown[key], known, car_types, settings.first_day, settings.last_day)
        found += [one] if one else []
        progress("score", number + 1, len(keys))
    return sorted(found, key=lambda one: one.device_no)


def _measured(one: Vehicle, settings: Settings) -> ScoredVehicle:
    """A vehicle with the values of every metric."""
    values = {name: value for metric in all_metrics() for name, value in metric.measure(one.history).items()}
    days = one.history.days
    first, last = (outputs.local(days[name].iloc[at], settings.zone) for name, at in (("first_ms", 0), ("last_ms", -1)))
    return ScoredVehicle(
        one.device_no,
        one.history.car,
        one.listed.model_year,
        first,
        last,
        len(days),
        one.distance_km,
        values,
        one.findings,
    )


def _tabled(
    reports: Sequence[FileReport], settings: Settings, known: KnownCars, car_types: CarTypes, seen: set[str]
) -> list[ScoredVehicle]:
    """Vehicles that only a table of values knows."""
    paths = [place / VALUES_FILE if place.is_dir() else place for place in settings.inputs]
    tables = [path for path in paths if path.name == VALUES_FILE and path.is_file()]
    found = {device_key(one.device_no): one for path in tables for one in read_values(path, known, car_types)}
    return [one for key, one in sorted(found.items()) if key not in seen and _wanted(settings, key)]


def _nothing(gathered: Gathered, settings: Settings) -> NothingToScoreError:
    inputs = ", ".join(map(str, settings.inputs))
    told = next((f": {report.file}: {report.message_en}" for report in gathered.reports if report.status != "read"), "")
    return NothingToScoreError(
        f"{inputs}: {len(gathered.reports)} files but no usable row{told}; see --help for what is read"
    )


def run(settings: Settings, progress: Progress, arguments: Mapping[str, object]) -> Outcome:
    """Bring the day tables up to date with the input, score every vehicle, and publish the results as one."""
    started = time.monotonic()
    car_types, lists = load_car_types(settings.car_types), _device_lists(settings)
    known = merge_device_lists(lists)
    files, reports = find_files(settings.inputs)
    reading = ReadSettings(
        settings.timezone, settings.archive_limit_bytes, settings.archive_ratio_limit, load_formats(settings.formats)
    )
    this_run = results.begin(settings.results_folder)
    committed = False
    try:
        with (
            Store.writing(settings.results_folder) as store,
            executor(settings.executor, settings.jobs, settings.scheduler, sum(file.size for file in files)) as workers,
        ):
            gathered = gather(
                files, store, reading, Context(settings.timezone, car_types), known, workers,
                lambda done, total: progress("read", done, total), full=settings.full,
            )  # fmt: skip
            gathered = gathered.with_reports(reports)
            fleet = _fleet(store, settings, known, car_types, progress)
            measured = [_measured(one, settings) for one in fleet]
            seen = {device_key(one.device_no) for one in fleet}
            measured += _tabled(gathered.reports, settings, known, car_types, seen)
            if not measured and store.current_run():
                raise _nothing(gathered, settings)  # what an earlier run published stays
            scores = score_fleet(measured)
            outcome = Outcome(
                settings.results_folder, tuple(fleet), scores, gathered, lists,
                outputs.new_list_path(settings, known, fleet), time.monotonic() - started,
            )  # fmt: skip
            outputs.stage_all(this_run, outcome, known, store, settings, arguments)
            store.summarise({device_key(one.device_no): one.car_type_name for one in fleet})
            store.put_run(this_run.run_id, this_run.staged.name, {})
        committed = True
        results.publish(this_run)
        outputs.write_new_list(outcome, known)
        if not measured:
            raise _nothing(gathered, settings)
    except BaseException:
        if not committed:
            results.abandon(this_run)
        raise
    return outcome
