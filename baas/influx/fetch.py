"""One window's rows, whatever it takes: retried with back-off, in smaller pieces where the server cannot do more."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

from baas.influx import faults
from baas.influx.backend import DAY_MS, Ask, Backend
from baas.influx.config import InfluxConfig
from baas.influx.faults import PassingError, SlowError, TooLargeError
from baas.influx.retry import patiently, wait_s
from baas.influx.windows import SHORTEST_MS, pieces

_HOUR_MS = 3_600_000


class Fetcher:
    """Reads windows of one vehicle-month and remembers how much the server stands at once."""

    def __init__(self, backend: Backend, config: InfluxConfig) -> None:
        self._backend, self._config = backend, config
        self._shard_ms = patiently(config, "shards", lambda: backend.shard_ms)
        self._span_ms = max(SHORTEST_MS, min(DAY_MS, round(config.window_h * _HOUR_MS)))

    def rows(self, ask: Ask) -> list[bytes]:
        """CSV in blocks that together hold all rows of a window, the parts of the window in order of time."""
        found: list[bytes] = []
        todo = list(pieces(ask.start_ms, ask.stop_ms, self._span_ms, self._shard_ms))[::-1]
        failures = 0
        while todo:
            start, stop = todo.pop()
            try:
                found += self._backend.rows(replace(ask, start_ms=start, stop_ms=stop))
                failures = 0
                continue
            except TooLargeError as fault:
                if stop - start <= SHORTEST_MS:
                    raise faults.gave_up(self._config, _what(ask), str(fault)) from fault
                smaller = True
            except PassingError as fault:
                failures += 1
                if failures > self._config.retries:
                    raise faults.gave_up(self._config, _what(ask), str(fault)) from fault
                smaller = isinstance(fault, SlowError) and stop - start > SHORTEST_MS
                sleep(wait_s(self._config, failures))
            todo += self._again(start, stop, smaller=smaller)
        return found

    def counted(self, ask: Ask) -> int:
        """Rows of a window at this moment, by the fullest of its fields."""
        return max((max(values) for values in self._backend.counts(ask).values()), default=0)

    def _again(self, start: int, stop: int, *, smaller: bool) -> list[tuple[int, int]]:
        """The window once more, the last part first; in halves, as all later ones, when that may help."""
        if not smaller:
            return [(start, stop)]
        half = max(SHORTEST_MS, (stop - start) // 2)
        self._span_ms = min(self._span_ms, half)
        return list(pieces(start, stop, half, self._shard_ms))[::-1]


def _what(ask: Ask) -> str:
    return f"{ask.measurement} {ask.device!r}"
