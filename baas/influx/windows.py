"""Windows of time to ask for: UTC days of the server, cut where a local month ends, halved while they are too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from baas.influx.backend import DAY_MS

#: windows are not halved below this; chosen: a server that cannot answer a minute of one car cannot answer at all
SHORTEST_MS = 60_000
_EPOCH = datetime(1970, 1, 1)
#: years a calendar can name; rows beyond are counted with the first or last
_FIRST_YEAR, _LAST_YEAR = 1970, 2261


@dataclass(frozen=True)
class Window:
    """Times from start to stop, ms of the server's time axis, within one UTC day and one local month.

    rows: how many values the fullest counted field has. mark: what a change of the window would change, "" when the
    window is to be read whatever is known. spelling: which one is read of each contested signal. unread: fields with
    values that tell a contested signal in another spelling.
    """

    start_ms: int
    stop_ms: int
    rows: int
    mark: str
    spelling: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Axis:
    """The server's time axis: true UTC, or local time written as if it were UTC."""

    zone: ZoneInfo
    is_local: bool

    def month(self, time_ms: int) -> str:
        """Local month of a time of the server, "YYYY-MM"; that of 1970 for what lies before, which no car was."""
        return f"{self._local(max(time_ms, 0)):%Y-%m}"

    def _local(self, time_ms: int) -> datetime:
        moment = _EPOCH + timedelta(milliseconds=time_ms)
        if self.is_local:
            return moment
        return moment.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def start_of(self, day: date) -> int:
        """The server's time at which a local day begins, ms."""
        midnight = datetime(day.year, day.month, day.day)
        moment = midnight if self.is_local else midnight.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)
        return round((moment - _EPOCH) / timedelta(milliseconds=1))

    def border_in(self, start_ms: int, stop_ms: int) -> int | None:
        """Where between two times a local month begins, if one does."""
        last = self._local(stop_ms - 1)
        if not _FIRST_YEAR <= last.year <= _LAST_YEAR:
            return None
        border = self.start_of(date(last.year, last.month, 1))
        return border if start_ms < border < stop_ms else None

    def written(self, now_ms: int) -> int:
        """What the server's axis shows at a moment (UTC ms)."""
        if not self.is_local:
            return now_ms
        local = datetime.fromtimestamp(now_ms / 1000, self.zone).replace(tzinfo=None)
        return round((local - _EPOCH) / timedelta(milliseconds=1))


#: shard groups begin on multiples of their length since Monday, 1 January of year 1
_YEAR_ONE_MS = 62_135_596_800_000


def shard_number(time_ms: int, shard_ms: int) -> int:
    """Which shard group of a length holds a time.

    >>> shard_number(0, 604_800_000), shard_number(4 * 86_400_000, 604_800_000)
    (102737, 102738)
    """
    return (time_ms + _YEAR_ONE_MS) // shard_ms


def shard_start(number: int, shard_ms: int) -> int:
    """Where a shard group begins, ms.

    >>> shard_start(102_738, 604_800_000)
    345600000
    """
    return number * shard_ms - _YEAR_ONE_MS


def pieces(start_ms: int, stop_ms: int, span_ms: int, shard_ms: int) -> Iterator[tuple[int, int]]:
    """A window in parts of at most `span_ms`, cut at whole multiples of it since midnight and where a shard begins.

    >>> list(pieces(0, 86_400_000, 50_000_000, 604_800_000))
    [(0, 50000000), (50000000, 86400000)]
    >>> list(pieces(0, 86_400_000, 86_400_000, 64_800_000))
    [(0, 21600000), (21600000, 86400000)]
    """
    while start_ms < stop_ms:
        day = start_ms // DAY_MS * DAY_MS
        following = day + ((start_ms - day) // span_ms + 1) * span_ms
        shard = shard_start(shard_number(start_ms, shard_ms) + 1, shard_ms)
        after = min(following, day + DAY_MS, shard, stop_ms)
        yield start_ms, after
        start_ms = after
