"""Module temperatures: which probes belong to the pack, which readings can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note, severity_of_share
from baas.clean.ranges import is_impossible
from baas.tables.feed import MODULE, module_column

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: a probe whose typical reading is this far from the typical probe is no probe of this pack; chosen: five times the
#: 5 °C that is customary as design limit for the spread within a pack
FAR_FROM_PACK_C = 25.0
#: a probe that reads the same while the mean of the pack moves by more than this is stuck; chosen: twice the healthy
#: spread within a pack
PACK_MOVES_C = 6.0
#: readings that a probe needs before it can be called stuck; chosen, as for other signals
LEAST_ROWS = 30
#: fewer probes than this cannot say which of them is wrong
LEAST_PROBES = 3
#: a zero is an absent probe when the pack is at least this warm (as the evDash project reads it)
ZERO_IS_ABSENT_ABOVE_C = 15.0


@dataclass(frozen=True)
class Modules:
    """temperatures_c: [n x trusted probes] with NaN; probes: their numbers, from 1."""

    temperatures_c: Reals
    probes: tuple[int, ...]
    notes: tuple[Note, ...]


def clean_modules(modules_c: NDArray[np.float32], time_ms: NDArray[np.int64]) -> Modules:
    """Module temperatures of trusted probes only: in range, near the rest of the pack, moving with it.

    A probe that is stuck for a while is missing for that while.
    """
    raw = modules_c.astype(np.float64)
    for mark in MODULE.missing:
        raw[raw == mark] = np.nan
    refused = is_impossible(raw, MODULE)
    notes = [_range_note(k, raw, refused, time_ms) for k in np.flatnonzero(refused.any(axis=0))]
    raw[refused] = np.nan
    values = _without_absent(raw)
    known = np.isfinite(values)
    far, typical = _far_from_pack(values, np.asarray(known.any(axis=0)))
    stuck = np.zeros(values.shape, dtype=bool)
    stuck[:, ~far] = _stuck(values[:, ~far])
    for k in np.flatnonzero(far | stuck.any(axis=0)):
        rows = known[:, k] if far[k] else stuck[:, k]
        value = float(typical[k] if far[k] else values[np.argmax(rows), k])
        notes.append(Note.of_rows("stuck_sensor", "warning", time_ms, rows, value, module_column(int(k) + 1)))
    values[stuck] = np.nan
    trusted = np.flatnonzero(np.isfinite(values).any(axis=0) & ~far)
    return Modules(values[:, trusted], tuple(int(k) + 1 for k in trusted), tuple(notes))


def _range_note(probe: np.intp, raw: Reals, refused: Mask, time_ms: NDArray[np.int64]) -> Note:
    out, column = refused[:, probe], module_column(int(probe) + 1)
    severity = severity_of_share(out, ~np.isnan(raw[:, probe]))
    return Note.of_rows("out_of_range", severity, time_ms, out, float(raw[np.argmax(out), probe]), column)


def _without_absent(values: Reals) -> Reals:
    """Zeros missing in the rows in which the rest of the pack is warm: list padding, or a probe that is not there."""
    zero = values == 0
    rows = np.flatnonzero(zero.any(axis=1))
    if not len(rows):
        return values
    others = np.where(zero[rows] | ~np.isfinite(values[rows]), -np.inf, values[rows])
    warm = others.max(axis=1) >= ZERO_IS_ABSENT_ABOVE_C
    clean = values.copy()
    clean[rows] = np.where(zero[rows] & warm[:, None], np.nan, values[rows])
    return clean


def _far_from_pack(values: Reals, probes: Mask) -> tuple[Mask, Reals]:
    """Which columns are far from the pack, and the typical reading of each; two probes cannot accuse one another."""
    typical = np.full(values.shape[1], np.nan)
    if probes.any():
        typical[probes] = np.nanmedian(values[:, probes], axis=0)
    if probes.sum() < LEAST_PROBES:
        return np.zeros(values.shape[1], dtype=bool), typical
    far: Mask = np.abs(typical - np.median(typical[probes])) > FAR_FROM_PACK_C
    return far, typical


def _stuck(values: Reals) -> Mask:
    """Readings of stretches in which a probe does not move while the pack does, [n x probes]."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    stuck = np.zeros(values.shape, dtype=bool)
    if known.any(axis=0).sum() < LEAST_PROBES:
        return stuck
    mean = np.where(known, values, 0).sum(axis=1) / np.maximum(count, 1)
    for k in np.flatnonzero(known.sum(axis=0) >= LEAST_ROWS):
        rows = np.flatnonzero(known[:, k] & (count >= LEAST_PROBES))
        if not len(rows):
            continue
        starts = np.flatnonzero(np.diff(values[rows, k], prepend=np.nan) != 0)
        length = np.diff(np.append(starts, len(rows)))
        moves = np.maximum.reduceat(mean[rows], starts) - np.minimum.reduceat(mean[rows], starts)
        stuck[rows, k] = np.repeat((length >= LEAST_ROWS) & (moves > PACK_MOVES_C), length)
    return stuck
