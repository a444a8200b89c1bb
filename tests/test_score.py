"""Totals, grades, caps, lines: hand-computed vehicles, exact sums, borders, and what happens when much is missing."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

import pytest
from histories import CAR, history
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.findings import Finding
from baas.metrics import Mark, all_metrics
from baas.score import Vehicle, score_fleet
from baas.score.rules import grade_name

LAST = datetime(2024, 7, 1, 12)
WEIGHTS = {metric.name: metric.weight for metric in all_metrics()}
UNSAFE = Finding(
    "T1", "battery", "weak_cell", "critical", 0, 1, 9, 80.0, "mV", "82번 셀 전압 80 mV 낮음", "cell 82 is low"
)


def vehicle(values, model_year=2024, device_no="T1", a_car=CAR, findings=(), last=LAST):
    return Vehicle(device_no, a_car, model_year, datetime(2024, 1, 1), last, 60, 3000.0, values, findings)


def measured(one):
    return {name: value for metric in all_metrics() for name, value in metric.measure(one).items()}


HEALTHY = measured(history())


@pytest.fixture
def marked(monkeypatch):
    """Scores a vehicle whose metrics give the points that the test says; those not named are not assessed."""

    def scored(points, model_year=2024, findings=(), last=LAST, device_no="T1"):
        def metric_of(metric):
            given_points = points.get(metric.name, math.nan)
            reason = f"{metric.title_ko} {given_points:.0f}"
            return replace(metric, score=lambda *_: Mark(given_points, reason, metric.name, 1.0, "x"))

        metrics = tuple(metric_of(metric) for metric in all_metrics())
        monkeypatch.setattr("baas.score.all_metrics", lambda: metrics)
        [score] = score_fleet([vehicle({}, model_year, device_no, findings=findings, last=last)])
        monkeypatch.undo()
        return score

    return scored


def every(points):
    return dict.fromkeys(WEIGHTS, points)


def losses(score):
    return {line.line: line.points_lost for line in score.lines}


def hundredths(value):
    assert value == pytest.approx(round(value, 2), abs=1e-12)
    return round(value * 100)


# golden vehicles, by hand


def test_golden_a_vehicle_with_all_five_marks(marked):
    # 0.25*80 + 0.20*90 + 0.20*70 + 0.20*60 + 0.15*100 = 79; three years old: 4 points
    points = {"cell_imbalance": 80, "efficiency": 90, "temperature": 70, "charging_pattern": 60, "driving_habit": 100}
    score = marked(points, model_year=2021, last=datetime(2024, 7, 1))
    assert (score.base, score.deducted, score.total) == (
        79.0,
        pytest.approx(4.0, abs=0.01),
        pytest.approx(75.0, abs=0.01),
    )
    assert losses(score) == pytest.approx(
        {
            "cell_imbalance": 5,
            "efficiency": 2,
            "temperature": 6,
            "charging_pattern": 8,
            "driving_habit": 0,
            "model_year": 4,
        },
        abs=0.01,
    )
    assert (score.grade, score.status, score.coverage) == ("B", "scored", 1.0)
    assert score.main_reason == "충전 습관 60"


def test_golden_a_vehicle_without_driving_habit_has_its_weights_rescaled(marked):
    # (25*60 + 20*80 + 20*80 + 20*80) / 85 = 6300 / 85 = 74.1176; new
    points = {"cell_imbalance": 60, "efficiency": 80, "temperature": 80, "charging_pattern": 80}
    score = marked(points)
    assert score.total == 74.12
    assert losses(score)["cell_imbalance"] == pytest.approx(25 / 85 * 40, abs=0.01)
    assert losses(score)["driving_habit"] == 0
    assert {line.line: line.weight for line in score.lines}["cell_imbalance"] == pytest.approx(25 / 85, abs=1e-6)
    assert (score.coverage, score.status, score.grade) == (0.85, "scored", "B")


def test_golden_an_old_vehicle_loses_fifteen_points(marked):
    score = marked(every(90.0), model_year=2010)
    assert (score.base, score.deducted, score.total, score.grade) == (90.0, 15.0, 75.0, "B")
    assert "연식 감점 15.0점" in score.main_reason


def test_golden_a_real_history_from_measure_to_total():
    [score] = score_fleet([vehicle(HEALTHY)])
    points = {line.line: line.points for line in score.lines}
    assert points["efficiency"] == 85
    assert points["charging_pattern"] == 100
    expected = sum(WEIGHTS[name] * points[name] for name in WEIGHTS) / 100
    assert score.total == pytest.approx(expected, abs=0.02)
    assert score.grade == "A"


# exact decomposition

some_points = st.one_of(st.just(math.nan), st.floats(0, 100), st.sampled_from([0.0, 100.0, 85.0, 33.333]))


@settings(max_examples=200, deadline=None)
@given(st.lists(some_points, min_size=5, max_size=5), st.one_of(st.none(), st.integers(2005, 2025)))
def test_points_lost_and_total_add_up_to_one_hundred(points, model_year):
    metrics = [
        replace(metric, score=lambda *_, given_points=each: Mark(given_points, "가", "a"))
        for metric, each in zip(all_metrics(), points, strict=True)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("baas.score.all_metrics", lambda: tuple(metrics))
        [score] = score_fleet([vehicle({}, model_year)])
    if score.status == "not_assessed":
        assert math.isnan(score.total)
        return
    assert math.fsum(line.points_lost for line in score.lines) + score.total == pytest.approx(100, abs=1e-9)
    assert sum(hundredths(line.points_lost) for line in score.lines) + hundredths(score.total) == 10_000
    assert hundredths(score.base) == hundredths(score.total) + hundredths(score.deducted)
    assert 0 <= score.total <= score.base <= 100
    exact = {m.name: p for m, p in zip(metrics, points, strict=True) if math.isfinite(p)}
    base = sum(WEIGHTS[name] * p for name, p in exact.items()) / sum(WEIGHTS[name] for name in exact)
    assert score.base == pytest.approx(base, abs=0.0151)


def test_a_deduction_never_goes_below_nothing(marked):
    score = marked(every(6.0), model_year=2010)
    assert (score.base, score.deducted, score.total, score.grade) == (6.0, 6.0, 0.0, "D")
    assert sum(losses(score).values()) == pytest.approx(100)


# grades, coverage, caps


@pytest.mark.parametrize(
    ("points", "grade", "name"),
    [
        (85.0, "A", "매우 좋음"),
        (84.99, "B", "좋음"),
        (70.0, "B", "좋음"),
        (69.99, "C", "보통"),
        (55.0, "C", "보통"),
        (54.99, "D", "나쁨"),
        (0.0, "D", "나쁨"),
    ],
)
def test_grades_begin_at_their_border(marked, points, grade, name):
    score = marked(every(points))
    assert (score.grade, score.row()["grade_name"]) == (grade, name)


def test_the_grade_is_that_of_the_total_one_reads(marked):
    score = marked(every(84.996))
    assert (score.total, score.grade) == (85.0, "A")


def only(*names, points=80.0):
    return dict.fromkeys(names, points)


def test_coverage_below_six_tenths_gives_no_grade(marked):
    score = marked(only("driving_habit", "temperature", "efficiency"))  # 55 of 100
    assert (score.grade, score.status, score.coverage) == ("", "not_assessed", 0.55)
    row = score.row()
    assert all(math.isnan(row[name]) for name in ("total_score", "base_score", "model_year_deduction"))
    assert row["grade_name"] == grade_name("") == "평가 불가"
    assert row["efficiency_score"] == 80
    assert math.isnan(row["cell_imbalance_score"])
    assert score.main_reason.startswith("셀 불균형")
    assert "충전 습관" in score.main_reason
    assert "charging pattern" in score.main_reason_en
    assert all(math.isnan(line.points_lost) for line in score.lines)


def test_six_tenths_are_enough_for_a_provisional_grade(marked):
    score = marked(only("cell_imbalance", "driving_habit", "temperature"))  # 60 of 100
    assert (score.grade, score.status) == ("B", "provisional")


def test_eight_tenths_are_final(marked):
    assert marked(only("cell_imbalance", "driving_habit", "temperature", "efficiency")).status == "scored"
    assert marked(only("cell_imbalance", "charging_pattern", "temperature")).status == "provisional"


def test_an_a_needs_nine_tenths_and_the_cap_is_a_line(marked):
    score = marked({name: 95.0 for name in WEIGHTS if name != "driving_habit"})
    assert (score.grade, score.total, score.coverage) == ("B", 95.0, 0.85)
    [cap] = [line for line in score.lines if line.line == "coverage_cap"]
    assert cap.points_lost == 0
    assert "85 %" in cap.reason_ko
    assert not [line for line in marked(every(95.0)).lines if line.line == "coverage_cap"]


def test_a_critical_battery_finding_caps_the_grade_at_d(marked):
    score = marked(every(95.0), findings=(UNSAFE,))
    assert (score.grade, score.total) == ("D", 95.0)
    [cap] = [line for line in score.lines if line.line == "safety_cap"]
    assert cap.points_lost == 0
    assert score.main_reason == cap.reason_ko
    assert "82번 셀" in score.main_reason


@pytest.mark.parametrize("harmless", [{"severity": "warning"}, {"kind": "mileage"}])
def test_other_findings_cap_nothing(marked, harmless):
    score = marked(every(95.0), findings=(replace(UNSAFE, **harmless),))
    assert score.grade == "A"
    assert not [line for line in score.lines if line.line == "safety_cap"]


def test_a_safety_finding_gives_no_grade_to_what_could_not_be_assessed(marked):
    assert marked(only("efficiency"), findings=(UNSAFE,)).grade == ""


@pytest.mark.parametrize("unknown", [{"model_year": None}, {"last": None}])
def test_an_unknown_age_deducts_nothing_says_so_and_is_provisional(marked, unknown):
    score = marked(every(90.0), **unknown)
    assert (score.deducted, score.status, score.total) == (0.0, "provisional", 90.0)
    [line] = [line for line in score.lines if line.line == "model_year"]
    assert "연식 감점 0점" in line.reason_ko
