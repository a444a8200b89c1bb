"""Rows set aside on disk until all rows that belong together have been read."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from baas.errors import BaasError
from baas.signals import Signals

#: bytes that say how long the JSON before the arrays is
_LENGTH_BYTES = 8
_ARRAYS = ("device", "time_ms", "source", "cells_mv", "modules_c")


@dataclass(frozen=True)
class Slice:
    """Where some rows lie that belong together, and how many bytes they take."""

    path: str
    offset: int
    size: int


class Spool:
    """One file of a folder that rows are appended to; made with the first row, so that most runs write none."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def put(self, rows: Signals) -> Slice:
        """Set rows aside: what is no array as JSON, then the numbers of each array."""
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(dir=self._folder, suffix=".rows", delete=False)  # noqa: SIM115
        offset = self._file.tell()
        arrays = [(name, np.ascontiguousarray(getattr(rows, name))) for name in _ARRAYS]
        columns = [(name, np.ascontiguousarray(values)) for name, values in rows.columns.items()]
        head = {
            "kind": rows.kind, "devices": rows.devices, "car_types": dict(rows.car_types),
            "arrays": [_form(*item) for item in arrays], "columns": [_form(*item) for item in columns],
        }  # fmt: skip
        text = json.dumps(head).encode()
        self._file.write(len(text).to_bytes(_LENGTH_BYTES, "little") + text)
        for _, values in (*arrays, *columns):
            self._file.write(values.data)
        return Slice(self._file.name, offset, self._file.tell() - offset)

    def close(self) -> None:
        """Finish writing."""
        if self._file is not None:
            self._file.close()


def _form(name: str, values: NDArray) -> tuple[str, str, tuple[int, ...]]:
    """Name, type and shape of an array."""
    return name, values.dtype.str, values.shape


def rows_of(part: Slice) -> Signals:
    """The rows that lie there. Raises BaasError where something else does."""
    try:
        with Path(part.path).open("rb") as file:
            file.seek(part.offset)
            head = json.loads(file.read(int.from_bytes(file.read(_LENGTH_BYTES), "little")))
            arrays, columns = (_arrays(file, head[name]) for name in ("arrays", "columns"))
            if file.tell() != part.offset + part.size:
                raise ValueError("another length")
            return Signals(
                kind=head["kind"],
                devices=tuple(head["devices"]),
                columns=columns,
                car_types=head["car_types"],
                **arrays,
            )
    except (ValueError, LookupError, TypeError, OverflowError, MemoryError) as fault:
        raise BaasError(
            f"{part.path}: rows that this run set aside are damaged; run again",
            f"{part.path}: 이번 실행이 따로 둔 행이 손상되었습니다. 다시 실행하십시오",
        ) from fault


def _arrays(file: IO[bytes], forms: Iterable[tuple[str, str, list[int]]]) -> dict[str, Any]:
    """Arrays of these forms, from where the file stands."""
    found = {}
    for name, sent, shape in forms:
        dtype = np.dtype(sent)
        if dtype.kind not in "if":
            raise ValueError(f"{sent} is no number")
        found[name] = np.fromfile(file, dtype, math.prod(shape)).reshape(shape)
    return found
