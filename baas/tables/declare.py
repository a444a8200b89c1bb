"""Columns by kind, so that a table reads as a list: one line says name, unit, meaning in English and Korean, limits."""

from __future__ import annotations

from baas.schema import Column


def text(name: str, doc: str, ko: str) -> Column:
    """Words, or a number that is a name."""
    return Column(name, "text", "", doc, ko)


def time(name: str, doc: str, ko: str) -> Column:
    """A point in time."""
    return Column(name, "time", "", doc, ko)


def flag(name: str, doc: str, ko: str) -> Column:
    """Yes (1) or no (0)."""
    return Column(name, "flag", "", doc, ko, 0, 1)


def whole(
    name: str, doc: str, ko: str, low: float | None = None, high: float | None = None, missing: tuple[float, ...] = ()
) -> Column:
    """A whole number without unit."""
    return Column(name, "int", "", doc, ko, low, high, missing)


def count(name: str, doc: str, ko: str) -> Column:
    """How many."""
    return whole(name, doc, ko, 0)


def number(
    name: str, unit: str, doc: str, ko: str, low: float | None = None, high: float | None = None,
    missing: tuple[float, ...] = (),
) -> Column:  # fmt: skip
    """A quantity in a unit."""
    return Column(name, "float", unit, doc, ko, low, high, missing)
