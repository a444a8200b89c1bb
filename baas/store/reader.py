"""Reading the store: everything read in one block belongs to one run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.errors import BaasError
from baas.maths.day_arrays import unpack_arrays
from baas.store.schema import typed
from baas.tables.days import DAILY, SESSIONS
from baas.tables.files import STORE_NAME


class NoRunError(BaasError):
    """A folder holds no results yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: no results yet; run vehicle_battery_scorer.py first",
            f"{path}: 아직 결과가 없습니다. 먼저 vehicle_battery_scorer.py를 실행하십시오",
        )


class Store:
    """The SQLite file of a results folder, to read from."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @staticmethod
    @contextmanager
    def reading(folder: Path) -> Iterator[Store]:
        """A store to read from; everything read in the block belongs to one run."""
        path = folder / STORE_NAME
        if not path.is_file():
            raise NoRunError(path.parent)
        try:
            db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
        except sqlite3.Error as fault:
            raise not_usable(path, fault) from fault
        try:
            db.execute("BEGIN")
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone():
                raise NoRunError(path.parent)
            yield Store(db)
        except sqlite3.Error as fault:
            raise not_usable(path, fault) from fault
        finally:
            db.close()

    # -- vehicle-months ---------------------------------------------------------------------------------------------

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
        return typed([row[1:-1] for row in rows], DAILY), [unpack_arrays(row[-1]) for row in rows]

    def sessions(self, device: str) -> pd.DataFrame:
        """SESSIONS rows of a device in order of start."""
        rows = self._db.execute("SELECT * FROM sessions WHERE device_no=? ORDER BY start_ms", (device,)).fetchall()
        return typed([row[1:] for row in rows], SESSIONS)

    # -- summaries and runs -----------------------------------------------------------------------------------------

    def fleet_days(self) -> pd.DataFrame:
        """Sums by day and car type, in order of date."""
        return pd.read_sql_query("SELECT * FROM fleet_days ORDER BY date, car_type", self._db)

    def current_run(self) -> tuple[str, str] | None:
        """Id of the run that readers see, and the folder its files were staged in; None before the first."""
        found = self._db.execute("SELECT run_id, staged FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()
        return (found[0], found[1]) if found else None


def not_usable(path: Path, fault: Exception) -> BaasError:
    """The error that says why a store cannot be used and what to do."""
    if "locked" in str(fault):
        return BaasError(
            f"{path}: another run is writing there; wait for it to end, or give another folder with --output",
            f"{path}: 다른 실행이 쓰고 있습니다. 끝나기를 기다리거나 --output으로 다른 폴더를 주십시오",
        )
    if "full" in str(fault):
        return BaasError(
            f"{path}: no space left; free some or give another folder with --output, earlier results are untouched",
            f"{path}: 공간이 없습니다. 공간을 비우거나 --output으로 다른 폴더를 주십시오. 이전 결과는 그대로입니다",
        )
    return BaasError(
        f"{path}: cannot be used ({fault}); give another folder with --output, or remove the file to start anew",
        f"{path}: 사용할 수 없습니다({fault}). --output으로 다른 폴더를 주거나 파일을 지우고 새로 시작하십시오",
    )
