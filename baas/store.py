"""Day tables, sessions and what is known of the input: one SQLite file, one transaction a run, readers see whole runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.clean.sign import Evidence, Sign
from baas.errors import BaasError
from baas.maths.day_arrays import merge_arrays, pack_arrays, unpack_arrays
from baas.partition import PartitionResult
from baas.schema import Table
from baas.tables.days import DAILY, SESSIONS
from baas.tables.files import STORE_NAME, STORE_VERSION

__all__ = [
    "STORE_NAME",
    "STORE_VERSION",
    "Store",
    "evidence_of",
    "merge_arrays",
    "notes_of",
    "pack_arrays",
    "sign_of",
    "typed",
    "unpack_arrays",
]

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
    path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, sha256 TEXT, reports TEXT);
CREATE TABLE IF NOT EXISTS input_partitions (sha256 TEXT, device_no TEXT, month TEXT, PRIMARY KEY (sha256, device_no, month));
CREATE TABLE IF NOT EXISTS partitions (
    device_no TEXT, month TEXT, input_key TEXT, about TEXT, PRIMARY KEY (device_no, month));
CREATE TABLE IF NOT EXISTS daily (month TEXT, {_columns(DAILY)}, arrays BLOB, PRIMARY KEY (device_no, date));
CREATE INDEX IF NOT EXISTS daily_by_date ON daily (date);
CREATE TABLE IF NOT EXISTS sessions (month TEXT, {_columns(SESSIONS)}, PRIMARY KEY (device_no, start_ms));
CREATE TABLE IF NOT EXISTS fleet_days (
    date TEXT, car_type TEXT, vehicles INTEGER, rows INTEGER, distance_km REAL, drive_km REAL, drive_out_kwh REAL,
    drive_in_kwh REAL, charge_in_kwh REAL, covered_s REAL, lost_gap_s REAL, PRIMARY KEY (date, car_type));
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, staged TEXT, about TEXT);
"""


class Store:
    """The SQLite file of a results folder."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @staticmethod
    @contextmanager
    def writing(folder: Path) -> Iterator[Store]:
        """A store to write one run into: commits at the end of the block, or leaves everything as it was."""
        path = folder / STORE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(path, timeout=5, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, OSError) as fault:
            raise BaasError(_why(path, fault)) from fault
        try:
            _prepare(db)
            yield Store(db)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        finally:
            db.close()

    @staticmethod
    @contextmanager
    def reading(folder: Path) -> Iterator[Store]:
        """A store to read from; everything read in the block belongs to one run."""
        path = folder / STORE_NAME
        if not path.is_file():
            raise BaasError(f"{path}: no such store; run vehicle_battery_scorer.py first")
        try:
            db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM runs").fetchone()
        except sqlite3.Error as fault:
            raise BaasError(_why(path, fault)) from fault
        try:
            yield Store(db)
        finally:
            db.close()

    # -- what is known of the input ---------------------------------------------------------------------------------

    def known_file(self, path: str, size: int, mtime_ns: int) -> str | None:
        """Content hash of a file that has not changed since it was read, else None."""
        found = self._db.execute(
            "SELECT sha256 FROM input_files WHERE path=? AND size=? AND mtime_ns=?", (path, size, mtime_ns)
        ).fetchone()
        return found[0] if found else None

    def known_reports(self, sha256: str) -> list[dict[str, Any]] | None:
        """What reading a file of that content reported, or None where it was never read."""
        found = self._db.execute(
            "SELECT reports FROM input_files WHERE sha256=? AND reports IS NOT NULL", (sha256,)
        ).fetchone()
        return json.loads(found[0]) if found else None

    def known_partitions(self, sha256: str) -> list[tuple[str, str]]:
        """Vehicle-months that have rows from a file of that content."""
        rows = self._db.execute("SELECT device_no, month FROM input_partitions WHERE sha256=? ORDER BY 1, 2", (sha256,))
        return [(device, month) for device, month in rows]

    def remember_file(
        self,
        path: str,
        size: int,
        mtime_ns: int,
        sha256: str,
        reports: Sequence[Mapping[str, Any]],
        parts: Sequence[tuple[str, str]],
    ) -> None:
        """Note what a file held, so that it need not be read again while it stays the same."""
        self._db.execute(
            "INSERT OR REPLACE INTO input_files VALUES (?,?,?,?,?)",
            (path, size, mtime_ns, sha256, json.dumps(list(reports))),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO input_partitions VALUES (?,?,?)",
            [(sha256, device, month) for device, month in parts],
        )

    # -- vehicle-months ---------------------------------------------------------------------------------------------

    def partition_keys(self) -> dict[tuple[str, str], str]:
        """Input key of every stored vehicle-month."""
        return {(d, m): k for d, m, k in self._db.execute("SELECT device_no, month, input_key FROM partitions")}

    def drop_partition(self, device: str, month: str) -> None:
        """Forget a vehicle-month."""
        for table in ("partitions", "daily", "sessions"):
            self._db.execute(f"DELETE FROM {table} WHERE device_no=? AND month=?", (device, month))  # noqa: S608

    def put_partition(self, result: PartitionResult, input_key: str) -> None:
        """Store what one vehicle-month gave, in place of what was stored of it."""
        self.drop_partition(result.key, result.month)
        about = {
            "used": result.used, "repeated": result.repeated,
            "votes": result.evidence.votes, "sign": [result.sign.name, result.sign.confidence],
            "sent": result.sent, "forms": result.forms, "told_type": result.told_type, "has_current": result.has_current,
            "notes": [asdict(note) for note in result.notes],
        }  # fmt: skip
        self._db.execute(
            "INSERT INTO partitions VALUES (?,?,?,?)", (result.key, result.month, input_key, json.dumps(about))
        )
        blobs = [pack_arrays(arrays) for arrays in result.arrays]
        self.put_days(result.month, result.days, blobs)
        rows = result.sessions.assign(month=result.month)[["month", *SESSIONS.names]]
        marks = ",".join("?" * (1 + len(SESSIONS.names)))
        self._db.executemany(f"INSERT OR REPLACE INTO sessions VALUES ({marks})", _plain(rows))  # noqa: S608

    def put_days(self, month: str, days: pd.DataFrame, blobs: Sequence[bytes]) -> None:
        """Store DAILY rows of one vehicle-month with their packed arrays."""
        marks = ",".join("?" * (2 + len(DAILY.names)))
        rows = _plain(days.assign(month=month)[["month", *DAILY.names]])
        self._db.executemany(
            f"INSERT OR REPLACE INTO daily VALUES ({marks})",  # noqa: S608
            [(*row, blob) for row, blob in zip(rows, blobs, strict=True)],
        )

    def confirm_partition(self, device: str, month: str, input_key: str) -> None:
        """Note on which input a stored vehicle-month rests."""
        self._db.execute("UPDATE partitions SET input_key=? WHERE device_no=? AND month=?", (input_key, device, month))

    def about_partitions(self, device: str) -> list[tuple[str, dict[str, Any]]]:
        """(month, what is known of it) for each stored month of a device."""
        rows = self._db.execute("SELECT month, about FROM partitions WHERE device_no=? ORDER BY month", (device,))
        return [(month, json.loads(about)) for month, about in rows]

    def devices(self) -> list[str]:
        """Devices with stored months, in order."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT device_no FROM partitions ORDER BY device_no")]

    def days(self, device: str) -> tuple[pd.DataFrame, list[dict[str, NDArray[np.float64]]]]:
        """DAILY rows of a device in order of date, and the arrays of each."""
        rows = self._db.execute("SELECT * FROM daily WHERE device_no=? ORDER BY date", (device,)).fetchall()
        frame = pd.DataFrame([row[1:-1] for row in rows], columns=list(DAILY.names))
        return typed(frame, DAILY), [unpack_arrays(row[-1]) for row in rows]

    def sessions(self, device: str) -> pd.DataFrame:
        """SESSIONS rows of a device in order of start."""
        rows = self._db.execute("SELECT * FROM sessions WHERE device_no=? ORDER BY start_ms", (device,)).fetchall()
        return typed(pd.DataFrame([row[1:] for row in rows], columns=list(SESSIONS.names)), SESSIONS)

    # -- summaries and runs -----------------------------------------------------------------------------------------

    def summarise(self, type_of_device: Mapping[str, str]) -> None:
        """Write the sums by day and car type that fleet pages need, in the same transaction."""
        self._db.execute("CREATE TEMP TABLE type_of (device_no TEXT PRIMARY KEY, car_type TEXT)")
        self._db.executemany("INSERT INTO type_of VALUES (?,?)", sorted(type_of_device.items()))
        self._db.execute("DELETE FROM fleet_days")
        self._db.execute(
            "INSERT INTO fleet_days SELECT date, coalesce(car_type, ''), count(*), sum(rows), sum(distance_km),"
            " sum(drive_km), sum(drive_out_kwh), sum(drive_in_kwh), sum(charge_in_kwh), sum(covered_s), sum(lost_gap_s)"
            " FROM daily LEFT JOIN type_of USING (device_no) GROUP BY 1, 2"
        )
        self._db.execute("DROP TABLE type_of")

    def fleet_days(self) -> pd.DataFrame:
        """Sums by day and car type, in order of date."""
        return pd.read_sql_query("SELECT * FROM fleet_days ORDER BY date, car_type", self._db)

    def current_run(self) -> tuple[str, str] | None:
        """Id of the run that readers see, and the folder its files were staged in; None before the first."""
        found = self._db.execute("SELECT run_id, staged FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()
        return (found[0], found[1]) if found else None

    def put_run(self, run_id: str, staged: str, about: Mapping[str, Any]) -> None:
        """Make a run the one that readers see, once the transaction commits."""
        self._db.execute("DELETE FROM runs")
        self._db.execute("INSERT INTO runs VALUES (?,?,?)", (run_id, staged, json.dumps(about)))


def _why(path: Path, fault: Exception) -> str:
    if "locked" in str(fault):
        return f"{path}: another run is writing there; wait for it to end, or give another folder with --output"
    return f"{path}: cannot be used ({fault}); give another folder with --output, or remove the file to start anew"


def _prepare(db: sqlite3.Connection) -> None:
    """Tables of this version; those of another version are dropped, because their day tables mean something else."""
    if db.execute("PRAGMA user_version").fetchone()[0] not in (0, STORE_VERSION):
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            db.execute(f'DROP TABLE "{name}"')
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version={STORE_VERSION}")


def _plain(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as Python values; missing numbers as None."""
    columns = [[None if value != value else value for value in frame[name].tolist()] for name in frame]
    return list(zip(*columns, strict=True))


def typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Number columns as float64 (missing as NaN), the rest as objects, whatever SQLite handed back."""
    numbers = [column.name for column in table if column.dtype in ("int", "float", "flag", "time")]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def notes_of(about: Mapping[str, Any]) -> list[Note]:
    """What cleaning noticed in a stored month."""
    return [Note(**stored) for stored in about["notes"]]


def evidence_of(about: Mapping[str, Any]) -> Evidence:
    """The evidence for the sign of current in a stored month."""
    return Evidence({kind: (votes[0], votes[1]) for kind, votes in about["votes"].items()})


def sign_of(about: Mapping[str, Any]) -> Sign:
    """The sign that was used for a stored month."""
    return Sign(about["sign"][0], about["sign"][1])
