"""The temperatures a battery lives at: stress by Arrhenius, cold fast charging, spread, hours above 45 °C."""

from __future__ import annotations

import math

import numpy as np
import pytest
from histories import CAR, at, charges, days, history, temperatures

from baas.cars import UNKNOWN
from baas.metrics import Cohort
from baas.metrics.temperature import METRIC, ageing_rate
from baas.tables.days import SPREAD_C_BINS

NOBODY = Cohort()
COLD_START = {"charge_temp_s": temperatures((5, 144_000))}


def measured(a_car=CAR, some_days=None, **arrays):
    return METRIC.measure(history(car=a_car, days=days() if some_days is None else some_days, **arrays))


def mark(values, cohort=NOBODY):
    return METRIC.score(values, CAR, cohort)


def only(warm_c, seconds=1_000_000):
    none = temperatures()
    return {"park_temp_s": temperatures((warm_c, seconds)), "drive_temp_s": none, "charge_temp_s": none}


def test_the_rate_of_ageing_is_that_of_the_published_cells():
    assert ageing_rate(np.array([25.0, 35.0, 45.0])) == pytest.approx([1.0, 1.624, 2.557], abs=0.01)


def test_parked_driven_and_charged_time_count_alike():
    values = measured(
        park_temp_s=temperatures((10, 3600)),
        drive_temp_s=temperatures((20, 3600)),
        charge_temp_s=temperatures((30, 7200)),
    )
    assert values["mean_temp_c"] == pytest.approx((10.5 + 20.5 + 2 * 30.5) / 4)
    assert values["temperature_recorded_h"] == 4
    assert values["temperature_parked_pct"] == 25


def test_a_battery_near_twenty_five_degrees_loses_next_to_nothing():
    assert mark(measured()).points > 98


def test_a_hot_life_costs_in_proportion_to_its_stress():
    values = measured(**only(40))  # bin from 40 to 41 °C
    stress = float(ageing_rate(np.array([40.5]))[0])
    lost = 45 * (stress - 1) / 1.5
    assert mark(values).points == pytest.approx(100 - 100 * lost / 75)  # no charge energy with a temperature: 75 of 100
    assert "열화 배율" in mark(values).reason_ko


def test_a_cold_life_is_no_fault():
    assert mark(measured(**only(-5))).points == 100


def test_one_percent_above_forty_five_degrees_costs_its_part_in_full():
    values = measured(
        park_temp_s=temperatures((25, 990_000), (50, 10_000)), drive_temp_s=temperatures(), charge_temp_s=temperatures()
    )
    assert values["temperature_hot_pct"] == pytest.approx(1.0)
    assert mark(measured(**only(25))).points - mark(values).points > 100 * 10 / 75 - 1e-9


def test_charging_fast_in_the_cold_costs():
    cold = mark(measured(some_days=days(cold_fast_charge_kwh=1.0), **COLD_START))  # 10 % of 10 kWh a day
    warm = mark(measured(**COLD_START))
    assert warm.points - cold.points == pytest.approx(12.5)
    assert "0.3 C" in cold.reason_ko


def test_without_temperatures_or_rated_ah_no_charge_is_called_warm():
    no_temperature = measured(some_days=days(cold_fast_charge_kwh=0.0), charge_temp_s=temperatures())
    assert math.isnan(no_temperature["temperature_cold_charge_pct"])
    assert math.isnan(measured(UNKNOWN)["temperature_cold_charge_pct"])
    assert measured()["temperature_cold_charge_pct"] == 0


def test_less_than_twenty_kwh_of_charging_says_nothing_of_cold():
    little = measured(some_days=days(charge_in_kwh=0.3, cold_fast_charge_kwh=0.3))
    assert little["temperature_cold_charge_pct"] == 100
    assert mark(little).points > 98


@pytest.mark.parametrize(("place", "expected_c"), [(6, 3.0), (10, 5.0), (16, 8.0)])
def test_a_spread_told_in_whole_degrees_is_taken_as_sent(place, expected_c):
    assert measured(module_spread_s=at((SPREAD_C_BINS.count,), (place, 1e6)))["temperature_spread_c"] == expected_c


def test_a_spread_in_fine_steps_is_the_middle_of_its_bin():
    fine = at((SPREAD_C_BINS.count,), *((place, 1e5) for place in range(20)))
    assert measured(module_spread_s=fine)["temperature_spread_c"] == pytest.approx(9.25)


def test_three_degrees_of_spread_are_healthy_and_eight_cost_the_part():
    healthy = mark(measured(module_spread_s=at((SPREAD_C_BINS.count,), (6, 1e6))))
    wide = mark(measured(module_spread_s=at((SPREAD_C_BINS.count,), (16, 1e6))))
    assert healthy.points - wide.points == pytest.approx(20)
    assert "모듈 온도 편차" in wide.reason_ko


def test_a_single_probe_has_no_spread():
    assert math.isnan(measured(some_days=days(modules=1))["temperature_spread_c"])


def test_a_short_record_is_not_assessed():
    assert not mark(measured(**only(25, 23 * 3600))).is_assessed
    assert mark(measured(**only(25, 25 * 3600))).is_assessed
    assert not mark(measured(some_days=days(6))).is_assessed


def test_without_probes_nothing_is_assessed():
    told = mark(measured(**only(25, 0)))
    assert not told.is_assessed
    assert "0.0시간" in told.reason_ko


def test_the_fleet_is_told_beside_the_mark_and_does_not_change_it():
    values = measured(**only(30))
    fleet = [{"temperature_stress": 1.0 + 0.02 * k} for k in range(40)]
    alone, among = mark(values), mark(values, Cohort((), fleet))
    assert among.points == alone.points
    assert "40대" in among.reason_ko
    assert "40대" not in alone.reason_ko


def test_sessions_have_no_say():
    values = METRIC.measure(history(sessions=charges(0)))
    assert values == measured()
