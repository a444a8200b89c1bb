"""Rows of a block on their way to SIGNALS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baas.ingest.formats import Scaling
from baas.ingest.layout import Layout
from baas.ingest.numbers import Doubles, Index
from baas.signals import MISSING_MV, Signals
from baas.tables import feed

#: largest cell reading an int16 of millivolts holds beside the mark for "missing"
_LARGEST_MV = int(MISSING_MV) - 1
_WHITE = " \t\r\n\v\f\u00a0\u3000\ufeff"
_EXCEL = re.compile(r'=?"+(.*?)"+|\'(.*)')


@dataclass(frozen=True)
class Rows:
    """Rows of a block. line: place of each row in its block. numbers: [n, len(layout.numbers)]. msg_ms: NaN if missing.

    bad: fields that said something but no number, by column.
    """

    line: Index
    devices: tuple[str, ...]
    device: NDArray[np.int32]
    time_ms: Index
    msg_ms: Doubles
    numbers: Doubles
    cells_mv: NDArray[np.int16]
    modules_c: NDArray[np.float32]
    car_types: Mapping[str, str] = field(default_factory=dict)
    bad: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: NDArray[np.intp]) -> Rows:
        """The chosen rows, in the order given."""
        names = ("line", "device", "time_ms", "msg_ms", "numbers", "cells_mv", "modules_c")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def decoded(sent: bytes) -> str | None:
    """Text in UTF-8 or else CP949 (which holds EUC-KR); None where it is neither."""
    for encoding in ("utf-8", "cp949"):
        try:
            return sent.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


@lru_cache(maxsize=4096)
def clean_text(sent: bytes) -> str | None:
    """A device number or car type as sent, without white space and Excel's ways to keep a number text.

    >>> [clean_text(sent) for sent in (b" 0123 ", b"'0123", b'="0123"', b"=cmd|' /C calc'!A0")]
    ['0123', '0123', '0123', "=cmd|' /C calc'!A0"]
    """
    text = decoded(sent)
    if text is None:
        return None
    text = text.strip(_WHITE)
    match = _EXCEL.fullmatch(text)
    return (match[1] or match[2] or "").strip(_WHITE) if match else text


def scaled(values: Doubles, scaling: Scaling) -> Doubles:
    """Values in our unit from values as sent; declared sentinels become NaN."""
    if scaling.missing:
        values = np.where(np.isin(values, scaling.missing), np.nan, values)
    if scaling.absolute:
        values = np.abs(values)
    return values if scaling.scale == 1.0 and scaling.offset == 0.0 else values * scaling.scale + scaling.offset


def millivolts(volts: Doubles) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """Cell voltages, V, as whole mV with MISSING_MV, and the flat places of readings too large to be kept."""
    mv = np.rint(volts * 1000.0)
    kept = np.abs(mv) <= _LARGEST_MV
    if kept.all():
        return mv.astype(np.int16), np.empty(0, dtype=np.intp)
    lost = np.flatnonzero(~kept & ~np.isnan(mv))
    return np.where(kept, mv, float(MISSING_MV)).astype(np.int16), lost


def _stacked(parts: Sequence[NDArray[Any]], fill: float) -> NDArray[Any]:
    width = max(part.shape[1] for part in parts)
    whole = np.full((sum(map(len, parts)), width), fill, dtype=parts[0].dtype)
    start = 0
    for part in parts:
        whole[start : start + len(part), : part.shape[1]] = part
        start += len(part)
    return whole


def merged(parts: Sequence[Rows]) -> Rows:
    """Rows of one block in the order of their lines."""
    if len(parts) == 1:
        return parts[0]
    devices = tuple(sorted({device for part in parts for device in part.devices}))
    place = {device: no for no, device in enumerate(devices)}
    codes = [np.array([place[name] for name in part.devices], dtype=np.int32)[part.device] for part in parts]
    bad: Counter[str] = Counter()
    for part in parts:
        bad.update(part.bad)
    whole = Rows(
        line=np.concatenate([part.line for part in parts]),
        devices=devices,
        device=np.concatenate(codes),
        time_ms=np.concatenate([part.time_ms for part in parts]),
        msg_ms=np.concatenate([part.msg_ms for part in parts]),
        numbers=np.concatenate([part.numbers for part in parts]),
        cells_mv=_stacked([part.cells_mv for part in parts], float(MISSING_MV)),
        modules_c=_stacked([part.modules_c for part in parts], float("nan")),
        car_types={device: name for part in reversed(parts) for device, name in part.car_types.items()},
        bad=bad,
    )
    return whole.take(np.argsort(whole.line, kind="stable"))


def _trimmed(matrix: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[Any]:
    """Without the trailing columns in which no row has a reading."""
    columns = np.flatnonzero(present.any(axis=0))
    return np.ascontiguousarray(matrix[:, : columns[-1] + 1 if len(columns) else 0])


def to_signals(rows: Rows, layout: Layout, source: int) -> Signals:
    """SIGNALS of a block; numbers are rounded to 32 bits once, from the exact double."""
    columns: dict[str, NDArray[np.floating]] = {}
    for no, item in enumerate(layout.numbers):
        double = item.source.name in feed.DOUBLE_PRECISION
        columns[item.source.name] = rows.numbers[:, no].astype(np.float64 if double else np.float32)
    if layout.msg_time is not None:
        columns["msg_time"] = rows.msg_ms
    told = dict.fromkeys(rows.devices, layout.car_type_text) if layout.car_type_text else {}
    return Signals(
        kind=layout.format.kind,
        devices=rows.devices,
        device=rows.device,
        time_ms=rows.time_ms,
        source=np.full(len(rows), source, dtype=np.int32),
        columns=columns,
        cells_mv=_trimmed(rows.cells_mv, rows.cells_mv != MISSING_MV),
        modules_c=_trimmed(rows.modules_c, ~np.isnan(rows.modules_c)),
        car_types={**told, **rows.car_types},
    )
