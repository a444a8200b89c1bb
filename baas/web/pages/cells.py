"""Cells of tables that several pages share: a vehicle, its grade, points, a severity."""

from __future__ import annotations

from baas.web import marks
from baas.web.loading import Row
from baas.web.parts import Cell, Head
from baas.web.view import View, num
from baas.web.words import Borders, grade_label, score_tone, word


def device(view: View, device_no: str, anchor: str = "") -> Cell:
    """A vehicle with the link to its page."""
    return Cell(device_no, device_no, view.vehicle(device_no, anchor), tone="id")


def grade(view: View, row: Row) -> Cell:
    """Badge and name of a grade; provisional ones say so."""
    letter = row["grade"]
    label = grade_label(view, letter)
    extra = word(view, "provisional") if row["status"] == "provisional" else ""
    return Cell("", letter, mark=marks.grade(letter, label), extra=extra)


def points(value: float | None, borders: Borders) -> Cell:
    """Points of 100 with a bar."""
    return Cell(num(value, 1), value, mark=marks.bar(value, tone=score_tone(value, borders)))


def number(value: float | None, digits: int = 0, unit: str = "") -> Cell:
    """A number."""
    return Cell(num(value, digits, unit), value)


def severity(view: View, name: str) -> Cell:
    """A severity as sign and word."""
    return Cell(word(view, name), name, mark=marks.severity(name), tone=f"t-{name}")


def plain(text: str) -> Cell:
    """Text."""
    return Cell(text, text)


def kept_columns(heads: list[Head], rows: list[list[Cell]]) -> tuple[tuple[Head, ...], tuple[tuple[Cell, ...], ...]]:
    """Columns in which some row has something; empty ones only take room."""
    full = [at for at in range(len(heads)) if not rows or any(row[at].exported not in (None, "") for row in rows)]
    return tuple(heads[at] for at in full), tuple(tuple(row[at] for at in full) for row in rows)
