"""Quantiles and means by weight, and the step in which a sensor counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.maths.histogram import step_in_bins, weighted_mean, weighted_quantile


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), min_size=1, max_size=30), st.floats(0.01, 1.0))
def test_a_weight_is_that_many_equal_values(pairs, share):
    values, weights = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    repeated = np.sort(np.repeat(values, weights.astype(int)))
    least = math.ceil(share * len(repeated) * (1 - 1e-12))
    assert weighted_quantile(values, weights, share) == repeated[max(least, 1) - 1]


def test_seven_percent_of_a_hundred_rows_are_seven_rows():
    assert 0.07 * 100 > 7  # in floating point
    assert weighted_quantile(np.arange(1.0, 101.0), np.ones(100), 0.07) == 7


def test_without_weight_there_is_no_quantile_and_no_mean():
    assert math.isnan(weighted_quantile(np.array([1.0]), np.array([0.0]), 0.5))
    assert math.isnan(weighted_mean(np.array([1.0]), np.array([0.0])))


def test_missing_values_weigh_nothing():
    assert weighted_mean(np.array([1.0, np.nan, 3.0]), np.array([1.0, 5.0, 1.0])) == 2.0


@pytest.mark.parametrize("step", [2, 5, 10])
def test_a_coarse_sensor_is_seen_by_the_bins_it_leaves_empty(step):
    counts = np.zeros(60)
    counts[::step] = 100
    assert step_in_bins(counts, 10) == step
    counts[1] = 0.5  # a stray row in a thousand
    assert step_in_bins(counts, 10) == step
    counts[1::2] += 50
    assert step_in_bins(counts, 10) == 1


def test_nothing_counted_is_no_coarse_sensor():
    assert step_in_bins(np.zeros(10), 10) == 1
