"""battery_results.csv: the values of a run, enough to score the fleet again without telemetry."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from inputs import Table, put, small_export
from running import Ran, car_types, score


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


@pytest.fixture
def telemetry(tables: list[Table], tmp_path: Path) -> Ran:
    return score(put(tmp_path / "in", tables), tmp_path / "out" / "results", "--car-types", str(listed(tmp_path)))


def listed(place: Path) -> Path:
    """Car types with a list of all four vehicles."""
    types = car_types(place / "kept")
    text = "01200000002,BEV-88S,2017\n01200000003,BEV-87S,2018\n01200000010,리프 24,2013\n01200000020,쏘울 EV 27,2017\n"
    (types / "cartype_list.csv").write_text(f"device_no,car_type,model_year\n{text}", encoding="utf-8")
    return types


def values_only(telemetry: Ran, place: Path) -> Path:
    """A folder with nothing but the values."""
    folder = place / "values"
    folder.mkdir()
    shutil.copy(telemetry.folder / "battery_results.csv", folder)
    return folder


@pytest.mark.parametrize("name", ["vehicle_scores.csv", "score_lines.csv", "battery_results.csv"])
def test_values_alone_are_scored_like_the_telemetry_behind_them(telemetry, tmp_path, name):
    again = score(values_only(telemetry, tmp_path), tmp_path / "two" / "r", "--car-types", str(listed(tmp_path)))
    assert again.status == 0, again.err
    assert (again.folder / name).read_text("utf-8") == (telemetry.folder / name).read_text("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_table_that_a_spreadsheet_saved_is_understood(telemetry, tmp_path, encoding):
    folder = values_only(telemetry, tmp_path)
    path = folder / "battery_results.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("01200000010", "1200000010"), encoding=encoding)
    again = score(folder, tmp_path / "two" / "r", "--car-types", str(listed(tmp_path)))
    scores = {row["device_no"]: row["total_score"] for row in telemetry.rows("vehicle_scores.csv")}
    assert {row["device_no"].zfill(11): row["total_score"] for row in again.rows("vehicle_scores.csv")} == scores


def test_telemetry_wins_over_a_table_that_knows_the_vehicle_too(telemetry, tables, tmp_path):
    folder = values_only(telemetry, tmp_path)
    put(folder, [table for table in tables if "01200000020" in table.name])
    path = folder / "battery_results.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    soul = next(k for k, line in enumerate(lines) if line.startswith("01200000020"))
    lines[soul] = lines[soul].replace("쏘울", "다른").replace(",1,", ",999,", 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    again = score(folder, tmp_path / "two" / "r", "--car-types", str(listed(tmp_path)))
    assert len(again.rows("vehicle_scores.csv")) == 4
    row = again.row("vehicle_scores.csv", device_no="01200000020")
    assert row == telemetry.row("vehicle_scores.csv", device_no="01200000020")


def test_a_table_with_few_columns_is_scored_for_what_it_has(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "battery_results.csv").write_text("device_no,car_type\n0123,리프 24\n", encoding="utf-8")
    found = score(folder, tmp_path / "out" / "r")
    assert found.status == 0
    assert found.row("vehicle_scores.csv", device_no="0123")["status"] == "not_assessed"


@pytest.mark.parametrize("text", ["", "car_type,mean_temp_c\nKona,20\n", "device_no\n\n"])
def test_a_table_without_devices_is_told(tmp_path, text):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "battery_results.csv").write_text(text, encoding="utf-8")
    found = score(folder, tmp_path / "out" / "r", "--lang", "en")
    assert found.status in (1, 2)
    assert found.lines_about("battery_results.csv")


def test_the_input_table_is_never_overwritten(telemetry):
    before = (telemetry.folder / "battery_results.csv").read_bytes()
    again = score(telemetry.folder / "battery_results.csv", telemetry.folder, "--lang", "en")
    assert again.status == 2
    assert (telemetry.folder / "battery_results.csv").read_bytes() == before
