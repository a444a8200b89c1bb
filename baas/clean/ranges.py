"""Readings that cannot be: values outside the range of their quantity, and fillers that stand for no value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note, severity_of_share
from baas.schema import Column, Table

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: fewer fillers of one signal than this are not worth a note; chosen: a unit that starts up sends a few
FILLER_LEAST_ROWS = 10


def is_filler(values: Reals, column: Column) -> Mask:
    """Readings that mean "no value": all-ones of the field's width, zero fill."""
    hit = np.zeros(len(values), dtype=bool)
    for mark in column.missing:
        # readings are stored with 32 bits, so the mark is compared at their precision
        hit |= np.abs(values - mark) <= abs(mark) * 1e-6
    return hit


def is_impossible(values: Reals, column: Column) -> Mask:
    """Readings outside the range of the quantity; no quantity is infinite."""
    low = -np.finfo(np.float64).max if column.low is None else column.low
    high = np.finfo(np.float64).max if column.high is None else column.high
    impossible: Mask = (values < low) | (values > high)
    return impossible


def filler_note(column: Column, time_ms: NDArray[np.int64], raw: Reals, filler: Mask) -> list[Note]:
    """A note when a filler stands in more than a few rows; its value is the one that stands there most often."""
    if filler.sum() < FILLER_LEAST_ROWS:
        return []
    marks, counts = np.unique(raw[filler], return_counts=True)
    value = float(marks[np.argmax(counts)]) + 0.0
    return [Note.of_rows("filler", "info", time_ms, filler, value, column)]


def checked_columns(
    columns: Mapping[str, NDArray], table: Table, time_ms: NDArray[np.int64]
) -> tuple[dict[str, Reals], list[Note]]:
    """Columns in double precision with fillers and impossible readings missing; a note for each signal that had any."""
    clean: dict[str, Reals] = {}
    notes: list[Note] = []
    for name in sorted(set(columns) & set(table.names)):
        column = table[name]
        raw = columns[name].astype(np.float64)
        filler = is_filler(raw, column)
        refused = is_impossible(raw, column) & ~filler
        clean[name] = np.where(filler | refused, np.nan, raw) if (filler | refused).any() else raw
        notes += filler_note(column, time_ms, raw, filler)
        if refused.any():
            severity = severity_of_share(refused, ~np.isnan(raw))
            example = float(raw[np.argmax(refused)])
            notes.append(Note.of_rows("out_of_range", severity, time_ms, refused, example, column))
    return clean, notes
