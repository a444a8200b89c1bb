"""Reads a group of files and computes its vehicle-month when the files hold nothing else; runs in a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from baas.aside import Slice, Spool, rows_of
from baas.clean.sign import Sign
from baas.errors import BaasError
from baas.gather import finished
from baas.gather.by_month import by_month
from baas.gather.groups import Group, Key
from baas.gather.inputs import Input, content_read, read
from baas.gather.readings import FileReading, Reading, ReadTask
from baas.ingest.files import InputFile
from baas.ingest.reader import FileReport
from baas.months import computed
from baas.partition import Listed, Partition
from baas.signals import Signals
from baas.store import StoredMonth


@dataclass
class _Rows:
    """Rows of a group while it is read: in memory as long as they are of one month alone, else set aside."""

    spool: Spool
    alone: Key | None
    only: frozenset[Key] | None
    in_memory: list[Signals] = field(default_factory=list)
    aside: list[tuple[Key, Slice]] = field(default_factory=list)

    def add(self, key: Key, rows: Signals) -> None:
        if self.only is not None and key not in self.only:
            return
        if self.alone == key:
            self.in_memory.append(rows)
            return
        self.set_aside()
        self.aside.append((key, self.spool.put(rows)))

    def taken(self) -> Iterator[Signals]:
        """The rows in memory, each part let go as it is taken."""
        self.in_memory.reverse()
        while self.in_memory:
            yield self.in_memory.pop()

    def set_aside(self) -> None:
        """From here on the month is not alone."""
        self.aside += [(self.alone, self.spool.put(rows)) for rows in self.in_memory if self.alone]
        self.in_memory, self.alone = [], None


@dataclass
class _Future:
    """Rows whose time has not come, by source and device."""

    latest_ms: int
    rows: dict[int, Counter[str]] = field(default_factory=dict)
    first_ms: int | None = None

    def without(self, signals: Signals) -> Signals:
        """The other rows."""
        late = signals.time_ms > self.latest_ms
        if not late.any():
            return signals
        for number in np.unique(signals.source[late]):
            rows = signals.take(late & (signals.source == number))
            self.rows.setdefault(int(number), Counter()).update(_by_device(rows))
        first = int(signals.time_ms[late].min())
        self.first_ms = first if self.first_ms is None else min(first, self.first_ms)
        return signals.take(~late)

    def told(self, report: FileReport, source: int) -> FileReport:
        """The report with those rows among the rejected ones."""
        late = self.rows.get(source)
        if late is None:
            return report
        return replace(
            report,
            rejected={**report.rejected, "future_time": late.total()},
            rejected_of=dict(late + Counter(report.rejected_of)),
        )


def _by_device(rows: Signals) -> dict[str, int]:
    """Number of rows by device as sent."""
    counts = np.bincount(rows.device, minlength=len(rows.devices))
    return {device: int(count) for device, count in zip(rows.devices, counts, strict=True) if count}


def read_group(group: Group, task: ReadTask, only: frozenset[Key] | None = None) -> Reading:
    """Read the files of a group; compute the month at once when they hold nothing else, else set the rows aside.

    With `only`, rows of other vehicle-months are dropped (they are stored already) and nothing is computed at once.
    """
    if only is None and (known := finished.recall(group, task)) is not None:
        return known
    spool = Spool(task.spool)
    rows = _Rows(spool, None if only is not None or group.is_shared else group.hint, only)
    files: dict[str, FileReading] = {}
    members: list[str] = []
    try:
        for file in group.files:
            files[file.name] = _read_one(file, rows, task, len(members))
            members += [report.file for report in files[file.name].reports]
        if rows.alone and rows.in_memory:
            whole = partition(rows.alone, rows.taken(), tuple(members), group.listed)
            month = computed(whole, task.context)
            reading = Reading(files, tuple(members), month, ())
            finished.keep(group, task, reading)
            return reading
        rows.set_aside()
    finally:
        spool.close()
    return Reading(files, tuple(members), None, tuple(rows.aside))


def _read_one(file: Input, rows: _Rows, task: ReadTask, base: int) -> FileReading:
    """Read one file into the rows of its group; a file that breaks the reader does not stop the others."""
    found: list[FileReport] = []
    months: set[Key] = set()
    future = _Future(task.latest_ms)
    handed: Counter[str] = Counter()
    try:
        for item in read(file, task.settings, base):
            if isinstance(item, FileReport):
                found.append(item)
                handed.clear()
                continue
            handed.update(_by_device(item))
            for key, part in by_month(future.without(item), task.settings.timezone):
                months.add(key)
                rows.add(key, part)
    except Exception as fault:
        if not isinstance(file, InputFile):  # without its server a run can only wait, and half a month is no month
            raise fault if isinstance(fault, BaasError) else _stopped(file, fault) from fault
        found.append(_broken(file, fault, handed))
    reports = tuple(future.told(report, base + k) for k, report in enumerate(found))
    return FileReading(reports, tuple(sorted(months)), content_read(file, found), future.first_ms)


def _stopped(file: Input, fault: Exception) -> BaasError:
    """What there is to say when a source that is no file breaks the reader."""
    said = f"{type(fault).__name__}: {' '.join(str(fault).split())}"
    return BaasError(
        f"{file.name}: reading broke off ({said}); earlier results are untouched. Run again to go on from there; if it"
        " happens again, please report it",
        f"{file.name}: 읽는 중 오류로 멈췄습니다({said}). 이전 결과는 그대로입니다. 다시 실행하면 이어서 읽습니다."
        " 다시 일어나면 알려 주십시오",
    )


def _broken(file: Input, fault: Exception, handed: Counter[str]) -> FileReport:
    """The report of a member that broke the reader after so many rows by device."""
    rows = handed.total()
    said = f"{type(fault).__name__}: {fault}"
    ko = f"읽는 중 오류로 멈췄습니다({said}). 그 앞의 {rows:,}행은 사용합니다"
    en = f"reading broke off ({said}); the {rows:,} rows before that are kept"
    return FileReport(file.name, "unreadable", ko, en, rows_read=rows, rows_of=dict(handed))


def partition(
    key: Key, signals: Iterable[Signals], members: tuple[str, ...], listed: Listed, hint: Sign | None = None
) -> Partition:
    """The unit of work from its rows, which are handed over."""
    by_kind: dict[str, list[Signals]] = {"bms": [], "gps": []}
    for part in signals:
        by_kind[part.kind].append(part)
    return Partition(*key, by_kind["bms"], by_kind["gps"], members, listed, hint)


# -- months from rows that were set aside ---------------------------------------------------------------------------


@dataclass(frozen=True)
class MonthTask:
    """A vehicle-month whose rows were set aside, each part with the names that its sources count."""

    key: Key
    parts: tuple[tuple[Slice, tuple[str, ...]], ...]
    listed: Listed
    hint: Sign | None = None


def compute_month(month: MonthTask, task: ReadTask) -> StoredMonth:
    """Compute a vehicle-month from the rows that were set aside."""
    members = tuple(sorted({name for _, names in month.parts for name in names}))
    place = {name: k for k, name in enumerate(members)}

    def parts() -> Iterator[Signals]:
        for part, names in month.parts:
            renumbered = np.array([place[name] for name in names], dtype=np.int32)
            rows = rows_of(part)
            yield replace(rows, source=renumbered[rows.source])

    return computed(partition(month.key, parts(), members, month.listed, month.hint), task.context)
