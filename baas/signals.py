"""SIGNALS in memory: feed rows as arrays, cells and module temperatures as matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

#: marks a missing cell voltage; the largest int16, so that missing cells sort behind all readings
MISSING_MV = np.int16(32767)

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Signals:
    """Rows of one or more devices, in any order, exactly as sent but in our columns, units and types.

    time_ms: int64[n], UTC epoch milliseconds. device: int32[n], index into `devices`. source: int32[n], index into the
    list of input members of the run. columns: float32 or float64 [n] by feed name, NaN where missing. cells_mv:
    int16[n, cells] with MISSING_MV. modules_c: float32[n, modules] with NaN. Ranges and sentinels are not applied yet.
    car_types: what the feed itself says about a device (column or file name).
    """

    kind: Literal["bms", "gps"]
    devices: tuple[str, ...]
    device: NDArray[np.int32]
    time_ms: NDArray[np.int64]
    source: NDArray[np.int32]
    columns: Mapping[str, Floats]
    cells_mv: NDArray[np.int16]
    modules_c: NDArray[np.float32]
    car_types: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.time_ms)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Signals:
        """The chosen rows, in the order given."""
        return replace(
            self,
            device=self.device[rows],
            time_ms=self.time_ms[rows],
            source=self.source[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            cells_mv=self.cells_mv[rows],
            modules_c=self.modules_c[rows],
        )

    def column(self, name: str) -> Floats:
        """A column, or all missing where the feed does not send it."""
        found = self.columns.get(name)
        return np.full(len(self), np.nan, dtype=np.float32) if found is None else found


def _stacked(parts: Sequence[NDArray], fill: float) -> NDArray:
    """Matrices of different width below one another; missing columns are filled."""
    width = max(part.shape[1] for part in parts)
    whole = np.full((sum(len(part) for part in parts), width), fill, dtype=parts[0].dtype)
    start = 0
    for part in parts:
        whole[start : start + len(part), : part.shape[1]] = part
        start += len(part)
    return whole


def concatenate(parts: Sequence[Signals]) -> Signals:
    """Rows of several parts of the same kind below one another; a column missing in a part is missing there."""
    first = parts[0]
    if len(parts) == 1:
        return first
    devices = tuple(sorted({device for part in parts for device in part.devices}))
    place = {device: index for index, device in enumerate(devices)}
    codes = [np.array([place[device] for device in part.devices], dtype=np.int32)[part.device] for part in parts]
    names = sorted({name for part in parts for name in part.columns})
    return Signals(
        kind=first.kind,
        devices=devices,
        device=np.concatenate(codes),
        time_ms=np.concatenate([part.time_ms for part in parts]),
        source=np.concatenate([part.source for part in parts]),
        columns={name: np.concatenate([part.column(name) for part in parts]) for name in names},
        cells_mv=_stacked([part.cells_mv for part in parts], float(MISSING_MV)),
        modules_c=_stacked([part.modules_c for part in parts], float("nan")),
        car_types={device: name for part in reversed(parts) for device, name in part.car_types.items()},
    )
