"""Days of one vehicle on an axis without holes, and local time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from baas.web.days import Record

#: days drawn at most; chosen: a year and a month, so that the same season is seen twice
MOST_DAYS = 396


def axis(first: str, last: str) -> list[str]:
    """Every day from the first to the last, at most MOST_DAYS of them, ending at the last."""
    end = date.fromisoformat(last)
    start = max(date.fromisoformat(first), end - timedelta(days=MOST_DAYS - 1))
    return [(start + timedelta(days=k)).isoformat() for k in range((end - start).days + 1)]


def along(known: Sequence[Record], days: Sequence[str], name: str) -> list[float | None]:
    """A number of each day, None where there is none."""
    values: Mapping[str, object] = {str(record["date"]): record[name] for record in known}
    found = (values.get(day) for day in days)
    return [float(value) if isinstance(value, (int, float)) else None for value in found]


def ends(days: Sequence[str]) -> tuple[str, ...]:
    """Words under an axis."""
    return (days[0], days[len(days) // 2], days[-1]) if len(days) > 2 else tuple(days)


def local(time_ms: object, zone: str) -> datetime:
    """Local time of a store's time."""
    return datetime.fromtimestamp(float(str(time_ms)) / 1000, ZoneInfo(zone))


def stamp(time_ms: object, zone: str) -> str:
    """Local time as written in result files."""
    return local(time_ms, zone).strftime("%Y-%m-%d %H:%M:%S")
