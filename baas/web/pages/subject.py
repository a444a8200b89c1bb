"""What the sections of a vehicle's page share: its days and arrays, read once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import NDArray

from baas.web import days
from baas.web.days import Record

_COLUMNS = (
    "rows", "covered_s", "still_gap_s", "lost_gap_s", "last_ms", "soc_min_pct", "soc_max_pct", "distance_km", "gap_km",
    "drive_km", "drive_out_kwh", "drive_in_kwh", "drive_s",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One vehicle in the store: days in order of date, DAY_ARRAYS over all of them."""

    db: sqlite3.Connection
    device_no: str
    zone: str
    known: Sequence[Record]
    arrays: Mapping[str, NDArray]


def subject(db: sqlite3.Connection, device_no: str, zone: str) -> Subject:
    """A vehicle, its days and arrays."""
    known = days.vehicle_days(db, device_no, _COLUMNS)
    return Subject(db, device_no, zone, known, days.month_arrays(db, device_no))
