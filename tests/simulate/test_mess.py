"""What is read from untidy files equals what is read from tidy ones, and every line is accounted for."""

import csv

import pytest

from baas.commands.score import main as score
from baas.simulate.mess import broken_line


def scored(folder, out):
    status = score(
        [
            "--source",
            "csv",
            "--input",
            str(folder),
            "--output",
            str(out / "vehicle_scores.csv"),
            "--quiet",
            "--jobs",
            "1",
        ]
    )
    assert status == 0
    return {name: table(out / f"{name}.csv") for name in ("vehicle_scores", "data_quality", "files")}


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def both(clean, messy, tmp_path_factory):
    return [scored(fleet[0], tmp_path_factory.mktemp("results")) for fleet in (clean, messy)]


def test_untidy_files_give_the_same_scores(both):
    tidy, untidy = both
    assert len(tidy["vehicle_scores"]) == 7
    assert untidy["vehicle_scores"] == tidy["vehicle_scores"]


def test_the_same_rows_are_used(both):
    counted = (
        "rows_used",
        "gps_rows",
        "cells",
        "modules",
        "current_sign",
        "first_time",
        "last_time",
        "completeness_pct",
    )
    tidy, untidy = ([{name: row[name] for name in counted} for row in side["data_quality"]] for side in both)
    assert untidy == tidy


def test_broken_rows_are_exactly_the_rejected_rows(messy, both):
    read = {row["file"]: row for row in both[1]["files"]}
    lines = [line for truth in messy[1] for line in truth.files]
    assert sum(line.broken for line in lines) > 50
    for line in lines:
        assert (int(read[line.file]["rows_read"]), int(read[line.file]["rows_rejected"])) == (line.rows, line.broken)


def test_repeats_are_exactly_the_duplicates_of_each_vehicle(messy, both):
    read = {row["file"]: int(row["rows_duplicate"]) for row in both[1]["files"]}
    for truth in messy[1]:
        for kind in ("bms", "gps"):
            lines = [line for line in truth.files if line.kind == kind]
            assert sum(read[line.file] for line in lines) == sum(line.duplicate for line in lines)


def test_every_kind_of_container_and_name_occurs(messy):
    names = " ".join(line.file for truth in messy[1] for line in truth.files)
    assert all(mark in names for mark in (".gz", ".zip!", "BMS_", "bms.", "_part2", "2026-03/0129"))


@pytest.mark.parametrize("way", [0, 1, 2])
def test_broken_lines_differ_from_good_ones(way):
    good = b"01290000001,2026-01,2026-01-05 10:00:00," + b",".join(b"%d" % number for number in range(40))
    assert broken_line(good, b",", way) != good
