"""What a person on another machine meets: consoles of other encodings, odd output names, a table of values alone."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from baas.commands.score import main
from baas.executors import MOST_WORKERS, worker_count

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "db datasets"


def rows(path: Path) -> dict[str, dict[str, str]]:
    return {row["device_no"]: row for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())}


@pytest.mark.parametrize("encoding", ["cp949", "cp1252", "ascii"])
def test_a_console_without_korean_ends_no_run(tmp_path: Path, encoding: str) -> None:
    program = [sys.executable, str(ROOT / "vehicle_battery_scorer.py")]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    given = [
        "--source",
        "csv",
        "--input",
        str(SAMPLE / "battery_results.csv"),
        "--output",
        str(tmp_path / "o" / "v.csv"),
    ]
    for arguments in (["--help"], given):
        done = subprocess.run([*program, *arguments], env=environment, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(encoding)
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["SCORE_LINES.CSV", "betterwhy_cartype_list_202601.csv"])
def test_a_score_table_cannot_take_the_name_of_another_result(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--source", "csv", "--input", str(SAMPLE), "--output", str(tmp_path / name), "--lang", "en"]) == 2
    assert name in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_a_table_of_values_alone_gives_the_scores_of_the_run_that_wrote_it(tmp_path: Path) -> None:
    telemetry, alone = tmp_path / "telemetry" / "vehicle_scores.csv", tmp_path / "alone" / "vehicle_scores.csv"
    assert main(["--source", "csv", "--input", str(SAMPLE), "--output", str(telemetry), "--quiet"]) == 0
    table = tmp_path / "in" / "battery_results.csv"
    table.parent.mkdir()
    table.write_bytes((telemetry.parent / "battery_results.csv").read_bytes())
    lists = sorted(SAMPLE.glob("*cartype_list*.csv"))
    (table.parent / lists[0].name).write_bytes(lists[0].read_bytes())
    assert main(["--source", "csv", "--input", str(table.parent), "--output", str(alone), "--quiet"]) == 0
    for device, row in rows(telemetry).items():
        again = rows(alone)[device]
        assert (again["total_score"], again["grade"], again["car_type"]) == (
            row["total_score"], row["grade"], row["car_type"],
        ), device  # fmt: skip


def test_workers_never_exceed_what_windows_can_wait_for() -> None:
    assert worker_count(500) == MOST_WORKERS
    assert worker_count(3) == 3
    assert 1 <= worker_count(0) <= MOST_WORKERS
