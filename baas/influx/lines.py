"""SIGNALS as InfluxDB line protocol: every value comes back as the same number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from baas.signals import MISSING_MV, Signals

#: rows turned into text at a time; chosen: some MB of text
_AT_A_TIME = 5_000
_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_MEASUREMENT = str.maketrans({",": "\\,", " ": "\\ "})
Texts = NDArray[np.object_]


def tag_text(text: str) -> str:
    r"""A tag or field name or tag value of a line.

    >>> print(tag_text("차량 1,a=b"))
    차량\ 1\,a\=b
    """
    return text.translate(_TAG)


def _numbers(name: str, values: NDArray[np.floating]) -> Texts:
    """`name=value` for each value in the fewest digits that give it back, "" where missing; worked out once a value."""
    distinct, place = np.unique(values, return_inverse=True)
    label = tag_text(name)
    texts = [
        f"{label}={np.format_float_positional(value, unique=True, trim='-')}" if np.isfinite(value) else ""
        for value in distinct
    ]
    return np.array(texts, dtype=object)[place]


def _times(name: str, values: NDArray[np.floating], zone: ZoneInfo) -> Texts:
    """Times as quoted text with their offset, as far as a time is there."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [f'{tag_text(name)}="{_written(value, zone)}"' if np.isfinite(value) else "" for value in distinct]
    return np.array(texts, dtype=object)[place]


def _written(time_ms: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time_ms / 1000, zone).isoformat(sep=" ", timespec="milliseconds")


def _cells(cells_mv: NDArray[np.int16]) -> list[Texts]:
    columns = []
    for no in range(cells_mv.shape[1]):
        distinct, place = np.unique(cells_mv[:, no], return_inverse=True)
        texts = [f"cell_v_{no + 1:03d}={mv / 1000:.3f}" if mv != MISSING_MV else "" for mv in distinct.tolist()]
        columns.append(np.array(texts, dtype=object)[place])
    return columns


def _heads(signals: Signals, measurement: str, tags: tuple[str, str]) -> Texts:
    """What a line begins with, by device."""
    heads = []
    for device in signals.devices:
        told = signals.car_types.get(device, "")
        car_type = f",{tag_text(tags[1])}={tag_text(told)}" if told else ""
        heads.append(f"{measurement.translate(_MEASUREMENT)},{tag_text(tags[0])}={tag_text(device)}{car_type} ")
    return np.array(heads, dtype=object)[signals.device]


def mark_of(device: str, signals: Signals, measurement: str, device_tag: str) -> bytes:
    """Lines that call the device of these rows simulated, at the times of the first and the last row.

    Whatever time a server keeps or is asked for, a mark lies in it as long as rows do.
    """
    head = f"{measurement.translate(_MEASUREMENT)},{tag_text(device_tag)}={tag_text(device)} simulated=true"
    times = dict.fromkeys((int(signals.time_ms.min()), int(signals.time_ms.max())))
    return "\n".join(f"{head} {time}" for time in times).encode()


def lines_of(signals: Signals, measurement: str, tags: tuple[str, str], zone: ZoneInfo) -> Iterator[tuple[bytes, int]]:
    """Batches of lines and the rows in each. A row without any value has no line: the server cannot hold it."""
    for start in range(0, len(signals), _AT_A_TIME):
        part = signals.take(slice(start, start + _AT_A_TIME))
        columns = [
            _times(name, values, zone) if name == "msg_time" else _numbers(name, values)
            for name, values in part.columns.items()
        ]
        columns += _cells(part.cells_mv)
        columns += [_numbers(f"mod_temp_{no + 1:02d}", part.modules_c[:, no]) for no in range(part.modules_c.shape[1])]
        lines = [
            f"{head}{fields} {time}"
            for head, fields, time in zip(
                _heads(part, measurement, tags), _joined(columns, len(part)), part.time_ms.tolist(), strict=True
            )
            if fields
        ]
        yield "\n".join(lines).encode(), len(lines)


def _joined(columns: list[Texts], rows: int) -> list[str]:
    if not columns:
        return [""] * rows
    return [",".join(filter(None, fields)) for fields in zip(*columns, strict=True)]
