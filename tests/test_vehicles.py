"""What the store holds of a vehicle -> its history, row counts, sign and how much of the time was sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from inputs import Table, put, small_export
from running import ROOT, Ran, score

from baas.vehicles import completeness_pct

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


@pytest.fixture(scope="module")
def ran(tables: list[Table], tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("vehicles")
    return score(put(place / "in", tables), place / "out" / "results")


def days(*rows: tuple[str, float, float, float, float, float]) -> pd.DataFrame:
    """(date, first hour, last hour, lost hours, odometer at the end, SOC at the end) of each day."""
    names = ["date", "first_ms", "last_ms", "lost_gap_s", "odometer_last_km", "soc_last_pct"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("first_ms", "last_ms"):
        frame[name] *= HOUR_MS
    frame["lost_gap_s"] *= 3600
    start = frame[["odometer_last_km", "soc_last_pct"]]
    return frame.assign(odometer_first_km=start["odometer_last_km"], soc_first_pct=start["soc_last_pct"])


def test_a_vehicle_that_sent_all_the_time_is_complete():
    assert completeness_pct(days(("2024-03-01", 0, 24, 0, 100, 50))) == 100


def test_time_lost_within_days_counts():
    assert completeness_pct(days(("2024-03-01", 0, 24, 6, 100, 50))) == 75


@pytest.mark.parametrize(("km", "soc", "share"), [(100, 50, 100), (180, 50, 50), (100, 20, 50), (180, 20, 50)])
def test_time_between_months_is_lost_when_the_vehicle_moved_or_charged_in_it(km, soc, share):
    found = days(("2024-03-31", 0, 10, 0, 100, 50), ("2024-04-02", 30, 40, 0, km, soc))
    assert completeness_pct(found) == share


def test_without_odometer_time_between_months_counts_as_seen_when_soc_stood_still():
    nan = float("nan")
    same = days(("2024-03-31", 0, 10, 0, nan, 50), ("2024-04-02", 30, 40, 0, nan, 50))
    other = days(("2024-03-31", 0, 10, 0, nan, 50), ("2024-04-02", 30, 40, 0, nan, 20))
    assert (completeness_pct(same), completeness_pct(other)) == (100, 50)


def test_one_moment_is_complete():
    assert completeness_pct(days(("2024-03-01", 5, 5, 0, 100, 50))) == 100


def test_a_part_of_the_time_is_told_as_such(ran, tables):
    folder = ran.folder.parent.parent / "in"
    first, last = "2019-04-20", "2019-04-25"
    part = score(folder, ran.folder.parent / "part", "--from", first, "--to", last)
    assert [row["device_no"] for row in part.rows("vehicle_scores.csv")] == ["01200000002"]
    row = part.rows("vehicle_scores.csv")[0]
    assert first <= row["first_time"][:10] <= row["last_time"][:10] <= last
    table = next(table for table in tables if "2019-04" in table.name)
    at = table.header.index("time")
    sent = {row[at][:10] for row in table.rows if first <= row[at][:10] <= last}
    assert int(row["days"]) == len(sent)
    assert date.fromisoformat(min(sent)) >= date.fromisoformat(first)


def test_signals_that_never_came_are_named(ran):
    for device, missing in (("01200000002", {"soh", "ext_temp"}), ("01200000020", {"soh", "chrg_cable_conn"})):
        told = set(ran.row("data_quality.csv", device_no=device)["missing_signals"].split())
        assert missing <= told
        assert not {"soc", "pack_current", "cells", "odometer"} & told


def test_insulation_that_falls_over_months_is_found_once_and_only_in_its_vehicle(tmp_path):
    sample = score(ROOT / "db datasets", tmp_path / "out" / "results")
    found = [row for row in sample.rows("findings.csv") if row["check"] == "insulation_drop"]
    assert [(row["device_no"], row["severity"]) for row in found] == [("01290000005", "warning")]
    assert float(found[0]["value"]) == 90.5


def test_single_low_readings_of_a_real_vehicle_are_no_fall_of_insulation(ran):
    assert "insulation_drop" not in {row["check"] for row in ran.rows("findings.csv")}


def test_the_longest_form_of_a_device_number_is_the_one_shown(tables, tmp_path):
    table = next(table for table in tables if "2019-08" in table.name)
    short = Table("short.csv", table.header, tuple((row[0].lstrip("0"), *row[1:]) for row in table.rows[::2]))
    long = Table("long.csv", table.header, table.rows[1::2])
    both = score(put(tmp_path / "in", [short, long]), tmp_path / "out" / "r")
    assert [row["device_no"] for row in both.rows("vehicle_scores.csv")] == ["01200000002"]
    assert int(both.rows("data_quality.csv")[0]["rows_used"]) == len(table.rows)
    alone = score(put(tmp_path / "one", [short]), tmp_path / "out1" / "r")
    assert [row["device_no"] for row in alone.rows("vehicle_scores.csv")] == ["1200000002"]


def test_only_the_vehicles_asked_for_are_scored(ran):
    folder = ran.folder.parent.parent / "in"
    some = score(folder, ran.folder.parent / "some", "--vehicles", "1200000020, 01200000003")
    assert [row["device_no"] for row in some.rows("vehicle_scores.csv")] == ["01200000003", "01200000020"]
    assert some.run["rows"] == ran.run["rows"]  # every row of the input stays accounted for
    none = score(folder, ran.folder.parent / "none", "--vehicles", "999")
    assert none.status == 1
