"""Rows of many vehicles and months -> rows of one vehicle-month each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from baas.cars.devices import device_key
from baas.daily.groups import local_dates
from baas.gather.groups import Key
from baas.signals import Signals

#: offsets of time zones are whole quarters of an hour
_QUARTER_MS = 900_000


def by_month(signals: Signals, timezone: str) -> Iterator[tuple[Key, Signals]]:
    """Rows of a chunk by vehicle-month in local time."""
    if not len(signals):
        return
    months, month = _months(signals.time_ms, timezone)
    keys, key_of = np.unique([device_key(device) for device in signals.devices], return_inverse=True)
    code = key_of[signals.device] * len(months) + month
    codes = np.unique(code)
    for one in codes:
        rows = signals if len(codes) == 1 else signals.take(np.flatnonzero(code == one))
        yield (str(keys[one // len(months)]), str(months[one % len(months)])), _own_devices(rows)


def _months(time_ms: NDArray[np.int64], timezone: str) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """The local months that occur, and which of them each row is in; worked out once for each quarter of an hour."""
    quarters, quarter = np.unique(time_ms // _QUARTER_MS, return_inverse=True)
    dates = local_dates(quarters * _QUARTER_MS, timezone)
    months, month = np.unique(np.asarray(dates, dtype="U7"), return_inverse=True)
    return months, month[quarter]


def _own_devices(signals: Signals) -> Signals:
    """The same rows, knowing only the devices that occur in them."""
    present, place = np.unique(signals.device, return_inverse=True)
    if len(present) == len(signals.devices):
        return signals
    devices = tuple(signals.devices[k] for k in present)
    return replace(
        signals, devices=devices, device=place.astype(np.int32),
        car_types={device: name for device, name in signals.car_types.items() if device in devices},
    )  # fmt: skip
