"""Input files -> vehicle-months in the store: what is new is read once, what is known is left alone."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from baas.cars import KnownCars
from baas.cars.devices import device_key
from baas.clean.sign import Evidence, Sign, decide
from baas.daily.groups import local_dates
from baas.executors import Executor
from baas.ingest.files import InputFile, sha256
from baas.ingest.reader import FileReport, ReadSettings, read_file
from baas.partition import Context, Listed, Partition, PartitionResult, process
from baas.signals import Signals
from baas.store import Store, evidence_of, sign_of

Key = tuple[str, str]  # device without leading zeros, month

#: a row later than this many days after the run started has a broken clock; chosen: time zones and slow clocks
_FUTURE_DAYS = 2
#: raised whenever cleaning, sessions or day tables change, so that stored months are computed anew
_METHOD_VERSION = 1


@dataclass(frozen=True)
class Group:
    """Files read together: all files whose names hint at one vehicle-month, or a single file."""

    files: tuple[InputFile, ...]
    hint: Key | None


@dataclass(frozen=True)
class Reading:
    """What reading a group gave: reports and vehicle-months by file, the result of the month if it was whole."""

    reports: Mapping[str, tuple[FileReport, ...]]
    months: Mapping[str, tuple[Key, ...]]
    direct: PartitionResult | None
    members: tuple[str, ...]
    spooled: tuple[tuple[Key, str], ...]


@dataclass(frozen=True)
class ReadTask:
    """How to read groups: the settings, where to spool, what is known of the cars."""

    settings: ReadSettings
    context: Context
    known: KnownCars
    spool: str
    latest_ms: int


@dataclass(frozen=True)
class Gathered:
    """What the store now holds of the input: reports of every file in order, months in use, bytes and rows read now."""

    reports: tuple[FileReport, ...]
    months: tuple[Key, ...]
    files_read: int
    bytes_read: int
    rows_read: int
    hashes: Mapping[str, str] = field(default_factory=dict)

    def with_reports(self, more: Sequence[FileReport]) -> Gathered:
        """The same with reports of files that were not looked into, in order of name."""
        return replace(self, reports=tuple(sorted((*self.reports, *more), key=lambda report: report.file)))


def listed(known: KnownCars, key: str) -> Listed:
    """What the lists say of a device."""
    car = known.of(key)
    return Listed(car.car_type, car.model_year) if car else Listed()


def _split(signals: Signals, timezone: str) -> Iterable[tuple[Key, Signals]]:
    """Rows of a chunk by vehicle-month."""
    months = (
        np.array([date[:7] for date in _month_dates(signals.time_ms, timezone)]) if len(signals) else np.zeros(0, "U7")
    )
    keys = np.array([device_key(device) for device in signals.devices])
    for device in np.unique(keys):
        mine = np.isin(signals.device, np.flatnonzero(keys == device))
        for month in np.unique(months[mine]):
            rows = np.flatnonzero(mine & (months == month))
            yield (str(device), str(month)), _own_devices(signals.take(rows))


def _month_dates(time_ms: np.ndarray, timezone: str) -> np.ndarray:
    """Local dates; computed once per hour that occurs, because many rows share it."""
    hours, place = np.unique(time_ms // 900_000, return_inverse=True)
    return local_dates(hours * 900_000, timezone)[place]


def _own_devices(signals: Signals) -> Signals:
    """The same rows, knowing only the devices that occur in them."""
    present, place = np.unique(signals.device, return_inverse=True)
    devices = tuple(signals.devices[k] for k in present)
    return replace(
        signals, devices=devices, device=place.astype(np.int32),
        car_types={device: name for device, name in signals.car_types.items() if device in devices},
    )  # fmt: skip


def _without_future(signals: Signals, latest_ms: int, late: dict[int, int]) -> Signals:
    """Rows whose time has come; the others are counted by source in `late`."""
    future = signals.time_ms > latest_ms
    if not future.any():
        return signals
    for number, count in zip(*np.unique(signals.source[future], return_counts=True), strict=True):
        late[int(number)] = late.get(int(number), 0) + int(count)
    return signals.take(~future)


def read_group(group: Group, task: ReadTask, only: frozenset[Key] | None = None) -> Reading:
    """Read the files of a group; process the month at once when they hold nothing else, else spool the rows.

    With `only`, rows of other vehicle-months are dropped (they are stored already) and nothing is processed at once.
    """
    reports: dict[str, tuple[FileReport, ...]] = {}
    months: dict[str, tuple[Key, ...]] = {}
    parts: dict[Key, list[Signals]] = {}
    spooled: list[tuple[Key, str]] = []
    members: list[str] = []
    for file in group.files:
        found: list[FileReport] = []
        seen: set[Key] = set()
        late: dict[int, int] = {}
        for item in read_file(file, task.settings, len(members)):
            if isinstance(item, FileReport):
                found.append(item)
                continue
            rows = _without_future(item, task.latest_ms, late)
            for key, mine in _split(rows, task.settings.timezone):
                seen.add(key)
                if only is None or key in only:
                    parts.setdefault(key, []).append(mine)
            if only is not None or group.hint is None or set(parts) - {group.hint}:
                spooled += _spool(parts, task.spool)
        reports[file.name] = tuple(_with_late(report, late.get(len(members) + k, 0)) for k, report in enumerate(found))
        months[file.name] = tuple(sorted(seen))
        members += [report.file for report in found]
    if only is None and group.hint and not spooled and set(parts) == {group.hint}:
        partition = _partition(group.hint, parts.pop(group.hint), tuple(members), task.known)
        return Reading(reports, months, process(partition, task.context), tuple(members), ())
    spooled += _spool(parts, task.spool)
    return Reading(reports, months, None, tuple(members), tuple(spooled))


def _with_late(report: FileReport, late: int) -> FileReport:
    """The report with rows from the future among the rejected ones."""
    return replace(report, rejected={**report.rejected, "future_time": late}) if late else report


def _spool(parts: dict[Key, list[Signals]], folder: str) -> list[tuple[Key, str]]:
    """Write rows aside and forget them; the files written."""
    written = []
    for key, signals in parts.items():
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".rows", delete=False) as file:
            pickle.dump(signals, file, protocol=pickle.HIGHEST_PROTOCOL)
        written.append((key, file.name))
    parts.clear()
    return written


def _partition(
    key: Key, signals: Sequence[Signals], members: tuple[str, ...], known: KnownCars, hint: Sign | None = None
) -> Partition:
    bms = tuple(part for part in signals if part.kind == "bms")
    gps = tuple(part for part in signals if part.kind == "gps")
    return Partition(*key, bms, gps, members, listed(known, key[0]), hint)


@dataclass(frozen=True)
class SpooledMonth:
    """A vehicle-month whose rows lie in spool files, each with the names that its sources count."""

    key: Key
    files: tuple[tuple[str, tuple[str, ...]], ...]
    hint: Sign | None = None


def process_spooled(month: SpooledMonth, task: ReadTask) -> PartitionResult:
    """Process a vehicle-month from its spool files."""
    members = tuple(sorted({name for _, names in month.files for name in names}))
    place = {name: k for k, name in enumerate(members)}
    signals: list[Signals] = []
    for path, names in month.files:
        renumbered = np.array([place[name] for name in names], dtype=np.int32)
        with Path(path).open("rb") as file:
            parts: list[Signals] = pickle.load(file)  # noqa: S301  (written by this run into its own folder)
        signals += [replace(part, source=renumbered[part.source]) for part in parts]
    return process(_partition(month.key, signals, members, task.known, month.hint), task.context)


# -- what must be read ----------------------------------------------------------------------------------------------


def groups_of(files: Sequence[InputFile], new: frozenset[str]) -> list[Group]:
    """Groups that hold a new file: files without a hint first, so that months spread over files are known early."""
    hinted: dict[Key, list[InputFile]] = {}
    single = []
    for file in files:
        if file.hint is None:
            single.append(Group((file,), None))
        else:
            hinted.setdefault((device_key(file.hint[0]), file.hint[1]), []).append(file)
    groups = [*single, *(Group(tuple(group), key) for key, group in sorted(hinted.items()))]
    return [group for group in groups if any(file.name in new for file in group.files)]


def _input_key(contents: Iterable[tuple[str, str]], known: KnownCars, key: Key, context: Context) -> str:
    """What a stored vehicle-month depends on; another key means that it must be computed anew."""
    car = listed(known, key[0])
    types = hashlib.sha256(repr(context.car_types.variants).encode()).hexdigest()
    text = json.dumps([_METHOD_VERSION, sorted(contents), car.car_type, car.model_year, context.timezone, types])
    return hashlib.sha256(text.encode()).hexdigest()


class Gatherer:
    """Brings the store up to date with the input; one use."""

    def __init__(self, store: Store, task: ReadTask, executor: Executor, progress: Callable[[int, int], None]) -> None:
        self._store, self._task, self._executor, self._progress = store, task, executor, progress
        self._hash: dict[str, str] = {}
        self._reports: dict[str, list[FileReport]] = {}
        self._months: dict[str, set[Key]] = {}
        self._spooled: dict[Key, list[tuple[str, tuple[str, ...]]]] = {}
        self._spooled_from: dict[Key, set[str]] = {}
        self._direct: dict[Key, frozenset[str]] = {}
        self._rows = self._bytes = self._read = 0

    def run(self, files: Sequence[InputFile], *, full: bool) -> Gathered:
        """Read what is new, compute the vehicle-months that depend on it, drop those that have no input any more."""
        new = frozenset(file.name for file in files if self._is_new(file, full))
        groups = groups_of(files, new)
        self._read_groups(groups, None)
        contributors = self._contributors()
        keys = {key: self._key(key, names) for key, names in contributors.items()}
        stored = self._store.partition_keys()
        self._settle(files, {key for key in keys if stored.get(key) != keys[key]}, contributors, keys)
        for key in set(stored) - set(keys):
            self._store.drop_partition(*key)
        self._settle_signs(files, contributors, keys)
        for file in files:
            about = [asdict(report) for report in self._reports[file.name]]
            self._store.remember_file(
                str(file.path.resolve()),
                file.size,
                file.mtime_ns,
                self._hash[file.name],
                about,
                sorted(self._months[file.name]),
            )
        reports = tuple(report for file in files for report in self._reports[file.name])
        return Gathered(reports, tuple(sorted(keys)), self._read, self._bytes, self._rows, dict(self._hash))

    def _is_new(self, file: InputFile, full: bool) -> bool:
        """Whether a file must be read; what is known of the others is taken from the store."""
        known = None if full else self._store.known_file(str(file.path.resolve()), file.size, file.mtime_ns)
        self._hash[file.name] = known or sha256(file)
        reports = None if full else self._store.known_reports(self._hash[file.name])
        if reports is None:
            return True
        self._reports[file.name] = _renamed([FileReport(**_report(stored)) for stored in reports], file)
        self._months[file.name] = set(self._store.known_partitions(self._hash[file.name]))
        return False

    def _contributors(self) -> dict[Key, set[str]]:
        found: dict[Key, set[str]] = {}
        for name, months in self._months.items():
            for key in months:
                found.setdefault(key, set()).add(name)
        return found

    def _key(self, key: Key, names: Iterable[str]) -> str:
        return _input_key(((name, self._hash[name]) for name in names), self._task.known, key, self._task.context)

    def _read_groups(self, groups: Sequence[Group], only: frozenset[Key] | None) -> None:
        total = sum(file.size for group in groups for file in group.files)
        size = {file.name: file.size for group in groups for file in group.files}
        done = 0
        for reading in self._executor.map(partial(read_group, task=self._task, only=only), groups):
            for name, reports in reading.reports.items():
                done += size[name]
                if only is None:
                    self._reports[name] = list(reports)
                    self._months[name] = set(reading.months[name])
                    self._rows += sum(report.rows_read for report in reports)
                self._read += 1
            self._take(reading)
            self._progress(done, total)
        self._bytes += total

    def _take(self, reading: Reading) -> None:
        """Keep what a group gave: a whole month goes to the store at once."""
        names = frozenset(reading.reports)
        if reading.direct is not None:
            key = (reading.direct.key, reading.direct.month)
            self._direct[key] = names
            self._store.put_partition(reading.direct, "")
        for key, path in reading.spooled:
            self._spooled.setdefault(key, []).append((path, reading.members))
            self._spooled_from.setdefault(key, set()).update(names)

    def _settle(
        self, files: Sequence[InputFile], stale: set[Key], contributors: Mapping[Key, set[str]], keys: Mapping[Key, str],
        hints: Mapping[Key, Sign] | None = None,
    ) -> None:  # fmt: skip
        """Compute the stale vehicle-months, reading again the files that hold part of them and were not spooled."""
        hints = hints or {}
        whole = {key for key in stale if self._direct.get(key) == frozenset(contributors[key]) and key not in hints}
        for key in whole:
            self._store.confirm_partition(*key, keys[key])
        open_keys = stale - whole
        lacking = {
            name for key in open_keys for name in contributors[key] if name not in self._spooled_from.get(key, set())
        }
        if lacking:
            for key in open_keys:  # a month is spooled from all its files in one go, never twice from one file
                self._spooled.pop(key, None)
                self._spooled_from.pop(key, None)
            needed = {name for key in open_keys for name in contributors[key]}
            self._read_groups([Group((file,), None) for file in files if file.name in needed], frozenset(open_keys))
        months = [SpooledMonth(key, tuple(self._spooled[key]), hints.get(key)) for key in sorted(open_keys)]
        for result in self._executor.map(partial(process_spooled, task=self._task), months):
            self._store.put_partition(result, keys[(result.key, result.month)])

    def _settle_signs(
        self, files: Sequence[InputFile], contributors: Mapping[Key, set[str]], keys: Mapping[Key, str]
    ) -> None:
        """Months that cannot tell the sign of their current take it from the other months of the device."""
        hints: dict[Key, Sign] = {}
        for device in sorted({key[0] for key in keys}):
            abouts = self._store.about_partitions(device)
            whole = sum((evidence_of(about) for _, about in abouts), Evidence({}))
            device_sign = decide(whole)
            for month, about in abouts:
                own = decide(evidence_of(about))
                if about["has_current"] and not np.isfinite(own.factor) and sign_of(about).name != device_sign.name:
                    hints[(device, month)] = device_sign
        if hints:
            self._direct.clear()
            self._settle(files, set(hints), contributors, keys, hints)


def _report(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a report as they were before they were stored."""
    return {
        **stored,
        "unknown_columns": tuple(stored["unknown_columns"]),
        "examples": tuple((line, reason) for line, reason in stored["examples"]),
    }


def _renamed(reports: list[FileReport], file: InputFile) -> list[FileReport]:
    """Reports of known content under the name that the file has now."""
    return [replace(report, file="!".join([file.name, *report.file.split("!")[1:]])) for report in reports]


def gather(
    files: Sequence[InputFile], store: Store, settings: ReadSettings, context: Context, known: KnownCars,
    executor: Executor, progress: Callable[[int, int], None], *, full: bool,
) -> Gathered:  # fmt: skip
    """Bring the store up to date with the input files."""
    spool = tempfile.mkdtemp(prefix="baas-rows-")
    latest = int((time.time() + _FUTURE_DAYS * 86_400) * 1000)
    try:
        return Gatherer(store, ReadTask(settings, context, known, spool, latest), executor, progress).run(
            files, full=full
        )
    finally:
        shutil.rmtree(spool, ignore_errors=True)
