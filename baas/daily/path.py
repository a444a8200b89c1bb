"""What the position unit says of a day: fixes, length of the path, last place."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.clean import CleanPath
from baas.clean.activity import DRIVING_KMH
from baas.daily.groups import Days
from baas.maths.geo import haversine_km
from baas.maths.steps import steps_s
from baas.tables.days import COVERED_GAP_S, DAILY

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: faster between two fixes than this is a jump of the receiver (research, mileage integrity), beyond the noise of a fix
FASTEST_FIX_KMH, FIX_NOISE_KM = 250.0, 0.05
#: a receiver that stands wanders by less than this (research: stationary jitter below 15 m, to either side) within the
#: window; chosen: a minute, in which a vehicle that creeps at 3 km/h goes 50 m
JITTER_KM, JITTER_MS = 0.030, 30_000


def path_columns(dates: NDArray[np.str_], path: CleanPath | None, timezone: str) -> dict[str, NDArray]:
    """DAILY columns about the GPS path on some dates, without jumps, long gaps and a standing receiver's wandering."""
    if path is None or not len(path):
        empty = np.full(len(dates), np.nan)
        return {"gps_rows": np.zeros(len(dates), np.int64), "gps_km": empty, "lat": empty, "lng": empty}
    fixes = Days.of(path.time_ms, timezone)
    seconds, km = steps_s(path.time_ms), haversine_km(path.lat, path.lng)
    real = (seconds <= COVERED_GAP_S) & (km <= FASTEST_FIX_KMH * seconds / 3600 + FIX_NOISE_KM) & fixes.step_inside
    columns = {
        "gps_rows": fixes.counts(),
        "gps_km": fixes.step_sum(np.where(real & _moves(path), km, 0.0)),
        "lat": fixes.last(path.lat),
        "lng": fixes.last(path.lng),
    }
    place = {date: k for k, date in enumerate(fixes.dates)}
    rows = np.array([place.get(date, -1) for date in dates], dtype=np.intp)
    aligned = {name: np.where(rows >= 0, values[rows], np.nan) for name, values in columns.items()}
    return aligned | {"gps_rows": np.nan_to_num(aligned["gps_rows"]).astype(np.int64)}


def _moves(path: CleanPath) -> Mask:
    """Steps in which the vehicle goes somewhere: by the speed sent, else by how far it gets in a minute, [n - 1]."""
    times = path.time_ms
    middle = (times[:-1] + times[1:]) // 2
    before = np.minimum(np.searchsorted(times, middle - JITTER_MS), np.arange(len(times) - 1))
    after = np.maximum(np.searchsorted(times, middle + JITTER_MS, side="right") - 1, np.arange(1, len(times)))
    pairs = [np.ravel(np.column_stack((values[before], values[after]))) for values in (path.lat, path.lng)]
    away = haversine_km(*pairs)[::2] > JITTER_KM
    speed = np.fmax(path.speed_kmh[:-1], path.speed_kmh[1:])
    moves: Mask = np.where(np.isfinite(speed), speed >= DRIVING_KMH, away)
    return moves


def days_without_rows(path: CleanPath | None, known: NDArray[np.str_], timezone: str) -> pd.DataFrame:
    """DAILY rows (device_no empty) of the days that have fixes but none of the battery rows of the `known` days."""
    if path is None or not len(path):
        return pd.DataFrame(columns=list(DAILY.names))
    fixes = Days.of(path.time_ms, timezone)
    new = ~np.isin(fixes.dates, known)
    dates = fixes.dates[new]
    counters = {column.name: 0 for column in DAILY if column.dtype == "int"}
    frame = pd.DataFrame({name: np.full(len(dates), np.nan) for name in DAILY.names})
    times = path.time_ms.astype(np.float64)
    edges = {"first_ms": fixes.first(times)[new], "last_ms": fixes.last(times)[new]}
    known_columns = counters | edges | path_columns(dates, path, timezone)
    return frame.assign(date=dates, device_no="", **known_columns)
