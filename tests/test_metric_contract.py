"""What must hold for every metric, whoever writes it."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from histories import CAR, car, charges, days, empty_history, history, middling_history
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.cars import UNKNOWN
from baas.history import History
from baas.metrics import Cohort, Mark, Metric, all_metrics
from baas.schema import UNIT_SUFFIXES, Column
from baas.tables.days import DAILY

METRICS = all_metrics()
CARS = (CAR, UNKNOWN, car(chemistry="LFP"), car(body="truck", certified_km_per_kwh=3.1))
NOBODY = Cohort()
every_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)


def middling(metric: Metric) -> dict[str, Any]:
    return dict(metric.measure(middling_history()))


def cohort_of(metric: Metric) -> Cohort:
    """Forty vehicles of one type around the middling one."""
    base, rng = middling(metric), np.random.default_rng(7)
    fleet = [
        {name: value * rng.uniform(0.7, 1.4) if name in metric.better else value for name, value in base.items()}
        for _ in range(40)
    ]
    return Cohort(fleet, fleet)


def span(column: Column) -> tuple[float, float]:
    """The range in which a deciding value is moved."""
    low, high = column.low if column.low is not None else 0.0, column.high if column.high is not None else 200.0
    return low, min(high, 200.0)


def situations(metric: Metric) -> list[dict[str, Any]]:
    """The middling values, whole and without each of the deciding ones: alternatives must keep the contract too."""
    base = middling(metric)
    return [base, *({**base, name: math.nan} for name in metric.better)]


def decided(metric: Metric) -> list[str]:
    return sorted(metric.better)


METRIC_COLUMNS = [(metric, name) for metric in METRICS for name in decided(metric)]
every_deciding_value = pytest.mark.parametrize(
    ("metric", "name"), METRIC_COLUMNS, ids=[f"{metric.name}-{name}" for metric, name in METRIC_COLUMNS]
)


def mark(metric: Metric, values: dict[str, Any], cohort: Cohort = NOBODY) -> Mark:
    return metric.score(values, CAR, cohort)


def test_the_five_metrics_carry_the_weights_of_the_design():
    assert {metric.name: metric.weight for metric in METRICS} == {
        "cell_imbalance": 25,
        "efficiency": 20,
        "temperature": 20,
        "charging_pattern": 20,
        "driving_habit": 15,
    }


@every_metric
def test_what_is_measured_is_what_is_declared(metric: Metric):
    for one in (history(), middling_history(), empty_history(), history(car=UNKNOWN)):
        measured = metric.measure(one)
        assert sorted(measured) == sorted(column.name for column in metric.columns)
        for column in metric.columns:
            assert isinstance(measured[column.name], str if column.dtype == "text" else float), column.name


@every_metric
def test_every_measured_value_lies_in_its_declared_range(metric: Metric):
    measured = metric.measure(middling_history())
    for column in metric.columns:
        value = measured[column.name]
        if isinstance(value, float) and math.isfinite(value):
            assert column.low is None or value >= column.low, column.name
            assert column.high is None or value <= column.high, column.name


@every_metric
def test_every_column_says_unit_and_meaning_in_both_languages(metric: Metric):
    for text in (metric.title_ko, metric.what_ko, metric.source_ko):
        assert re.search("[가-힣]", text), text
    for text in (metric.title_en, metric.what_en, metric.source_en):
        assert text
        assert not re.search("[가-힣]", text), text
    assert bool(metric.note_ko) == bool(metric.note_en)
    for column in metric.columns:
        assert column.doc, column.name
        assert re.search("[가-힣]", column.ko), column.name
        suffixes = UNIT_SUFFIXES.get(column.unit)
        assert suffixes is None or column.name.endswith(suffixes), column.name


def test_no_two_metrics_write_the_same_column():
    names = [column.name for metric in METRICS for column in metric.columns]
    assert len(names) == len(set(names))


@every_metric
def test_the_deciding_values_are_declared_numbers(metric: Metric):
    numbers = {column.name for column in metric.columns if column.is_number}
    assert set(metric.better) <= numbers
    assert metric.better


@every_metric
@settings(max_examples=150, deadline=None)
@given(draw=st.data())
def test_points_are_within_bounds_or_missing_whatever_the_values(metric: Metric, draw: st.DataObject):
    anything = st.one_of(st.floats(), st.floats(-10, 300), st.just(""), st.none())
    values = {
        column.name: draw.draw(anything if column.is_number else st.sampled_from(["", "power", "soc", "count", "x"]))
        for column in metric.columns
    }
    for a_car in CARS:
        given_mark = metric.score(values, a_car, NOBODY)
        assert math.isnan(given_mark.points) or 0 <= given_mark.points <= 100
        assert given_mark.reason_ko
        assert given_mark.reason_en


@every_deciding_value
def test_a_better_value_never_costs_points(metric: Metric, name: str):
    low, high = span(next(column for column in metric.columns if column.name == name))
    sign = 1 if metric.better[name] == "higher" else -1
    for base, cohort in itertools.product(situations(metric), (NOBODY, cohort_of(metric))):
        points = [mark(metric, {**base, name: value}, cohort).points for value in np.linspace(low, high, 300)]
        known = np.array(points)[np.isfinite(points)]
        assert (sign * np.diff(known) >= -1e-9).all()


@every_deciding_value
def test_a_deciding_value_decides(metric: Metric, name: str):
    low, high = span(next(column for column in metric.columns if column.name == name))
    moved = [
        abs(mark(metric, {**base, name: low}).points - mark(metric, {**base, name: high}).points)
        for base in situations(metric)
    ]
    assert np.nanmax(moved) > 1


@every_deciding_value
def test_a_tiny_change_never_jumps(metric: Metric, name: str):
    low, high = span(next(column for column in metric.columns if column.name == name))
    tiny = 1e-6 * (high - low)
    for base, cohort in itertools.product(situations(metric), (NOBODY, cohort_of(metric))):
        for value in np.linspace(low + tiny, high - tiny, 500):
            before = mark(metric, {**base, name: value}, cohort).points
            after = mark(metric, {**base, name: value + tiny}, cohort).points
            assert math.isnan(before) or abs(after - before) < 1


@every_metric
def test_a_missing_value_never_becomes_a_mark(metric: Metric):
    base = middling(metric)
    assert 0 < mark(metric, base).points < 100
    for names in (*itertools.combinations(base, 1), *itertools.combinations(base, 2), tuple(base)):
        for nothing in (math.nan, None, ""):
            points = mark(metric, {**base, **dict.fromkeys(names, nothing)}).points
            assert math.isnan(points) or 0 < points < 100, (names, points)
        points = mark(metric, {name: value for name, value in base.items() if name not in names}).points
        assert math.isnan(points) or 0 < points < 100, (names, points)


@every_metric
@pytest.mark.parametrize("a_car", CARS, ids=lambda a_car: a_car.label or "unknown")
def test_a_vehicle_of_which_nothing_came_is_not_assessed_and_told_why(metric: Metric, a_car):
    given_mark = metric.score(metric.measure(empty_history(a_car)), a_car, NOBODY)
    assert not given_mark.is_assessed
    assert re.search("평가 불가|잴 수 없음", given_mark.reason_ko)
    assert "not assessed" in given_mark.reason_en


@pytest.mark.parametrize(
    "metric", [m for m in METRICS if m.name in ("efficiency", "driving_habit")], ids=lambda m: m.name
)
def test_a_vehicle_that_never_drove_is_not_assessed(metric: Metric):
    zero = ("distance_km", "drive_km", "counter_km", "soc_km", "pke_km", "harsh_km", "speed_km", "pke_m2_s2")
    energy = ("drive_out_kwh", "drive_in_kwh", "counter_out_kwh", "counter_in_kwh", "soc_drop_pct")
    parked = history(days=days(**dict.fromkeys((*zero, *energy), 0.0)))
    assert not metric.score(metric.measure(parked), CAR, NOBODY).is_assessed
    only_distance_missing = history(days=days(**dict.fromkeys(zero, 0.0)))
    assert not metric.score(metric.measure(only_distance_missing), CAR, NOBODY).is_assessed


@every_metric
def test_reasons_carry_numbers_in_both_languages(metric: Metric):
    for one in (history(), middling_history(), empty_history()):
        told = mark(metric, dict(metric.measure(one)))
        assert re.search(r"\d", told.reason_ko)
        assert re.search("[가-힣]", told.reason_ko)
        assert re.search(r"\d", told.reason_en)
        assert not re.search("[가-힣]", told.reason_en)
        assert "nan" not in told.reason_ko.lower() + told.reason_en.lower()


@every_metric
def test_no_reason_ever_says_nan(metric: Metric):
    words = {column.name: ("power", "soc", "count", "lfp_ends") for column in metric.columns if column.dtype == "text"}
    bases = [middling(metric), *({**middling(metric), name: word} for name in words for word in words[name])]
    for base, name in itertools.product(bases, middling(metric)):
        names = (name,)
        told = mark(metric, {name: value for name, value in base.items() if name not in names})
        assert not re.search(r"\bnan\b", told.reason_ko + told.reason_en), (names, told)


@every_metric
def test_an_assessed_mark_names_the_number_that_decided(metric: Metric):
    told = mark(metric, middling(metric))
    assert math.isfinite(told.value)


def split(whole: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every day as two rows: sums divided at random, readings and means kept."""
    sums = [
        column.name
        for column in DAILY
        if (column.unit in ("km", "kWh", "s", "m²/s²") or column.name in ("soc_drop_pct", "low_soc_events"))
        and column.name not in ("sampling_s", "drive_step_s", "odometer_first_km", "odometer_last_km")
    ]
    sums += ["harsh_accel", "harsh_brake"]
    share = np.random.default_rng(seed).uniform(0.2, 0.8, len(whole))
    first, second = whole.copy(), whole.copy()
    for name in sums:
        first[name], second[name] = whole[name] * share, whole[name] * (1 - share)
    return pd.concat([first, second]).sort_values(["date", "first_ms"], kind="stable").reset_index(drop=True)


@every_metric
@pytest.mark.parametrize("seed", [1, 2])
def test_days_in_another_split_change_nothing(metric: Metric, seed: int):
    for one in (history(), middling_history()):
        other = History(one.device_no, one.car, split(one.days, seed), one.sessions, one.arrays)
        expected, found = metric.measure(one), metric.measure(other)
        for name, value in expected.items():
            assert found[name] == (pytest.approx(value, rel=1e-9, nan_ok=True) if isinstance(value, float) else value)


@every_metric
def test_the_order_of_sessions_changes_nothing(metric: Metric):
    one = middling_history()
    turned = History(one.device_no, one.car, one.days, one.sessions.iloc[::-1].reset_index(drop=True), one.arrays)
    assert metric.measure(turned) == pytest.approx(metric.measure(one), nan_ok=True)


@every_metric
def test_measuring_changes_nothing_that_it_was_given(metric: Metric):
    one = middling_history()
    before, sessions, arrays = one.days.copy(), one.sessions.copy(), {k: v.copy() for k, v in one.arrays.items()}
    metric.measure(one)
    pd.testing.assert_frame_equal(one.days, before)
    pd.testing.assert_frame_equal(one.sessions, sessions)
    assert all((one.arrays[name] == arrays[name]).all() for name in arrays)


def test_a_vehicle_without_sessions_or_arrays_can_be_measured():
    bare = History("T1", CAR, days(), charges(0), {})
    for metric in METRICS:
        assert metric.measure(bare)
