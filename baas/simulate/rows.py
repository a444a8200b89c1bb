"""Feed rows in memory: whole numbers of the last decimal, ready to be written without rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.simulate.text import Whole


@dataclass(frozen=True)
class Rows:
    """Feed rows of one vehicle in order of time: columns as (whole numbers, decimals), cells [mV], probes [°C]."""

    time_s: NDArray[np.int64]
    columns: Mapping[str, tuple[Whole, int]]
    cells_mv: NDArray[np.int16]
    probes_c: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.time_s)

    def take(self, rows: NDArray) -> Rows:
        """The chosen rows."""
        columns = {name: (values[rows], decimals) for name, (values, decimals) in self.columns.items()}
        return Rows(self.time_s[rows], columns, self.cells_mv[rows], self.probes_c[rows])


def stacked(parts: list[Rows]) -> Rows:
    """Rows of several stretches below one another."""
    columns = {
        name: (np.concatenate([part.columns[name][0] for part in parts]), decimals)
        for name, (_, decimals) in parts[0].columns.items()
    }
    return Rows(
        np.concatenate([part.time_s for part in parts]),
        columns,
        np.concatenate([part.cells_mv for part in parts]),
        np.concatenate([part.probes_c for part in parts]),
    )


def whole(values: NDArray[np.floating] | float, decimals: int, rows: int = 0) -> tuple[Whole, int]:
    """Numbers rounded to `decimals`, as whole numbers of the last decimal."""
    array = np.asarray(values, dtype=np.float64)
    array = np.full(rows, float(array)) if array.ndim == 0 else array
    return np.rint(array * 10**decimals).astype(np.int64), decimals
