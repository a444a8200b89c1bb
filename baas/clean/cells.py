"""Cell voltages: which columns are cells, which readings can be, whether they add up to the pack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note, severity_of_share
from baas.schema import Column
from baas.signals import MISSING_MV
from baas.tables.feed import BMS, CELL, CELLS, MOST_CELLS

Mask = NDArray[np.bool_]

#: a cell column counts as connected when it sends in at least this share of the rows that send any cell; chosen:
#: padding is absent in every row, a real cell in hardly any
CONNECTED_SHARE = 0.5
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
    refused = (sent & ~absent & ~possible)[:, :series]
    notes = [
        _range_note(int(cell), cells_mv[:, cell], refused[:, cell], sent[:, cell], time_ms)
        for cell in np.flatnonzero(refused.any(axis=0))
    ]
    return Cells(clean, series, (*notes, *_sum_note(clean, series, pack_volt, time_ms)))


def _range_note(
    cell: int,
    raw_mv: NDArray[np.int16],
    refused: NDArray[np.bool_],
    sent: NDArray[np.bool_],
    time_ms: NDArray[np.int64],
) -> Note:
    """A note on the readings of one cell that cannot be; cells beyond those of the feed's own columns have none."""
    column = CELLS[cell] if cell < len(CELLS) else CELL
    value = float(raw_mv[np.argmax(refused)]) / 1000
    return Note.of_rows("out_of_range", severity_of_share(refused, sent), time_ms, refused, value, column, cell + 1)


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
    column = Column("pack_volt", "float", "%", "", BMS["pack_volt"].ko)
    return [Note.of_rows("cell_sum_mismatch", "warning", time_ms, complete, 100 * off, column)]
