"""One car is called the same in every table of a run; people's own words stay in their list beside that name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from running import ROOT, Ran, car_types, score

LIST = "betterwhy_cartype_list_{}.csv"


def names(ran: Ran) -> dict[str, set[str]]:
    """What each device is called over all tables; a list tells it in `scored_as`, its own columns are people's."""
    found: dict[str, set[str]] = {}
    told = set()
    for path in sorted(ran.folder.glob("*.csv")):
        rows = ran.rows(path.name)
        is_list = "cartype_list" in path.name
        column = "scored_as" if is_list else "car_type"
        if not rows or column not in rows[0]:
            assert not is_list, path.name
            continue
        told.add(path.name)
        for row in rows:
            found.setdefault(row.get("device_no") or row["단말번호"], set()).add(row[column])
    assert {"vehicle_scores.csv", "battery_results.csv"} <= told
    return found


def assert_called_the_same(ran: Ran) -> None:
    assert ran.status == 0, ran.err
    found = names(ran)
    assert set(found) == {row["device_no"] for row in ran.rows("vehicle_scores.csv")}
    assert all(len(called) == 1 for called in found.values()), found


def test_the_cars_of_the_sample_are_called_the_same(tmp_path: Path) -> None:
    assert_called_the_same(score(ROOT / "db datasets", tmp_path / "out" / "r"))


def test_the_real_cars_are_called_the_same_and_the_list_keeps_its_own_words(real_data: Path, tmp_path: Path) -> None:
    ran = score(real_data / "fleet_export", tmp_path / "out" / "r")
    assert_called_the_same(ran)
    rows = ran.rows(LIST.format("201908"))
    assert ("리프 24", "Leaf 24") in {(row["차종"], row["scored_as"]) for row in rows}


def listed_as(real_data: Path, place: Path, device: str, name: str) -> Ran:
    """One month of a real vehicle, listed under a name."""
    source = next((real_data / "fleet_export").glob(f"*/{device}/bms_*_2019-08.csv"))
    (place / "in").mkdir(parents=True)
    (place / "in" / source.name).write_bytes(source.read_bytes())
    text = f"device_no,car_type,model_year\n{device},{name},2018\n"
    (place / "in" / LIST.format("202001")).write_text(text, encoding="utf-8")
    return score(place / "in", place / "out" / "r")


@pytest.mark.parametrize("name", ["아이오닉5 롱레인지", "어떤 차", "  BEV-88S ", ""])
def test_a_name_that_its_cells_contradict_or_nobody_knows_is_one_name(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    ran = listed_as(real_data, tmp_path, "01200000002", name)
    assert_called_the_same(ran)
    assert ran.rows(LIST.format("202001"))[0]["car_type"] == name


@pytest.mark.parametrize(("table", "listed"), [("리프 24", ""), ("Kona", "리프 24"), ("EV6", "EV6"), ("어떤 차", "")])
def test_a_car_of_a_table_of_values_is_called_the_same(tmp_path: Path, table: str, listed: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "battery_results.csv").write_text(f"device_no,car_type,model_year\n0123,{table},2021\n", encoding="utf-8")
    if listed:
        (folder / LIST.format("202001")).write_text(f"device_no,car_type\n0123,{listed}\n", encoding="utf-8")
    assert_called_the_same(score(folder, tmp_path / "out" / "r", "--car-types", str(car_types(tmp_path))))


def test_a_listed_device_without_data_is_called_nothing(tmp_path: Path) -> None:
    sample = tmp_path / "in"
    sample.mkdir()
    (sample / "battery_results.csv").write_text("device_no,car_type\n0123,Kona\n", encoding="utf-8")
    (sample / LIST.format("202001")).write_text("device_no,car_type\n0123,Kona\n0999,EV6\n", encoding="utf-8")
    ran = score(sample, tmp_path / "out" / "r")
    with (ran.folder / LIST.format("202001")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["scored_as"] for row in rows] == [ran.rows("vehicle_scores.csv")[0]["car_type"], ""]
