"""Steps, runs, bins and what is held: against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.maths.steps import binned, close_gaps, first, held, held_within, last, mean_of_ends, runs, steps_s, total
from baas.tables.days import Bins

masks = st.lists(st.booleans(), max_size=40).map(lambda values: np.array(values, dtype=bool))
reals = st.lists(st.one_of(st.just(float("nan")), st.floats(-100, 100)), max_size=40).map(np.array)


def test_steps_are_seconds() -> None:
    np.testing.assert_array_equal(steps_s(np.array([0, 500, 3000])), [0.5, 2.5])


@given(masks)
def test_runs_cover_exactly_the_mask(mask: np.ndarray) -> None:
    covered = np.zeros(len(mask), dtype=bool)
    for start, end in zip(*runs(mask), strict=True):
        assert not covered[max(0, start - 1) : end].any()  # no run touches another
        covered[start:end] = True
    np.testing.assert_array_equal(covered, mask)


@given(masks, st.floats(0, 30), st.integers(0, 99))
def test_only_short_holes_between_two_stretches_are_filled(mask: np.ndarray, longest: float, seed: int) -> None:
    seconds = np.random.default_rng(seed).integers(1, 10, len(mask)).astype(float)
    filled = close_gaps(mask, seconds, longest)
    for start, end in zip(*runs(~mask), strict=True):
        inner = start > 0 and end < len(mask)
        assert filled[start:end].all() == (inner and seconds[start:end].sum() <= longest)
    assert filled[mask].all()


def test_values_outside_the_bins_go_to_the_ends_and_missing_ones_nowhere() -> None:
    bins = Bins(0.0, 5.0, 4)
    values = np.array([-100.0, 0, 4.999, 5, 19.9, 20, 1000, np.nan, np.inf])
    np.testing.assert_array_equal(binned(values, bins, np.ones(9)), [3, 1, 0, 3])


@given(reals)
def test_held_is_the_last_value_that_exists(values: np.ndarray) -> None:
    expected, now = [], float("nan")
    for value in values.astype(float):
        now = now if np.isnan(value) else value
        expected.append(now)
    np.testing.assert_array_equal(held(values.astype(float)), expected)


@given(reals, st.integers(0, 99))
def test_nothing_is_held_across_a_gap(values: np.ndarray, seed: int) -> None:
    values = values.astype(float)
    time = np.cumsum(np.random.default_rng(seed).choice([10_000, 200_000, 400_000], len(values)))
    block = np.concatenate(([0], np.cumsum(np.diff(time) > 300_000)))[: len(values)]
    expected = []
    for k in range(len(values)):
        mine = [j for j in range(len(values)) if block[j] == block[k] and not np.isnan(values[j])]
        before = [j for j in mine if j <= k]
        after = [j for j in mine if j > k and time[j] - time[k] <= 300_000]
        expected.append(values[before[-1]] if before else values[after[0]] if after else np.nan)
    np.testing.assert_array_equal(held_within(values, time, 300_000), expected)


def test_the_mean_of_two_rows_needs_both() -> None:
    np.testing.assert_array_equal(mean_of_ends(np.array([1.0, 3.0, np.nan, 5.0])), [2, np.nan, np.nan])


@pytest.mark.parametrize(
    ("values", "expected"), [([], np.nan), ([np.nan], np.nan), ([np.nan, 2, 3, np.nan], (2, 3, 5))]
)
def test_first_last_and_total_are_of_what_exists(values: list, expected: object) -> None:
    found = tuple(function(np.array(values, dtype=float)) for function in (first, last, total))
    np.testing.assert_array_equal(found, expected if isinstance(expected, tuple) else (np.nan,) * 3)
