"""Numbers to text, whole columns at once: whole and fixed-point numbers written digit by digit, no rounding left to do.

A column of text is a uint8 matrix (rows x width); NUL bytes are no text and vanish when rows are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.uint8]
Whole = NDArray[np.int64]

#: marks a value that is not sent
NOTHING = np.int64(-(2**62))
_ZERO = ord("0")


def fixed(values: Whole, decimals: int) -> Text:
    """Numbers given in units of the last decimal as text: 1234 with two decimals is 12.34; NOTHING becomes empty."""
    missing = values == NOTHING
    size = np.where(missing, 0, np.abs(values)).astype(np.uint64)
    width = max(len(str(int(size.max(initial=0)))), decimals + 1)
    left = size.astype(np.uint32) if width <= 9 else size
    text = np.zeros((len(values), width + 2), dtype=np.uint8)
    column = width + 1
    for place in range(width):
        if place == decimals and decimals:
            text[:, column] = ord(".")
            column -= 1
        more = left // 10
        digit = (left - more * 10).astype(np.uint8) + np.uint8(_ZERO)
        text[:, column] = digit if place <= decimals else np.where(left > 0, digit, 0)
        left = more
        column -= 1
    text[:, 0] = np.where(values < 0, ord("-"), 0)
    text[missing] = 0
    return text


def same(value: str, rows: int) -> Text:
    """The same text in every row."""
    return np.broadcast_to(np.frombuffer(value.encode(), dtype=np.uint8), (rows, len(value.encode())))


@lru_cache(maxsize=8)
def _voltages(decimals: int, separator: str) -> Text:
    """Text of every whole millivolt from 0 to 5999 with the separator after it."""
    millivolts = np.arange(6000, dtype=np.int64)
    value = fixed(millivolts // 10 ** (3 - decimals), decimals)[:, 1:]
    return np.concatenate([value, same(separator, 6000)], axis=1)[:, -(decimals + 2 + len(separator)) :]


def voltages(cells_mv: NDArray[np.int16], decimals: int, separator: str) -> Text:
    """Cell voltages [mV] as volts, each followed by the separator."""
    table = _voltages(decimals, separator)
    return np.take(table, cells_mv, axis=0).reshape(len(cells_mv), -1)


def degrees(probes_c: NDArray[np.int16], separator: str) -> Text:
    """Whole degrees, each followed by the separator."""
    columns = []
    for number in range(probes_c.shape[1]):
        columns += [fixed(probes_c[:, number].astype(np.int64), 0), same(separator, len(probes_c))]
    return np.concatenate(columns, axis=1)


def clock(time_s: Whole, pattern: str) -> Text:
    """Local times as text; in the pattern YYYY, YY, MM, DD, HH, NN (minutes) and SS stand for the parts."""
    days = (time_s // 86_400).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    parts = {
        "YYYY": year,
        "YY": year % 100,
        "MM": months.astype(np.int64) % 12 + 1,
        "DD": (days - months).astype(np.int64) + 1,
        "HH": time_s % 86_400 // 3600,
        "NN": time_s % 3600 // 60,
        "SS": time_s % 60,
    }
    columns: list[Text] = []
    while pattern:
        mark = next((mark for mark in parts if pattern.startswith(mark)), "")
        if mark:
            number = parts[mark]
            columns += [
                ((number // 10**k) % 10 + _ZERO).astype(np.uint8)[:, None] for k in range(len(mark) - 1, -1, -1)
            ]
        else:
            columns.append(same(pattern[0], len(time_s)))
        pattern = pattern[len(mark) or 1 :]
    return np.concatenate(columns, axis=1)


def joined(columns: Sequence[Text], separator: str, end: str = "\n") -> bytes:
    """Rows of text: columns with the separator between them and `end` after each row."""
    rows = len(columns[0])
    parts: list[Text] = []
    for number, column in enumerate(columns):
        parts += [column, same(separator if number < len(columns) - 1 else end, rows)]
    whole = np.concatenate(parts, axis=1).reshape(-1)
    written: bytes = whole[whole != 0].tobytes()
    return written
