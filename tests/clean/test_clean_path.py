"""GPS fixes that can be."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import fixes

from baas.clean import clean_path


@pytest.mark.parametrize(
    "wrong",
    [{"lat": 0.0}, {"lng": 0.0}, {"lat": 91.0}, {"lng": -181.0}, {"lat": np.nan}, {"hdop": 50.1}, {"lat": np.inf}],
)
def test_a_fix_that_is_no_place_is_left_out(wrong: dict[str, float]) -> None:
    values = {
        name: np.array([usual, wrong.get(name, usual), usual])
        for name, usual in (("lat", 37.0), ("lng", 127.0), ("hdop", 1.0))
    }
    path, _ = clean_path(fixes([0, 10, 20], **values))
    assert path.time_ms.tolist() == [fixes([0], 1, 1).time_ms[0], fixes([20], 1, 1).time_ms[0]]


def test_a_fix_without_precision_or_speed_is_a_place() -> None:
    path, notes = clean_path(fixes([0, 10], [37.0, 37.1], 127.0))
    assert len(path) == 2
    assert np.isnan(path.speed_kmh).all()
    assert notes == []


def test_an_impossible_speed_is_missing_and_the_place_stays() -> None:
    path, notes = clean_path(fixes([0, 10], [37.0, 37.1], 127.0, speed=[-3.6, 40]))
    assert np.isnan(path.speed_kmh[0])
    assert [(note.check, note.signal) for note in notes] == [("out_of_range", "speed")]
