"""Tables of the store as SQL, and values on their way in and out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from baas.schema import Table
from baas.tables.days import DAILY, SESSIONS
from baas.tables.files import STORE_VERSION

_NUMBERS = ("int", "float", "flag", "time")
_SQL_TYPES = {
    "text": "TEXT",
    "date": "TEXT",
    "month": "TEXT",
    "int": "INTEGER",
    "flag": "INTEGER",
    "time": "INTEGER",
    "blob": "BLOB",
}


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}" {_SQL_TYPES.get(column.dtype, "REAL")}' for column in table)


_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS input_files (
    path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, sha256 TEXT, reading_key TEXT, wakes_ms INTEGER,
    reports TEXT);
CREATE INDEX IF NOT EXISTS input_by_content ON input_files (sha256);
CREATE INDEX IF NOT EXISTS input_by_size ON input_files (size);
CREATE TABLE IF NOT EXISTS input_partitions (
    sha256 TEXT, reading_key TEXT, device_no TEXT, month TEXT, PRIMARY KEY (sha256, reading_key, device_no, month));
CREATE TABLE IF NOT EXISTS partitions (
    device_no TEXT, month TEXT, input_key TEXT, told_type TEXT, series INTEGER, scale TEXT, about TEXT,
    PRIMARY KEY (device_no, month));
CREATE TABLE IF NOT EXISTS daily (month TEXT, {_columns(DAILY)}, arrays BLOB, PRIMARY KEY (device_no, date));
CREATE INDEX IF NOT EXISTS daily_by_date ON daily (date);
CREATE TABLE IF NOT EXISTS sessions (month TEXT, {_columns(SESSIONS)}, PRIMARY KEY (device_no, start_ms));
CREATE TABLE IF NOT EXISTS fleet_days (
    date TEXT, car_type TEXT, vehicles INTEGER, rows INTEGER, distance_km REAL, drive_km REAL, drive_out_kwh REAL,
    drive_in_kwh REAL, charge_in_kwh REAL, covered_s REAL, still_gap_s REAL,
    lost_gap_s REAL, PRIMARY KEY (date, car_type));
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, staged TEXT, about TEXT);
"""


def prepare(db: sqlite3.Connection) -> None:
    """Tables of this version; those of another version are dropped, because their day tables mean something else."""
    if db.execute("PRAGMA user_version").fetchone()[0] not in (0, STORE_VERSION):
        found = db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'").fetchall()
        for (name,) in found:
            if name != "runs":  # the published files of an earlier version stay published
                db.execute(f'DROP TABLE "{name}"')
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version={STORE_VERSION}")


def plain(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as Python values; missing numbers as None."""
    columns = [[None if value != value else value for value in frame[name].tolist()] for name in frame]
    return list(zip(*columns, strict=True))


def typed(rows: Sequence[Sequence[Any]], table: Table) -> pd.DataFrame:
    """Rows of a table as SQLite handed them back: number columns as float64 (missing as NaN), the rest as text."""
    columns = list(zip(*rows, strict=True)) or [()] * len(table.names)
    numbers = [k for k, column in enumerate(table) if column.dtype in _NUMBERS]
    values = np.array([columns[k] for k in numbers], dtype=np.float64).T.reshape(len(rows), len(numbers))
    frame = pd.DataFrame(values, columns=[table.names[k] for k in numbers])
    texts = {name: list(columns[k]) for k, name in enumerate(table.names) if k not in set(numbers)}
    return pd.concat([pd.DataFrame(texts, dtype=object), frame], axis=1)[list(table.names)]
