"""Brings the store up to date with the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from baas.aside import Slice
from baas.cars import KnownCars
from baas.clean.sign import Evidence, Sign, decide
from baas.errors import BaasError
from baas.executors import Executor
from baas.gather.groups import Group, Key, hinted_months, listed, single_files
from baas.gather.inputs import Input, content_of, place_of
from baas.gather.keys import input_key
from baas.gather.read import MonthTask, compute_month, read_group
from baas.gather.readings import FileReading, Reading, ReadTask
from baas.gather.stored import kept, restored
from baas.ingest.reader import FileReport
from baas.months import evidence_of, sign_of
from baas.partition import scale_of
from baas.store import KnownFile, MonthState, StoredMonth, WritableStore

#: text behind a byte of rows that were set aside; measured on wide files with 192 cells
_TEXT_SHARE = 1.7


@dataclass(frozen=True)
class Gathered:
    """What the store now holds of the input: reports of every file in order, months in use, what was read now.

    files_read, rows_read: each counts once, also where a file had to be read again for rows of another month.
    bytes_read: all that was read. hashes: content of each file that could be read whole. computed: months that were
    computed now. dropped: (device number, month) of months asked for that were stored and have no input any more.
    """

    reports: tuple[FileReport, ...]
    months: tuple[Key, ...]
    files_read: int
    bytes_read: int
    rows_read: int
    computed: int = 0
    hashes: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[tuple[str, str], ...] = ()

    def with_reports(self, more: Sequence[FileReport]) -> Gathered:
        """The same with reports of files that were not looked into, in order of name."""
        return replace(self, reports=tuple(sorted((*self.reports, *more), key=lambda report: report.file)))


class Gatherer:
    """Reads what is new, computes the vehicle-months that depend on it; one use."""

    def __init__(
        self, store: WritableStore, task: ReadTask, reading_key: str, known: KnownCars, executor: Executor,
        progress: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        self._store, self._task, self._reading_key = store, task, reading_key
        self._known, self._executor, self._progress = known, executor, progress
        self._files: dict[str, FileReading] = {}
        self._aside: dict[Key, list[tuple[Slice, tuple[str, ...]]]] = {}
        self._aside_from: dict[Key, set[str]] = {}
        self._direct: dict[Key, frozenset[str]] = {}
        self._changed: set[str] = set()
        self._failed: set[Key] = set()
        self._read: set[str] = set()
        self._computed = self._rows = self._bytes = self._done = self._total = 0

    def run(
        self, files: Sequence[Input], *, full: bool, is_asked: Callable[[Key], bool] = lambda _key: True
    ) -> Gathered:
        """Read what is new, compute what rests on it, drop the vehicle-months asked for that have no input any more."""
        new = frozenset(file.name for file in files if full or not self._recall(file))
        self._total = sum(file.size for file in files if file.name in new)
        if self._total:
            self._progress(0, self._total)
        self._read_groups(single_files(files, new))
        self._read_groups(hinted_months(files, new, self._known, frozenset(self._contributors())))
        contributors = self._contributors()
        keys = {key: self._key(names) for key, names in contributors.items()}
        states = self._store.month_states()
        stale = {key for key in keys if full or self._is_stale(key, states.get(key), keys[key])}
        self._settle(files, stale | set(self._direct), contributors, keys)
        dropped = tuple(self._drop(key) for key in sorted(filter(is_asked, set(states) - set(keys))))
        self._settle_signs(files, contributors, keys)
        known = [self._known_file(file) for file in files if self._files[file.name].sha256]
        self._store.remember_files(known, is_asked)
        reports = tuple(report for file in files for report in self._files[file.name].reports)
        hashes = {file.name: found for file in files if (found := self._files[file.name].sha256)}
        return Gathered(
            reports, tuple(sorted(keys)), len(self._read), self._bytes, self._rows, self._computed, hashes, dropped
        )

    def _drop(self, key: Key) -> tuple[str, str]:
        """Forget a vehicle-month; its device number as people know it, and its month."""
        device, month = key
        forms = dict(self._store.about_partitions(device))[month]["forms"]
        self._store.drop_month(device, month)
        self._changed.add(device)
        return max(forms, key=len, default=device), month

    # -- what is known ----------------------------------------------------------------------------------------------

    def _recall(self, file: Input) -> bool:
        """Take what is known of a file from the store; False when it must be read.

        A file under a new path is hashed only when one of its size was read before.
        """
        content = self._store.known_file(place_of(file), file.size, file.mtime_ns)
        if content is None and self._store.has_size(file.size):
            with suppress(BaasError):  # what cannot be hashed cannot be read either, which reading will report
                content = content_of(file)
        found = self._store.known_content(content, self._reading_key, self._task.latest_ms) if content else None
        if found is None:
            return False
        reports = tuple(restored(stored, file.name) for stored in found.reports)
        self._files[file.name] = FileReading(reports, found.parts, found.sha256, found.wakes_ms)
        return True

    def _known_file(self, file: Input) -> KnownFile:
        found = self._files[file.name]
        reports = tuple(kept(report, file.name) for report in found.reports)
        return KnownFile(
            place_of(file), file.size, file.mtime_ns, found.sha256, self._reading_key, found.future_ms,
            reports, found.months,
        )  # fmt: skip

    def _contributors(self) -> dict[Key, set[str]]:
        """Names of the files that hold rows of each vehicle-month, as far as files have been read."""
        found: dict[Key, set[str]] = {}
        for name, reading in self._files.items():
            for key in reading.months:
                found.setdefault(key, set()).add(name)
        return found

    def _key(self, names: Iterable[str]) -> str:
        return input_key(((name, self._files[name].sha256) for name in names), self._reading_key)

    def _is_stale(self, key: Key, state: MonthState | None, wanted: str) -> bool:
        if state is None or state.input_key != wanted:
            return True
        car = listed(self._known, key[0])
        return scale_of(car, state.told_type, state.series, self._task.context.car_types) != state.scale

    # -- reading and computing --------------------------------------------------------------------------------------

    def _read_groups(self, groups: Sequence[Group], only: frozenset[Key] | None = None) -> None:
        sizes = {file.name: file.size for group in groups for file in group.files}
        held = [group.held_bytes for group in groups]
        for reading in self._executor.map(partial(read_group, task=self._task, only=only), groups, held):
            for name, found in reading.files.items():
                self._done += sizes[name]
                self._bytes += sizes[name]
                self._read.add(name)
                if only is None:
                    self._files[name] = found
                    self._rows += sum(report.rows_read for report in found.reports)
            self._take(reading)
            self._progress(self._done, max(self._total, self._done))

    def _take(self, reading: Reading) -> None:
        """Keep what a group gave: a whole month goes to the store at once."""
        if reading.month is not None:
            key = (reading.month.device, reading.month.month)
            self._direct[key] = frozenset(reading.files)
            self._put(reading.month, "")
        for key, part in reading.parts:
            self._aside.setdefault(key, []).append((part, reading.members))
            self._aside_from.setdefault(key, set()).update(reading.files)

    def _put(self, month: StoredMonth, key: str) -> None:
        """Store a month; one that could not be computed is tried again by the next run."""
        failed = bool(month.about["failed"])
        self._store.put_month(month, "" if failed else key)
        self._changed.add(month.device)
        self._computed += 1
        if failed:
            self._failed.add((month.device, month.month))

    def _settle(
        self, files: Sequence[Input], stale: set[Key], contributors: Mapping[Key, set[str]],
        keys: Mapping[Key, str], hints: Mapping[Key, Sign] | None = None,
    ) -> None:  # fmt: skip
        """Compute the stale vehicle-months, reading again the files that hold part of them and were not set aside."""
        hints = hints or {}
        whole = {key for key in stale - set(hints) if self._direct.get(key) == frozenset(contributors[key])}
        for key in whole - self._failed:
            self._store.confirm_month(*key, keys[key])
        open_keys = stale - whole
        lacking = {key for key in open_keys if contributors[key] - self._aside_from.get(key, set())}
        if lacking:
            for key in lacking:  # a month is set aside from all its files in one go, never twice from one file
                self._aside.pop(key, None)
                self._aside_from.pop(key, None)
            needed = {name for key in lacking for name in contributors[key]}
            self._read_groups([Group((file,), None) for file in files if file.name in needed], frozenset(lacking))
        months = [
            MonthTask(key, tuple(self._aside[key]), listed(self._known, key[0]), hints.get(key))
            for key in sorted(open_keys)
            if key in self._aside
        ]
        held = [round(_TEXT_SHARE * sum(part.size for part, _ in month.parts)) for month in months]
        for month in self._executor.map(partial(compute_month, task=self._task), months, held):
            self._put(month, keys[(month.device, month.month)])

    def _settle_signs(
        self, files: Sequence[Input], contributors: Mapping[Key, set[str]], keys: Mapping[Key, str]
    ) -> None:
        """Months that cannot tell the sign of their current take it from the other months of the device."""
        hints: dict[Key, Sign] = {}
        for device in sorted(self._changed):
            abouts = self._store.about_partitions(device)
            device_sign = decide(sum((evidence_of(about) for _, about in abouts), Evidence({})))
            for month, about in abouts:
                own = decide(evidence_of(about))
                if about["has_current"] and not np.isfinite(own.factor) and sign_of(about).name != device_sign.name:
                    hints[(device, month)] = device_sign
        if hints:
            self._settle(files, set(hints), contributors, keys, hints)
