"""Distances on the Earth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: mean Earth radius, IUGG (6371.0088 km)
EARTH_RADIUS_KM = 6371.0088


def haversine_km(lat: NDArray, lng: NDArray) -> NDArray[np.float64]:
    """Great-circle distance from each point to the next [km], for n points in degrees: [n - 1].

    >>> round(float(haversine_km(np.array([37.0, 38.0]), np.array([127.0, 127.0]))[0]), 1)
    111.2
    """
    phi, lam = np.radians(lat), np.radians(lng)
    half = np.sin(np.diff(phi) / 2) ** 2 + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(lam) / 2) ** 2
    distance: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance
