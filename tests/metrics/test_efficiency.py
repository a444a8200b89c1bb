"""How far a kWh goes: where the energy comes from, what it is held against, and when nothing is said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from histories import CAR, car, days, history

from baas.cars import UNKNOWN
from baas.metrics import Cohort
from baas.metrics.efficiency import METRIC

NOBODY = Cohort()
NO_COUNTERS = {"counter_km": 0.0, "counter_out_kwh": 0.0, "counter_in_kwh": 0.0}
NO_POWER = {"drive_km": 0.0, "drive_out_kwh": 0.0, "drive_in_kwh": 0.0}


def measured(a_car=CAR, **columns):
    return METRIC.measure(history(car=a_car, days=days(**columns)))


def points(values, a_car=CAR, cohort=NOBODY):
    return METRIC.score(values, a_car, cohort).points


def test_counters_net_of_recuperation_are_trusted_first():
    values = measured(counter_out_kwh=12.0, counter_in_kwh=2.0, drive_out_kwh=99.0)
    assert values["efficiency_basis"] == "counter"
    assert values["efficiency_km_per_kwh"] == pytest.approx(50 / 10)


def test_without_counters_power_is_integrated():
    values = measured(**NO_COUNTERS, drive_out_kwh=13.5, drive_in_kwh=1.0)
    assert values["efficiency_basis"] == "power"
    assert values["efficiency_km_per_kwh"] == pytest.approx(50 / 12.5)


def test_power_is_not_integrated_over_steps_longer_than_a_minute():
    assert measured(**NO_COUNTERS, drive_step_s=61.0)["efficiency_basis"] == "soc"
    assert measured(**NO_COUNTERS, drive_step_s=60.0)["efficiency_basis"] == "power"


def test_rows_while_parked_have_no_say_in_whether_power_is_integrated():
    assert measured(**NO_COUNTERS, sampling_s=120.0)["efficiency_basis"] == "power"
    assert measured(**NO_COUNTERS, sampling_s=120.0)["efficiency_step_s"] == 2.0


def test_only_the_days_with_close_rows_enter_the_integral():
    mixed = measured(**NO_COUNTERS, drive_step_s=[10.0] * 30 + [120.0] * 30, drive_out_kwh=[11.0] * 30 + [50.0] * 30)
    assert mixed["efficiency_km_per_kwh"] == pytest.approx(5.0)
    assert mixed["efficiency_km"] == 1500


def test_the_reason_tells_that_an_integral_of_thinned_rows_reads_low():
    told = METRIC.score(measured(**NO_COUNTERS, drive_step_s=30.0), CAR, Cohort())
    assert "30 s" in told.reason_ko
    assert "3.0 %" in told.reason_ko
    assert "낮게" in told.reason_ko


def test_soc_is_the_last_resort_and_needs_the_usable_energy_of_the_type():
    values = measured(**NO_COUNTERS, **NO_POWER)
    assert values["efficiency_basis"] == "soc"
    assert values["efficiency_km_per_kwh"] == pytest.approx(50 / (0.15 * 70))
    assert measured(UNKNOWN, **NO_COUNTERS, **NO_POWER)["efficiency_basis"] == ""


def test_an_aged_battery_gives_less_energy_per_percent():
    values = measured(**NO_COUNTERS, **NO_POWER, bms_soh_pct=80.0)
    assert values["efficiency_km_per_kwh"] == pytest.approx(50 / (0.15 * 70 * 0.8))


@pytest.mark.parametrize("nonsense", [0.0, 12.0])
def test_a_health_that_cannot_be_is_not_used(nonsense):
    values = measured(**NO_COUNTERS, **NO_POWER, bms_soh_pct=nonsense)
    assert values["efficiency_km_per_kwh"] == pytest.approx(50 / (0.15 * 70))


def test_less_than_twenty_percent_of_soc_is_not_assessed():
    short = measured(**NO_COUNTERS, **NO_POWER, soc_drop_pct=0.3, soc_km=1.0)
    assert short["efficiency_drop_pct"] == pytest.approx(18)
    assert math.isnan(points(short))


def test_fifty_kilometres_are_enough_and_less_is_not():
    per_day = {"counter_km": 49.9 / 60, "drive_km": 0.0, "soc_km": 0.0}
    assert math.isnan(points(measured(**per_day, counter_out_kwh=0.2, counter_in_kwh=0.0)))
    per_day["counter_km"] = 50.1 / 60
    assert math.isfinite(points(measured(**per_day, counter_out_kwh=0.2, counter_in_kwh=0.0)))


def test_an_impossible_counter_gives_way_to_the_next_source():
    assert measured(counter_out_kwh=1000.0)["efficiency_basis"] == "power"
    assert measured(counter_out_kwh=1.0, counter_in_kwh=1.0)["efficiency_basis"] == "power"


@pytest.mark.parametrize(
    ("km_per_kwh", "expected"), [(2.5, 0), (3.5, 55), (4.25, 70), (5.0, 85), (5.5, 100), (6.0, 100), (3.875, 62.5)]
)
def test_the_ratio_to_the_certified_figure_gives_the_points(km_per_kwh, expected):
    values = measured(counter_out_kwh=50 / km_per_kwh, counter_in_kwh=0.0)
    assert points(values) == pytest.approx(expected)


def test_the_reason_tells_where_full_marks_begin():
    told = METRIC.score(measured(), CAR, NOBODY)
    assert "만점 110 %" in told.reason_ko
    assert "full marks at 110 %" in told.reason_en


def test_a_truck_is_held_against_its_own_certified_figure():
    values = measured(counter_out_kwh=50 / 3.1, counter_in_kwh=0.0)
    assert points(values, car(body="truck", certified_km_per_kwh=3.1)) == pytest.approx(85)
    assert points(values) < 50


def test_an_unknown_type_costs_the_mark_and_says_so():
    told = METRIC.score(measured(UNKNOWN), UNKNOWN, Cohort())
    assert not told.is_assessed
    assert "공인 전비" in told.reason_ko
    assert "5.00 km/kWh" in told.reason_ko


def test_three_of_a_type_make_a_median_to_be_held_against():
    unlisted = car(certified_km_per_kwh=None)
    fleet = [measured(unlisted, counter_out_kwh=50 / x, counter_in_kwh=0.0) for x in (4.0, 5.0, 6.0)]
    told = METRIC.score(fleet[0], unlisted, Cohort(fleet, fleet))
    assert told.points == pytest.approx(65)  # 0.8 of the median, between 0.7 -> 55 and 0.85 -> 70
    assert "3대" in told.reason_ko
    assert math.isnan(points(fleet[0], unlisted, Cohort(fleet[:2], fleet)))


def test_winter_days_are_brought_to_a_comfortable_temperature():
    warmth = np.array([0.0, 21.0] * 30)
    consumption = 0.2 * (1 + 0.02 * np.maximum(0, 20 - warmth))  # 40 % more at 0 °C
    values = measured(counter_out_kwh=50 * consumption, counter_in_kwh=0.0, drive_ext_temp_c=warmth)
    assert values["efficiency_km_per_kwh"] == pytest.approx(5 / 1.2)
    assert values["efficiency_comfort_km_per_kwh"] == pytest.approx(5.0)
    told = METRIC.score(values, CAR, Cohort())
    assert told.points == pytest.approx(85)
    assert "기온 보정(보정 전 4.17)" in told.reason_ko


def test_what_never_met_comfort_is_not_corrected_and_says_so():
    values = measured(drive_ext_temp_c=np.linspace(-5, 10, 60))
    assert math.isnan(values["efficiency_comfort_km_per_kwh"])
    assert "기온 보정 없음(주행 평균 2 °C)" in METRIC.score(values, CAR, Cohort()).reason_ko


def test_weather_is_never_made_to_save_energy():
    warmth = np.array([0.0, 21.0] * 30)
    values = measured(counter_out_kwh=np.where(warmth < 20, 9.0, 11.0), counter_in_kwh=0.0, drive_ext_temp_c=warmth)
    assert math.isnan(values["efficiency_comfort_km_per_kwh"])
