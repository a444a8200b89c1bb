"""The order of the stages, once: source -> day tables -> vehicles -> values -> scores -> results."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from baas import outputs, results, summaries
from baas.cars import (
    CarTypes,
    DeviceList,
    KnownCars,
    ListMessage,
    canonical_devices,
    is_device_list,
    load_car_types,
    merge_device_lists,
    read_device_list,
)
from baas.cars.devices import device_key
from baas.errors import BaasError
from baas.executors import Executor, executor
from baas.gather import Gathered, Input, Key, finished, gather, reading_key
from baas.influx import source as influx
from baas.influx.config import InfluxConfig
from baas.ingest.files import InputFile, find_files
from baas.ingest.formats import load_formats
from baas.ingest.reader import FileReport, ReadSettings
from baas.metrics import all_metrics
from baas.outputs import Outcome
from baas.outputs.counts import RowCounts
from baas.outputs.lists import new_list_path, write_new_list
from baas.outputs.times import local
from baas.partition import Context
from baas.score import Vehicle as ScoredVehicle
from baas.score import score_fleet
from baas.settings import Settings
from baas.store import Store
from baas.values import VALUES_FILE, read_values
from baas.vehicles import Vehicle, vehicle

__all__ = ["Outcome", "run"]

Progress = Callable[[str, int, int], None]

#: folder of vehicle-months that an interrupted run had finished
_FINISHED = "finished"


@dataclass(frozen=True)
class _Sources:
    """What a run starts from: car types, device lists, files to read and reports on files that are not, or a server."""

    car_types: CarTypes
    lists: tuple[DeviceList, ...]
    known: KnownCars
    files: tuple[InputFile, ...]
    reports: tuple[FileReport, ...]
    reading: ReadSettings
    reading_key: str
    server: InfluxConfig | None


def _sources(settings: Settings) -> _Sources:
    server = influx.configured(settings)
    car_types, lists = load_car_types(settings.car_types), _device_lists(settings)
    files, reports = ([], []) if server else find_files(settings.inputs)
    limits = (settings.archive_limit_bytes, settings.archive_ratio_limit)
    reading = ReadSettings(settings.timezone, *limits, load_formats(settings.formats))
    key = reading_key(settings.timezone, limits, settings.formats)
    return _Sources(car_types, lists, merge_device_lists(lists), tuple(files), tuple(reports), reading, key, server)


def _device_lists(settings: Settings) -> tuple[DeviceList, ...]:
    """Every device list in the input and in the folder of car types; one that is no table is told, not believed."""
    paths: set[Path] = set()
    for place in (*settings.inputs, settings.car_types):
        found = place.rglob("*.csv") if place.is_dir() else (place,)
        named = {path for path in found if is_device_list(path) and not path.name.startswith(".")}
        paths |= {path for path in named if not os.path.isdir(path)}  # noqa: PTH112  (a list out of reach is told)
    return tuple(_device_list(path) for path in sorted(paths))


def _device_list(path: Path) -> DeviceList:
    try:
        return read_device_list(path)
    except (BaasError, OSError) as fault:
        ko = fault.told("ko") if isinstance(fault, BaasError) else f"읽을 수 없습니다({fault.strerror})"
        return DeviceList(path, (), (), (), (ListMessage(None, "", str(fault), ko),))


def _check_output(settings: Settings) -> None:
    """Stop before anything is read when the results cannot or must not be written where they are wanted."""
    folder, output = settings.results_folder.resolve(), settings.output
    others = {name.casefold() for name in outputs.OTHER_FILES}
    if output.is_dir() or output.name.casefold() in others or is_device_list(output):
        raise BaasError(
            f"--output {output}: name a file for the score table, such as {output}/vehicle_scores.csv"
            if output.is_dir()
            else f"--output {output}: another result file has this name; use vehicle_scores.csv",
            f"--output {output}: 점수표 파일 이름을 주십시오(예: vehicle_scores.csv)",
        )
    for place in settings.inputs:
        inside = place.is_dir() and folder.is_relative_to(place.resolve())
        if inside or place.resolve() == folder / VALUES_FILE:
            raise BaasError(
                f"--output {output}: lies in the input {place}, which is never written; give another folder",
                f"--output {output}: 입력 {place} 안에 있습니다. 입력은 절대 바꾸지 않으므로 다른 폴더를 주십시오",
            )


# -- vehicles -------------------------------------------------------------------------------------------------------


def _shown_names(store: Store, known: KnownCars) -> dict[str, str]:
    """Device key -> the longest form of its number that the feed or a list uses."""
    keys = store.devices()
    forms = [form for key in keys for _, about in store.about_partitions(key) for form in about["forms"]]
    listed = [car.device_no for key in keys if (car := known.of(key))]
    longest = canonical_devices([*forms, *listed])
    return {device_key(form): shown for form, shown in longest.items()}


def _wanted(settings: Settings, key: str) -> bool:
    return not settings.vehicles or key in {device_key(device.strip()) for device in settings.vehicles}


def _fleet(store: Store, settings: Settings, sources: _Sources, progress: Progress) -> list[Vehicle]:
    """Every vehicle that has days in the period, in order of device number."""
    shown = _shown_names(store, sources.known)
    keys = [key for key in store.devices() if _wanted(settings, key)]
    found = []
    for number, key in enumerate(keys):
        one = vehicle(
            key, store, shown.get(key, key), sources.known, sources.car_types, settings.first_day, settings.last_day
        )
        found += [one] if one else []
        progress("score", number + 1, len(keys))
    return sorted(found, key=lambda one: one.device_no)


def _measured(one: Vehicle, settings: Settings) -> ScoredVehicle:
    """A vehicle with the values of every metric."""
    values = {name: value for metric in all_metrics() for name, value in metric.measure(one.history).items()}
    days = one.history.days
    first, last = (local(days[name].iloc[at], settings.zone) for name, at in (("first_ms", 0), ("last_ms", -1)))
    year = one.listed.model_year
    car = one.history.car
    return ScoredVehicle(one.device_no, car, year, first, last, len(days), one.distance_km, values, one.findings)


def _tabled(
    settings: Settings, sources: _Sources, reports: tuple[FileReport, ...], seen: set[str]
) -> list[ScoredVehicle]:
    """Vehicles that only a table of values knows."""
    tables = {report.file for report in reports if report.status == "table"}
    found: dict[str, ScoredVehicle] = {}
    for file in sources.files:
        if file.name in tables:
            vehicles = read_values(file.path, sources.known, sources.car_types)
            found |= {device_key(one.device_no): one for one in vehicles}
    return [one for key, one in sorted(found.items()) if key not in seen and _wanted(settings, key)]


# -- the run --------------------------------------------------------------------------------------------------------


def run(settings: Settings, progress: Progress, arguments: Mapping[str, object]) -> Outcome:
    """Bring the day tables up to date with the input, score every vehicle, and publish the results as one.

    Without a single vehicle to score an earlier run stays published.
    """
    started = time.monotonic()
    _check_output(settings)
    sources = _sources(settings)
    with (
        results.writing(settings.results_folder) as this_run,
        executor(settings.executor, settings.jobs, settings.scheduler) as workers,
    ):
        gathered, held = _gathered(this_run, settings, sources, workers, progress)
        outcome = _scored(this_run.store, settings, sources, gathered, progress)
        seconds = time.monotonic() - started
        passed_over = influx.passed_over(settings, arguments)
        notices = (passed_over,) if passed_over else held.notices
        outcome = replace(outcome, seconds=seconds, notices=notices, simulated=held.simulated)
        if sources.server:
            told = sources.server.stored_time or "utc (not told)"
            gone = influx.gone(sources.server, gathered.dropped) if outcome.scores else ()
            outcome = replace(outcome, server=sources.server.address, stored_time=told, notices=(*held.notices, *gone))
        if not outcome.scores and this_run.store.current_run():
            this_run.store.discard()
        else:
            outputs.stage_all(this_run, outcome, settings, arguments)
            this_run.store.summarise({device_key(one.device_no): one.history.car.label for one in outcome.vehicles})
            summaries.write(this_run.store.connection, outcome.scores)
    _tidy(settings, sources, held)
    return _with_new_list(outcome, sources)


def _tidy(settings: Settings, sources: _Sources, held: influx.Held) -> None:
    """Drop what was set aside for a run that might break, now that it is published."""
    folder = settings.results_folder / influx.FOLDER
    finished.forget(folder / _FINISHED)
    if sources.server:
        is_all = not (settings.vehicles or settings.first_day or settings.last_day)
        influx.tidy(folder, sources.server, held.months, is_all=is_all)


def _gathered(
    this_run: results.Run, settings: Settings, sources: _Sources, workers: Executor, progress: Progress
) -> tuple[Gathered, influx.Held]:
    """What the store now holds of the input, and what a server holds."""
    inputs: Sequence[Input] = sources.files
    held = influx.Held()
    folder = settings.results_folder / influx.FOLDER
    if sources.server:
        if settings.full:
            finished.forget(folder)  # rows set aside by earlier runs are among what is read anew
        told = partial(progress, "list")
        held = influx.held(sources.server, sources.reading, folder, told, lambda key: _is_asked(settings, key))
        inputs = held.months
    found = gather(
        inputs, this_run.store, sources.reading, sources.reading_key,
        Context(settings.timezone, sources.car_types), sources.known, workers, this_run.spool,
        partial(progress, "rows" if sources.server else "read"), full=settings.full, finished=folder / _FINISHED,
        is_asked=lambda key: not sources.server or _is_asked(settings, key),
    )  # fmt: skip
    return found.with_reports(sources.reports), held


def _is_asked(settings: Settings, key: Key) -> bool:
    """Whether a vehicle-month of a server is asked for; "" stands for any month."""
    device, month = key
    first, last = (f"{day:%Y-%m}" if day else "" for day in (settings.first_day, settings.last_day))
    in_period = not month or ((not first or month >= first) and (not last or month <= last))
    return in_period and _wanted(settings, device)


def _scored(store: Store, settings: Settings, sources: _Sources, gathered: Gathered, progress: Progress) -> Outcome:
    """The scores of all vehicles, every row accounted for."""
    counts = RowCounts(store, gathered.months)
    counts.check(gathered.reports)
    fleet = _fleet(store, settings, sources, progress)
    measured = [_measured(one, settings) for one in fleet]
    seen = {device_key(one.device_no) for one in fleet}
    scores = score_fleet(measured + _tabled(settings, sources, gathered.reports, seen))
    new_list = new_list_path(settings, sources.known, fleet)
    return Outcome(
        settings.results_folder, tuple(fleet), scores, gathered, sources.lists, new_list, seconds=0.0, counts=counts
    )


def _with_new_list(outcome: Outcome, sources: _Sources) -> Outcome:
    """Write down devices that no list has; where that is not allowed the scores stand all the same."""
    if outcome.new_list is None or not outcome.scores:
        return replace(outcome, new_list=None)
    try:
        write_new_list(outcome.new_list, sources.known, outcome.vehicles)
    except BaasError as fault:
        return replace(outcome, new_list=None, notices=(*outcome.notices, fault))
    return outcome
