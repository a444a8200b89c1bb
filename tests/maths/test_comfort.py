"""Consumption at a comfortable temperature from days of different weather."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.maths.comfort import comfort_consumption

WARMTH = np.linspace(-10, 35, 60)
KM = np.full(60, 40.0)


def kwh(heat, cool, comfort=0.15):
    return KM * (comfort + heat * np.maximum(0, 20 - WARMTH) + cool * np.maximum(0, WARMTH - 23))


@given(st.floats(0, 0.01), st.floats(0, 0.01))
def test_known_costs_of_heating_and_cooling_are_taken_out(heat, cool):
    assert comfort_consumption(KM, kwh(heat, cool), WARMTH) == pytest.approx(0.15, rel=1e-6)


@given(st.integers(0, 1000))
def test_a_day_in_two_parts_counts_as_the_day(seed):
    share = np.random.default_rng(seed).uniform(0.1, 0.9, 60)
    energy = kwh(0.004, 0.002) * np.random.default_rng(seed + 1).uniform(0.9, 1.1, 60)
    whole = comfort_consumption(KM, energy, WARMTH)
    halves = [np.concatenate((column * share, column * (1 - share))) for column in (KM, energy)]
    assert comfort_consumption(*halves, np.tile(WARMTH, 2)) == pytest.approx(whole, rel=1e-9)


def test_without_comfortable_days_nothing_is_drawn_beyond_what_was_seen():
    assert math.isnan(comfort_consumption(KM, kwh(0.004, 0), np.linspace(-10, 14, 60)))


def test_with_comfortable_days_only_there_is_nothing_to_correct():
    assert math.isnan(comfort_consumption(KM, kwh(0, 0), np.full(60, 21.0)))


def test_a_few_kilometres_make_no_line():
    assert math.isnan(comfort_consumption(KM / 10, kwh(0.004, 0) / 10, WARMTH))


def test_where_cold_days_used_less_only_the_heat_is_taken_out():
    found = comfort_consumption(KM, kwh(-0.001, 0.003), WARMTH)
    assert math.isfinite(found)
    assert found < kwh(-0.001, 0.003).sum() / KM.sum()


def test_days_without_temperature_are_left_out():
    warmth = WARMTH.copy()
    warmth[::2] = np.nan
    assert comfort_consumption(KM, kwh(0.004, 0.002), warmth) == pytest.approx(0.15)
