"""Numbers out of bytes: eight characters are one machine word, and a field becomes a number in a few word operations.

Every value equals `float(text)` exactly: the digits make an integer below 2**53, divided once by a power of ten.
What does not fit (exponents, words for "missing", more than 16 characters) is read one by one by `number`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]
Words = NDArray[np.uint64]
Doubles = NDArray[np.float64]

#: bytes before and behind the text, so that the words of the first and last field lie inside
FRONT, BACK = 16, 16

_WHITE = " \t\r\n\v\f"
_MISSING = frozenset(("", "-", "--", "na", "n/a", "#n/a", "nan", "none", "null", "\\n"))
_SPOKEN = {"true": 1.0, "on": 1.0, "false": 0.0, "off": 0.0}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_LARGEST = 3.4e38  # largest 32-bit float; a larger reading is no reading


@lru_cache(maxsize=1 << 16)
def number(sent: bytes, decimal_comma: bool = False) -> float | None:
    """The value of a field; NaN where it says "missing", None where it is not a number.

    >>> number(b" 388.32 "), number(b"none"), number(b"abc"), number(b"3,7", True), number(b"0x10")
    (388.32, nan, None, 3.7, None)
    """
    text = sent.decode("latin-1").strip(_WHITE).strip('"').strip(_WHITE)
    word = text.lower()
    if word in _MISSING:
        return float("nan")
    if word in _SPOKEN:
        return _SPOKEN[word]
    if decimal_comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) <= _LARGEST else None


@dataclass(frozen=True)
class Text:
    """A block of bytes with padding, as bytes, as uint8 and as the 8-byte words that start at each byte."""

    raw: bytes
    octets: NDArray[np.uint8]
    words: Words

    @classmethod
    def of(cls, data: bytes) -> Text:
        """The block between `FRONT` spaces (the last one a line end) and `BACK` spaces."""
        raw = b"".join((b" " * (FRONT - 1), b"\n", data, b" " * BACK))
        words = np.ndarray((len(raw) - 7,), "<u8", raw, 0, (1,))
        return cls(raw, np.frombuffer(raw, np.uint8), words)


def _u(value: int) -> np.uint64:
    return np.uint64(value)


_ONES = _u(0x0101010101010101)
_HIGH = _u(0x8080808080808080)
_ZEROS = _u(0x3030303030303030)  # "00000000"
_DOTS = _u(0x1E1E1E1E1E1E1E1E)  # "." seen from "0"
_OVER_NINE = _u(0x7676767676767676)
_BELOW_TOP = _u(0x00FFFFFFFFFFFFFF)
_TOP_DOT = _u(0x80 << 56)
_BYTE = _u(0xFF)
_MINUS = _u(0x2D)
#: number of bits below the dot -> power of ten of the places behind it
_POWER_BELOW = 10.0 ** ((56 - np.minimum(np.arange(57), 56)) // 8)
_LAST_PLACE_DOT = _u(0x80 << 48)


def _eight_digits(v: Words) -> Words:
    """The number that eight bytes of digit values spell, first byte first."""
    v = (v * _u(10) + (v >> _u(8))) & _u(0x00FF00FF00FF00FF)
    v = (v * _u(100) + (v >> _u(16))) & _u(0x0000FFFF0000FFFF)
    return (v * _u(10000) + (v >> _u(32))) & _u(0xFFFFFFFF)


def decimals(text: Text, start: Index, end: Index) -> tuple[Doubles, NDArray[np.bool_]]:
    """Fields `start` to `end` (exclusive) as numbers, and which of them this way cannot read.

    Seven characters and a sign fit one word: the word that ends one character behind the field, whose last character
    stands for the dot of a number that has none. Empty fields are NaN.
    """
    length = end - start
    skip = ((7 - length) << 3).view(np.uint64)
    word = text.words[end - 7]
    negative = ((word >> skip) & _BYTE) == _MINUS
    signed = bool(negative.any())
    if signed:
        skip = skip + (negative.astype(np.uint64) << _u(3))
    digits = (word ^ _ZEROS) & (_BELOW_TOP >> skip << skip)
    dots = digits ^ _DOTS
    dots = (((dots - _ONES) & ~dots) & _HIGH) | _TOP_DOT
    dot = dots & (~dots + _u(1))
    below = (dot >> _u(7)) - _u(1)
    above = ~((below << _u(8)) | _BYTE)
    digits = (digits & above) | ((digits & below) << _u(8))
    odd = (((digits + _OVER_NINE) | digits) & _HIGH) != 0
    value = _eight_digits(digits).view(np.int64).astype(np.float64)
    value /= _POWER_BELOW.take(np.bitwise_count(below), mode="clip")
    # a sign or a dot alone has no digit
    bare = skip >= _u(48)
    if bare.any():
        odd |= bare & (((dot == _LAST_PLACE_DOT) & (skip == _u(48))) | (negative & (skip == _u(56))))
    if signed:
        np.negative(value, out=value, where=negative)
    value[length == 0] = np.nan
    long = length > 7
    if long.any():
        rows = np.flatnonzero(long)
        value[rows], odd[rows] = _long_decimals(text, start[rows], end[rows])
    return value, odd


def _long_decimals(text: Text, start: Index, end: Index) -> tuple[Doubles, NDArray[np.bool_]]:
    """Fields of 8 to 17 characters with the sign, by two words."""
    negative = text.octets[start] == ord("-")
    length = end - start - negative
    odd = (length > 16) | (length < 2)
    length = np.clip(length, 0, 16)
    high_skip = (np.minimum(16 - length, 8) << 3).astype(np.uint64)
    low_skip = (np.maximum(8 - length, 0) << 3).astype(np.uint64)
    full = ~_u(0)
    high = (text.words[end - 16] ^ _ZEROS) & (full >> high_skip << high_skip)
    low = (text.words[end - 8] ^ _ZEROS) & (full >> low_skip << low_skip)
    high, high_dot = _without_dot(high)
    low, low_dot = _without_dot(low)
    odd |= (high_dot >= 0) & (low_dot >= 0)
    for half in (high, low):
        odd |= (((half + _OVER_NINE) | half) & _HIGH) != 0
    # with the dot as a digit 0, whole and fraction lie ten times too far apart
    spelled = _eight_digits(high).view(np.int64) * 100_000_000 + _eight_digits(low).view(np.int64)
    has_dot = (high_dot >= 0) | (low_dot >= 0)
    places = np.where(high_dot >= 0, 15 - high_dot, np.where(low_dot >= 0, 7 - low_dot, 0))
    whole, fraction = np.divmod(spelled, 10 ** (places + has_dot))
    mantissa = whole * 10**places + fraction
    odd |= mantissa >= 1 << 53
    value = mantissa.astype(np.float64) / 10.0**places
    return np.where(negative, -value, value), odd


def _without_dot(digits: Words) -> tuple[Words, Index]:
    """The word with its first dot as a digit 0, and the byte the dot was in, or -1."""
    dots = digits ^ _DOTS
    dots = (dots - _ONES) & ~dots & _HIGH
    dot = dots & (~dots + _u(1))
    place = np.bitwise_count(dot - _u(1)).astype(np.int64) >> 3
    return digits ^ ((dot >> _u(7)) * _u(0x1E)), np.where(dot == 0, -1, place)
