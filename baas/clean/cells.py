"""Cell voltages and module temperatures: which columns are sensors, which readings can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.schema import Column
from baas.signals import MISSING_MV
from baas.tables.feed import CELL, MODULE, MOST_CELLS, module_column

#: a cell column counts as connected when it sends in at least this share of the rows that send any cell; chosen: padding
#: is absent in every row, a real cell in hardly any
CONNECTED_SHARE = 0.5
#: a probe whose typical reading is this far from the typical probe is no probe of this pack; chosen: five times the 5 °C
#: that is customary as design limit for the spread within a pack
FAR_FROM_PACK_C = 25.0
#: a probe that does not move while the pack moves by more than this is stuck; chosen: twice the healthy spread
PACK_MOVES_C = 6.0
#: a trailing zero is an absent probe when the warmest probe is at least this warm (as the evDash project reads it)
ZERO_IS_ABSENT_ABOVE_C = 15.0
#: sum of cells and pack voltage may differ by this much; chosen: 0.02 V steps and late scans stay below 1 %
SUM_TOLERANCE = 0.03


@dataclass(frozen=True)
class Cells:
    """cells_mv: int16 [n x series] with MISSING_MV; series: cells that send."""

    cells_mv: NDArray[np.int16]
    series: int
    notes: tuple[Note, ...]


def clean_cells(cells_mv: NDArray[np.int16], pack_volt: NDArray[np.float64], time_ms: NDArray[np.int64]) -> Cells:
    """Cell matrix with impossible readings missing and padding columns gone, checked against the pack voltage."""
    if not cells_mv.size:
        return Cells(cells_mv[:, :0], 0, ())
    low, high = round(1000 * (CELL.low or 0)), round(1000 * (CELL.high or 0))
    sent = cells_mv != MISSING_MV
    absent = np.zeros_like(sent)
    for mark in CELL.missing:
        absent |= cells_mv == round(1000 * mark)
    possible = sent & ~absent & (cells_mv >= low) & (cells_mv <= high)
    rows = possible.any(axis=1)
    share = possible[rows].mean(axis=0) if rows.any() else np.zeros(cells_mv.shape[1])
    connected = np.flatnonzero(share >= CONNECTED_SHARE)
    series = int(connected[-1]) + 1 if len(connected) else 0
    clean = np.where(possible[:, :series], cells_mv[:, :series], MISSING_MV).astype(np.int16, copy=False)
    notes = []
    refused = (sent & ~absent & ~possible)[:, :series]
    for cell in np.flatnonzero(refused.any(axis=0)):
        value = float(cells_mv[refused[:, cell], cell][0]) / 1000
        notes.append(Note.of_rows("out_of_range", "info", time_ms, refused[:, cell], value, CELL, int(cell) + 1))
    notes += _sum_note(clean, series, pack_volt, time_ms)
    return Cells(clean, series, tuple(notes))


def _sum_note(
    cells_mv: NDArray[np.int16], series: int, pack_volt: NDArray[np.float64], time_ms: NDArray[np.int64]
) -> list[Note]:
    """A note when complete rows do not add up to the pack voltage."""
    complete = (cells_mv != MISSING_MV).all(axis=1) & np.isfinite(pack_volt)
    if not series or complete.sum() < 10:
        return []
    total_v = cells_mv[complete].sum(axis=1, dtype=np.int64) / 1000
    off = float(np.median(total_v / pack_volt[complete] - 1))
    hides_cells = series == MOST_CELLS and off < 0  # the feed has no columns for more cells than that
    if abs(off) <= SUM_TOLERANCE or hides_cells:
        return []
    column = Column("pack_volt", "float", "%", "", "팩 전압")
    return [Note.of_rows("cell_sum_mismatch", "warning", time_ms, complete, 100 * off, column)]


@dataclass(frozen=True)
class Modules:
    """temperatures_c: [n x trusted probes] with NaN; probes: their numbers, from 1."""

    temperatures_c: NDArray[np.float64]
    probes: tuple[int, ...]
    notes: tuple[Note, ...]


def clean_modules(modules_c: NDArray[np.float32], time_ms: NDArray[np.int64]) -> Modules:
    """Module temperatures of trusted probes only: in range, near the rest of the pack, moving with it."""
    raw = modules_c.astype(np.float64)
    for mark in MODULE.missing:
        raw[raw == mark] = np.nan
    low, high = MODULE.low or 0, MODULE.high or 0
    refused = (raw < low) | (raw > high)
    values = np.where(refused, np.nan, raw)
    values = _without_absent(values)
    known: NDArray[np.bool_] = np.asarray(np.isfinite(values).any(axis=0))
    typical = np.full(raw.shape[1], np.nan)
    if known.any():
        typical[known] = np.nanmedian(values[:, known], axis=0)
    bad = _untrusted(values, typical, known)
    notes = [
        Note.of_rows(
            "out_of_range", "info", time_ms, refused[:, k], float(raw[refused[:, k], k][0]), module_column(int(k) + 1)
        )
        for k in np.flatnonzero(refused.any(axis=0))
    ]
    notes += [
        Note.of_rows(
            "stuck_sensor", "warning", time_ms, np.isfinite(values[:, k]), float(typical[k]), module_column(int(k) + 1)
        )
        for k in np.flatnonzero(bad)
    ]
    trusted = np.flatnonzero(known & ~bad)
    return Modules(values[:, trusted], tuple(int(k) + 1 for k in trusted), tuple(notes))


def _without_absent(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Trailing columns that read nothing but 0 in a warm pack are no probes."""
    clean = values.copy()
    warmest = np.nanmax(np.where(np.isfinite(values), values, -np.inf), axis=1, initial=-np.inf)
    for k in range(values.shape[1] - 1, -1, -1):
        column = clean[:, k]
        zero = (column == 0) | ~np.isfinite(column)
        if not zero.all():
            break
        if (warmest[column == 0] >= ZERO_IS_ABSENT_ABOVE_C).any():
            clean[:, k] = np.nan
    return clean


def _untrusted(
    values: NDArray[np.float64], typical: NDArray[np.float64], known: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Probes that are far from the pack or do not move with it."""
    bad = np.zeros(values.shape[1], dtype=bool)
    if known.sum() < 3:
        return bad
    bad |= known & (np.abs(typical - np.median(typical[known])) > FAR_FROM_PACK_C)
    good = known & ~bad
    low = np.full(values.shape[1], np.nan)
    high = low.copy()
    low[good], high[good] = np.nanmin(values[:, good], axis=0), np.nanmax(values[:, good], axis=0)
    moves = np.median((high - low)[good]) if good.any() else 0.0
    untrusted: NDArray[np.bool_] = bad | (good & (high - low == 0) & (moves > PACK_MOVES_C))
    return untrusted
