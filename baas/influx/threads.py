"""Threads that ask a server, sent home at once when nobody waits for their answers any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from time import monotonic, sleep
from typing import Any, ParamSpec, TypeVar

from baas.influx.connections import hang_up

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

#: how long threads are waited for that were sent home, and how often they are cut off meanwhile [s]; chosen: a
#: connection that was just being opened is cut off at the next turn, and people who stop a program wait no longer
_LONGEST_S, _BETWEEN_S = 1.0, 0.02


class LeftError(Exception):
    """Nobody waits for this answer any more."""


class _Here(threading.local):
    """What a thread knows of itself: the main thread and those of others are never sent home."""

    left: threading.Event | None = None


_HERE = _Here()


def pause(seconds: float) -> None:
    """Wait. Raises LeftError in a thread that is sent home, before or meanwhile."""
    if _HERE.left is None:
        sleep(seconds)
    elif _HERE.left.wait(seconds):
        raise LeftError


class Askers(AbstractContextManager["Askers"]):
    """Some threads. Leaving ends them, whatever they wait for: a server that hangs would hold us for minutes."""

    def __init__(self, count: int) -> None:
        self._left = threading.Event()
        self._busy: set[Future[Any]] = set()
        self._pool = ThreadPoolExecutor(count, initializer=self._arrive)

    def _arrive(self) -> None:
        _HERE.left = self._left

    def submit(self, ask: Callable[Asked, Answer], /, *arguments: Asked.args, **named: Asked.kwargs) -> Future[Answer]:
        """Have a thread ask as soon as one is free."""
        future = self._pool.submit(ask, *arguments, **named)
        self._busy.add(future)
        future.add_done_callback(self._busy.discard)
        return future

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        end = monotonic() + _LONGEST_S
        while (busy := [future for future in tuple(self._busy) if not future.done()]) and monotonic() < end:
            hang_up()
            wait(busy, _BETWEEN_S)
