"""The arithmetic of a score: age, deduction, weights, grades, and rounding that keeps the sum."""

from __future__ import annotations

import math
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.metrics import all_metrics
from baas.score.rules import age_years, deduction, grade_of, in_hundredths, shares


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=5), st.floats(0, 15))
def test_rounding_keeps_the_sum_and_moves_nothing_by_more_than_a_hundredth(points, age_points):
    lost = [(100 - each) / len(points) for each in points]
    base = max(0.0, 100 - math.fsum(lost))
    lost.append(min(base, age_points))
    told, total = in_hundredths(lost, base - lost[-1])
    assert sum(told) + total == 10_000
    assert all(abs(each - exact * 100) < 1 + 1e-6 for each, exact in zip(told, lost, strict=True))
    assert all(each >= 0 for each in told)
    assert abs(total - 100 * (base - lost[-1])) <= 0.5 + 1e-9
    assert all(each == 0 for each, exact in zip(told, lost, strict=True) if exact == 0)


@pytest.mark.parametrize(
    ("age", "points"),
    [(0, 0), (0.5, 1), (1, 2), (2, 3), (3, 4), (4.5, 6.5), (5.5, 8.25), (6.5, 10), (8.5, 15), (20, 15)],
)
def test_the_deduction_is_straight_between_the_published_ages(age, points):
    assert deduction(age) == pytest.approx(points)


def test_age_is_counted_to_the_last_row_not_to_today():
    assert age_years(2020, datetime(2022, 7, 1)) == pytest.approx(2, abs=0.01)
    assert age_years(2025, datetime(2024, 10, 1)) == 0
    assert math.isnan(age_years(None, datetime(2024, 7, 1)))
    assert math.isnan(age_years(2020, None))


def test_weights_of_what_is_assessed_add_up_to_one():
    weights, coverage = shares({"efficiency": 50.0, "temperature": math.nan, "cell_imbalance": 10.0}, all_metrics())
    assert weights == pytest.approx({"efficiency": 20 / 45, "cell_imbalance": 25 / 45})
    assert coverage == 0.45


def test_caps_never_raise_a_grade():
    for total in range(0, 101, 5):
        assert grade_of(total, 0.85, False) >= grade_of(total, 1.0, False)
        assert grade_of(total, 1.0, True) == "D"
