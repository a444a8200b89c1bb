from dataclasses import replace

import numpy as np
import pytest

from baas.simulate.faults import Fault
from baas.simulate.gps import bearing, fixes, stacked


def track(car, stretches):
    found = stacked([part for stretch in stretches if (part := fixes(car, stretch)) is not None])
    return found, found.columns["lat"][0] / 1e6, found.columns["lng"][0] / 1e6


def path_km(car, lat, lng) -> float:
    return float(np.hypot(np.diff(lat) * 111.195, np.diff(lng) * car.city.km_per_lng).sum())


def test_directions_are_those_of_the_compass():
    east, north = np.array([0.0, 1, 1, 0, -1, -1, 0]), np.array([1.0, 1, 0, -1, 0, 1, 0])
    assert bearing(east, north) == pytest.approx([0, 45, 90, 180, 270, 315, 0])


def test_the_path_of_the_fixes_is_about_the_distance_driven(lived):
    car, stretches = lived
    drives = [stretch for stretch in stretches if stretch.event.kind == "drive"]
    _, lat, lng = track(car, drives)
    driven = sum(stretch.end.odometer_km - stretch.start.odometer_km for stretch in drives)
    assert 0.9 * driven < path_km(car, lat, lng) < 1.05 * driven


def test_a_conflicting_position_unit_stays_where_it_is(lived):
    car, stretches = lived
    liar = replace(car, fault=Fault("gps_conflict", 0, 10**12, 0.0))
    _, lat, lng = track(liar, stretches)
    assert path_km(car, lat[:1].repeat(2), lng[:1].repeat(2)) == 0
    assert np.ptp(lat) * 111 < 0.1
    assert np.ptp(track(car, stretches)[1]) * 111 > 2


def test_fixes_are_fewer_than_rows_and_in_order(lived):
    found, _, _ = track(*lived)
    assert (np.diff(found.time_s) > 0).all()
    assert len(found) < sum(len(stretch.time_s) for stretch in lived[1])
