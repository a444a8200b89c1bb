"""Ctrl-C and polite requests to end, held back for moments that must not be cut in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held_back(*, forget: bool = False) -> Iterator[None]:
    """Hold interruptions back until the block ends, then raise KeyboardInterrupt; with `forget` they are dropped.

    For milliseconds only. Outside the main thread nothing happens, because interruptions do not arrive there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda sent, _: came.append(sent)) for number in _NUMBERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    if came and not forget:
        raise KeyboardInterrupt
