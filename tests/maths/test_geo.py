"""Distances on the Earth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.maths.geo import haversine_km

places = st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=10)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [((37.5665, 126.9780), (35.1796, 129.0756), 325.1), ((0, 0), (0, 180), 20_015.1), ((90, 0), (-90, 77), 20_015.1),
     ((0, 179.9), (0, -179.9), 22.2)],
)  # fmt: skip
def test_known_distances(one: tuple, other: tuple, km: float) -> None:
    lat, lng = np.array([one, other], dtype=float).T
    assert haversine_km(lat, lng)[0] == pytest.approx(km, rel=2e-3)


@given(places)
def test_the_way_back_is_as_long_and_no_way_is_longer_than_half_the_earth(points: list) -> None:
    lat, lng = np.array(points).T
    there, back = haversine_km(lat, lng), haversine_km(lat[::-1], lng[::-1])
    np.testing.assert_allclose(there, back[::-1], rtol=1e-9, atol=1e-9)
    assert (there >= 0).all()
    assert (there <= 20_016).all()


def test_standing_still_is_no_way_and_one_point_is_none() -> None:
    assert haversine_km(np.array([37.0, 37.0]), np.array([127.0, 127.0])).tolist() == [0.0]
    assert len(haversine_km(np.array([37.0]), np.array([127.0]))) == 0
