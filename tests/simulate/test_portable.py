import math
from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.simulate.portable import Draws, curve, lagged, lerp, resampled, sine

numbers = st.floats(-1e6, 1e6)


@given(st.lists(numbers, min_size=1, max_size=200), numbers, st.floats(0, 0.999))
def test_a_lag_equals_its_loop(driven, first, keep):
    looped, last = [], first
    for value in driven:
        last = keep * last + (1 - keep) * value
        looped.append(last)
    assert lagged(np.array(driven), first, keep) == pytest.approx(looped, rel=1e-9, abs=1e-3)


def test_a_lag_of_nothing_is_nothing():
    assert len(lagged(np.zeros(0), 1.0, 0.5)) == 0


def test_the_same_path_gives_the_same_numbers_and_another_path_others():
    assert Draws(1, 2, 3).uniform(5).tolist() == Draws(1, 2, 3).uniform(5).tolist()
    assert Draws(1, 2, 3).uniform(5).tolist() != Draws(1, 2, 4).uniform(5).tolist()


def test_the_stream_is_the_one_that_all_platforms_give():
    assert Draws(7, 1).uniform(2).tolist() == [0.4805820057358118, 0.059541806671542186]
    assert [round(float(value), 5) for value in Draws(7, 1).normal(3)] == [2.03151, 0.47134, -0.19619]


def test_normal_numbers_have_mean_zero_and_spread_one():
    values = Draws(3).normal(400, 500)
    assert values.shape == (400, 500)
    assert float(values.mean()) == pytest.approx(0, abs=0.01)
    assert float(values.std()) == pytest.approx(1, abs=0.01)


def test_picks_follow_their_weights():
    draws = Draws(5)
    picked = [draws.pick((1, 0, 3)) for _ in range(4000)]
    assert picked.count(1) == 0
    assert picked.count(2) / 4000 == pytest.approx(0.75, abs=0.03)


def test_one_number_lies_where_it_is_asked_for():
    draws = Draws(6)
    values = [draws.between(2, 3) for _ in range(2000)]
    assert 2 <= min(values) < max(values) < 3
    assert fmean(draws.gauss(5, 2) for _ in range(4000)) == pytest.approx(5, abs=0.15)
    assert pstdev([draws.gauss(5, 2) for _ in range(4000)]) == pytest.approx(2, abs=0.15)
    assert sorted(draws.order(9)) == list(range(9))
    assert {draws.below(3) for _ in range(100)} == {0, 1, 2}


@given(st.floats(-50, 50))
def test_the_sine_is_a_sine(turns):
    assert sine(np.array([turns]))[0] == pytest.approx(math.sin(2 * math.pi * turns), abs=1e-6)


def test_interpolation_meets_its_points_and_stays_flat_outside():
    table = np.array([1.0, 3.0, 2.0])
    assert lerp(np.array([-9, 0, 0.25, 1.0, 9]), table, 0.0, 0.5).tolist() == [1.0, 1.0, 2.0, 2.0, 2.0]
    assert [curve(x, ((0, 1), (1, 3))) for x in (-1, 0.5, 2)] == [1, 2, 3]
    found = resampled(np.array([-1.0, 0.5, 3.0]), np.array([0.0, 1.0, 2.0]), np.array([0.0, 4.0, 6.0]))
    assert found.tolist() == [0.0, 2.0, 6.0]
