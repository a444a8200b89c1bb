"""What the position unit of a vehicle reports: noise, dropouts, and a frozen last fix in garages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.simulate.portable import Array, Draws, lagged, lerp
from baas.simulate.rows import whole
from baas.simulate.state import Stretch
from baas.simulate.text import Whole
from baas.simulate.vehicle import Vehicle

_FIXES = 21  # random stream
#: error of a fix [km], slow and fast part; chosen: 3 m and 1 m, as open-sky receivers do
SLOW_KM, FAST_KM = 0.003, 0.001
#: share of drives with a tunnel and its longest length in rows; share of fixes lost one by one; chosen
TUNNELS, TUNNEL_ROWS, LOST = 0.15, 12, 0.005
#: fixes of a parked car are at least this far apart [s]; chosen
PARKED_EVERY_S = 300
_ARC = np.array([round(math.degrees(math.atan(k / 1024)), 9) for k in range(1025)])


@dataclass(frozen=True)
class Fixes:
    """Position rows in order of time: columns as (whole numbers, decimals)."""

    time_s: NDArray[np.int64]
    columns: Mapping[str, tuple[Whole, int]]

    def __len__(self) -> int:
        return len(self.time_s)

    def take(self, rows: NDArray) -> Fixes:
        """The chosen rows."""
        return Fixes(
            self.time_s[rows], {name: (values[rows], places) for name, (values, places) in self.columns.items()}
        )


def stacked(parts: list[Fixes]) -> Fixes:
    """Fixes of several stretches below one another."""
    columns = {
        name: (np.concatenate([part.columns[name][0] for part in parts]), places)
        for name, (_, places) in parts[0].columns.items()
    }
    return Fixes(np.concatenate([part.time_s for part in parts]), columns)


def bearing(east: Array, north: Array) -> Array:
    """Direction [°] clockwise from north; 0 where nothing moves."""
    wide, long = np.abs(east), np.abs(north)
    most = np.maximum(np.maximum(wide, long), 1e-12)
    corner = lerp(np.minimum(wide, long) / most, _ARC, 0.0, 1 / 1024)
    quarter = np.where(wide > long, 90 - corner, corner)
    half = np.where(north < 0, 180 - quarter, quarter)
    return np.where(east < 0, 360 - half, half) % 360


def _places(vehicle: Vehicle, stretch: Stretch) -> tuple[Array, Array]:
    event, rows = stretch.event, len(stretch.time_s)
    fault = vehicle.fault
    stays = fault is not None and fault.name == "gps_conflict" and fault.at(stretch.start.time_s)
    if stays or not len(event.x_km):
        place = vehicle.base if stays else stretch.start.place
        return np.full(rows, place.x_km), np.full(rows, place.y_km)
    return event.x_km[event.sent], event.y_km[event.sent]


def _kept(stretch: Stretch, draws: Draws) -> NDArray[np.intp]:
    rows = len(stretch.time_s)
    kept = draws.uniform(rows) >= LOST
    if stretch.event.kind != "drive":
        kept &= (stretch.time_s - stretch.start.time_s) % PARKED_EVERY_S < stretch.event.step_s
    elif draws.chance(TUNNELS) and rows > 3 * TUNNEL_ROWS:
        first = draws.below(rows)
        kept[first : first + 1 + draws.below(TUNNEL_ROWS)] = False
    return np.flatnonzero(kept)


def fixes(vehicle: Vehicle, stretch: Stretch) -> Fixes | None:
    """The fixes of one stretch that reach the collector."""
    rows = len(stretch.time_s)
    if not rows:
        return None
    draws = vehicle.draws(_FIXES, (stretch.start.time_s - vehicle.first_s) // 10)
    x, y = _places(vehicle, stretch)
    moving = stretch.event.kind == "drive"
    slow = [SLOW_KM * 3.0 * lagged(draws.normal(rows).astype(np.float64), 0.0, 0.9) for _ in range(2)]
    fast = [FAST_KM * draws.normal(rows).astype(np.float64) for _ in range(2)]
    lat, lng = vehicle.city.degrees(x + slow[0] + fast[0], y + slow[1] + fast[1])
    turned = bearing(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])) if moving else np.zeros(rows)
    speed = np.maximum(stretch.speed_kmh + 0.6 * draws.normal(rows).astype(np.float64), 0.0) * moving
    found = Fixes(
        stretch.time_s,
        {
            "direction": (whole(turned, 0)[0] % 360, 0),
            "fuel_pct": whole(np.clip(100 * stretch.told_soc, 0, 100), 0),
            "hdop": whole(0.8 + 0.5 * draws.uniform(rows), 1),
            "lat": whole(lat, 6),
            "lng": whole(lng, 6),
            "speed": whole(speed, 1),
        },
    )
    kept = _kept(stretch, draws)
    fault = vehicle.fault
    if fault and fault.name == "silent_days":
        kept = kept[(stretch.time_s[kept] < fault.start_s) | (stretch.time_s[kept] >= fault.end_s)]
    return found.take(kept)
