"""Cells and tables that are safe to open in a spreadsheet: UTF-8 with BOM, no text that runs as a formula."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

#: a cell that starts like this is run as a formula by spreadsheets (OWASP, CSV injection)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: digits after the point in result files; chosen: finer than any sensor, coarse enough to hide rounding of sums
DECIMALS = 6
#: how pandas calls what is missing; named here so that reading results needs no pandas
_PANDAS_MISSING = ("NAType", "NaTType")


def harmless(text: str) -> str:
    """Text that no spreadsheet runs: a leading apostrophe where it would start a formula, control characters gone."""
    plain = "".join(character for character in text if character in "\t" or ord(character) >= 32)
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain


def original(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def cell(value: Any) -> str:
    """A value as it is written: missing as nothing, numbers plainly, text harmless."""
    if value is None or type(value).__name__ in _PANDAS_MISSING:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)) or hasattr(value, "dtype"):
        number = float(value)
        if not math.isfinite(number):
            return ""
        rounded = round(number, DECIMALS)
        return str(int(rounded)) if rounded == int(rounded) and abs(rounded) < 1e15 else repr(rounded)
    return harmless(str(value))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file as Excel opens it: UTF-8 with BOM, CRLF, quotes where needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")
