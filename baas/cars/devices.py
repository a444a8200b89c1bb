"""Device numbers are text; spreadsheets forget that. What can be repaired is, what cannot is reported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Damage = Literal["", "repaired", "lost", "formula"]

_QUOTED_FORMULA = re.compile(r'="?([^"=]*)"?')
_FLOAT = re.compile(r"(\d+)\.0+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+(\d+)")


def device_key(device_no: str) -> str:
    """What all forms of one device number have in common: digits lose leading zeros, anything else stays.

    >>> device_key("01200000002"), device_key("A-012")
    ('1200000002', 'A-012')
    """
    if device_no.isascii() and device_no.isdigit():
        return device_no.lstrip("0") or "0"
    return device_no


def same_device(one: str, other: str) -> bool:
    """Whether two numbers are one device: equal, or digits that differ by leading zeros only.

    >>> same_device("01234", "1234"), same_device("10234", "1234")
    (True, False)
    """
    return device_key(one) == device_key(other)


def canonical_devices(device_nos: Iterable[str]) -> dict[str, str]:
    """Each form seen -> the form to use, the longest of its device. Independent of order.

    >>> canonical_devices(["1234", "01234", "X9"]) == {"1234": "01234", "01234": "01234", "X9": "X9"}
    True
    """
    forms = set(device_nos)
    longest: dict[str, str] = {}
    for form in forms:
        longest[device_key(form)] = max(form, longest.get(device_key(form), ""), key=len)
    return {form: longest[device_key(form)] for form in forms}


def _from_scientific(text: str) -> str | None:
    """The whole number behind 1.200000002E+09, "" where digits are lost, None where it is not such a number."""
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return None
    head, tail, power = match[1], match[2] or "", int(match[3])
    if len(tail) < power or tail[power:].strip("0"):
        return ""
    return head + tail[:power]


def clean_device_no(cell: str) -> tuple[str, Damage]:
    """The device number in a spreadsheet cell, and what had happened to it.

    "repaired": the number is certain again. "lost": digits are gone (1.2E+09), the number is empty. "formula": the
    cell starts like a formula and is kept as plain text.

    >>> clean_device_no("'01234"), clean_device_no('="01234"'), clean_device_no("1.2E+09")
    (('01234', 'repaired'), ('01234', 'repaired'), ('', 'lost'))
    """
    text = unicodedata.normalize("NFKC", cell).strip(" \t\r\n\ufeff\u200b")
    if text.startswith(("'", "\u2019")):
        return text[1:].strip(), "repaired"
    number = _from_scientific(text)
    if number is not None:
        return (number, "repaired") if number else ("", "lost")
    if text.startswith("="):
        inner = _QUOTED_FORMULA.fullmatch(text)
        return (inner[1].strip(), "repaired") if inner and inner[1].strip().isalnum() else (text, "formula")
    if match := _FLOAT.fullmatch(text):
        return match[1], "repaired"
    if _GROUPED.fullmatch(text):
        return text.replace(",", ""), "repaired"
    return text, ""
