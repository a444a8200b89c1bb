"""Fast charging, parking full, running empty, fast charging when cold or hot; and what unknown modes cost."""

from __future__ import annotations

import math

import pytest
from histories import CAR, at, car, charges, days, history

from baas.cars import UNKNOWN
from baas.metrics import Cohort
from baas.metrics.charging_pattern import METRIC
from baas.tables.days import SOC_BINS

LFP = car(chemistry="LFP")


def measured(sessions=None, some_days=None, a_car=CAR, **arrays):
    found = charges() if sessions is None else sessions
    return METRIC.measure(history(a_car, days() if some_days is None else some_days, found, **arrays))


def points(values, a_car=CAR):
    return METRIC.score(values, a_car, Cohort()).points


def dc(number, of=20, **columns):
    """Charges of which the first `number` are DC at 50 kW."""
    first = {"mode": ("dc", "ac"), "median_kw": (50.0, 7.0), "max_c_rate": (0.7, 0.1)}
    split = {name: [one] * number + [other] * (of - number) for name, (one, other) in first.items()}
    return charges(of, **{**split, **columns})


def parked(share):
    return at((SOC_BINS.count,), (12, (1 - share) * 4e6), (18, share * 2e6), (19, share * 2e6))


def test_a_gently_charged_vehicle_loses_nothing():
    assert points(measured()) == 100


@pytest.mark.parametrize(("share", "expected"), [(2, 100), (8, 60), (16, 30)])
def test_the_share_of_fast_charging_costs_by_its_band(share, expected):
    values = measured(dc(share))
    assert values["charging_dc_pct"] == pytest.approx(5 * share)
    assert points(values) == pytest.approx(100 - 0.35 * (100 - expected))


def test_energy_counts_not_the_number_of_charges():
    big = dc(10, end_soc_pct=[90.0] * 10 + [40.0] * 10)  # 60 % by DC, 10 % by AC
    assert measured(big)["charging_dc_pct"] == pytest.approx(100 * 60 / 70)


def test_power_above_one_hundred_kilowatts_costs_up_to_ten_of_the_points():
    slow, fast = (measured(dc(8, median_kw=[kw] * 8 + [7.0] * 12)) for kw in (100.0, 120.0))
    assert points(slow) - points(fast) == pytest.approx(0.35 * 10)


def test_a_high_c_rate_costs_as_much_where_the_rated_ah_is_known():
    rates = {"max_c_rate": [1.8] * 8 + [0.1] * 12}
    assert points(measured(dc(8))) - points(measured(dc(8, **rates))) == pytest.approx(0.35 * 10)
    assert math.isnan(measured(dc(8, **rates), a_car=UNKNOWN)["charging_dc_c_rate"])


def test_one_fast_charge_in_a_hundred_is_not_punished_for_its_power():
    rare = measured(dc(1, of=100, median_kw=[200.0] + [7.0] * 99))
    assert points(rare) > 99.6


@pytest.mark.parametrize(("share", "expected"), [(0.05, 100), (0.2, 70), (0.5, 30)])
def test_parking_full_costs_by_its_band(share, expected):
    values = measured(soc_park_s=parked(share))
    assert values["charging_full_pct"] == pytest.approx(100 * share)
    assert points(values) == pytest.approx(100 - 0.35 * (100 - expected))


def hidden(low, high, seconds):
    """Parked in gaps between two SOC [%]."""
    low_s, high_s = (at((SOC_BINS.count,), (int(soc // SOC_BINS.step), seconds)) for soc in (low, high))
    return {"soc_gap_low_s": low_s, "soc_gap_high_s": high_s}


@pytest.mark.parametrize(("low", "high", "full", "within"), [(90, 99, 50, 0), (40, 89, 0, 0), (40, 99, 25, 25)])
def test_gaps_that_hide_a_charge_are_parked_above_below_or_half_of_each(low, high, full, within):
    values = measured(soc_park_s=parked(0), **hidden(low, high, 4e6))
    assert values["charging_full_pct"] == pytest.approx(full)
    assert values["charging_full_within_pct"] == pytest.approx(within)
    assert values["charging_parked_h"] == pytest.approx(8e6 / 3600)


def test_a_vehicle_seen_all_the_time_is_sure_how_it_parked():
    assert measured(soc_park_s=parked(0.2))["charging_full_within_pct"] == 0


@pytest.mark.parametrize(("share", "counts"), [(0.29, True), (0.31, False)])
def test_parking_full_counts_only_where_it_is_known_to_fifteen_percent(share, counts):
    values = measured(soc_park_s=(1 - share) * parked(0.5), **hidden(40, 99, share * 4e6))
    told = METRIC.score(values, CAR, Cohort())
    assert (told.points < 90) == counts
    assert ("주차 SOC 제외" in told.reason_ko) != counts
    assert ("parking full left out" in told.reason_en) != counts


def test_what_is_not_known_of_the_parking_is_told():
    values = measured(soc_park_s=0.9 * parked(0.5), **hidden(40, 99, 4e5))
    told = METRIC.score(values, CAR, Cohort())
    assert "주차 50±5 %" in told.reason_ko
    assert "50±5 % of the time" in told.reason_en
    assert "±" not in METRIC.score(measured(soc_park_s=parked(0.5)), CAR, Cohort()).reason_ko


def test_lfp_cells_may_be_parked_full():
    values = measured(soc_park_s=parked(0.5), a_car=LFP)
    assert points(values, LFP) == 100
    assert "LFP" in METRIC.score(values, LFP, Cohort()).reason_ko


def test_running_empty_costs_by_how_often():
    falls = days(low_soc_events=[1] * 6 + [0] * 54)
    values = measured(some_days=falls)
    assert values["charging_empty_per_30d"] == pytest.approx(6 / (59 + 80 / 86.4) * 30)
    assert points(values) == pytest.approx(100 - 0.15 * 10 * values["charging_empty_per_30d"])


def test_without_soc_nothing_is_called_never_empty():
    assert math.isnan(measured(some_days=days(soc_min_pct=math.nan))["charging_empty_per_30d"])


@pytest.mark.parametrize("warm_c", [5.0, 45.0])
def test_fast_charging_when_cold_or_hot_costs(warm_c):
    stressed = dc(2, mean_temp_c=[warm_c] * 2 + [20.0] * 18)
    assert measured(stressed)["charging_stress_pct"] == pytest.approx(10)
    assert points(measured(stressed)) == pytest.approx(100 - 0.15 * 40)


def test_five_charges_of_known_temperature_are_the_least_to_speak_of_stress():
    cold = [5.0, 20.0, 20.0, 20.0]
    four = dc(1, mean_temp_c=[*cold, *[math.nan] * 16])
    five = dc(1, mean_temp_c=[*cold, 20.0, *[math.nan] * 15])
    assert points(measured(four)) == 100
    assert points(measured(five)) == pytest.approx(100 - 0.15 * 70)  # one of five: 20 %


def test_slow_charging_in_the_cold_is_no_stress():
    assert measured(dc(2, mean_temp_c=[20.0] * 2 + [5.0] * 18))["charging_stress_pct"] == 0


def unknown(number, of=20, **columns):
    modes = ["unknown"] * number + ["dc"] * (of - number)
    return charges(of, mode=modes, median_kw=math.nan, **columns)


def test_half_of_the_energy_of_unknown_mode_is_the_limit():
    assert measured(unknown(10))["charging_dc_pct"] == 100
    more = measured(unknown(11))
    assert math.isnan(more["charging_dc_pct"])
    assert more["charging_unknown_pct"] == pytest.approx(55)


def test_an_unknown_share_is_left_out_and_told():
    told = METRIC.score(measured(unknown(20)), CAR, Cohort())
    assert told.points == 100
    assert "100 %라 급속 비중 제외" in told.reason_ko


def test_lfp_without_a_known_share_is_not_assessed():
    assert math.isnan(points(measured(unknown(20), a_car=LFP), LFP))


def test_inferred_charges_count_by_their_step_of_soc():
    seen = charges(
        20,
        inferred=[1] * 6 + [0] * 14,
        mode=["unknown"] * 6 + ["ac"] * 7 + ["dc"] * 7,
        in_kwh=[math.nan] * 6 + [28.0] * 14,
    )
    values = measured(seen)
    assert values["charging_dc_pct"] == pytest.approx(50)
    assert values["charging_unknown_pct"] == pytest.approx(30)


def test_the_vehicles_own_counters_tell_where_modes_do_not():
    counted = days(
        charges_first=[100.0] * 60,
        charges_last=[110.0] * 59 + [140.0],
        quick_charges_first=7.0,
        quick_charges_last=[7.0] * 59 + [15.0],
    )
    values = measured(unknown(20), counted)
    assert values["charging_dc_pct"] == pytest.approx(20)
    assert values["charging_dc_basis"] == "count"
    assert "충전 횟수 20 %" in METRIC.score(values, CAR, Cohort()).reason_ko


def test_a_counter_that_fell_tells_nothing():
    fell = days(charges_first=100.0, charges_last=50.0, quick_charges_first=7.0, quick_charges_last=8.0)
    assert math.isnan(measured(unknown(20), fell)["charging_dc_pct"])


def test_counted_charges_are_charges_seen():
    counted = days(charges_first=100.0, charges_last=130.0)
    assert measured(charges(0), counted)["charging_charges"] == 30


def test_two_weeks_and_five_charges_are_the_least():
    assert math.isnan(points(measured(charges(4))))
    assert math.isfinite(points(measured(charges(5))))
    assert math.isnan(points(measured(some_days=days(13))))
    assert math.isfinite(points(measured(some_days=days(15))))


def test_drives_and_rests_are_not_charges():
    others = charges(20, kind=["drive"] * 10 + ["rest"] * 10)
    assert measured(others)["charging_charges"] == 0


def test_energy_takes_the_place_of_soc_where_no_charge_has_it():
    without = dc(10, start_soc_pct=math.nan, end_soc_pct=math.nan, in_kwh=[30.0] * 10 + [10.0] * 10)
    assert measured(without)["charging_dc_pct"] == pytest.approx(75)
