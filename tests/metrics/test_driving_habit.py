"""Positive kinetic energy by the step between rows, harsh events where they can be seen, and what cannot be seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from histories import CAR, at, car, days, history

from baas.metrics import Cohort
from baas.metrics.driving_habit import MEDIAN_POINTS, METRIC, REFERENCE_PKE

NOBODY = Cohort()


def measured(count=60, **columns):
    return METRIC.measure(history(days=days(count, **columns)))


def driven(pke, step_s=2.0, count=60, **columns):
    return measured(count, pke_m2_s2=pke * 50_000, drive_step_s=step_s, **columns)


def points(values, a_car=CAR, cohort=NOBODY):
    return METRIC.score(values, a_car, cohort).points


def own(values, **known):
    """Points before short distances are drawn to the median."""
    km = values["driving_pke_km"]
    return (points(values, **known) * (km + 300) - 300 * MEDIAN_POINTS) / km


def test_positive_kinetic_energy_is_per_metre():
    assert driven(0.35)["driving_pke_m_s2"] == pytest.approx(0.35)


@pytest.mark.parametrize("step_s", [1.0, 2.0, 5.0, 10.0])
def test_the_reference_percentiles_give_the_points_of_the_method(step_s):
    for pke, expected in zip(REFERENCE_PKE[step_s], (100, 85, 70, 55, 0), strict=True):
        assert own(driven(pke, step_s)) == pytest.approx(expected)


def test_the_same_driving_seen_at_a_longer_step_is_not_better_driving():
    sparse, dense = driven(0.25, 10.0), driven(0.25, 1.0)
    assert points(sparse) < points(dense)


def test_between_the_steps_of_the_table_points_change_without_jumps():
    steps = np.geomspace(0.5, 12, 200)
    marks = [points({**driven(0.3), "driving_step_s": step}) for step in steps]
    assert max(abs(np.diff(marks))) < 1


def test_the_median_is_drawn_to_when_little_was_driven():
    bad = [points(driven(0.7, count=count)) for count in (1, 6, 60)]
    assert bad[0] > bad[1] > bad[2]
    assert bad[0] == pytest.approx(MEDIAN_POINTS * 300 / 350)
    assert pytest.approx(76) == MEDIAN_POINTS


def test_less_than_fifty_kilometres_are_not_assessed():
    assert math.isnan(points(measured(1, pke_km=49.0)))
    assert math.isfinite(points(measured(1, pke_km=50.0)))


@pytest.mark.parametrize("step_s", [13.0, 30.0, 60.0])
def test_slow_rows_are_told_to_be_not_measurable(step_s):
    told = METRIC.score(measured(drive_step_s=step_s), CAR, Cohort())
    assert not told.is_assessed
    assert f"{step_s:.0f} s에서는" in told.reason_ko
    assert f"not measurable at {step_s:.0f} s" in told.reason_en


def test_jitter_around_ten_seconds_is_still_measurable():
    assert math.isfinite(points(driven(0.3, 12.0)))


def test_days_of_slow_rows_do_not_enter():
    mixed = measured(drive_step_s=[2.0] * 30 + [30.0] * 30, pke_m2_s2=[15_000.0] * 30 + [0.0] * 30)
    assert mixed["driving_pke_m_s2"] == pytest.approx(0.3)
    assert mixed["driving_pke_km"] == 1500
    assert mixed["driving_step_s"] == 2.0


def test_parked_and_charging_rows_have_no_say_in_the_step():
    rests = driven(0.3, 2.0, sampling_s=60.0)
    assert (rests["driving_step_s"], rests["driving_pke_km"]) == (2.0, 3000)
    assert points(rests) == points(driven(0.3, 2.0))
    assert math.isnan(points(driven(0.3, 30.0, sampling_s=2.0)))


def test_the_step_is_the_median_of_the_kilometres_not_of_the_days():
    many_short = measured(drive_step_s=[10.0] * 40 + [2.0] * 20, pke_km=[1.0] * 40 + [50.0] * 20)
    assert many_short["driving_step_s"] == 2.0


def test_the_step_of_days_without_driving_is_missing():
    parked = measured(drive_step_s=np.nan, drive_s=0.0, pke_m2_s2=0.0, pke_km=0.0)
    assert math.isnan(parked["driving_step_s"])
    assert "0 km" in METRIC.score(parked, CAR, NOBODY).reason_ko


def test_the_speed_profile_is_measured_whatever_the_step():
    values = METRIC.measure(history(days=days(drive_step_s=60.0), speed_s=at((52,), (0, 10.0), (10, 60.0), (22, 30.0))))
    assert values["driving_fast_pct"] == pytest.approx(30)
    assert values["driving_slow_pct"] == pytest.approx(10)
    assert values["driving_mean_kmh"] == pytest.approx((10 * 2.5 + 60 * 52.5 + 30 * 112.5) / 100)


def harsh(per_100km, **columns):
    return driven(0.186, 1.0, harsh_accel=per_100km / 4, harsh_brake=per_100km / 4, harsh_km=50.0, **columns)


def test_harsh_events_take_half_of_the_mark_where_rows_show_them():
    assert own(harsh(0)) == pytest.approx(100)
    assert own(harsh(23.9)) == pytest.approx((100 + 70) / 2)
    assert own(harsh(34.9)) == pytest.approx((100 + 55) / 2)
    assert "급가속·급감속 34.9회" in METRIC.score(harsh(34.9), CAR, Cohort()).reason_ko


def test_trucks_are_held_against_truck_drivers():
    assert own(harsh(10.2), a_car=car(body="truck")) == pytest.approx((100 + 70) / 2)
    assert own(harsh(10.2)) > own(harsh(10.2), a_car=car(body="truck"))


@pytest.mark.parametrize(("km", "known"), [(49.0, False), (50.0, True)])
def test_a_rate_of_harsh_events_needs_fifty_kilometres(km, known):
    values = measured(1, drive_step_s=1.0, harsh_accel=1, harsh_km=km)
    assert math.isfinite(values["driving_harsh_per_100km"]) == known
    assert values["driving_harsh_km"] == km


@pytest.mark.parametrize(("body", "same_as"), [("", "car"), ("van", "truck")])
def test_an_unknown_body_is_judged_as_a_car_and_a_van_as_a_truck(body, same_as):
    assert own(harsh(15), a_car=car(body=body)) == own(harsh(15), a_car=car(body=same_as))
    assert own(harsh(15), a_car=car(body="car")) != own(harsh(15), a_car=car(body="truck"))


def test_without_distance_on_which_to_count_there_are_no_harmless_drivers():
    assert math.isnan(driven(0.3, 1.0, harsh_km=0.0)["driving_harsh_per_100km"])
    little = {**driven(0.513, 1.0), "driving_harsh_per_100km": 0.0, "driving_harsh_km": 49.0}
    assert points(little) == pytest.approx(points(driven(0.513, 1.0)))


def fleet_of(size, step_s=2.0):
    return [driven(0.20 + 0.01 * k, step_s) for k in range(size)]


def test_thirty_of_a_type_are_compared_with_one_another():
    fleet = fleet_of(31)
    told = METRIC.score(fleet[15], CAR, Cohort(fleet, fleet))
    assert own(fleet[15], cohort=Cohort(fleet, fleet)) == pytest.approx(MEDIAN_POINTS)
    assert "31대" in told.reason_ko


def test_fewer_of_a_type_are_held_against_the_reference_drives():
    fleet = fleet_of(29)
    assert points(fleet[15], cohort=Cohort(fleet, fleet)) == points(fleet[15])


def test_vehicles_seen_at_another_step_are_no_comparison():
    fleet = fleet_of(40, step_s=10.0)
    assert points(driven(0.3), cohort=Cohort(fleet, fleet)) == points(driven(0.3))


def test_a_uniform_fleet_does_not_turn_noise_into_marks():
    fleet = [driven(0.300 + 1e-6 * k) for k in range(40)]
    cohort = Cohort(fleet, fleet)
    assert abs(points(fleet[0], cohort=cohort) - points(fleet[39], cohort=cohort)) < 1
