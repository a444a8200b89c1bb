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
_LOW_MV, _HIGH_MV = (round(1000 * (limit or 0)) for limit in (CELL.low, CELL.high))
_MARKS_MV = tuple(round(1000 * mark) for mark in CELL.missing)
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
    possible, missing, rows = _counts(cells_mv)
    share = possible / max(rows, 1)
    connected = np.flatnonzero(share >= CONNECTED_SHARE)
    series = int(connected[-1]) + 1 if rows and len(connected) else 0
    odd = np.flatnonzero((possible + missing)[:series] < len(cells_mv))
    clean = _without_odd(cells_mv[:, :series]) if len(odd) else cells_mv[:, :series]
    notes = [note for cell in odd for note in _range_note(int(cell), cells_mv[:, cell], time_ms)]
    return Cells(clean, series, (*notes, *_sum_note(clean, series, pack_volt, time_ms)))


def _blocks(rows: int) -> Iterator[slice]:
    """Stretches of rows, so that what is worked out for each reading never exists for the whole month at once."""
    for start in range(0, rows, BLOCK_ROWS):
        yield slice(start, min(rows, start + BLOCK_ROWS))


def _possible(cells_mv: NDArray[np.int16]) -> Mask:
    """Which readings can be."""
    possible = (cells_mv >= _LOW_MV) & (cells_mv <= _HIGH_MV)
    for mark in _MARKS_MV:
        if _LOW_MV <= mark <= _HIGH_MV:
            possible &= cells_mv != mark
    return possible


def _counts(cells_mv: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Possible and missing readings of each column, and rows with any possible reading."""
    possible, missing = np.zeros((2, cells_mv.shape[1]), dtype=np.int64)
    rows = 0
    for block in _blocks(len(cells_mv)):
        can_be = _possible(cells_mv[block])
        possible += np.count_nonzero(can_be, axis=0)
        missing += np.count_nonzero(cells_mv[block] == MISSING_MV, axis=0)
        rows += int(np.count_nonzero(can_be.any(axis=1)))
    return possible, missing, rows


def _without_odd(cells_mv: NDArray[np.int16]) -> NDArray[np.int16]:
    """The readings that can be; all others missing."""
    clean = np.empty_like(cells_mv)
    for block in _blocks(len(cells_mv)):
        clean[block] = np.where(_possible(cells_mv[block]), cells_mv[block], MISSING_MV)
    return clean


def _range_note(cell: int, raw_mv: NDArray[np.int16], time_ms: NDArray[np.int64]) -> list[Note]:
    """A note on the readings of one cell that cannot be; cells beyond those of the feed's own columns have none.

    What stands for no value is no reading.
    """
    sent = raw_mv != MISSING_MV
    refused = sent & ~_possible(raw_mv) & ~np.isin(raw_mv, _MARKS_MV)
    if not refused.any():
        return []
    column = CELLS[cell] if cell < len(CELLS) else CELL
    value = float(raw_mv[np.argmax(refused)]) / 1000
    severity = severity_of_share(refused, sent)
    return [Note.of_rows("out_of_range", severity, time_ms, refused, value, column, cell + 1)]


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
