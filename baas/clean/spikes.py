"""Lone readings that their neighbours contradict."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note, severity_of_share
from baas.schema import Table
from baas.tables.days import COVERED_GAP_S

Reals = NDArray[np.float64]

#: a lone reading that differs from both neighbours by more than this, while they agree, is not a measurement;
#: chosen: several times what each quantity can move and come back within two covered steps
SPIKE_LIMITS: Mapping[str, float] = {
    "soc": 10.0,
    "socd": 10.0,
    "pack_volt": 80.0,
    "ext_temp": 20.0,
    "emobility_spd": 120.0,
}


def lone_spikes(values: Reals, time_ms: NDArray[np.int64], limit: float) -> NDArray[np.bool_]:
    """Readings that stand apart from the ones before and after, both of them close in time and close to one another."""
    hit = np.zeros(len(values), dtype=bool)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 3:
        return hit
    level, near = values[known], np.diff(time_ms[known]) <= COVERED_GAP_S * 1000
    step = np.diff(level)
    apart = (np.abs(step[:-1]) > limit) & (np.abs(step[1:]) > limit) & (np.abs(level[2:] - level[:-2]) <= limit / 2)
    hit[known[1:-1]] = apart & near[:-1] & near[1:]
    return hit


def without_spikes(
    columns: Mapping[str, Reals], table: Table, time_ms: NDArray[np.int64]
) -> tuple[dict[str, Reals], list[Note]]:
    """Columns with lone spikes missing, and a note for each signal that had any."""
    clean = dict(columns)
    notes: list[Note] = []
    for name in sorted(set(columns) & set(SPIKE_LIMITS)):
        values = columns[name]
        spikes = lone_spikes(values, time_ms, SPIKE_LIMITS[name])
        if spikes.any():
            severity = severity_of_share(spikes, np.isfinite(values))
            example = float(values[np.argmax(spikes)])
            notes.append(Note.of_rows("spike", severity, time_ms, spikes, example, table[name]))
            clean[name] = np.where(spikes, np.nan, values)
    return clean, notes
