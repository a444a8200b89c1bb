import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from baas.errors import BaasError
from baas.simulate.fleet import simulate
from baas.simulate.state import Written
from tests.simulate.conftest import order

ROOT = Path(__file__).resolve().parents[2]


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def small(out, **changes):
    return order(out, **({"vehicles": 2, "days": 2} | changes))


def test_the_same_seed_gives_the_same_bytes_in_one_process_or_two(tmp_path):
    for name, jobs in (("one", 1), ("two", 2)):
        simulate(small(tmp_path / name, mess=True, jobs=jobs))
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_another_seed_gives_another_fleet(tmp_path):
    simulate(small(tmp_path / "one"))
    simulate(small(tmp_path / "two", seed=42))
    assert digest(tmp_path / "one") != digest(tmp_path / "two")


def test_a_longer_fleet_begins_like_a_short_one(tmp_path):
    short, long = (simulate(small(tmp_path / name, days=days, rules=())) for name, days in (("a", 2), ("b", 4)))
    assert long[0].sessions[: len(short[0].sessions)] == short[0].sessions


def test_only_every_third_day_is_written_while_life_goes_on(tmp_path):
    whole = simulate(small(tmp_path / "all", days=7, rules=()))
    some = simulate(small(tmp_path / "some", days=7, written=Written(3), rules=()))
    for one, other in zip(whole, some, strict=True):
        assert other.vehicle.distance_km == pytest.approx(one.vehicle.distance_km, rel=0.1)
        assert energy(other) == pytest.approx(energy(one), rel=0.1)
        assert other.vehicle.soh_end_pct == pytest.approx(one.vehicle.soh_end_pct, abs=0.02)
    assert days_in(tmp_path / "all") == {25, 26, 27, 28, 29, 30, 31}
    assert days_in(tmp_path / "some") == {25, 28, 31}


def energy(truth) -> float:
    return sum(day.drive_out_kwh for day in truth.days) / truth.vehicle.distance_km


def days_in(folder: Path) -> set[int]:
    """Days of the month in the only BMS file of the first vehicle."""
    (path,) = folder.glob("*/*1/bms*")
    return {int(line.split(b",")[2][-11:-9]) for line in path.read_bytes().splitlines()[1:]}


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BaasError, match="not empty"):
        simulate(small(tmp_path))
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "new").mkdir()
    simulate(small(tmp_path / "new"))
    assert json.loads((tmp_path / "new" / "truth" / "simulated.json").read_text(encoding="utf-8"))["complete"] is True


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BaasError, match="cannot be written"):
        simulate(small(tmp_path / "file" / "fleet"))


def test_a_fault_on_the_way_leaves_nothing(tmp_path):
    def stop(done: int) -> None:
        raise RuntimeError(done)

    with pytest.raises(RuntimeError):
        simulate(small(tmp_path / "new"), stop)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "baas",
        "simulate",
        "--out",
        str(tmp_path / "new"),
        "--vehicles",
        "8",
        "--days",
        "30",
    ]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)
    try:
        deadline = time.monotonic() + 20
        while not list(tmp_path.glob(".new.partial-*/20*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(child.pid, signal.SIGINT)
        _, told = child.communicate(timeout=30)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert child.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert b"Traceback" not in told
    assert multiprocessing.active_children() == []
