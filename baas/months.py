"""Vehicle-months on their way into the store and back: plain rows and packed arrays, made by the worker."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from baas.cars import CarTypes
from baas.clean.notes import DayRows, Note
from baas.clean.sign import UNKNOWN, Evidence, Sign
from baas.maths.day_arrays import pack_arrays
from baas.partition import Context, Listed, Partition, PartitionResult, forms_of, process, scale_of
from baas.store import StoredMonth, plain
from baas.tables.days import DAILY, SESSIONS


def computed(partition: Partition, context: Context) -> StoredMonth:
    """A vehicle-month ready for the store; one that cannot be computed does not stop the others."""
    counts, forms = _rows_by_member(partition), forms_of(partition)
    try:
        return stored(process(partition, context), partition.listed, context.car_types)
    except Exception as fault:  # noqa: BLE001  (whatever a month holds, the other vehicles must be scored)
        return _failed(partition, counts, forms, fault)


def stored(result: PartitionResult, listed: Listed, car_types: CarTypes) -> StoredMonth:
    """What one vehicle-month gave, as it is stored."""
    cells = result.days["cells"].to_numpy(dtype=float)
    series = int(np.nanmax(cells)) if np.isfinite(cells).any() else 0
    about = {
        "used": dict(result.used), "repeated": dict(result.repeated), "failed": {},
        "votes": {kind: list(pair) for kind, pair in result.evidence.votes.items()},
        "sign": [result.sign.name, result.sign.confidence],
        "sent": list(result.sent), "forms": list(result.forms), "told_type": result.told_type,
        "has_current": result.has_current, "notes": [_note_told(note) for note in result.notes],
        "rows_of_day": {date: list(rows) for date, rows in result.rows_of_day.items()},
    }  # fmt: skip
    return StoredMonth(
        result.key, result.month, tuple(plain(result.days[list(DAILY.names)])),
        tuple(pack_arrays(arrays) for arrays in result.arrays),
        tuple(plain(result.sessions[list(SESSIONS.names)])), result.told_type, series,
        scale_of(listed, result.told_type, series, car_types), about,
    )  # fmt: skip


def _rows_by_member(partition: Partition) -> dict[str, int]:
    """Rows of each input member; to be asked before the rows are handed over."""
    counts = np.zeros(len(partition.members), dtype=np.int64)
    for part in (*partition.bms, *partition.gps):
        counts += np.bincount(part.source, minlength=len(partition.members))
    return {name: int(rows) for name, rows in zip(partition.members, counts, strict=True) if rows}


def _failed(partition: Partition, counts: Mapping[str, int], forms: tuple[str, ...], fault: Exception) -> StoredMonth:
    """A vehicle-month whose rows count as left out, with where its computation broke off."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    about = {
        "used": {}, "repeated": {},
        "failed": dict(counts),
        "fault": f"{type(fault).__name__}: {fault} ({frame.name}, line {frame.lineno})",
        "votes": {}, "sign": [UNKNOWN, 0.5], "sent": [], "told_type": "", "has_current": False, "notes": [],
        "forms": list(forms), "rows_of_day": {},
    }  # fmt: skip
    return StoredMonth(partition.key, partition.month, (), (), (), "", 0, "", about)


def _note_told(note: Note) -> dict[str, Any]:
    """A note whose days are known, as plain values."""
    told = {name: value for name, value in asdict(note).items() if name != "quarters"}
    return {**told, "days": [list(day) for day in note.days]}


def notes_of(about: Mapping[str, Any]) -> list[Note]:
    """What cleaning noticed in a stored month."""
    return [Note(**{**note, "days": tuple(DayRows(*day) for day in note["days"])}) for note in about["notes"]]


def rows_of_days(about: Mapping[str, Any], first_day: str, last_day: str) -> tuple[int, int]:
    """Rows used and rows that repeat a moment, of the days of a stored month from the first to the last."""
    days = [rows for date, rows in about["rows_of_day"].items() if first_day <= date <= last_day]
    return sum(used for used, _ in days), sum(repeated for _, repeated in days)


def evidence_of(about: Mapping[str, Any]) -> Evidence:
    """The evidence for the sign of current in a stored month."""
    return Evidence({kind: (votes[0], votes[1]) for kind, votes in about["votes"].items()})


def sign_of(about: Mapping[str, Any]) -> Sign:
    """The sign that was used for a stored month."""
    return Sign(about["sign"][0], about["sign"][1])
