"""Runs the scorer as people do, and reads what it wrote."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baas.commands.score import main

ROOT = Path(__file__).resolve().parent.parent
#: files that depend on nothing but the rows, not on the files that they came in
SAME = ("vehicle_scores.csv", "score_lines.csv", "battery_results.csv")


@dataclass(frozen=True)
class Ran:
    """What a run came to: exit status, standard output, standard error, the folder of its results."""

    status: int
    out: str
    err: str
    folder: Path

    def lines_about(self, name: str) -> list[str]:
        """Lines on standard error that name a file."""
        return [line for line in self.err.splitlines() if name in line]

    def rows(self, name: str) -> list[dict[str, str]]:
        """Rows of a result file as text."""
        return table(self.folder / name)

    def row(self, name: str, **wanted: str) -> dict[str, str]:
        """The one row of a result file with these cells."""
        found = [row for row in self.rows(name) if all(row[key] == value for key, value in wanted.items())]
        assert len(found) == 1, (name, wanted, found)
        return found[0]

    def file(self, ending: str) -> dict[str, str]:
        """The row of files.csv about the file whose name ends so."""
        found = [row for row in self.rows("files.csv") if row["file"].endswith(ending)]
        assert len(found) == 1, (ending, [row["file"] for row in found])
        return found[0]

    @property
    def run(self) -> dict[str, Any]:
        """run.json."""
        told: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return told


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV as text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def arguments(inputs: tuple[Path, ...], folder: Path, more: tuple[str, ...]) -> list[str]:
    """The command line; car types come from a copy, so that nothing is written into the project."""
    given = ["--source", "csv", "--input", *map(str, inputs), "--output", str(folder / "vehicle_scores.csv")]
    if "--car-types" not in more:
        given += ["--car-types", str(car_types(folder.parent))]
    return [*given, *more]


def car_types(place: Path) -> Path:
    """A copy of the car types that a test may write lists into."""
    copy = place / "car_types"
    if not copy.exists():
        shutil.copytree(ROOT / "car_types", copy)
    return copy


def score(inputs: Path | tuple[Path, ...], folder: Path, *more: str) -> Ran:
    """Run the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    given = arguments(inputs if isinstance(inputs, tuple) else (inputs,), folder, more)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(given)
        except SystemExit as end:  # argparse
            status = int(str(end.code))
    assert "Traceback" not in err.getvalue()
    return Ran(status, out.getvalue(), err.getvalue(), folder)


def started(inputs: Path | tuple[Path, ...], folder: Path, *more: str, **settings: Any) -> subprocess.Popen[str]:
    """The program as a process of its own."""
    given = arguments(inputs if isinstance(inputs, tuple) else (inputs,), folder, more)
    environment = {**os.environ, **settings.pop("environment", {})}
    command = [*settings.pop("before", ()), sys.executable, str(ROOT / "vehicle_battery_scorer.py"), *given]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )


def score_apart(inputs: Path | tuple[Path, ...], folder: Path, *more: str, **settings: Any) -> Ran:
    """Run the program as a process of its own."""
    process = started(inputs, folder, *more, **settings)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return Ran(process.returncode, out, err, folder)


def contents(folder: Path, names: tuple[str, ...] = SAME) -> dict[str, bytes]:
    """Bytes of result files."""
    return {name: (folder / name).read_bytes() for name in names}


def fresh(inputs: Path | tuple[Path, ...], place: Path, *more: str) -> dict[str, bytes]:
    """What a first run of the same input into a new folder writes."""
    ran = score(inputs, place / "fresh" / "results", *more, "--quiet")
    assert ran.status == 0, ran.err
    found = contents(ran.folder, (*SAME, "data_quality.csv", "files.csv", "findings.csv"))
    shutil.rmtree(place / "fresh")
    return found
