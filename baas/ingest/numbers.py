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


def _words(*values: int) -> tuple[np.uint64, ...]:
    return tuple(map(np.uint64, values))


_ONES, _HIGH = _words(0x0101010101010101, 0x8080808080808080)
_ZEROS, _DOTS = _words(0x3030303030303030, 0x1E1E1E1E1E1E1E1E)  # "00000000"; "." as seen from "0"
_OVER_NINE, _FULL = _words(0x7676767676767676, 0xFFFFFFFFFFFFFFFF)
_BYTE, _MINUS, _ONE, _DOT_DIGIT = _words(0xFF, 0x2D, 1, 0x1E)
_3, _7, _8, _16, _32, _56 = _words(3, 7, 8, 16, 32, 56)
_10, _100, _10000 = _words(10, 100, 10_000)
_PAIRS, _FOURS, _EIGHT = _words(0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF, 0xFFFFFFFF)
#: number of bits below the dot (64: no dot) -> power of ten of the places behind it
_POWER_BELOW = 10.0 ** (np.maximum(56 - np.arange(65), 0) // 8)
_DOT_AT_END = np.uint64(0x80 << 56)


def _eight_digits(v: Words) -> Words:
    """The number that eight bytes of digit values spell, first byte first."""
    v = (v * _10 + (v >> _8)) & _PAIRS
    v = (v * _100 + (v >> _16)) & _FOURS
    return (v * _10000 + (v >> _32)) & _EIGHT


def decimals(text: Text, start: Index, end: Index) -> tuple[Doubles, NDArray[np.bool_]]:
    """Fields `start` to `end` (exclusive) as numbers, and which of them this way cannot read.

    Eight characters and a sign fit the word that ends with the field: its bytes before the field become 0, those before
    the dot move up by one over the dot. Empty fields are NaN.
    """
    length = end - start
    skip = ((8 - length) << 3).view(np.uint64)
    word = text.words[end - 8]
    negative = ((word >> skip) & _BYTE) == _MINUS
    signed = bool(negative.any())
    if signed:
        skip = skip + (negative.astype(np.uint64) << _3)
    digits = (word ^ _ZEROS) & (_FULL >> skip << skip)
    dots = digits ^ _DOTS
    dots = ((dots - _ONES) & ~dots) & _HIGH
    dot = dots & (~dots + _ONE)
    below = (dot >> _7) - _ONE
    up = (dot != 0).view(np.uint8).astype(np.uint64) << _3
    digits = (digits & ~((below << _8) | _BYTE)) | ((digits & below) << up)
    odd = (((digits + _OVER_NINE) | digits) & _HIGH) != 0
    value = _eight_digits(digits).view(np.int64).astype(np.float64)
    value /= _POWER_BELOW.take(np.bitwise_count(below), mode="clip")
    # a sign or a dot alone has no digit
    bare = skip >= _56
    if bare.any():
        odd |= bare & (((dot == _DOT_AT_END) & (skip == _56)) | (negative & (skip > _56)))
    if signed:
        np.negative(value, out=value, where=negative)
    np.copyto(value, np.nan, where=length == 0)
    long = length > 8
    if long.any():
        rows = np.flatnonzero(long)
        value[rows], odd[rows] = _long_decimals(text, start[rows], end[rows])
    return value, odd


_CELL = np.uint64(0x3030303030302E30)  # "0.000000"
#: beside digits over nine, anything but a dot in the second place
_NO_CELL = np.uint64(0x7676767676767F76)


def thousandths(text: Text, start: Index, end: Index) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Fields of the form 4, 4.0, 4.04 or 4.047 as 4000 ... 4047, and which are of another form (or empty)."""
    length = end - start
    digits = (text.words[start] ^ _CELL) & (_FULL >> ((8 - length) << 3).view(np.uint64))
    odd = (((digits + _NO_CELL) | digits) & _HIGH) != 0
    odd |= (length - 1).view(np.uint64) > _FOUR
    v = ((digits >> _8) | (digits & _BYTE)).astype(np.uint32)
    v = (v * _TEN + (v >> _EIGHT_BITS)) & _PAIR
    return (v * _HUNDRED + (v >> _SIXTEEN_BITS)) & _LOW, odd


_FOUR = np.uint64(4)
_TEN, _HUNDRED, _EIGHT_BITS, _SIXTEEN_BITS, _PAIR, _LOW = map(np.uint32, (10, 100, 8, 16, 0x00FF00FF, 0xFFFF))


def _long_decimals(text: Text, start: Index, end: Index) -> tuple[Doubles, NDArray[np.bool_]]:
    """Fields of 9 to 17 characters with the sign, by two words."""
    negative = text.octets[start] == ord("-")
    length = end - start - negative
    odd = (length > 16) | (length < 2)
    length = np.clip(length, 0, 16)
    high_skip = (np.minimum(16 - length, 8) << 3).astype(np.uint64)
    low_skip = (np.maximum(8 - length, 0) << 3).astype(np.uint64)
    high = (text.words[end - 16] ^ _ZEROS) & (_FULL >> high_skip << high_skip)
    low = (text.words[end - 8] ^ _ZEROS) & (_FULL >> low_skip << low_skip)
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
    dot = dots & (~dots + _ONE)
    place = np.bitwise_count(dot - _ONE).astype(np.int64) >> 3
    return digits ^ ((dot >> _7) * _DOT_DIGIT), np.where(dot == 0, -1, place)
