"""Work runs in one process, in a pool or on a cluster, with the same results; faults are told in a sentence."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from inputs import Table, put, small_export
from running import SAME, contents, score

from baas.errors import BaasError
from baas.executors import Dask, Executor, InProcess, Pool, executor, pieces


def squared(number: int) -> int:
    return number * number


def process_id(_: int) -> int:
    return os.getpid()


def broken(number: int) -> int:
    raise BaasError(f"{number} cannot be squared", f"{number}은(는) 안 됩니다")


def leaving(number: int) -> int:
    os._exit(7)


LITTLE, MUCH = 10, 10**8


@pytest.mark.parametrize("size", [0, LITTLE, MUCH, 10 * MUCH])
def test_every_task_gives_its_result_once(size):
    with executor("local", 2, "") as workers:
        assert sorted(workers.map(squared, range(100), [size] * 100)) == [n * n for n in range(100)]


def test_little_work_is_done_here_and_much_elsewhere():
    with executor("local", 0, "") as workers:
        assert set(workers.map(process_id, range(5), [LITTLE] * 5)) == {os.getpid()}
    with Pool(2) as workers:
        assert os.getpid() not in set(workers.map(process_id, range(5), [MUCH] * 5))


def alone(place: str) -> int:
    """How many of these run at the same time, at most."""
    mine = Path(place) / f"{os.getpid()}-{time.monotonic_ns()}"
    mine.touch()
    time.sleep(0.05)
    found = len(list(Path(place).iterdir()))
    mine.unlink()
    return found


def test_tasks_too_large_for_company_run_alone_small_ones_side_by_side(tmp_path):
    with Pool(2) as workers:
        list(workers.map(squared, range(4), [MUCH] * 4))  # both workers are there
        assert set(workers.map(alone, [str(tmp_path)] * 4, [4 * MUCH] * 4)) == {1}
        assert 2 in set(workers.map(alone, [str(tmp_path)] * 8, [LITTLE] * 8))


def test_one_job_needs_no_pool():
    assert isinstance(executor("local", 1, ""), InProcess)


def test_no_tasks_start_no_process():
    with Pool(2, 0) as workers:
        assert list(workers.map(squared, [], [])) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_of_a_task_arrives_with_both_of_its_sentences(jobs):
    with pytest.raises(BaasError) as fault, executor("local", jobs, "") as workers:
        list(workers.map(broken, range(3), [MUCH] * 3))
    assert fault.value.told("en").endswith("cannot be squared")
    assert fault.value.told("ko").endswith("안 됩니다")


def test_a_worker_that_is_ended_from_outside_is_told():
    with pytest.raises(BaasError, match="--jobs 1"), Pool(2) as workers:
        list(workers.map(leaving, range(3), [MUCH] * 3))


def test_an_unknown_executor_is_refused():
    with pytest.raises(BaasError, match="local or dask"):
        executor("cloud", 2, "")


@pytest.mark.parametrize(("tasks", "workers"), [(0, 2), (1, 2), (5, 2), (33, 2), (2_000, 2), (2_000, 64)])
def test_pieces_hold_every_task_once_and_stay_short(tasks, workers):
    found = list(pieces(range(tasks), workers))
    assert [task for piece in found for task in piece] == list(range(tasks))
    assert max(map(len, found), default=0) <= 32
    if tasks >= workers:
        assert len(found) >= workers  # nobody is left without work


def test_without_dask_the_option_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BaasError, match=r"dask\[distributed\]"):
        executor("dask", 2, "")


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


@pytest.fixture
def cluster() -> Executor:
    with Dask("", 2) as workers:
        yield workers


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_every_result_once(cluster):
    assert sorted(cluster.map(squared, range(100), [0] * 100)) == [n * n for n in range(100)]
    assert os.getpid() not in set(cluster.map(process_id, range(5), [0] * 5))


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_scores_to_the_same_byte(tables, tmp_path):
    folder = put(tmp_path / "in", tables)
    names = (*SAME, "data_quality.csv", "files.csv", "findings.csv")
    found = []
    for more in (("--executor", "dask", "--jobs", "2"), ("--jobs", "1"), ("--jobs", "2")):
        ran = score(folder, tmp_path / "-".join(more) / "results", "--quiet", *more)
        assert ran.status == 0, ran.err
        found.append(contents(ran.folder, names))
    assert found[0] == found[1] == found[2]
