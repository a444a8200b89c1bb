"""What a run writes keeps the contract: columns, types, ranges, words, text that no spreadsheet runs."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from inputs import Table, Writing, joined, put, small_export, with_column
from running import Ran, car_types, score

from baas.errors import BaasError
from baas.ingest.reader import FileReport
from baas.outputs.counts import RowCounts
from baas.schema import Column
from baas.schema import Table as Declared
from baas.store import StoredMonth, WritableStore
from baas.tables.results import DATA_QUALITY, FILES, FINDINGS, RESULT_TABLES, SCORE_LINES, VEHICLE_SCORES
from baas.values import values_table

FILE_OF = {
    "vehicle_scores.csv": VEHICLE_SCORES,
    "score_lines.csv": SCORE_LINES,
    "data_quality.csv": DATA_QUALITY,
    "files.csv": FILES,
    "findings.csv": FINDINGS,
    "battery_results.csv": values_table(),
}
#: columns that DESIGN 5 promises
PROMISED = {
    "vehicle_scores.csv": "device_no car_type model_year first_time last_time days distance_km efficiency_km_per_kwh"
    " efficiency_score mean_temp_c temperature_score cell_imbalance_v cell_imbalance_score driving_habit_score"
    " charging_pattern_score base_score model_year_deduction total_score grade grade_name coverage status main_reason",
    "data_quality.csv": "device_no rows_read rows_used rows_duplicate rows_rejected sampling_s completeness_pct"
    " current_sign last_time",
    "files.csv": "file sha256 format encoding rows_read rows_used rows_duplicate rows_rejected status message",
    "findings.csv": "device_no kind check severity first_time last_time count cell_no value unit message",
}
#: fixed words of DESIGN 5
WORDS = {
    ("vehicle_scores.csv", "grade"): {"A", "B", "C", "D", ""},
    ("vehicle_scores.csv", "grade_name"): {"매우 좋음", "좋음", "보통", "나쁨", "평가 불가", ""},
    ("vehicle_scores.csv", "status"): {"scored", "provisional", "not_assessed"},
    ("data_quality.csv", "current_sign"): {"charge_positive", "discharge_positive", "unknown"},
    ("findings.csv", "kind"): {"data", "battery", "mileage", "charging"},
    ("findings.csv", "severity"): {"info", "warning", "critical"},
    ("files.csv", "status"): {"read", "empty", "skipped", "foreign", "table", "unreadable", "archive_limit"},
}


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


@pytest.fixture(scope="module")
def ran(tables: list[Table], tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Good files, an odd one and an empty one, so that every table has rows."""
    place = tmp_path_factory.mktemp("contract")
    folder = put(place / "in", tables)
    (folder / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "bms_01200000077_2020-01.csv").write_bytes(b"")
    found = score(folder, place / "out" / "results")
    assert found.status == 0, found.err
    return found


def rows(ran: Ran, name: str) -> list[list[str]]:
    text = (ran.folder / name).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", PROMISED)
def test_promised_columns_are_there_first_and_in_order(ran, name):
    header = rows(ran, name)[0]
    promised = PROMISED[name].split()
    assert [column for column in header if column in promised] == promised


@pytest.mark.parametrize("name", FILE_OF)
def test_a_file_has_the_columns_that_its_table_declares(ran, name):
    declared = list(FILE_OF[name].names)
    header = rows(ran, name)[0]
    assert header == declared


@pytest.mark.parametrize("name", FILE_OF)
def test_a_key_occurs_once(ran, name):
    table = FILE_OF[name]
    keys = [tuple(row[column] for column in table.key) for row in ran.rows(name)]
    assert len(keys) == len(set(keys)) > 0
    assert all(key[0] for key in keys)


def assert_fits(column: Column, text: str) -> None:
    """A cell is empty or of its column's type and inside its range."""
    if not text:
        return
    if column.dtype == "time":
        datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    elif column.is_number:
        number = float(text)
        assert text == text.strip()
        assert text.lower() not in ("nan", "inf", "-inf")
        assert column.low is None or number >= column.low, (column.name, text)
        assert column.high is None or number <= column.high, (column.name, text)
        assert column.dtype != "int" or number == int(number)


@pytest.mark.parametrize("name", FILE_OF)
def test_cells_are_of_their_type_and_range(ran, name):
    for row in ran.rows(name):
        for column in FILE_OF[name]:
            assert_fits(column, row[column.name])


@pytest.mark.parametrize(("name", "column"), WORDS)
def test_words_are_those_that_were_fixed(ran, name, column):
    assert {row[column] for row in ran.rows(name)} <= WORDS[name, column]


def test_no_cell_begins_like_a_formula(ran):
    for path in ran.folder.glob("*.csv"):
        for row in rows(ran, path.name):
            for cell in row:
                is_number = cell.lstrip("-").replace(".", "", 1).replace("e-", "", 1).isdigit()
                assert is_number or not cell.startswith(("=", "+", "-", "@", "\t")), (path.name, cell)


@pytest.mark.parametrize("number", ["=cmd|' /C calc'!A0", "@SUM(1)", "+8210", "-1+1"])
def test_a_device_number_that_is_a_formula_stays_text_in_every_file(tables, tmp_path, number):
    table = next(table for table in tables if "2019-08" in table.name)
    formula = Table("rows.csv", table.header, tuple((number, *row[1:]) for row in table.rows))
    good = [table for table in tables if "01200000020" in table.name]
    found = score(put(tmp_path / "in", [formula, *good], Writing()), tmp_path / "out" / "results")
    assert found.status == 0
    for path in found.folder.glob("*.csv"):
        for row in rows(found, path.name):
            assert not [cell for cell in row if cell == number], path.name
    counts = found.file("rows.csv")
    assert int(counts["rows_used"]) + int(counts["rows_rejected"]) == len(table.rows)


def test_run_json_tells_how_the_results_came_about(ran):
    told = ran.run
    assert told["rows"] == {**told["rows"], "conserved": True}
    assert told["rows"]["read"] == sum(int(row["rows_read"]) for row in ran.rows("files.csv"))
    assert set(told["weights"]) == {"efficiency", "temperature", "cell_imbalance", "driving_habit", "charging_pattern"}
    assert told["settings"]["timezone"] == "Asia/Seoul"
    for name, digest in told["files"].items():
        assert hashlib.sha256((ran.folder / name).read_bytes()).hexdigest() == digest, name
    written = {path.name for path in ran.folder.glob("*.csv")}
    assert written == set(told["files"])
    hashes = {row["file"]: row["sha256"] for row in ran.rows("files.csv") if row["status"] == "read"}
    assert all(told["inputs"][name] == digest for name, digest in hashes.items())


def test_hashes_are_those_of_the_input(ran, tables):
    for row in ran.rows("files.csv"):
        if row["status"] == "read":
            path = ran.folder.parent.parent / "in" / row["file"]
            assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_no_secret_and_no_address_is_told(tables, tmp_path, monkeypatch):
    monkeypatch.setenv("INFLUXDB_V2_TOKEN", "very-secret-token")
    found = score(put(tmp_path / "in", tables[:1]), tmp_path / "out" / "results")
    assert found.status == 0
    for path in found.folder.iterdir():
        assert b"very-secret-token" not in path.read_bytes()


def test_times_are_local(tables, tmp_path):
    folder = put(tmp_path / "in", [table for table in tables if "2019-08" in table.name])
    rows_of = {}
    for zone in ("Asia/Seoul", "UTC"):
        found = score(folder, tmp_path / zone.replace("/", "-") / "results", "--timezone", zone)
        rows_of[zone] = found.rows("vehicle_scores.csv")[0]["first_time"]
    times = [row[folder_table(tables).header.index("time")] for row in folder_table(tables).rows]
    assert rows_of["Asia/Seoul"] == rows_of["UTC"] == min(times)  # naive times are those of the zone that is given


def folder_table(tables: list[Table]) -> Table:
    return next(table for table in tables if "2019-08" in table.name)


# -- lists ----------------------------------------------------------------------------------------------------------


def test_devices_that_no_list_has_are_written_down_for_people(tables, tmp_path):
    types = car_types(tmp_path / "kept")
    found = score(put(tmp_path / "in", tables), tmp_path / "out" / "results", "--car-types", str(types))
    lists = list(types.glob("betterwhy_cartype_list_*.csv"))
    assert [path.name for path in lists] == ["betterwhy_cartype_list_20190805.csv"]
    assert str(lists[0]) in found.out
    assert "01200000020,쏘울 EV 27," in lists[0].read_text(encoding="utf-8-sig")


def test_an_entry_of_a_person_is_never_changed(tables, tmp_path):
    types = car_types(tmp_path / "kept")
    mine = types / "betterwhy_cartype_list_20190805.csv"
    text = "device_no,car_type,model_year,note\n01200000020,쏘울 EV 27,2016,mine\n"
    mine.write_text(text, encoding="utf-8-sig")
    score(put(tmp_path / "in", tables), tmp_path / "out" / "results", "--car-types", str(types))
    told = mine.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    assert told.startswith(text)
    assert "01200000010,리프 24,," in told


def test_a_list_that_was_taken_away_leaves_no_scored_copy(tables, tmp_path):
    folder = put(tmp_path / "in", tables)
    mine = folder / "betterwhy_cartype_list_201908.csv"
    mine.write_text("device_no,car_type,model_year\n01200000020,쏘울 EV 27,2016\n", encoding="utf-8")
    results = tmp_path / "out" / "results"
    assert (score(folder, results).folder / mine.name).is_file()
    mine.unlink()
    assert not (score(folder, results).folder / mine.name).exists()


def test_lists_of_one_name_in_two_folders_are_both_scored(tables, tmp_path):
    folder = put(tmp_path / "in", tables)
    for place in ("a", "b"):
        (folder / place).mkdir()
        text = "device_no,car_type\n01200000020,쏘울 EV 27\n"
        (folder / place / "cartype_list.csv").write_text(text, encoding="utf-8")
    found = score(folder, tmp_path / "out" / "results")
    assert {"cartype_list.csv", "cartype_list_2.csv"} <= {path.name for path in found.folder.glob("*.csv")}


def test_a_device_in_no_list_is_scored_and_says_what_that_costs(tables, tmp_path):
    bare = [Table(table.name, table.header[:-1], tuple(row[:-1] for row in table.rows)) for table in tables[:2]]
    found = score(put(tmp_path / "in", bare), tmp_path / "out" / "results")
    row = found.row("vehicle_scores.csv", device_no="01200000002")
    line = found.row("score_lines.csv", device_no="01200000002", line="efficiency")
    assert row["efficiency_score"] == line["points"] == ""
    assert row["model_year"] == ""
    assert "차종" in line["reason_ko"]


def test_every_result_table_has_a_file(ran):
    assert {table.name for table in RESULT_TABLES} <= {path.stem for path in ran.folder.glob("*.csv")}
    assert isinstance(FILES, Declared)


def test_columns_of_the_feed_that_nobody_knows_are_named_once(tables, tmp_path):
    odd = [with_column(table, "mood", lambda row: "1") for table in tables if not table.is_gps]
    found = score(put(tmp_path / "in", odd), tmp_path / "out" / "results")
    assert {row["unknown_columns"] for row in found.rows("files.csv")} == {"mood"}


def test_rows_left_out_of_a_file_of_several_vehicles_count_for_theirs(tables, tmp_path):
    """One has rows without a time; a line broken in the middle names nobody and is the file's alone."""
    april, may = (next(table for table in tables if month in table.name) for month in ("2019-04", "2019-05"))
    at = april.header.index("time")
    timeless = tuple((*row[:at], "", *row[at + 1 :]) for row in april.rows[:3])
    both = [Table("", april.header, april.rows[:900] + timeless), Table("", may.header, may.rows[:800])]
    folder = put(tmp_path / "in", [joined(both, "both.csv")])
    with (folder / "both.csv").open("a", encoding="utf-8") as file:
        file.write("01200000003,broken\n")
    found = score(folder, tmp_path / "out" / "results", "--quiet")
    left_out = {row["device_no"]: int(row["rows_rejected"]) for row in found.rows("data_quality.csv")}
    assert left_out == {"01200000002": 3, "01200000003": 0}
    assert found.file("both.csv")["rows_rejected"] == "4"
    again = score(folder, tmp_path / "out" / "results", "--quiet")
    assert again.rows("data_quality.csv") == found.rows("data_quality.csv")


def test_a_row_that_went_to_another_vehicle_is_noticed(tmp_path):
    """By file the count is right, by vehicle it is not."""
    with WritableStore.writing(tmp_path) as store:
        about = {"used": {"one.csv": 5}, "repeated": {}, "failed": {}}
        for device in ("1", "2"):
            store.put_month(StoredMonth(device, "2023-01", (), (), (), "", 0, "", about), "key")
        counts = RowCounts(store, [("1", "2023-01"), ("2", "2023-01")])
    right = FileReport("one.csv", "read", rows_read=12, rejected={"bad_time": 2}, rows_of={"01": 6, "2": 6},
                       rejected_of={"01": 1, "2": 1})  # fmt: skip
    counts.check([right])
    with pytest.raises(BaasError, match="7 rows of 1 were read but 5"):
        counts.check([replace(right, rows_of={"01": 8, "2": 4})])
