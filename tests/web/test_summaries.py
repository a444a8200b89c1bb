"""What pages read ready-made equals what a full scan of the days gives."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from baas import summaries
from baas.maths.day_arrays import merge_arrays, unpack_arrays
from baas.tables.files import STORE_NAME


@pytest.fixture
def store(results: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(results / STORE_NAME, isolation_level=None)
    yield db
    db.close()


def test_months_added_up_are_the_days_added_up(store: sqlite3.Connection) -> None:
    for (device,) in store.execute("SELECT DISTINCT device_no FROM partitions").fetchall():
        days = [
            unpack_arrays(blob) for (blob,) in store.execute("SELECT arrays FROM daily WHERE device_no=?", (device,))
        ]
        months = store.execute("SELECT arrays FROM vehicle_months WHERE device_no=?", (device,))
        whole, parts = merge_arrays(days), merge_arrays([unpack_arrays(blob) for (blob,) in months])
        assert whole.keys() == parts.keys()
        for name in whole:
            np.testing.assert_allclose(parts[name], whole[name], rtol=1e-12, atol=1e-9)


def test_weeks_of_cells_hold_every_row_at_rest_above_30_percent(store: sqlite3.Connection) -> None:
    days = [unpack_arrays(blob) for (blob,) in store.execute("SELECT arrays FROM daily WHERE device_no='1200000002'")]
    rows = merge_arrays(days)["cell_dev_n"][3:].sum()
    assert rows > 0
    assert store.execute("SELECT sum(rows) FROM cell_weeks WHERE device_no='1200000002'").fetchone()[0] == rows


def test_the_median_of_the_fleet_is_that_of_the_scores(store: sqlite3.Connection, results: Path) -> None:
    text = (results / "vehicle_scores.csv").read_text(encoding="utf-8-sig")
    totals = [float(row["total_score"]) for row in csv.DictReader(io.StringIO(text)) if row["total_score"]]
    told = store.execute("SELECT vehicles, p50 FROM score_spread WHERE car_type='*' AND name='total_score'").fetchone()
    assert told[0] == len(totals)
    assert told[1] == pytest.approx(median(totals))


def test_writing_again_changes_nothing_and_a_lost_month_goes(store: sqlite3.Connection) -> None:
    before = store.execute("SELECT * FROM vehicle_months ORDER BY 1, 2").fetchall()
    summaries.write(store, [])
    assert store.execute("SELECT * FROM vehicle_months ORDER BY 1, 2").fetchall() == before
    store.execute("DELETE FROM partitions WHERE device_no='1200000002' AND month='2019-04'")
    summaries.write(store, [])
    assert store.execute("SELECT count(*) FROM vehicle_months").fetchone()[0] == len(before) - 1
    gone = "SELECT count(*) FROM cell_weeks WHERE device_no='1200000002' AND month='2019-04'"
    assert store.execute(gone).fetchone()[0] == 0


def test_a_week_belongs_to_its_monday() -> None:
    assert [summaries.monday(day) for day in ("2024-01-01", "2024-01-07", "2024-01-08")] == [
        "2024-01-01",
        "2024-01-01",
        "2024-01-08",
    ]
