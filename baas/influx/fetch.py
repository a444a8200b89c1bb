"""One window's rows, whatever it takes: retried with back-off, in smaller pieces where the server cannot do more."""

from __future__ import annotations

from dataclasses import replace

from baas.influx.backend import DAY_MS, Ask, Backend
from baas.influx.config import InfluxConfig
from baas.influx.retry import by_parts, patiently
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

        def part(start: int, stop: int) -> list[bytes]:
            return self._backend.rows(replace(ask, start_ms=start, stop_ms=stop))

        parts = pieces(ask.start_ms, ask.stop_ms, self._span_ms, self._shard_ms)
        what = f"{ask.measurement} {ask.device!r}"
        return [block for blocks in by_parts(self._config, what, parts, part, self._smaller) for block in blocks]

    def counted(self, ask: Ask) -> int:
        """Rows of a window at this moment, by the fullest of its fields."""
        return max((max(values) for values in self._backend.counts(ask).values()), default=0)

    def _smaller(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Halves of a part, as of all later ones; nothing where it is short."""
        if stop - start <= SHORTEST_MS:
            return []
        half = max(SHORTEST_MS, (stop - start) // 2)
        self._span_ms = min(self._span_ms, half)
        return list(pieces(start, stop, half, self._shard_ms))
