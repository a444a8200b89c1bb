"""What a server holds, month by month: devices, days, and how many values each day has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

from baas.cars.devices import device_key
from baas.influx.backend import DAY_MS, FIRST_MS, HOUR_MS, LAST_MS, Ask, Backend
from baas.influx.columns import Wanted, wanted
from baas.influx.config import InfluxConfig
from baas.influx.connect import Connection
from baas.influx.month import InfluxMonth
from baas.influx.retry import by_parts, patiently
from baas.influx.spool import of_server
from baas.influx.threads import Askers
from baas.influx.windows import Axis, Window
from baas.ingest.formats import Format

#: devices asked about at the same time; measured: more than the server has cores gains nothing
_AT_ONCE = 2
KINDS = ("bms", "gps")


@dataclass(frozen=True)
class Recent:
    """From which time on (ms of the server's axis) windows are read again whatever is known."""

    from_ms: int

    @classmethod
    def of(cls, config: InfluxConfig, axis: Axis, skew_s: float | None, now_s: float) -> Recent:
        """The look-back before now, by the slower of the two clocks, or `--since` if that is earlier."""
        now_ms = round((now_s + min(0.0, skew_s or 0.0)) * 1000)
        start = axis.written(now_ms) - round(config.lookback_days * DAY_MS)
        return cls(min(start, axis.start_of(config.since)) if config.since else start)


def axis_of(config: InfluxConfig, timezone: str) -> Axis:
    """The time axis that the configuration declares."""
    return Axis(ZoneInfo(timezone), config.stored_time == "local-as-utc")


def wanted_of(connection: Connection, formats: Sequence[Format]) -> dict[str, Wanted]:
    """What is read of the measurements that are there, by kind."""
    backend, config = connection.backend, connection.config
    there = patiently(config, "SHOW MEASUREMENTS", backend.measurements)
    found: dict[str, Wanted] = {}
    for kind, name in zip(KINDS, (config.bms, config.gps), strict=True):
        if name in there:
            fields = list(patiently(config, name, partial(backend.fields, name)))
            one = wanted(name, kind, fields, formats, backend.time_format)
            found |= {kind: one} if one else {}
    return found


def devices_of(connection: Connection, measurement: str) -> list[str]:
    """Device numbers of a measurement, in order."""
    there = patiently(connection.config, measurement, partial(connection.backend.devices, measurement))
    return [device for device in there if device.strip()]


class Days:
    """Days of one device in one measurement that have rows."""

    def __init__(self, backend: Backend, config: InfluxConfig, wanted: Wanted, device: str) -> None:
        self.wanted = wanted
        self._backend, self._config = backend, config
        self._all = Ask(wanted.measurement, device, FIRST_MS, LAST_MS, wanted.fields)
        self._counted = replace(self._all, fields=wanted.counted)

    def counts(self, start_ms: int, stop_ms: int, every_ms: int = DAY_MS) -> dict[int, tuple[int, ...]]:
        """Day (or hour) -> values of the counted fields; one whose rows lack all of them is left out."""

        def part(start: int, stop: int) -> dict[int, tuple[int, ...]]:
            return self._backend.counts(replace(self._counted, start_ms=start, stop_ms=stop), every_ms)

        found: dict[int, tuple[int, ...]] = {}
        for counted in by_parts(self._config, self._counted.measurement, [(start_ms, stop_ms)], part, _halves):
            found |= counted
        return found

    def found(self) -> dict[int, tuple[int, ...]]:
        """Every day with rows -> values of the counted fields, zeros where the rows of a day have none of them."""
        days: dict[int, tuple[int, ...]] = {}
        for start, stop in patiently(self._config, self._all.measurement, partial(self._backend.spans, self._all)):
            counted = self.counts(start, stop)
            for first, after in _gaps(sorted(counted), start, stop):
                counted |= dict.fromkeys(self._uncounted(first, after), (0,) * len(self._counted.fields))
            for day, values in counted.items():  # a day may be in several spans where shards are shorter than a day
                days[day] = tuple(map(sum, zip(days[day], values, strict=True))) if day in days else values
        return dict(sorted(days.items()))

    def _uncounted(self, start_ms: int, stop_ms: int) -> Iterator[int]:
        """Days between two times whose rows have none of the counted fields."""
        while start_ms < stop_ms and (first := self._first(start_ms, stop_ms)) is not None:
            yield first // DAY_MS * DAY_MS
            start_ms = (first // DAY_MS + 1) * DAY_MS

    def has_rows(self, start_ms: int, stop_ms: int) -> bool:
        """Whether there are rows between two times, whether they can be counted or not."""
        return self._first(start_ms, stop_ms) is not None

    def _first(self, start_ms: int, stop_ms: int) -> int | None:
        ask = replace(self._all, start_ms=start_ms, stop_ms=stop_ms)
        return patiently(self._config, ask.measurement, partial(self._backend.first, ask))


def _halves(start_ms: int, stop_ms: int) -> list[tuple[int, int]]:
    """A time cut at a midnight, nothing where that is shorter than a day.

    >>> _halves(0, 3 * 86_400_000), _halves(0, 86_400_000)
    ([(0, 86400000), (86400000, 259200000)], [])
    """
    middle = (start_ms + stop_ms) // 2 // DAY_MS * DAY_MS
    return [(start_ms, middle), (middle, stop_ms)] if start_ms < middle else []


def _gaps(days: Sequence[int], start_ms: int, stop_ms: int) -> Iterator[tuple[int, int]]:
    """Times of a span that are in none of the days.

    >>> list(_gaps([86_400_000], 0, 4 * 86_400_000))
    [(0, 86400000), (172800000, 345600000)]
    """
    for day in days:
        if start_ms < day:
            yield start_ms, day
        start_ms = day + DAY_MS
    if start_ms < stop_ms:
        yield start_ms, stop_ms


def _windows(days: Days, axis: Axis, recent: Recent) -> Iterator[Window]:
    """The days of a device as windows, cut where a local month begins."""
    for day, counts in days.found().items():
        border = axis.border_in(day, day + DAY_MS)
        if border is None:
            yield from _spelled(days, day, day + DAY_MS, counts, recent)
            continue
        for start, stop in ((day, border), (border, day + DAY_MS)):
            part = days.counts(start, stop)
            if part or days.has_rows(start, stop):
                yield from _spelled(days, start, stop, next(iter(part.values()), (0,) * len(counts)), recent)


def _spelled(days: Days, start_ms: int, stop_ms: int, counts: tuple[int, ...], recent: Recent) -> Iterator[Window]:
    """A window; where a signal is spelled in two ways within it, its parts of whole hours with one spelling each."""
    one = days.wanted
    parts = [(start_ms, counts)]
    if one.may_lose(counts):
        parts.clear()
        for hour, values in days.counts(start_ms, stop_ms, HOUR_MS).items():
            if parts and one.spelling(parts[-1][1]) == one.spelling(values):
                parts[-1] = parts[-1][0], tuple(map(sum, zip(parts[-1][1], values, strict=True)))
            else:
                parts.append((max(hour, start_ms) if parts else start_ms, values))
    stops = [*(start for start, _ in parts[1:]), stop_ms]
    for (start, values), stop in zip(parts, stops, strict=True):
        mark = "" if stop > recent.from_ms else one.mark(values)
        yield Window(start, stop, one.rows(values), mark, one.spelling(values), one.unread(values))


def _months(connection: Connection, one: Wanted, device: str, axis: Axis, recent: Recent) -> list[InfluxMonth]:
    by_month: dict[str, list[Window]] = {}
    for window in _windows(Days(connection.backend, connection.config, one, device), axis, recent):
        by_month.setdefault(axis.month(window.start_ms), []).append(window)
    return [
        InfluxMonth(connection.config, one, device, month, tuple(windows), stays=_grows(windows, recent))
        for month, windows in by_month.items()
    ]


def _grows(windows: Sequence[Window], recent: Recent) -> bool:
    """Whether the month may reach into the time that is read again: no month is longer than 31 days."""
    return windows[-1].stop_ms + 31 * DAY_MS > recent.from_ms


def months_of(
    connection: Connection, formats: Sequence[Format], timezone: str, spool: Path,
    progress: Callable[[int, int], None], is_asked: Callable[[tuple[str, str]], bool] = lambda _key: True,
) -> list[InfluxMonth]:  # fmt: skip
    """Every vehicle-month that the server holds, in order of name.

    `is_asked` narrows to some (device without leading zeros, month); a device is left out before it costs a query when
    no month ("") of it is asked for.
    """
    config = connection.config
    axis = axis_of(config, timezone)
    recent = Recent.of(config, axis, connection.ping.skew_s, time())
    asked = [
        (one, device)
        for one in wanted_of(connection, formats).values()
        for device in devices_of(connection, one.measurement)
        if is_asked((device_key(device), ""))
    ]
    found: list[InfluxMonth] = []
    with Askers(_AT_ONCE) as threads:
        each = [threads.submit(_months, connection, one, device, axis, recent) for one, device in asked]
        for done, ((_, device), coming) in enumerate(zip(asked, each, strict=True)):
            months = coming.result()
            found += [
                replace(month, spool=of_server(spool, config.address))
                for month in months
                if is_asked((device_key(device), month.month))
            ]
            progress(done + 1, len(asked))
    return sorted(found, key=lambda month: month.name)
