"""Runs a pure function over many tasks: in this process, in a pool, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from multiprocessing import forkserver
from typing import Any, Protocol, TypeVar

from baas.errors import BaasError
from baas.interrupts import held_back

Task = TypeVar("Task")
Result = TypeVar("Result")

#: input below this is not worth starting processes for; chosen: workers take about half a second to start, in which
#: one process parses some 50 MB
WORTH_A_POOL_BYTES = 60_000_000
#: WaitForMultipleObjects of Windows waits for 63 handles, of which a pool of the standard library uses two
MOST_WORKERS = 61
#: tasks handed out ahead of each worker, so that memory stays flat
_AHEAD = 2
#: bytes of text behind the tasks handed out at a time; measured: a vehicle-month takes up to twice the room of its
#: file while it is computed, and all processes together shall stay below 1 GB
_MOST_BYTES_UNDER_WAY = 300_000_000
#: tasks handed out in one piece; measured: 32 small files cost as little as one, and a piece stays short
_MOST_IN_A_PIECE = 32
#: pieces for each worker when there are few tasks, so that all finish at about the same time
_PIECES_EACH = 16
#: modules that workers need; imported once, before they are forked
_PRELOAD = ["baas.gather.read"]


class Executor(Protocol):
    """What the pipeline needs of an executor."""

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], sizes: Sequence[int], /
    ) -> Iterator[Result]:
        """Results as they come, in any order; `sizes` are the bytes that each task will hold in memory, as text."""
        ...


class InProcess(AbstractContextManager["InProcess"]):
    """One task after the other, here."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task], _: Sequence[int], /) -> Iterator[Result]:
        """Results in the order of the tasks."""
        for task in tasks:
            yield function(task)

    def __exit__(self, *_: object) -> None:
        return None


def _each(function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
    return [function(task) for task in tasks]


def pieces(tasks: Sequence[Task], workers: int) -> list[Sequence[Task]]:
    """Tasks in pieces that are worth handing out and still spread evenly.

    >>> [len(piece) for piece in pieces(range(5), 2)], [len(piece) for piece in pieces(range(2000), 2)][:2]
    ([1, 1, 1, 1, 1], [32, 32])
    """
    size = max(1, min(_MOST_IN_A_PIECE, len(tasks) // (workers * _PIECES_EACH)))
    return [tasks[start : start + size] for start in range(0, len(tasks), size)]


def _serve() -> None:
    """Make a worker leave Ctrl-C to its parent, and end when the parent is gone, however that ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _context() -> Any:
    """How workers are started: forked from a clean server that has the modules loaded, where the system can do that.

    Never forked from this process, which has threads and an open database.
    """
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def warm_up() -> None:
    """Have the modules of workers loaded beside those of this process, when a pool is certain to be used."""
    if sys.platform != "win32":
        _context()
        forkserver.ensure_running()


def worker_count(jobs: int) -> int:
    """Processes to use for `--jobs`, 0 for one a core; never more than Windows can wait for."""
    return min(jobs if jobs > 0 else (os.cpu_count() or 1), MOST_WORKERS)


class Pool(AbstractContextManager["Pool"]):
    """A pool of processes on this machine; work that is not worth their start is done here."""

    def __init__(self, jobs: int, worth_bytes: int = WORTH_A_POOL_BYTES) -> None:
        self._jobs, self._worth_bytes = jobs, worth_bytes
        self._before = set(multiprocessing.active_children())
        self._pool: ProcessPoolExecutor | None = None

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], sizes: Sequence[int], /
    ) -> Iterator[Result]:
        """Results as they come."""
        if self._pool is None and (sum(sizes) < self._worth_bytes or not tasks):
            return InProcess().map(function, tasks, sizes)
        self._pool = self._pool or ProcessPoolExecutor(self._jobs, mp_context=_context(), initializer=_serve)
        work = zip(pieces(tasks, self._jobs), map(max, pieces(sizes, self._jobs)), strict=True)
        return self._map(self._pool, partial(_each, function), deque(work))

    def _map(
        self, pool: ProcessPoolExecutor, call: Callable[[Sequence[Task]], list[Result]],
        waiting: deque[tuple[Sequence[Task], int]],
    ) -> Iterator[Result]:  # fmt: skip
        """Results as they come, with few tasks and no more bytes than memory allows under way at any time."""
        running: dict[Future[list[Result]], int] = {}
        try:
            while waiting or running:
                while waiting and self._has_room(running, waiting[0][1]):
                    piece, size = waiting.popleft()
                    with held_back():  # a worker half started would stay behind
                        running[pool.submit(call, piece)] = size
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[future]
                    yield from future.result()
        except BrokenProcessPool as fault:
            raise BaasError(
                "a worker process was ended from outside, most often for want of memory; run again with --jobs 1",
                "작업 프로세스가 외부에서 종료되었습니다(대개 메모리 부족). --jobs 1로 다시 실행하십시오",
            ) from fault

    def _has_room(self, running: Mapping[Future[list[Result]], int], size: int) -> bool:
        """Whether another task may be handed out; what is too large for company runs alone."""
        few = len(running) < self._jobs * _AHEAD
        return not running or (few and sum(running.values()) + size <= _MOST_BYTES_UNDER_WAY)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            for worker in set(multiprocessing.active_children()) - self._before:
                worker.terminate()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


class Dask(AbstractContextManager["Dask"]):
    """A Dask cluster whose workers see the input and the results folder under the same paths."""

    def __init__(self, scheduler: str, jobs: int) -> None:
        try:
            from distributed import Client
        except ImportError as fault:
            raise BaasError(
                "--executor dask needs the package dask[distributed]: pip install 'dask[distributed]'",
                "--executor dask에는 dask[distributed] 패키지가 필요합니다: pip install 'dask[distributed]'",
            ) from fault
        try:
            if scheduler:
                self._client: Any = Client(scheduler, timeout=5)
            else:
                workers = worker_count(jobs)
                self._client = Client(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    set_as_default=False,
                )
        except (OSError, ValueError, TimeoutError) as fault:
            raise BaasError(
                f"no Dask scheduler answers at {scheduler!r}; check --scheduler",
                f"Dask 스케줄러 {scheduler!r}가 응답하지 않습니다. --scheduler를 확인하십시오",
            ) from fault

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task], _: Sequence[int], /) -> Iterator[Result]:
        """Results as they come, with few pieces under way at any time."""
        from distributed import as_completed

        workers = max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        waiting = iter(pieces(tasks, workers))
        call = partial(_each, function)

        def handed_out() -> Any:
            return (self._client.submit(call, piece, pure=False) for piece in waiting)

        running = as_completed(list(islice(handed_out(), workers * _AHEAD)), loop=self._client.loop)
        for future in running:
            yield from future.result()
            future.release()
            for more in islice(handed_out(), 1):
                running.add(more)

    def __exit__(self, *_: object) -> None:
        self._client.close()


def executor(name: str, jobs: int, scheduler: str) -> InProcess | Pool | Dask:
    """The executor that the settings call for; a number of jobs that was asked for is used whatever the work."""
    if name == "dask":
        return Dask(scheduler, jobs)
    if name != "local":
        raise BaasError(
            f"unknown executor {name!r}: use local or dask", f"알 수 없는 실행기 {name!r}: local이나 dask를 쓰십시오"
        )
    workers = worker_count(jobs)
    if workers == 1:
        return InProcess()
    return Pool(workers, 0 if jobs > 0 else WORTH_A_POOL_BYTES)
