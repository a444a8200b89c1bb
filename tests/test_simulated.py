"""Simulated vehicles are told as such in every result, real ones never."""

import csv
import json
from pathlib import Path
from zipfile import ZipFile

from baas.simulated import MARKER, is_truth, simulated_devices


def test_a_marker_beside_the_data_names_its_devices(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(json.dumps({"devices": ["01290000001", 5]}), encoding="utf-8")
    assert simulated_devices([tmp_path]) == {"01290000001", "5"}


def test_without_a_marker_no_device_is_simulated_whatever_its_number(tmp_path: Path) -> None:
    (tmp_path / "bms_01290000001_2026-01.csv").write_text("device_no,time\n", encoding="utf-8")
    assert simulated_devices([tmp_path, tmp_path / "missing"]) == frozenset()


def test_a_damaged_marker_names_none(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("{", encoding="utf-8")
    assert simulated_devices([tmp_path]) == frozenset()


def test_a_marker_in_a_zip_archive_names_its_devices_and_a_damaged_archive_none(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "fleet.ZIP", "w") as archive:
        archive.writestr("fleet/truth/" + MARKER, json.dumps({"devices": ["01290000007"]}))
        archive.writestr("fleet/rows.csv", "device_no,time\n")
    (tmp_path / "damaged.zip").write_bytes((tmp_path / "fleet.ZIP").read_bytes()[:-30])
    assert simulated_devices([tmp_path]) == simulated_devices([tmp_path / "fleet.ZIP"]) == {"01290000007"}
    assert simulated_devices([tmp_path / "damaged.zip"]) == frozenset()


def test_only_a_marked_truth_folder_is_truth(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    truth.mkdir()
    assert not is_truth(truth)
    (truth / MARKER).write_text("{}", encoding="utf-8")
    assert is_truth(truth)
    assert not is_truth(tmp_path)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_every_table_of_vehicles_says_that_one_is_simulated(tmp_path: Path, real_data: Path) -> None:
    from baas.commands.score import main

    source = real_data / "fleet_export" / "2019-08" / "01200000002" / "bms_01200000002_2019-08.csv"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / source.name).write_bytes(source.read_bytes())
    arguments = ["--source", "csv", "--input", str(tmp_path / "in"), "--quiet", "--output"]
    assert main([*arguments, str(tmp_path / "real" / "vehicle_scores.csv")]) == 0
    (tmp_path / "in" / MARKER).write_text(json.dumps({"devices": ["1200000002"]}), encoding="utf-8")
    assert main([*arguments, str(tmp_path / "simulated" / "vehicle_scores.csv")]) == 0
    for name in ("vehicle_scores.csv", "score_lines.csv", "data_quality.csv", "battery_results.csv"):
        assert "simulated" not in rows(tmp_path / "real" / name)[0]
        assert {row["simulated"] for row in rows(tmp_path / "simulated" / name)} == {"1"}
    told = json.loads((tmp_path / "simulated" / "run.json").read_text(encoding="utf-8"))
    assert told["simulated_devices"] == ["01200000002"]
