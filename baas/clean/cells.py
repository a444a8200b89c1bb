"""Cell voltages: which columns are cells, which readings can be, whether they add up to the pack."""

from __future__ import annotations

from collections.abc import Iterator
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
#: rows looked at together; chosen: their masks fit into the cache of a core
BLOCK_ROWS = 8_192
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
    possible, refused, rows = _counts(cells_mv)
    share = possible / max(rows, 1)
    connected = np.flatnonzero(share >= CONNECTED_SHARE)
    series = int(connected[-1]) + 1 if rows and len(connected) else 0
    clean = np.empty((len(cells_mv), series), dtype=np.int16)
    for block in _blocks(len(cells_mv)):
        part = cells_mv[block, :series]
        clean[block] = np.where(_judged(part)[0], part, MISSING_MV)
    notes = [_range_note(int(cell), cells_mv[:, cell], time_ms) for cell in np.flatnonzero(refused[:series])]
    return Cells(clean, series, (*notes, *_sum_note(clean, series, pack_volt, time_ms)))


def _blocks(rows: int) -> Iterator[slice]:
    """Stretches of rows, so that what is worked out for each reading never exists for the whole month at once."""
    for start in range(0, rows, BLOCK_ROWS):
        yield slice(start, min(rows, start + BLOCK_ROWS))


def _judged(cells_mv: NDArray[np.int16]) -> tuple[Mask, Mask]:
    """Which readings can be, and which were sent and cannot be; what stands for no value is neither."""
    low, high = round(1000 * (CELL.low or 0)), round(1000 * (CELL.high or 0))
    possible = (cells_mv >= low) & (cells_mv <= high)
    refused = ~possible & (cells_mv != MISSING_MV)
    for mark in CELL.missing:
        absent = cells_mv == round(1000 * mark)
        possible &= ~absent
        refused &= ~absent
    return possible & (cells_mv != MISSING_MV), refused


def _counts(cells_mv: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Possible and refused readings of each column, and rows with any possible reading."""
    possible, refused = np.zeros((2, cells_mv.shape[1]), dtype=np.int64)
    rows = 0
    for block in _blocks(len(cells_mv)):
        can_be, cannot = _judged(cells_mv[block])
        possible += np.count_nonzero(can_be, axis=0)
        refused += np.count_nonzero(cannot, axis=0)
        rows += int(np.count_nonzero(can_be.any(axis=1)))
    return possible, refused, rows


def _range_note(cell: int, raw_mv: NDArray[np.int16], time_ms: NDArray[np.int64]) -> Note:
    """A note on the readings of one cell that cannot be; cells beyond those of the feed's own columns have none."""
    column = CELLS[cell] if cell < len(CELLS) else CELL
    refused = _judged(raw_mv)[1]
    value = float(raw_mv[np.argmax(refused)]) / 1000
    severity = severity_of_share(refused, raw_mv != MISSING_MV)
    return Note.of_rows("out_of_range", severity, time_ms, refused, value, column, cell + 1)


def _sum_note(
    cells_mv: NDArray[np.int16], series: int, pack_volt: NDArray[np.float64], time_ms: NDArray[np.int64]
) -> list[Note]:
    """A note when complete rows do not add up to the pack voltage."""
    complete, total_mv = np.isfinite(pack_volt), np.zeros(len(cells_mv), dtype=np.int64)
    for block in _blocks(len(cells_mv)):
        complete[block] &= (cells_mv[block] != MISSING_MV).all(axis=1)
        total_mv[block] = cells_mv[block].sum(axis=1, dtype=np.int64)
    if not series or complete.sum() < 10:
        return []
    off = float(np.median(total_mv[complete] / 1000 / pack_volt[complete] - 1))
    hides_cells = series == MOST_CELLS and off < 0  # the feed has no columns for more cells than that
    if abs(off) <= SUM_TOLERANCE or hides_cells:
        return []
    column = Column("pack_volt", "float", "%", "", BMS["pack_volt"].ko)
    return [Note.of_rows("cell_sum_mismatch", "warning", time_ms, complete, 100 * off, column)]
