"""The fleet that lies in the repository: small, of every grade, and made by the command that is named beside it."""

import csv
from pathlib import Path

import pytest

from baas.commands.score import main as score
from baas.simulate.sample import NAMES, main, sample_order, wishes

SAMPLE = Path(__file__).resolve().parents[2] / "db datasets"


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "vehicle_scores.csv"
    assert score(["--source", "csv", "--input", str(SAMPLE), "--output", str(out), "--quiet", "--jobs", "1"]) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_it_has_a_file_for_each_type_and_fits():
    assert {f"{name}.result.csv" for name in NAMES.values()} <= {path.name for path in SAMPLE.iterdir()}
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) <= 8_000_000


def test_it_is_what_the_command_makes(tmp_path):
    assert main(["--out", str(tmp_path / "sample")]) == 0
    for path in (tmp_path / "sample").iterdir():
        assert (SAMPLE / path.name).read_bytes() == path.read_bytes(), path.name


def test_every_grade_occurs(scores):
    assert len(scores) == len(wishes()) == sample_order().vehicles == 12
    assert {"A", "B", "C", "D"} <= {row["grade"] for row in scores}


def test_every_vehicle_has_its_type_and_says_that_it_is_simulated(scores):
    assert all(row["car_type"] for row in scores)
    assert all(row["device_no"].startswith("0129") for row in scores)
    assert "simulated" in (SAMPLE / "README.md").read_text(encoding="utf-8")
