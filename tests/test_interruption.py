"""Whatever ends a run, and whenever: readers see the results of before or the new ones, and the next run tidies up."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from inputs import Table, joined, put, small_export, with_columns
from running import SAME, contents, score
from running import started as _started

from baas import results
from baas.tables.files import RUN_FILE

NAMES = (*SAME, "data_quality.csv", "files.csv", "findings.csv")


_processes: list[subprocess.Popen[str]] = []


def started(*given: Any, **settings: Any) -> subprocess.Popen[str]:
    """The program as a process of its own, which no test outlives."""
    _processes.append(_started(*given, **settings))
    return _processes[-1]


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    while _processes:
        with _processes.pop() as process:
            process.kill()


class Stage:
    """Results of one input, and an input with one month more: what a run that is interrupted starts from."""

    def __init__(self, place: Path, tables: list[Table]) -> None:
        self.place = place
        self.small = put(place / "small", [table for table in tables if "2019-08" not in table.name])
        self.large = put(place / "large", tables)
        self.kept = place / "kept" / "results"
        assert score(self.small, self.kept, "--quiet").status == 0
        self.old = contents(self.kept, NAMES)
        score(self.large, place / "new" / "results", "--quiet")
        self.new = contents(place / "new" / "results", NAMES)
        assert self.old != self.new

    def folder(self) -> Path:
        """A results folder with the old results."""
        folder = self.place / "out" / "results"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.kept, folder)
        return folder

    def assert_whole(self, folder: Path) -> str:
        """What a reader sees is one whole run: "old" or "new"."""
        seen = results.read_files(folder, NAMES)
        assert seen in (self.old, self.new)
        return "old" if seen == self.old else "new"

    def assert_recovers(self, folder: Path) -> None:
        """The next run gives the new results and leaves nothing lying about."""
        ran = score(self.large, folder, "--quiet")
        assert ran.status == 0, ran.err
        assert contents(folder, NAMES) == self.new
        assert leftovers(folder) == []


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.fixture(scope="module")
def stage(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("interrupted"), small_export(real_data / "fleet_export"))


def status_of(process: subprocess.Popen[str]) -> int:
    """Exit status of a process that ends by itself."""
    process.communicate(timeout=60)
    return process.returncode


def wait_until(happens: Callable[[], object], process: subprocess.Popen[str], most_s: float = 30.0) -> bool:
    """Wait for something; False when the process ended before."""
    until = time.monotonic() + most_s
    while time.monotonic() < until:
        if happens():
            return True
        if process.poll() is not None:
            return False
    raise AssertionError("never happened")


@pytest.fixture(scope="module")
def seconds(stage: Stage) -> float:
    """How long a whole run takes from start to end."""
    begun = time.monotonic()
    assert status_of(started(stage.large, stage.folder(), "--quiet")) == 0
    return time.monotonic() - begun


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("seed", range(4))
def test_a_run_ended_at_any_moment_leaves_whole_results(stage, seconds, number, seed):
    folder = stage.folder()
    process = started(stage.large, folder, "--quiet")
    time.sleep(random.Random(f"{seed}{number}").uniform(0.3, 1.0) * seconds)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    seen = stage.assert_whole(folder)
    if number != signal.SIGKILL and process.returncode != -number:  # before Python listens, a signal just ends it
        assert contents(folder, NAMES) == (stage.old if seen == "old" else stage.new)
        assert process.returncode in (0, 130)
        assert leftovers(folder) == []
    stage.assert_recovers(folder)


def staged_files(folder: Path) -> set[str]:
    """Files that a run has staged so far; folders come and go meanwhile."""
    try:
        return {path.name for path in folder.glob(".run-*/*")}
    except FileNotFoundError:
        return set()


MOMENTS: dict[str, Callable[[Path], object]] = {
    "the run has begun": lambda folder: list(folder.glob(".run-*")),
    "the first file is staged": lambda folder: staged_files(folder),
    "run.json is staged": lambda folder: RUN_FILE in staged_files(folder),
}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_run_ended_while_it_stages_leaves_whole_results(stage, moment, number):
    folder = stage.folder()
    process = started(stage.large, folder, "--quiet")
    if wait_until(lambda: moment(folder), process):
        process.send_signal(number)
    process.communicate(timeout=30)
    stage.assert_whole(folder)
    stage.assert_recovers(folder)


@pytest.mark.parametrize("name", ["battery_results.csv", "files.csv", "score_lines.csv"])
def test_a_run_killed_while_it_puts_files_in_place_counts_as_done(stage, name):
    """Some files already have their names, one is held by another program, the others still wait."""
    folder = stage.folder()
    (folder / name).unlink()
    (folder / name / "held").mkdir(parents=True)
    process = started(stage.large, folder, "--quiet")

    def is_held_up() -> bool:
        waiting = staged_files(folder)
        return RUN_FILE in waiting and name == min(waiting - {RUN_FILE})

    assert wait_until(is_held_up, process)
    time.sleep(0.2)
    process.kill()
    process.communicate(timeout=30)
    assert is_held_up()
    assert stage.assert_whole(folder) == "new"
    shutil.rmtree(folder / name)
    assert stage.assert_whole(folder) == "new"
    stage.assert_recovers(folder)


def test_a_file_held_for_good_is_told_and_put_in_place_by_the_next_run(stage, monkeypatch):
    monkeypatch.setattr(results, "_PATIENCE_S", 0.2)
    folder = stage.folder()
    (folder / "findings.csv").unlink()
    (folder / "findings.csv" / "held").mkdir(parents=True)
    ran = score(stage.large, folder, "--lang", "en")
    assert ran.status == 2
    assert "findings.csv" in ran.err
    assert len(ran.err.splitlines()) == 1
    shutil.rmtree(folder / "findings.csv")
    stage.assert_recovers(folder)


def test_rows_set_aside_by_a_killed_run_are_cleared_away(stage, real_data):
    tables = [with_columns(table) for table in small_export(real_data / "fleet_export") if not table.is_gps]
    place = put(stage.place / "one", [joined(tables, "export.csv")])
    folder = stage.folder()
    process = started(place, folder, "--quiet")
    if wait_until(lambda: any(name.endswith(".rows") for name in staged_files(folder)), process):
        process.kill()
    process.communicate(timeout=30)
    assert stage.assert_whole(folder) == "old"
    assert score(place, folder, "--quiet").status == 0
    assert leftovers(folder) == []


def test_rows_set_aside_are_cleared_away_after_a_fault(stage, tmp_path):
    folder = stage.folder()
    process = started(stage.large, folder, "--full")
    if wait_until(lambda: list(folder.glob(".run-*")), process):
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert leftovers(folder) == []
    assert "중단" in err or process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda number: number.name)
def test_workers_end_with_the_program(stage, number):
    folder = stage.folder()
    process = started(stage.large, folder, "--full", "--quiet", "--jobs", "2")
    tree = psutil.Process(process.pid)
    workers: list[psutil.Process] = []

    def are_there() -> bool:
        workers[:] = tree.children(recursive=True)
        return len(workers) >= 3

    if wait_until(are_there, process):
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    stage.assert_whole(folder)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_readers_never_see_parts_of_two_runs(stage, jobs):
    """A reader looks all the time while runs of two inputs replace one another."""
    folder = stage.folder()
    seen: set[str] = set()
    faults: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            found = results.read_files(folder, (*NAMES, RUN_FILE))
            told = json.loads(found[RUN_FILE])
            strange = {name for name in NAMES if hashlib.sha256(found[name]).hexdigest() != told["files"][name]}
            faults.extend(f"{name} is not of run {told['run_id']}" for name in strange)
            seen.add(told["run_id"])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for source in (stage.large, stage.small, stage.large, stage.small):
            assert status_of(started(source, folder, "--quiet", "--jobs", jobs)) == 0
    finally:
        stop.set()
        reader.join()
    assert not faults
    assert len(seen) >= 4


def test_a_second_run_at_the_same_time_waits_or_says_so(stage):
    folder = stage.folder()
    runs = [started(stage.large, folder, "--lang", "en") for _ in range(2)]
    ended = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
    assert {status for _, status in ended} <= {0, 2}
    assert 0 in {status for _, status in ended}
    for err, status in ended:
        assert (status == 0) == ("another run" not in err)
    assert contents(folder, NAMES) == stage.new
    assert leftovers(folder) == []


def test_the_program_started_by_another_python_needs_no_terminal(stage):
    """Started by a scheduler: no terminal, no standard input."""
    folder = stage.folder()
    process = started(stage.large, folder, stdin=subprocess.DEVNULL)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "차량" in out
    assert sys.executable
