"""Where a fleet lives: cities, homes, depots, public chargers, and the roads between places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians

import numpy as np

from baas.simulate.portable import Array, Draws, sine

#: kilometres per degree on a sphere of mean Earth radius 6371.0088 km
KM_PER_DEGREE = 6371.0088 * pi / 180
#: inland Korean cities, latitude and longitude of their centres [°]
CENTRES = (("Daejeon", 36.3504, 127.3845), ("Suwon", 37.2636, 127.0286), ("Daegu", 35.8714, 128.6014))
#: how steeply a road leaves the straight line; chosen: makes it about 1.25 times as long, as roads are
_WIGGLE = 1.0
_NEAR_SITES, _TOWNS = 6, 4
_WORLD, _ROAD = 1, 2  # random streams


@dataclass(frozen=True)
class Place:
    """A point [km east and north of the city centre] and the chargers there [kW at the plug, 0 is none]."""

    name: str
    x_km: float
    y_km: float
    ac_kw: float = 0.0
    dc_kw: float = 0.0


@dataclass(frozen=True)
class City:
    """A city with a fleet depot, public DC sites and towns around it, each with a DC site."""

    name: str
    lat: float
    lng: float
    km_per_lng: float
    depot: Place
    sites: tuple[Place, ...]
    towns: tuple[tuple[float, float], ...]

    def degrees(self, x_km: Array, y_km: Array) -> tuple[Array, Array]:
        """Latitude and longitude of points on the plane of the city."""
        return self.lat + y_km / KM_PER_DEGREE, self.lng + x_km / self.km_per_lng

    def nearest_site(self, place: Place) -> Place:
        """The public DC site closest to a place."""
        return min(self.sites, key=lambda site: (site.x_km - place.x_km) ** 2 + (site.y_km - place.y_km) ** 2)


@lru_cache(maxsize=4)
def cities(seed: int) -> tuple[City, ...]:
    """The cities of a fleet."""
    return tuple(_city(seed, number) for number in range(len(CENTRES)))


def _city(seed: int, number: int) -> City:
    name, lat, lng = CENTRES[number]
    draws = Draws(seed, _WORLD, number)
    towns = tuple(
        (round(far * side_x, 3), round(far * side_y, 3))
        for far, side_x, side_y in zip(
            (draws.between(30, 80) for _ in range(_TOWNS)), (0.8, -0.8, 0.6, -0.6), (0.6, 0.6, -0.8, -0.8), strict=True
        )
    )
    spots = [(draws.between(-9, 9), draws.between(-9, 9)) for _ in range(_NEAR_SITES)]
    spots += [(x + draws.between(-2, 2), y + draws.between(-2, 2)) for x, y in towns]
    sites = tuple(
        Place(
            f"{name}-DC{k + 1}", round(x, 3), round(y, 3), dc_kw=(50.0, 100.0, 200.0, 350.0)[draws.pick((3, 4, 2, 1))]
        )
        for k, (x, y) in enumerate(spots)
    )
    depot = Place(f"{name}-depot", round(draws.between(-3, 3), 3), round(draws.between(-3, 3), 3), ac_kw=7.0)
    return City(name, lat, lng, round(KM_PER_DEGREE * cos(radians(lat)), 6), depot, sites, towns)


@dataclass(frozen=True)
class Road:
    """A way from one place to another: points [km] and the distance along the way at each of them [m]."""

    x_km: Array
    y_km: Array
    along_m: Array

    @property
    def length_m(self) -> float:
        """Length of the way [m]."""
        return float(self.along_m[-1])


def road(start: Place, end: Place) -> Road:
    """The way between two places; the way back is the same way."""
    forward = (start.x_km, start.y_km) <= (end.x_km, end.y_km)
    first, last = (start, end) if forward else (end, start)
    way = _way(first.x_km, first.y_km, last.x_km, last.y_km)
    if forward:
        return way
    return Road(way.x_km[::-1], way.y_km[::-1], way.along_m[-1] - way.along_m[::-1])


@lru_cache(maxsize=256)
def _way(x0: float, y0: float, x1: float, y1: float) -> Road:
    """A line that swings about the straight one: every 0.6 to 3 km in town, in longer bows on long ways."""
    across_x, across_y = x1 - x0, y1 - y0
    straight_km = float(np.sqrt(across_x**2 + across_y**2)) + 1e-6
    bows = max(1, round(straight_km / (1.2 if straight_km < 15 else 3.0)))
    draws = Draws(_ROAD, *(round(value * 1000) & 0xFFFFFFFF for value in (x0, y0, x1, y1)))
    u = np.arange(bows * 40 + 1) / (bows * 40)
    swing = _WIGGLE * draws.between(0.85, 1.15) * straight_km / (pi * bows)
    side = swing * (0.85 * sine(u * bows / 2) + 0.15 * sine(u * bows))
    x = x0 + across_x * u - across_y / straight_km * side
    y = y0 + across_y * u + across_x / straight_km * side
    steps = np.sqrt(np.diff(x) ** 2 + np.diff(y) ** 2)
    along = np.concatenate([[0.0], np.cumsum(steps)]) * 1000
    return Road(x, y, along)


def altitude_m(x_km: Array, y_km: Array) -> Array:
    """Height of the land [m]: hills of 10 m every few km on swells of 35 m; chosen: grades stay below 5 %."""
    hills = 10 * sine(x_km / 3.1 + 0.13) * sine(y_km / 3.7 + 0.41)
    return 80 + hills + 35 * sine(x_km / 23 + y_km / 41)
