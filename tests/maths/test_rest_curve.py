"""The slope of a vehicle's own rest voltage over SOC."""

from __future__ import annotations

import numpy as np
import pytest

from baas.maths.rest_curve import rest_slopes

PERCENT = np.arange(101.0)
ROWS = np.full(101, 20.0)


def slopes(mean_mv, rows=ROWS):
    return rest_slopes(rows, rows * mean_mv)


def test_a_straight_curve_has_one_slope():
    assert slopes(3300 + 8 * PERCENT) == pytest.approx(np.full(20, 8.0))


def test_a_bent_curve_has_its_slope_at_each_place():
    found = slopes(3500 + 2 * PERCENT + 0.05 * PERCENT**2)
    middle = np.arange(2.5, 100, 5)[2:-2]
    assert found[2:-2] == pytest.approx(2 + 0.1 * middle, abs=0.2)


@pytest.mark.parametrize("mv_per_pct", [0.0, 0.5, 1.9, 36.0, -8.0])
def test_a_plateau_a_cliff_or_a_falling_line_is_no_curve(mv_per_pct):
    assert np.isnan(slopes(3300 + mv_per_pct * PERCENT)).all()


def test_percents_seen_in_few_rows_are_not_used():
    rows = ROWS.copy()
    rows[60:80] = 4
    found = slopes(3300 + 8 * PERCENT, rows)
    assert np.isnan(found[13:15]).all()
    assert np.isfinite(found[[5, 18]]).all()


def test_scatter_is_no_curve():
    assert np.isnan(slopes(3700 + np.random.default_rng(2).normal(0, 50, 101))).all()


def test_nothing_seen_is_no_curve():
    assert np.isnan(rest_slopes(np.zeros(101), np.zeros(101))).all()
