"""Arrays of vehicle-days as one blob and back, and the arrays of several days as one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from baas.tables.days import DAY_ARRAYS


def pack_arrays(arrays: Mapping[str, NDArray]) -> bytes:
    """Day arrays as one blob: names and shapes as JSON, then numbers, whole or half numbers in 32 bits, deflated."""
    head, parts = [], []
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name], dtype=np.float64)
        doubled = values * 2
        whole = np.isfinite(doubled).all() and (doubled == np.rint(doubled)).all() and (np.abs(doubled) < 2**31).all()
        stored = doubled.astype("<i4") if whole else values.astype("<f8")
        head.append([name, list(values.shape), "half" if whole else "double"])
        parts.append(stored.tobytes())
    text = json.dumps(head).encode()
    return zlib.compress(len(text).to_bytes(4, "little") + text + b"".join(parts), 1)


def unpack_arrays(blob: bytes) -> dict[str, NDArray[np.float64]]:
    """What `pack_arrays` packed, to the last digit."""
    data = zlib.decompress(blob)
    size = int.from_bytes(data[:4], "little")
    arrays, place = {}, 4 + size
    for name, shape, kind in json.loads(data[4:place]):
        dtype = np.dtype("<i4" if kind == "half" else "<f8")
        count = int(np.prod(shape))
        values = np.frombuffer(data, dtype, count, place).reshape(shape)
        arrays[name] = values / 2 if kind == "half" else values.astype(np.float64)
        place += count * dtype.itemsize
    return arrays


def merge_arrays(days: Sequence[Mapping[str, NDArray]]) -> dict[str, NDArray[np.float64]]:
    """Arrays of several days as one; arrays of packs with fewer cells or probes are filled up with nothing."""
    merged: dict[str, NDArray[np.float64]] = {}
    for spec in DAY_ARRAYS:
        parts = [day[spec.name] for day in days if spec.name in day]
        if not parts:
            continue
        shape = tuple(max(part.shape[axis] for part in parts) for axis in range(parts[0].ndim))
        nothing = -np.inf if spec.merge == "max" else 0.0
        whole = np.full(shape, nothing)
        for part in parts:
            view = whole[tuple(slice(0, size) for size in part.shape)]
            view[...] = np.maximum(view, part) if spec.merge == "max" else view + part
        merged[spec.name] = whole
    return merged
