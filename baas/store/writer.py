"""Writing the store: one run is one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baas.store.reader import Store, not_usable
from baas.store.schema import prepare
from baas.tables.days import DAILY, SESSIONS
from baas.tables.files import STORE_NAME

#: between the parts of a key: the input, what the car type gave, the sign of the current that was used
_PART = "/"


@dataclass(frozen=True)
class StoredMonth:
    """One vehicle-month as it is stored.

    days: DAILY rows, blobs: packed day arrays of each, sessions: SESSIONS rows, about: everything else. told_type and
    series (cells) tell the car type apart; scale is what the rows were computed with.
    """

    device: str
    month: str
    days: tuple[tuple[Any, ...], ...]
    blobs: tuple[bytes, ...]
    sessions: tuple[tuple[Any, ...], ...]
    told_type: str
    series: int
    scale: str
    about: Mapping[str, Any]


@dataclass(frozen=True)
class MonthState:
    """On what a stored vehicle-month rests: its input, and what its car type was taken to be."""

    input_key: str
    told_type: str
    series: int
    scale: str


@dataclass(frozen=True)
class KnownFile:
    """What an input file held when it was read.

    reading_key: how it was read. wakes_ms: time from which rows that lay in the future count, None without such rows.
    reports: one a member. parts: vehicle-months with rows of it.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    reading_key: str
    wakes_ms: int | None
    reports: tuple[Mapping[str, Any], ...]
    parts: tuple[tuple[str, str], ...]


class WritableStore(Store):
    """The SQLite file of a results folder, to write one run into."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._is_kept = True
        #: whether the run was committed for certain
        self.is_committed = False

    @staticmethod
    @contextmanager
    def writing(folder: Path) -> Iterator[WritableStore]:
        """A store to write one run into: commits at the end of the block, or leaves everything as it was."""
        path = folder / STORE_NAME
        try:
            db = sqlite3.connect(path, timeout=5, isolation_level=None)
        except sqlite3.Error as fault:
            raise not_usable(path, fault) from fault
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("BEGIN IMMEDIATE")
            prepare(db)
            store = WritableStore(db)
            yield store
            if store._is_kept:
                db.execute("COMMIT")
                store.is_committed = True
        except sqlite3.Error as fault:
            raise not_usable(path, fault) from fault
        finally:
            db.close()  # rolls back what was not committed

    @property
    def connection(self) -> sqlite3.Connection:
        """For summaries that are written in the transaction of the run."""
        return self._db

    def discard(self) -> None:
        """Leave everything as it was when the block ends."""
        self._is_kept = False

    # -- what is known of the input ---------------------------------------------------------------------------------

    def known_file(self, path: str, size: int, mtime_ns: int) -> str | None:
        """Content hash of a file that has not changed since it was read, else None."""
        found = self._db.execute(
            "SELECT sha256 FROM input_files WHERE path=? AND size=? AND mtime_ns=?", (path, size, mtime_ns)
        ).fetchone()
        return found[0] if found else None

    def has_size(self, size: int) -> bool:
        """Whether any file of that size was read before; a file of another size has other content."""
        return self._db.execute("SELECT 1 FROM input_files WHERE size=? LIMIT 1", (size,)).fetchone() is not None

    def known_content(self, sha256: str, reading_key: str, now_ms: int) -> KnownFile | None:
        """What reading a file of that content in that way gave, None where it was not read or is worth a new look."""
        found = self._db.execute(
            "SELECT path, size, mtime_ns, wakes_ms, reports FROM input_files"
            " WHERE sha256=? AND reading_key=? AND (wakes_ms IS NULL OR wakes_ms>?)",
            (sha256, reading_key, now_ms),
        ).fetchone()
        if found is None:
            return None
        parts = self._db.execute(
            "SELECT device_no, month FROM input_partitions WHERE sha256=? AND reading_key=? ORDER BY 1, 2",
            (sha256, reading_key),
        )
        path, size, mtime_ns, wakes_ms, reports = found
        months = tuple((device, month) for device, month in parts)
        return KnownFile(path, size, mtime_ns, sha256, reading_key, wakes_ms, tuple(json.loads(reports)), months)

    def remember_files(
        self, files: Iterable[KnownFile], is_asked: Callable[[tuple[str, str]], bool] = lambda _key: True
    ) -> None:
        """Note what the files of this run held; what is known of other files is forgotten.

        What has rows of a vehicle-month that the run was not asked about stays known.
        """
        parts = self._db.execute("SELECT sha256, device_no, month FROM input_partitions").fetchall()
        stays = {content for content, device, month in parts if not is_asked((device, month))}
        contents = {row[0] for row in self._db.execute("SELECT sha256 FROM input_files")} | {part[0] for part in parts}
        for table in ("input_files", "input_partitions"):
            self._db.executemany(
                f"DELETE FROM {table} WHERE sha256=?",  # noqa: S608
                [(content,) for content in sorted(contents - stays)],
            )
        for file in files:
            self._db.execute(
                "INSERT OR REPLACE INTO input_files VALUES (?,?,?,?,?,?,?)",
                (
                    file.path, file.size, file.mtime_ns, file.sha256, file.reading_key, file.wakes_ms,
                    json.dumps(list(file.reports)),
                ),
            )  # fmt: skip
            self._db.executemany(
                "INSERT OR IGNORE INTO input_partitions VALUES (?,?,?,?)",
                [(file.sha256, file.reading_key, device, month) for device, month in file.parts],
            )

    # -- vehicle-months ---------------------------------------------------------------------------------------------

    def month_states(self) -> dict[tuple[str, str], MonthState]:
        """On what every stored vehicle-month rests."""
        rows = self._db.execute("SELECT device_no, month, input_key, told_type, series, scale FROM partitions")
        return {
            (device, month): MonthState(key.split(_PART)[0], told_type, series, scale)
            for device, month, key, told_type, series, scale in rows
        }

    def drop_month(self, device: str, month: str) -> None:
        """Forget a vehicle-month."""
        for table in ("partitions", "daily", "sessions"):
            self._db.execute(f"DELETE FROM {table} WHERE device_no=? AND month=?", (device, month))  # noqa: S608

    def put_month(self, stored: StoredMonth, input_key: str) -> None:
        """Store one vehicle-month in place of what was stored of it; an empty key has it computed anew next time."""
        self.drop_month(stored.device, stored.month)
        self._db.execute(
            "INSERT INTO partitions VALUES (?,?,?,?,?,?,?)",
            (
                stored.device, stored.month, "", stored.told_type, stored.series, stored.scale,
                json.dumps(stored.about),
            ),
        )  # fmt: skip
        days = [(stored.month, *row, blob) for row, blob in zip(stored.days, stored.blobs, strict=True)]
        self._insert("daily", 2 + len(DAILY.names), days)
        self._insert("sessions", 1 + len(SESSIONS.names), [(stored.month, *row) for row in stored.sessions])
        if input_key:
            self.confirm_month(stored.device, stored.month, input_key)

    def _insert(self, table: str, width: int, rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ",".join("?" * width)
        self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608

    def confirm_month(self, device: str, month: str, input_key: str) -> None:
        """Note on which input a stored vehicle-month rests; months with other rows never have the same key."""
        self._db.execute(
            "UPDATE partitions SET input_key = ? || ? || scale || ? || json_extract(about, '$.sign[0]')"
            " WHERE device_no=? AND month=?",
            (input_key, _PART, _PART, device, month),
        )

    # -- summaries and runs -----------------------------------------------------------------------------------------

    def summarise(self, type_of_device: Mapping[str, str]) -> None:
        """Write the sums by day and car type that fleet pages need, in the same transaction."""
        self._db.execute("CREATE TEMP TABLE type_of (device_no TEXT PRIMARY KEY, car_type TEXT)")
        self._db.executemany("INSERT INTO type_of VALUES (?,?)", sorted(type_of_device.items()))
        self._db.execute("DELETE FROM fleet_days")
        self._db.execute(
            "INSERT INTO fleet_days SELECT date, coalesce(car_type, ''), count(*), sum(rows), sum(distance_km),"
            " sum(drive_km), sum(drive_out_kwh), sum(drive_in_kwh), sum(charge_in_kwh), sum(covered_s),"
            " sum(still_gap_s), sum(lost_gap_s) FROM daily LEFT JOIN type_of USING (device_no) GROUP BY 1, 2"
        )
        self._db.execute("DROP TABLE type_of")

    def put_run(self, run_id: str, staged: str, about: Mapping[str, Any]) -> None:
        """Make a run the one that readers see, once the transaction commits."""
        self._db.execute("DELETE FROM runs")
        self._db.execute("INSERT INTO runs VALUES (?,?,?)", (run_id, staged, json.dumps(about)))
