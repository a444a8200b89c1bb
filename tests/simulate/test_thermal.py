import numpy as np
import pytest

from baas.simulate.thermal import Warmth, cooled_slowly, heat_kw, warmed


def minutes(heat, outside_c, *, coolant=True, heater=False, start=20.0, span=240):
    return warmed(Warmth(start, 0.0), np.full(span * 60, heat), outside_c, 70.0, 1, coolant=coolant, heater=heater)


def test_a_parked_pack_comes_to_the_air():
    means, _, end = cooled_slowly(Warmth(30.0, 2.0), np.full(3 * 24 * 60, 5.0), 60)
    assert means[0] == pytest.approx(30, abs=0.1)
    assert end.mean_c == pytest.approx(5, abs=0.1)
    assert end.uneven_c == pytest.approx(0, abs=0.01)


def test_heat_warms_and_stores_what_it_must():
    means, _, end = minutes(2.0, 20.0, coolant=False, span=60)
    assert end.mean_c - 20 == pytest.approx(2.0 * 3600 / (5.7 * 70), rel=0.1)
    assert means[-1] == pytest.approx(end.mean_c)


def test_coolant_holds_a_hot_pack():
    assert (
        minutes(3.0, 35.0, coolant=True, start=35)[2].mean_c
        < 42
        < 60
        < minutes(3.0, 35.0, coolant=False, start=35)[2].mean_c
    )


def test_fast_charging_heats_a_cold_pack():
    assert minutes(0.0, -5.0, heater=True, start=-5)[2].mean_c > minutes(0.0, -5.0, start=-5)[2].mean_c + 5


def test_work_makes_a_pack_uneven():
    assert minutes(3.0, 20.0)[2].uneven_c > 1.5
    assert minutes(0.0, 20.0)[2].uneven_c == pytest.approx(0, abs=0.01)


def test_heat_grows_with_the_square_of_power_and_with_cold():
    drops = (0.036, 0.016, 0.022)
    once, twice, cold = (
        float(heat_kw(np.array([kw]), 70, drops, 3.6, temp)[0]) for kw, temp in ((50, 25), (100, 25), (50, -5))
    )
    assert twice == pytest.approx(4 * once)
    assert cold > 1.5 * once
