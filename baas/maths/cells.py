"""Statistics across the cells of each row, on integer millivolts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.signals import MISSING_MV

#: rows sorted together; chosen: their cells fit into the cache of a core, and no copy of a whole month is made
BLOCK_ROWS = 8_192


@dataclass(frozen=True)
class CellRows:
    """Per row [n]: cells that sent, lowest, median and highest cell [mV], NaN in rows without cells."""

    count: NDArray[np.int64]
    low_mv: NDArray[np.float32]
    median_mv: NDArray[np.float32]
    high_mv: NDArray[np.float32]

    @property
    def spread_mv(self) -> NDArray[np.float32]:
        """Highest minus lowest cell [mV]."""
        return self.high_mv - self.low_mv


def cell_rows(cells_mv: NDArray[np.int16]) -> CellRows:
    """Lowest, median and highest cell of each row of an n x cells matrix with MISSING_MV.

    One sort of 16-bit integers gives all three; missing cells sort behind the readings.
    """
    n, width = cells_mv.shape
    if not n or not width:
        nothing = np.full(n, np.nan, dtype=np.float32)
        return CellRows(np.zeros(n, dtype=np.int64), nothing, nothing, nothing)
    blocks = [_sorted_rows(cells_mv[start : start + BLOCK_ROWS]) for start in range(0, n, BLOCK_ROWS)]
    return CellRows(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _sorted_rows(cells_mv: NDArray[np.int16]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Count, lowest, median and highest cell of a few rows."""
    n, width = cells_mv.shape
    ordered = np.sort(cells_mv, axis=1)
    count = width - (ordered == MISSING_MV).sum(axis=1) if (ordered[:, -1] == MISSING_MV).any() else np.full(n, width)
    rows = np.arange(n)
    some = count > 0
    top = np.maximum(count - 1, 0)
    middle = (ordered[rows, top // 2].astype(np.float32) + ordered[rows, (top + 1) // 2]) / 2
    low, high = ordered[:, 0].astype(np.float32), ordered[rows, top].astype(np.float32)
    gone = np.float32(np.nan)
    return count, np.where(some, low, gone), np.where(some, middle, gone), np.where(some, high, gone)
