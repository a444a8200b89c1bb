"""A part of the time of the real vehicles: what a run tells of it is what the rows of these days alone would tell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from raw_recordings import Raw, raw_files
from running import Ran, score

PERIODS = [("2019-04-18", "2019-05-05"), ("2017-05-20", "2017-06-10")]
COUNTS = ("rows_used", "rows_duplicate", "rows_rejected", "rows_outside_period")


def lines_of(file: Raw, first: str, last: str) -> list[str]:
    """Heading, if there is one, and the data lines of some days: by the column `time`, without heading the second."""
    lines = file.lines
    delimiter = "|" if lines[0].count("|") > lines[0].count(",") else ","
    table = list(csv.reader(lines, delimiter=delimiter))
    head = 0 if lines[0][0].isdigit() else 1
    place = [name.strip() for name in table[0]].index("time") if head else 1
    days = [cells[place].strip() if len(cells) > place else "" for cells in table[head:]]
    inside = [first <= (day if day[2:3] != "-" else f"20{day}")[:10] <= last for day in days]
    kept = [line for line, keep in zip(lines[head:], inside, strict=True) if keep and line[0].isdigit()]
    return [*lines[:head], *kept] if kept else []


@pytest.fixture(scope="module", params=PERIODS, ids="..".join)
def runs(request, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Ran, tuple[str, str]]:
    """A run on the whole input with a period, and one on nothing but the lines of these days."""
    first, last = request.param
    place = tmp_path_factory.mktemp("period")
    for file in raw_files(real_data / "fleet_export"):
        if lines := lines_of(file, first, last):
            path = place / "in" / file.name.replace("!", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines), encoding="utf-8")
    whole = score(real_data / "fleet_export", place / "whole" / "r", "--from", first, "--to", last)
    return whole, score(place / "in", place / "cut" / "r"), (first, last)


def test_rows_of_a_vehicle_are_those_of_the_period_and_the_others_have_a_count_of_their_own(runs) -> None:
    whole, cut, _ = runs
    assert {row["device_no"] for row in whole.rows("data_quality.csv")} == {
        row["device_no"] for row in cut.rows("data_quality.csv")
    }
    for row in whole.rows("data_quality.csv"):
        alone = cut.row("data_quality.csv", device_no=row["device_no"])
        assert [
            row[name] for name in ("rows_used", "rows_duplicate", "first_time", "last_time", "days", "gps_rows")
        ] == [alone[name] for name in ("rows_used", "rows_duplicate", "first_time", "last_time", "days", "gps_rows")]
        assert int(row["rows_read"]) == sum(int(row[name]) for name in COUNTS)
        assert int(row["rows_outside_period"]) > 0 == int(alone["rows_outside_period"])


def test_files_are_accounted_for_whatever_the_period(runs) -> None:
    whole, _, _ = runs
    for row in whole.rows("files.csv"):
        assert int(row["rows_read"]) == sum(int(row[name]) for name in COUNTS[:3]), row["file"]
    assert whole.run["rows"]["read"] == 153_393


def test_findings_tell_of_the_period_only(runs) -> None:
    whole, cut, (first, last) = runs
    told = whole.rows("findings.csv")
    assert told
    assert all(first <= row["first_time"][:10] <= row["last_time"][:10] <= last for row in told)
    same = ("device_no", "kind", "check", "first_time", "last_time", "count", "cell_no", "signal")
    assert [[row[name] for name in same] for row in told] == [
        [row[name] for name in same] for row in cut.rows("findings.csv")
    ]


def test_without_a_period_nothing_lies_outside(real_data: Path, tmp_path: Path) -> None:
    ran = score(real_data / "fleet_export", tmp_path / "r")
    assert {row["rows_outside_period"] for row in ran.rows("data_quality.csv")} == {"0"}


def test_one_cause_is_one_finding(real_data: Path, tmp_path: Path) -> None:
    rows = score(real_data / "fleet_export", tmp_path / "r").rows("findings.csv")
    causes = [(row["device_no"], row["check"], row["first_time"], row["last_time"]) for row in rows]
    assert len(causes) == len(set(causes)) == 6
    probes = next(row for row in rows if row["signal"] == "mod_temp")
    assert (probes["device_no"], probes["count"]) == ("01200000003", str(8 * 49_966))
    assert "센서 8개(8~15번)" in probes["message"]
    assert "(26일)" in probes["message"]
