"""The unit of work: one vehicle-month of rows in, its day tables, sessions and notes out. Pure and picklable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.cars import CarType, CarTypes
from baas.clean import Clean, CleanPath, clean, clean_path, used_and_repeated
from baas.clean.activity import intervals
from baas.clean.notes import Note
from baas.clean.sign import Evidence, Sign
from baas.daily import daily, path_only
from baas.daily.groups import local_dates, local_day_numbers
from baas.sessions import sessions
from baas.signals import Signals, concatenate
from baas.tables.days import SESSIONS

#: scale for C-rates where the car type is not known; chosen: between the 60 and 190 Ah of the types on Korean roads
DEFAULT_RATED_AH = 100.0


@dataclass(frozen=True)
class Listed:
    """What is known of a device before its rows are read: name of its type, model year."""

    car_type: str = ""
    model_year: int | None = None


@dataclass(frozen=True)
class Context:
    """What every partition of a run shares."""

    timezone: str
    car_types: CarTypes


@dataclass(frozen=True)
class Partition:
    """All rows of one vehicle-month. `month` is "YYYY-MM" in local time; `key` is the device without leading zeros.

    members: names of the input members that `source` of the rows counts, in order. Rows that come in a list are handed
    over: `process` empties it, because the rows of one month may fill the memory of the machine.
    """

    key: str
    month: str
    bms: Sequence[Signals]
    gps: Sequence[Signals]
    members: tuple[str, ...]
    listed: Listed
    hint: Sign | None = None


@dataclass(frozen=True)
class PartitionResult:
    """What one vehicle-month gives.

    days: DAILY rows; arrays: DAY_ARRAYS of each; used and repeated: rows by input member; rows_of_day: (used, repeated)
    by local day; sent: signals that came; forms: forms of the device number seen; told_type: what the feed calls the
    car type.
    """

    key: str
    month: str
    days: pd.DataFrame
    arrays: tuple[Mapping[str, NDArray], ...]
    sessions: pd.DataFrame
    notes: tuple[Note, ...]
    used: Mapping[str, int]
    repeated: Mapping[str, int]
    rows_of_day: Mapping[str, tuple[int, int]]
    evidence: Evidence
    sign: Sign
    sent: tuple[str, ...]
    forms: tuple[str, ...]
    told_type: str
    has_current: bool


@dataclass(frozen=True)
class _Account:
    """Rows used and rows that repeat a moment: by input member, and as (used, repeated) by local day."""

    used: Mapping[str, int] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)
    of_day: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def with_more(self, other: _Account) -> _Account:
        """The rows of both."""
        days = {date: np.add(self.of_day.get(date, (0, 0)), rows) for date, rows in other.of_day.items()}
        told = {date: (int(used), int(repeated)) for date, (used, repeated) in days.items()}
        return _Account(
            Counter(self.used) + Counter(other.used), Counter(self.repeated) + Counter(other.repeated),
            {**self.of_day, **told},
        )  # fmt: skip


def _counts(members: Sequence[str], source: NDArray[np.int32]) -> dict[str, int]:
    """Rows by input member."""
    numbers = np.bincount(source, minlength=len(members))
    return {name: int(number) for name, number in zip(members, numbers, strict=True) if number}


def told_type(partition: Partition) -> str:
    """The type that the feed names at most moments; ties by name, so that neither order nor repeats of rows matter."""
    moments: dict[str, list[NDArray[np.int64]]] = {}
    for part in (*partition.bms, *partition.gps):
        for code, device in enumerate(part.devices):
            if name := part.car_types.get(device):
                moments.setdefault(name, []).append(part.time_ms[part.device == code])
    counts = {name: len(np.unique(np.concatenate(times))) for name, times in moments.items()}
    return max(sorted(counts), key=lambda name: counts[name]) if counts else ""


def forms_of(partition: Partition) -> tuple[str, ...]:
    """Forms of the device number that the rows use."""
    return tuple(sorted({device for part in (*partition.bms, *partition.gps) for device in part.devices}))


def _positions_only(
    partition: Partition, path: CleanPath | None, context: Context, notes: Sequence[Note], account: _Account
) -> PartitionResult:
    """The result of a month without battery rows."""
    tables = path_only(path, context.timezone)
    return PartitionResult(
        partition.key, partition.month, tables.days.assign(device_no=partition.key), tables.arrays,
        pd.DataFrame(columns=list(SESSIONS.names)), _dated(notes, context.timezone),
        account.used, account.repeated, account.of_day, Evidence({}),
        partition.hint or Sign("unknown", 0.5), (), (), "", has_current=False,
    )  # fmt: skip


def _handed_over(parts: Sequence[Signals]) -> list[Signals]:
    """Parts that have rows, taken out of the list that they came in."""
    found = [part for part in parts if len(part)]
    if isinstance(parts, list):
        parts.clear()
    return found


def _merged(parts: list[Signals]) -> Signals:
    """All rows, which then lie in memory once."""
    whole = concatenate(parts)
    parts.clear()
    return whole


def _by_day(time_ms: NDArray[np.int64], timezone: str) -> Counter[str]:
    """Rows by local day."""
    days, counts = np.unique(local_day_numbers(time_ms, timezone), return_counts=True)
    return Counter(dict(zip(days.astype("datetime64[D]").astype(str).tolist(), counts.tolist(), strict=True)))


def _accounted(
    parts: list[Signals], members: Sequence[str], timezone: str, before: _Account
) -> tuple[Signals, _Account]:
    """Rows in order with one per moment, and what became of all of them, added to what was counted before."""
    whole = _merged(parts)
    sent = _by_day(whole.time_ms, timezone)
    rows, repeats = used_and_repeated(whole)
    used = _by_day(rows.time_ms, timezone) if len(repeats) else sent
    of_day = {date: (used[date], sent[date] - used[date]) for date in sent}
    return rows, before.with_more(_Account(_counts(members, rows.source), _counts(members, repeats), of_day))


def _dated(notes: Sequence[Note], timezone: str) -> tuple[Note, ...]:
    """Notes that know the local days of their rows."""
    return tuple(note.on_days(lambda time_ms: local_dates(time_ms, timezone)) for note in notes)


def process(partition: Partition, context: Context) -> PartitionResult:
    """Clean, sessionise and sum up one vehicle-month; the same rows give the same result in any order and split."""
    path: CleanPath | None = None
    notes: list[Note] = []
    account, zone = _Account(), context.timezone
    told, forms = told_type(partition), forms_of(partition)
    positions, battery = _handed_over(partition.gps), _handed_over(partition.bms)
    if positions:
        fixes, account = _accounted(positions, partition.members, zone, account)
        path, notes = clean_path(fixes)
    if not battery:
        return replace(_positions_only(partition, path, context, notes, account), told_type=told, forms=forms)
    rows, account = _accounted(battery, partition.members, zone, account)
    has_current = bool(np.isfinite(rows.column("pack_current")).any())
    cleaned, found_notes = clean(rows, partition.hint)
    del rows
    rated_ah, body = _scale(partition.listed, told, cleaned.cells_mv.shape[1], context.car_types)
    steps = intervals(cleaned, rated_ah)
    stretches = sessions(cleaned, steps, path, rated_ah).assign(device_no=partition.key)
    tables = daily(cleaned, steps, stretches, path, zone, rated_ah, body)
    return PartitionResult(
        partition.key, partition.month, tables.days.assign(device_no=partition.key), tables.arrays,
        stretches, _dated([*notes, *found_notes], zone), account.used, account.repeated, account.of_day,
        cleaned.evidence, cleaned.sign, _sent(cleaned, has_current=has_current), forms, told, has_current,
    )  # fmt: skip


def _sent(cleaned: Clean, *, has_current: bool) -> tuple[str, ...]:
    """Signals that came with at least one possible value; current of unknown sign came, though no value is left."""
    came = {name: bool(np.isfinite(values).any()) for name, values in cleaned.columns.items()}
    names = [name for name in came if (has_current if name == "pack_current" else came[name])]
    return (*sorted(names), *(["cells"] if cleaned.cells_mv.shape[1] else []), *(["modules"] if cleaned.probes else []))


def _scale(listed: Listed, told: str, series: int, car_types: CarTypes) -> tuple[float, str]:
    """Rated capacity [Ah] and body: all that computing a month takes from the car type."""
    car = car_of(listed, told, series, car_types)
    return car.rated_ah or DEFAULT_RATED_AH, car.body or "car"


def scale_of(listed: Listed, told: str, series: int, car_types: CarTypes) -> str:
    """The same as text; a month stored with another one must be computed anew."""
    rated_ah, body = _scale(listed, told, series, car_types)
    return f"{rated_ah:g} Ah {body}"


def car_of(listed: Listed, told: str, series: int, car_types: CarTypes) -> CarType:
    """The car type of a device: what people listed, else what the feed calls it, told apart by its cells in series."""
    return car_types.find(listed.car_type or told, listed.model_year, series or None)
