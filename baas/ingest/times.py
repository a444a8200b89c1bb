"""Times out of bytes: the spelling of a few rows is learned, all rows spelled alike are read at once.

`time_ms` says what a field means; `times_ms` reads many fields the same way, faster.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from baas.ingest.clock import Clock
from baas.ingest.numbers import Index, Text, decimals, number

Flags = NDArray[np.bool_]

#: times before are clocks that were never set (1970, 2000, 2001 ...); chosen: older than every car of the feed
EARLIEST_MS = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp() * 1000)
#: two-digit years end here; chosen: later ones are garbage
LATEST_MS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000)
#: spellings learned per block before the rest goes one by one; chosen: one or two occur
MOST_SPELLINGS = 8

_DAY_MS = 86_400_000

_DATES = {
    "YMD": r"(?P<y>\d{4}|\d{2})\s*[-/.]\s*(?P<mo>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})\.?",
    "MDY": r"(?P<mo>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})\s*[-/.]\s*(?P<y>\d{4}|\d{2})",
    "DMY": r"(?P<d>\d{1,2})\s*[-/.]\s*(?P<mo>\d{1,2})\s*[-/.]\s*(?P<y>\d{4}|\d{2})",
}


def _korean(word: str) -> str:
    """A Korean word in the two encodings in use, as latin-1 sees their bytes."""
    return "|".join(re.escape(word.encode(encoding).decode("latin-1")) for encoding in ("utf-8", "cp949"))


_CLOCK = (
    rf"(?:\s*T\s*|\s+)(?:(?P<am>{_korean('오전')})|(?P<pm>{_korean('오후')}))?\s*"
    r"(?P<h>\d{1,2})\s*:\s*(?P<mi>\d{1,2})(?:\s*:\s*(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?:\s*(?P<am2>AM)|\s*(?P<pm2>PM))?"
    r"(?:\s*(?:(?P<utc>Z)|(?P<sign>[+-])(?P<oh>\d{2}):?(?P<om>\d{2})?))?\s*"
)
_COMPACT = r"\s*(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})[T ]?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})(?P<utc>Z)?\s*"
_SPELLINGS = {
    order: (re.compile(r"\s*" + date + _CLOCK, re.IGNORECASE | re.ASCII), re.compile(_COMPACT, re.ASCII))
    for order, date in _DATES.items()
}
_EPOCHS = {"epoch_s": 1000.0, "epoch_ms": 1.0}
_WHITE = " \t\r\n\v\f\"'"


@lru_cache(maxsize=256)
def _match(text: str, order: str) -> re.Match[str] | None:
    """The time in text of latin-1 characters (one a byte)."""
    for spelling in _SPELLINGS[order]:
        if match := spelling.fullmatch(text):
            return match
    return None


@lru_cache(maxsize=4096)
def _one_time(sent: bytes, order: str, zone: ZoneInfo) -> int | None:
    return time_ms(sent, order, zone)


def _kept(ms: float) -> int | None:
    return int(ms) if EARLIEST_MS <= ms < LATEST_MS else None


def _hour(match: re.Match[str]) -> int:
    """Hour of day of 24, from a clock of 12 where the text says so."""
    hour, parts = int(match["h"]), match.groupdict()
    morning = parts.get("am") or parts.get("am2")
    evening = parts.get("pm") or parts.get("pm2")
    if (morning or evening) and not 1 <= hour <= 12:
        raise ValueError(hour)
    return (hour % 12) + 12 * bool(evening) if morning or evening else hour


def time_ms(sent: bytes, order: str, zone: ZoneInfo) -> int | None:
    """UTC epoch milliseconds of one field, or None where it is no time between 2009 and 2100.

    >>> seoul = ZoneInfo("Asia/Seoul")
    >>> time_ms(b" 17-03-31 07:12:34", "YMD", seoul) == time_ms(b"2017-03-30T22:12:34Z", "YMD", seoul)
    True
    >>> time_ms(b"1970-01-01 00:00:00", "YMD", seoul)
    """
    text = sent.decode("latin-1").strip(_WHITE)
    if order in _EPOCHS:
        value = number(text.encode("latin-1"))
        return None if value is None or value != value else _kept(np.floor(value * _EPOCHS[order]))
    match = _match(text, order)
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    try:
        hour, second = _hour(match), int(parts.get("s") or 0)
        local = datetime(year, int(parts["mo"]), int(parts["d"]), hour, int(parts["mi"]), second)
        moment = local.replace(tzinfo=_offset(parts) or zone)
        whole = round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
    except (ValueError, OverflowError):
        return None
    return _kept(whole * 1000 + int((parts.get("f") or "0")[:3].ljust(3, "0")))


def spelled_time(sent: bytes, order: str) -> bool:
    """Whether a field is spelled as a time, whatever the time."""
    text = sent.decode("latin-1").strip(_WHITE)
    if order in _EPOCHS:
        return (number(text.encode("latin-1")) or float("nan")) > 0
    return _match(text, order) is not None


def _offset(parts: dict[str, str]) -> timezone | None:
    if parts.get("utc"):
        return UTC
    if not parts.get("sign"):
        return None
    minutes = int(parts["oh"]) * 60 + int(parts["om"] or 0)
    return timezone(timedelta(minutes=-minutes if parts["sign"] == "-" else minutes))


def times_ms(text: Text, start: Index, end: Index, order: str, clock: Clock) -> tuple[Index, Flags]:
    """UTC epoch ms of fields, and which of them are times between 2009 and 2100; the same as `time_ms` of each."""
    if order in _EPOCHS:
        ms, good = _epochs(text, start, end, _EPOCHS[order])
        waiting = np.flatnonzero((start < end) & ~good)
    else:
        ms, good, waiting = _by_spelling(text, start, end, order, clock)
    for no in waiting:
        value = _one_time(text.raw[start[no] : end[no]], order, clock.zone)
        ms[no], good[no] = value or 0, value is not None
    good &= (ms >= EARLIEST_MS) & (ms < LATEST_MS)
    return ms, good


def _by_spelling(text: Text, start: Index, end: Index, order: str, clock: Clock) -> tuple[Index, Flags, Index]:
    """Times of rows whose spelling many share, and the rows that are left."""
    ms, good = np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=bool)
    length = end - start
    waiting = np.flatnonzero(length > 0)
    left: list[int] = []
    for _ in range(MOST_SPELLINGS):
        if not len(waiting):
            break
        same = waiting[length[waiting] == length[waiting[0]]]
        match = _match(text.raw[start[same[0]] : end[same[0]]].decode("latin-1"), order)
        if match is None:
            left.append(int(waiting[0]))
            waiting = waiting[1:]
            continue
        octets = text.octets[start[same][:, None] + np.arange(length[same[0]])]
        alike, values, valid = _spelled(octets, match, clock)
        rows = same[alike]
        ms[rows], good[rows] = values, valid
        waiting = waiting[~np.isin(waiting, rows, assume_unique=True)]
    return ms, good, np.concatenate([np.array(left, dtype=np.intp), waiting])


def _epochs(text: Text, start: Index, end: Index, per_unit: float) -> tuple[Index, Flags]:
    value, odd = decimals(text, start, end)
    good = ~odd & np.isfinite(value)
    ms = np.floor(np.where(good, value, 0) * per_unit).astype(np.int64)
    return ms, good & (ms >= EARLIEST_MS) & (ms < LATEST_MS)


_DIGITS = ("y", "mo", "d", "h", "mi", "s", "f", "oh", "om")


def _spelled(octets: NDArray[np.uint8], match: re.Match[str], clock: Clock) -> tuple[Flags, Index, Flags]:
    """Which rows of equal length are spelled as the one matched; of those the time in UTC and whether it exists."""
    spans = {name: match.span(name) for name in _DIGITS if match.groupdict().get(name)}
    is_digit = np.zeros(octets.shape[1], dtype=bool)
    for first, last in spans.values():
        is_digit[first:last] = True
    template = np.frombuffer(match.string.encode("latin-1"), np.uint8)
    digits: NDArray[np.uint8] = octets - np.uint8(ord("0"))
    alike: Flags = np.all(np.where(is_digit, digits < 10, octets == template), axis=1)
    digits = digits[alike]
    part = {name: _whole(digits[:, first:last]) for name, (first, last) in spans.items()}
    return alike, *_moment(part, match, spans, clock)


def _whole(digits: NDArray[np.uint8]) -> Index:
    value = digits[:, 0].astype(np.int64)
    for column in range(1, digits.shape[1]):
        value = value * 10 + digits[:, column]
    return value


def _moment(
    part: dict[str, Index], match: re.Match[str], spans: dict[str, tuple[int, int]], clock: Clock
) -> tuple[Index, Flags]:
    """UTC epoch ms of the parts of times spelled alike, and whether each exists in the calendar."""
    parts = match.groupdict()
    zero = np.zeros_like(part["y"])
    year = part["y"] + (2000 if len(parts["y"]) == 2 else 0)
    month, day, hour, second = part["mo"], part["d"], part["h"], part.get("s", zero)
    valid = (month >= 1) & (month <= 12) & (part["mi"] < 60) & (second < 60) & (hour < 24) & (day >= 1)
    if any(parts.get(name) for name in ("am", "am2", "pm", "pm2")):
        valid &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if parts.get("pm") or parts.get("pm2") else 0)
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first, after = (months + step for step in (0, 1))
    days = first.astype("datetime64[D]").astype(np.int64) + day - 1
    valid &= days < after.astype("datetime64[D]").astype(np.int64)
    local = days * _DAY_MS + ((hour * 60 + part["mi"]) * 60 + second) * 1000
    if "f" in part:
        places = spans["f"][1] - spans["f"][0]
        local = local + (part["f"] * 1000) // 10**places
    if parts.get("utc"):
        return local, valid
    if "oh" in part:
        minutes = part["oh"] * 60 + part.get("om", zero)
        valid &= minutes < 24 * 60
        return local - minutes * (-60_000 if parts["sign"] == "-" else 60_000), valid
    return np.where(valid, clock.to_utc(np.where(valid, local, EARLIEST_MS)), 0), valid
