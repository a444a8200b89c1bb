"""Signals that stopped moving while something that must move them did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.maths.steps import runs
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

#: shortest stretch of one unchanged reading that can be called stuck; chosen: ten minutes and thirty rows, longer than
#: any steady motorway or charging stretch keeps a reading to the last digit
LEAST_MS, LEAST_ROWS = 600_000, 30


@dataclass(frozen=True)
class Witness:
    """`signal` cannot stand still while `witness` spreads (10th to 90th percentile) by more than `spread`."""

    signal: str
    witness: str
    spread: float


#: chosen: each spread is many times the noise of the witness and impossible with a steady signal
WITNESSES = (
    Witness("pack_current", "emobility_spd", 15.0),  # km/h: speed changes without a change of current
    Witness("emobility_spd", "pack_current", 20.0),  # A: motor current comes and goes at one non-zero speed
    Witness("pack_volt", "pack_current", 40.0),  # A: the battery has a resistance
)


def _spread(values: Reals) -> float:
    known = values[np.isfinite(values)]
    return float(np.subtract(*np.quantile(known, [0.9, 0.1]))) if len(known) >= LEAST_ROWS else 0.0


def without_stuck(columns: Mapping[str, Reals], time_ms: NDArray[np.int64]) -> tuple[dict[str, Reals], list[Note]]:
    """Columns with stuck stretches missing, and a note for each stretch; zeros of speed and current are rest."""
    clean = dict(columns)
    notes: list[Note] = []
    for rule in WITNESSES:
        if rule.signal not in columns or rule.witness not in columns:
            continue
        values, witness = columns[rule.signal], columns[rule.witness]
        same = np.diff(values) == 0
        if rule.signal != "pack_volt":
            same &= values[:-1] != 0
        starts, ends = runs(same)
        long = (ends - starts + 1 >= LEAST_ROWS) & (time_ms[ends] - time_ms[starts] >= LEAST_MS)
        for start, end in zip(starts[long], ends[long] + 1, strict=True):
            if _spread(witness[start:end]) <= rule.spread:
                continue
            rows = np.zeros(len(values), dtype=bool)
            rows[start:end] = True
            notes.append(Note.of_rows("stuck_sensor", "warning", time_ms, rows, float(values[start]), BMS[rule.signal]))
            clean[rule.signal] = np.where(rows, np.nan, clean[rule.signal])
    return clean, notes
