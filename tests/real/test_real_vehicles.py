"""The four real vehicles, through the command line, against what the raw files say."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from raw_recordings import Raw, driven_km, moments, raw_files, series
from running import Ran, contents, score, score_apart

DEVICES = ("01200000002", "01200000003", "01200000010", "01200000020")
#: devices whose raw current is positive while discharging; the other one is the odd one out
DISCHARGE_POSITIVE = {"01200000002", "01200000010", "01200000020"}
METRICS = ("efficiency", "temperature", "cell_imbalance", "driving_habit", "charging_pattern")


@pytest.fixture(scope="module")
def export(real_data: Path) -> Path:
    return real_data / "fleet_export"


@pytest.fixture(scope="module")
def raw(export: Path) -> list[Raw]:
    return raw_files(export)


@pytest.fixture(scope="module")
def ran(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    found = score_apart(export, tmp_path_factory.mktemp("real") / "new" / "folder")
    assert found.status == 0, found.err
    return found


def test_every_data_line_of_every_file_is_accounted_for(ran, raw):
    told = {row["file"]: row for row in ran.rows("files.csv") if row["status"] == "read"}
    assert set(told) == {file.name for file in raw}
    for file in raw:
        row = told[file.name]
        counts = [int(row[name]) for name in ("rows_used", "rows_duplicate", "rows_rejected")]
        assert int(row["rows_read"]) == file.data_lines == sum(counts), file.name


def test_every_data_line_of_every_vehicle_is_accounted_for(ran, raw):
    lines = Counter[str]()
    for file in raw:
        lines[file.device] += file.data_lines
    for device in DEVICES:
        row = ran.row("data_quality.csv", device_no=device)
        counts = [int(row[name]) for name in ("rows_used", "rows_duplicate", "rows_rejected")]
        assert int(row["rows_read"]) == lines[device] == sum(counts), device
    assert ran.run["rows"]["read"] == sum(lines.values()) == 153_393
    assert ran.run["rows"]["conserved"] is True


def test_rows_that_repeat_a_moment_count_once(ran, raw):
    for device in DEVICES:
        row = ran.row("data_quality.csv", device_no=device)
        assert int(row["rows_used"]) - int(row["gps_rows"]) == moments(raw, device), device


@pytest.mark.parametrize("device", DEVICES)
def test_the_distance_is_what_the_raw_odometer_counts(ran, raw, device):
    told = float(ran.row("vehicle_scores.csv", device_no=device)["distance_km"])
    assert told == pytest.approx(driven_km(series(raw, device, "odometer")), rel=0.005)


def test_the_odometer_zeros_of_one_vehicle_are_not_driving(raw, ran):
    zeros = [value for _, value in series(raw, "01200000003", "odometer") if value == 0]
    assert len(zeros) > 500  # the case is in the recording
    assert float(ran.row("vehicle_scores.csv", device_no="01200000003")["distance_km"]) < 3_000


def _current_while_soc_falls(raw: list[Raw], device: str) -> float:
    """Median current of the rows between which SOC fell; positive where discharging is positive."""
    soc, current = series(raw, device, "soc"), dict(series(raw, device, "pack_current"))
    falls = [
        current[later]
        for (earlier, before), (later, after) in pairwise(soc)
        if after < before and (later - earlier).total_seconds() <= 60 and abs(current.get(later, 0)) > 1
    ]
    return sorted(falls)[len(falls) // 2]


@pytest.mark.parametrize("device", DEVICES)
def test_the_sign_of_the_current_is_the_one_with_which_soc_falls(ran, raw, device):
    told = ran.row("data_quality.csv", device_no=device)
    expected = "discharge_positive" if _current_while_soc_falls(raw, device) > 0 else "charge_positive"
    assert told["current_sign"] == expected
    assert float(told["current_sign_confidence"]) > 0.75


def test_one_vehicle_counts_its_current_the_other_way(ran):
    signs = {row["device_no"]: row["current_sign"] for row in ran.rows("data_quality.csv")}
    assert {device for device, sign in signs.items() if sign == "discharge_positive"} == DISCHARGE_POSITIVE
    assert signs["01200000003"] == "charge_positive"


def _garbage_replaced(export: Path, place: Path, device: str, by: str) -> Path:
    """The BMS files of a device with its impossible probe readings (215 °C) replaced."""
    for path in export.rglob(f"bms_{device}_*.csv"):
        target = place / path.relative_to(export)
        target.parent.mkdir(parents=True)
        text = path.read_text(encoding="utf-8-sig")
        assert ",215," in text
        target.write_text(text.replace(",215", f",{by}"), encoding="utf-8")
    return place


@pytest.mark.parametrize("by", ["", "255", "-40"])
def test_probe_readings_that_are_garbage_enter_no_score(export, tmp_path, by):
    device = "01200000003"
    as_sent = score(tuple(sorted(export.rglob(f"bms_{device}_*.csv"))), tmp_path / "sent" / "r")
    without = score(_garbage_replaced(export, tmp_path / "in", device, by), tmp_path / "without" / "r")
    assert as_sent.rows("vehicle_scores.csv")[0]["temperature_score"]
    assert contents(as_sent.folder) == contents(without.folder)


def test_temperatures_told_are_those_of_a_parked_and_driven_car(ran):
    for row in ran.rows("vehicle_scores.csv"):
        assert 5 < float(row["mean_temp_c"]) < 45, row["device_no"]


def test_a_metric_without_its_columns_is_not_assessed_and_the_total_says_so(ran):
    soul = ran.row("vehicle_scores.csv", device_no="01200000020")
    assert soul["charging_pattern_score"] == ""  # one drive, no charge
    assert soul["status"] == "not_assessed"
    assert soul["grade"] == soul["total_score"] == soul["base_score"] == ""
    line = ran.row("score_lines.csv", device_no="01200000020", line="charging_pattern")
    assert line["points"] == ""
    assert "평가 불가" in line["reason_ko"]
    assert "not assessed" in line["reason_en"]


@pytest.mark.parametrize("device", DEVICES)
def test_coverage_is_the_weight_of_what_was_assessed(ran, device):
    row = ran.row("vehicle_scores.csv", device_no=device)
    weights = ran.run["weights"]
    assessed = sum(weights[name] for name in METRICS if row[f"{name}_score"] != "")
    assert float(row["coverage"]) == pytest.approx(assessed / sum(weights.values()), abs=1e-6)
    assert (row["status"] == "not_assessed") == (float(row["coverage"]) < 0.6)
    assert (row["status"] == "provisional") <= (float(row["coverage"]) < 0.8)


def test_points_lost_and_total_add_up_to_a_hundred(ran):
    for row in ran.rows("vehicle_scores.csv"):
        if row["total_score"]:
            lines = [line for line in ran.rows("score_lines.csv") if line["device_no"] == row["device_no"]]
            lost = sum(round(100 * float(line["points_lost"])) for line in lines)
            assert lost + round(100 * float(row["total_score"])) == 10_000, row["device_no"]


@pytest.mark.parametrize(
    "name", ["vehicle_scores.csv", "files.csv", "findings.csv", "data_quality.csv", "betterwhy_cartype_list_201908.csv"]
)
def test_a_spreadsheet_opens_the_files_with_their_korean(ran, name):
    data = (ran.folder / name).read_bytes()
    assert data[:3] == b"\xef\xbb\xbf"
    assert data.endswith(b"\r\n")
    data[3:].decode("utf-8")


def test_the_scored_list_keeps_its_headings_and_gains_scores(ran):
    rows = ran.rows("betterwhy_cartype_list_201908.csv")
    assert list(rows[0]) == ["단말번호", "차종", "연식", "total_score", "grade", "status", "scored_as"]
    assert [row["단말번호"] for row in rows] == list(DEVICES)  # one had lost its leading zero
    assert [row["차종"] for row in rows] == ["BEV-88S", "BEV-87S", "리프 24", "쏘울 EV 27"]
    for row in rows:
        scored = ran.row("vehicle_scores.csv", device_no=row["단말번호"])
        assert (row["total_score"], row["grade"], row["status"]) == tuple(
            scored[name] for name in ("total_score", "grade", "status")
        )


def test_the_summary_is_short_and_talk_goes_to_standard_error(ran):
    assert 5 <= len(ran.out.splitlines()) <= 10
    assert "차량 4대" in ran.out
    assert ran.err == ""
