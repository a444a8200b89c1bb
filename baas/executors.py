"""Runs a pure function over many tasks: in this process, in a pool, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from baas.errors import BaasError

Task = TypeVar("Task")
Result = TypeVar("Result")

#: input below this is not worth starting processes for; chosen: a worker takes about a second to start, in which one
#: process parses some 50 MB
_WORTH_A_POOL_BYTES = 60_000_000
#: tasks handed out ahead of each worker, so that memory stays flat
_AHEAD = 2


class Executor(Protocol):
    """What the pipeline needs of an executor."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Results as they come, in any order."""
        ...


class InProcess(AbstractContextManager["InProcess"]):
    """One task after the other, here."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Results in the order of the tasks."""
        for task in tasks:
            yield function(task)

    def __exit__(self, *_: object) -> None:
        return None


class Pool(AbstractContextManager["Pool"]):
    """A pool of processes on this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Results as they come, with few tasks under way at any time."""
        waiting = iter(tasks)
        running: set[Future[Result]] = set()
        while True:
            while len(running) < self._jobs * _AHEAD and (task := next(waiting, None)) is not None:
                running.add(self._pool.submit(function, task))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    def __exit__(self, kind: object, *_: object) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)


class Dask(AbstractContextManager["Dask"]):
    """A Dask cluster whose workers see the input under the same paths."""

    def __init__(self, scheduler: str) -> None:
        try:
            from distributed import Client
        except ImportError as fault:
            raise BaasError(
                "--executor dask needs the package dask[distributed]: pip install 'dask[distributed]'"
            ) from fault
        try:
            self._client: Any = (
                Client(scheduler, timeout=10) if scheduler else Client(processes=True, dashboard_address=None)
            )
        except (OSError, ValueError, TimeoutError) as fault:
            raise BaasError(f"no Dask scheduler answers at {scheduler!r}; check --scheduler") from fault

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Results as they come."""
        from distributed import as_completed

        for future in as_completed(self._client.map(function, list(tasks), pure=False)):
            yield future.result()

    def __exit__(self, *_: object) -> None:
        self._client.close()


def executor(name: str, jobs: int, scheduler: str, input_bytes: int) -> InProcess | Pool | Dask:
    """The executor that settings and the size of the input call for."""
    if name == "dask":
        return Dask(scheduler)
    if name != "local":
        raise BaasError(f"unknown executor {name!r}: use local or dask")
    workers = jobs if jobs > 0 else (os.cpu_count() or 1)
    if workers == 1 or (jobs <= 0 and input_bytes < _WORTH_A_POOL_BYTES):
        return InProcess()
    return Pool(workers)
