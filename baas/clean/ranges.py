"""Readings that cannot be: sentinels, values outside their range, lone spikes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.schema import Column, Table

Reals = NDArray[np.float64]

#: a lone reading that differs from both neighbours by more than this, while they agree, is not a measurement;
#: chosen: several times what each quantity can move within the five minutes that separate covered rows
SPIKE_LIMITS: Mapping[str, float] = {
    "soc": 10.0,
    "socd": 10.0,
    "pack_volt": 80.0,
    "ext_temp": 20.0,
    "emobility_spd": 120.0,
}
#: share of readings of one signal that may be refused before it is a warning and not only a note; chosen
_MANY = 0.01


def _is_sentinel(values: Reals, column: Column) -> NDArray[np.bool_]:
    hit = np.zeros(len(values), dtype=bool)
    for mark in column.missing:
        # readings are stored with 32 bits, so the mark is compared at their precision
        hit |= np.abs(values - mark) <= abs(mark) * 1e-6
    return hit


def in_range(values: Reals, column: Column) -> tuple[Reals, NDArray[np.bool_]]:
    """Readings with sentinels and impossible ones missing, and which ones were impossible (sentinels are not)."""
    sentinel = _is_sentinel(values, column)
    kept = np.where(sentinel, np.nan, values)
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    refused = (kept < low) | (kept > high)
    return np.where(refused, np.nan, kept), refused


def _spikes(values: Reals, limit: float) -> NDArray[np.bool_]:
    hit = np.zeros(len(values), dtype=bool)
    if len(values) < 3:
        return hit
    before, here, after = values[:-2], values[1:-1], values[2:]
    hit[1:-1] = (np.abs(here - before) > limit) & (np.abs(here - after) > limit) & (np.abs(after - before) <= limit / 2)
    return hit


def checked_columns(
    columns: Mapping[str, NDArray], table: Table, time_ms: NDArray[np.int64]
) -> tuple[dict[str, Reals], list[Note]]:
    """Columns in double precision with impossible readings missing, and a note for each signal that had any."""
    clean: dict[str, Reals] = {}
    notes: list[Note] = []
    for name in sorted(set(columns) & set(table.names)):
        column = table[name]
        raw = columns[name].astype(np.float64)
        values, refused = in_range(raw, column)
        known = np.flatnonzero(np.isfinite(values))
        limit = SPIKE_LIMITS.get(name)
        if limit is not None:
            spikes = known[_spikes(values[known], limit)]
            values[spikes] = np.nan
            refused[spikes] = True
        clean[name] = values
        if refused.any():
            many = refused.mean() > _MANY
            example = float(raw[np.flatnonzero(refused)[0]])
            notes.append(Note.of_rows("out_of_range", "warning" if many else "info", time_ms, refused, example, column))
    return clean, notes


def spurious_zero_soc(soc: Reals, pack_volt: Reals) -> NDArray[np.bool_]:
    """Rows whose SOC reads 0 while the row before reads more than 5 % (known fault of the diagnostic set)."""
    before = np.concatenate(([np.nan], soc[:-1]))
    spurious: NDArray[np.bool_] = (soc == 0) & (before > 5) & ~(pack_volt < 300)
    return spurious
