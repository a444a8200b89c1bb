"""Module temperatures: which probes belong to the pack, which readings can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note, severity_of_share
from baas.clean.ranges import is_impossible
from baas.tables.feed import MODULE, module_column

Reals = NDArray[np.float64]

#: a probe whose typical reading is this far from the typical probe is no probe of this pack; chosen: five times the
#: 5 °C that is customary as design limit for the spread within a pack
FAR_FROM_PACK_C = 25.0
#: a probe that does not move while the pack moves by more than this is stuck; chosen: twice the healthy spread
PACK_MOVES_C = 6.0
#: readings that a probe needs before it can be called stuck; chosen, as for other signals
LEAST_ROWS = 30
#: a zero is an absent probe when the pack is at least this warm (as the evDash project reads it)
ZERO_IS_ABSENT_ABOVE_C = 15.0


@dataclass(frozen=True)
class Modules:
    """temperatures_c: [n x trusted probes] with NaN; probes: their numbers, from 1."""

    temperatures_c: Reals
    probes: tuple[int, ...]
    notes: tuple[Note, ...]


def clean_modules(modules_c: NDArray[np.float32], time_ms: NDArray[np.int64]) -> Modules:
    """Module temperatures of trusted probes only: in range, near the rest of the pack, moving with it."""
    raw = modules_c.astype(np.float64)
    for mark in MODULE.missing:
        raw[raw == mark] = np.nan
    refused = is_impossible(raw, MODULE)
    values = _without_absent(np.where(refused, np.nan, raw))
    known = np.isfinite(values)
    probes = known.any(axis=0)
    typical = np.full(raw.shape[1], np.nan)
    if probes.any():
        typical[probes] = np.nanmedian(values[:, probes], axis=0)
    bad = _untrusted(values, known, typical)
    notes = [_range_note(k, raw, refused, time_ms) for k in np.flatnonzero(refused.any(axis=0))]
    notes += [
        Note.of_rows("stuck_sensor", "warning", time_ms, known[:, k], float(typical[k]), module_column(int(k) + 1))
        for k in np.flatnonzero(bad)
    ]
    trusted = np.flatnonzero(probes & ~bad)
    return Modules(values[:, trusted], tuple(int(k) + 1 for k in trusted), tuple(notes))


def _range_note(probe: np.intp, raw: Reals, refused: NDArray[np.bool_], time_ms: NDArray[np.int64]) -> Note:
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


def _untrusted(values: Reals, known: NDArray[np.bool_], typical: Reals) -> NDArray[np.bool_]:
    """Probes that are far from the pack or do not move with it."""
    probes = known.any(axis=0)
    bad = np.zeros(values.shape[1], dtype=bool)
    if probes.sum() < 3:
        return bad
    bad[probes] = np.abs(typical[probes] - np.median(typical[probes])) > FAR_FROM_PACK_C
    good = np.flatnonzero(probes & ~bad)
    if not len(good):
        return bad
    moves = np.nanmax(values[:, good], axis=0) - np.nanmin(values[:, good], axis=0)
    stuck = (moves == 0) & (known[:, good].sum(axis=0) >= LEAST_ROWS) & (np.median(moves) > PACK_MOVES_C)
    bad[good[stuck]] = True
    return bad
