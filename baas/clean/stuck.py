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
#: an odometer that goes on as far as an unchanged speed says, within this share or these km, proves the speed right;
#: chosen: speedometers read up to 10 % more, odometers step by up to 1 km
CRUISE_SHARE, CRUISE_KM = 0.15, 1.5


@dataclass(frozen=True)
class Witness:
    """`signal` cannot stand still while `witness` spreads (10th to 90th percentile) by more than `spread`.

    zero_is_rest: whether the signal may read 0 all the same.
    """

    signal: str
    witness: str
    spread: float
    zero_is_rest: bool


#: chosen: each spread is many times the noise of the witness and impossible with a steady signal
WITNESSES = (
    Witness("pack_current", "emobility_spd", 15.0, zero_is_rest=False),  # km/h: no speed changes without current
    Witness("emobility_spd", "pack_current", 20.0, zero_is_rest=True),  # A: motor current comes and goes at one speed
    Witness("pack_volt", "pack_current", 40.0, zero_is_rest=False),  # A: the battery has a resistance
)


def _spread(values: Reals) -> float:
    known = values[np.isfinite(values)]
    return float(np.subtract(*np.quantile(known, [0.9, 0.1]))) if len(known) >= LEAST_ROWS else 0.0


def unchanged(values: Reals, time_ms: NDArray[np.int64]) -> list[slice]:
    """Rows of each stretch of one unchanged reading that is long enough to be called stuck."""
    starts, ends = runs(np.diff(values) == 0)
    long = (ends - starts + 1 >= LEAST_ROWS) & (time_ms[ends] - time_ms[starts] >= LEAST_MS)
    return [slice(int(start), int(end) + 1) for start, end in zip(starts[long], ends[long], strict=True)]


def without_stuck(columns: Mapping[str, Reals], time_ms: NDArray[np.int64]) -> tuple[dict[str, Reals], list[Note]]:
    """Columns with stuck stretches missing, and a note for each stretch."""
    clean = dict(columns)
    notes: list[Note] = []
    for rule in WITNESSES:
        if rule.signal not in columns or rule.witness not in columns:
            continue
        values, witness = columns[rule.signal], columns[rule.witness]
        for stretch in unchanged(values, time_ms):
            rests = rule.zero_is_rest and values[stretch.start] == 0
            if rests or _spread(witness[stretch]) <= rule.spread or _cruises(rule.signal, columns, stretch, time_ms):
                continue
            clean[rule.signal], note = _removed(rule.signal, clean[rule.signal], stretch, time_ms)
            notes.append(note)
    return clean, notes


def _removed(name: str, values: Reals, stretch: slice, time_ms: NDArray[np.int64]) -> tuple[Reals, Note]:
    """The column with a stretch missing, and the note on it."""
    rows = np.zeros(len(values), dtype=bool)
    rows[stretch] = True
    note = Note.of_rows("stuck_sensor", "warning", time_ms, rows, float(values[stretch.start]), BMS[name])
    return np.where(rows, np.nan, values), note


def _cruises(signal: str, columns: Mapping[str, Reals], stretch: slice, time_ms: NDArray[np.int64]) -> bool:
    """Whether an unchanged speed is confirmed by the odometer: a speed limiter over an hour of motorway."""
    odometer = columns.get("odometer")
    if signal != "emobility_spd" or odometer is None:
        return False
    known = np.flatnonzero(np.isfinite(odometer[stretch])) + stretch.start
    if len(known) < LEAST_ROWS:
        return False
    km = float(odometer[known[-1]] - odometer[known[0]])
    said = float(columns[signal][stretch.start]) * float(time_ms[known[-1]] - time_ms[known[0]]) / 3_600_000
    return said > CRUISE_KM and abs(km - said) <= max(CRUISE_SHARE * said, CRUISE_KM)
