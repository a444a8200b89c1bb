"""Vehicle-days: what each column says, from days whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from feeds import (
    CONTEXT,
    HOUR,
    OHM,
    START_MS,
    charge,
    drive,
    fixes,
    journey,
    park,
    processed,
    signals,
    steps_of,
    unseen,
    with_columns,
)
from hypothesis import given
from hypothesis import strategies as st

from baas.daily import LOW_SOC_LEFT_PCT, LOW_SOC_PCT, _low_soc_events
from baas.daily.driving import driving_columns
from baas.daily.groups import Days
from baas.mileage import distance

HINT = (park(10), charge(30), drive(30, 50, -30), park(10))


def days_of(*parts: object) -> pd.DataFrame:
    return processed(*parts).days  # type: ignore[arg-type]


# -- time and states --------------------------------------------------------------------------------------------------


def test_a_day_tells_how_long_the_car_did_what() -> None:
    day = days_of(journey(*HINT, unseen(park(300)), park(10), unseen(drive(60)), park(10), soc=60)).iloc[0]
    assert day["park_s"] == pytest.approx(40 * 60, abs=30)
    assert day["charge_s"] == pytest.approx(30 * 60, abs=30)
    assert day["drive_s"] == pytest.approx(30 * 60, abs=30)
    assert day["still_gap_s"] == pytest.approx(300 * 60, abs=30)
    assert day["lost_gap_s"] == pytest.approx(60 * 60, abs=30)
    assert day["sampling_s"] == 10


def test_the_driving_step_is_that_of_the_rows_while_driving() -> None:
    moving = np.arange(0, 1801, 2.0)
    time = np.concatenate((moving, 1800 + 60.0 * np.arange(1, 2000)))
    speed = np.where(time <= 1800, 50.0, 0.0)
    day = days_of(signals(time, emobility_spd=speed, odometer=1000 + np.minimum(time, 1800) / 72, soc=50.0)).iloc[0]
    assert (day["sampling_s"], day["drive_step_s"]) == (60, 2)
    assert day["pke_km"] == pytest.approx(25, abs=0.5)


def test_a_day_without_driving_has_no_driving_step() -> None:
    assert np.isnan(days_of(journey(park(60), charge(30), park(60), soc=50)).iloc[0]["drive_step_s"])


def test_readings_of_a_day_are_its_first_last_lowest_and_highest() -> None:
    rows = signals([0, 60, 120, 180], soc=[50, np.nan, 70, 40], chrg_cnt=[7, 7, 8, np.nan], soh=[98, 99, 97, np.nan])
    day = days_of(rows).iloc[0]
    assert (day["soc_first_pct"], day["soc_last_pct"], day["soc_min_pct"], day["soc_max_pct"]) == (50, 40, 40, 70)
    assert (day["charges_first"], day["charges_last"], day["bms_soh_pct"]) == (7, 8, 98)


def test_zero_fill_of_a_charge_counter_is_not_a_thousand_charges() -> None:
    rows = signals(60.0 * np.arange(40), chrg_cnt=[0.0] * 5 + [1000.0] * 35, chrg_cnt_q=0.0)
    day = days_of(rows).iloc[0]
    assert (day["charges_first"], day["charges_last"]) == (1000, 1000)
    assert (day["quick_charges_first"], day["quick_charges_last"]) == (0, 0)


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(0, 30)), max_size=60))
def test_a_deep_discharge_is_counted_once_until_soc_has_risen_again(soc: list[float]) -> None:
    armed, events = False, []
    for value in soc:
        events.append(armed and value < LOW_SOC_PCT)
        armed = True if value > LOW_SOC_LEFT_PCT else False if value < LOW_SOC_PCT else armed
    np.testing.assert_array_equal(_low_soc_events(np.array(soc, dtype=float)), events)


# -- distance ---------------------------------------------------------------------------------------------------------


def test_distance_inside_days_between_them_and_across_gaps() -> None:
    night = unseen(drive(120, 60, -5))
    rows = journey(
        unseen(park(21 * 60)), drive(100, 30, -5), night, drive(60, 30, -5), unseen(drive(60, 60, -5)), park(10), soc=95
    )
    one, two = (row for _, row in days_of(rows).iterrows())
    assert one["distance_km"] == pytest.approx(50, abs=0.5)
    assert one["gap_km"] == 0
    assert two["distance_km"] == pytest.approx(30 + 60, abs=0.5)
    assert two["gap_km"] == pytest.approx(60, abs=0.5)
    assert two["odometer_first_km"] - one["odometer_last_km"] == pytest.approx(120, abs=0.5)
    assert two["speed_odometer_km"] == pytest.approx(two["speed_km"], abs=0.1)


def test_an_odometer_that_comes_late_after_a_gap_still_counts_as_across_it() -> None:
    rows = journey(*HINT, unseen(drive(60)), park(20), soc=60)
    odometer = rows.columns["odometer"].copy()
    after = int(np.argmax(np.diff(rows.time_ms))) + 1
    odometer[after : after + 20] = np.nan
    day = days_of(with_columns(rows, odometer=odometer)).iloc[0]
    assert day["gap_km"] == pytest.approx(60, abs=0.5)


def test_an_odometer_that_catches_up_at_midnight_is_driving() -> None:
    time = np.arange(-3600, 3600, 10.0)
    day_one = days_of(signals(time, odometer=np.where(time < 0, 1000.0, 1050.0)))
    assert distance(day_one).total_km == 50
    assert day_one["distance_km"].tolist() == [0, 50]


def test_a_glitch_at_midnight_is_not_driving() -> None:
    time = np.arange(-3600, 3600, 10.0)
    days = days_of(signals(time, odometer=np.where(time == 0, 9000.0, 1000 + (time + 3600) / 120)))
    assert distance(days).total_km == pytest.approx(7190 / 120)


# -- energy -----------------------------------------------------------------------------------------------------------


def test_energy_of_driving_by_power_counter_and_soc() -> None:
    day = days_of(journey(park(10), charge(60), drive(60, 60, -40), park(10), soc=40)).iloc[0]
    kwh = 40 * (350 - 40 * OHM) / 1000
    assert day["drive_km"] == pytest.approx(60, rel=0.01)
    assert day["drive_out_kwh"] == pytest.approx(kwh, rel=0.01)
    assert day["drive_in_kwh"] == pytest.approx(0, abs=0.001)  # half a step from charging to driving
    assert (day["counter_km"], day["counter_out_kwh"]) == (pytest.approx(60, rel=0.01), pytest.approx(kwh, rel=0.01))
    assert (day["soc_km"], day["soc_drop_pct"]) == (pytest.approx(60, rel=0.01), pytest.approx(40, rel=0.01))
    assert day["charge_in_kwh"] == pytest.approx(40 * (350 + 40 * OHM) / 1000, rel=0.01)


def test_recuperation_counts_as_energy_in_and_not_as_a_charge() -> None:
    day = days_of(journey(*HINT, drive(30, 60, -60), drive(30, 60, 20), park(10), soc=60)).iloc[0]
    assert day["drive_in_kwh"] == pytest.approx(0.5 * 20 * 0.351, rel=0.01)
    assert day["charge_in_kwh"] == pytest.approx(0.5 * 40 * 0.352, rel=0.01)


def test_short_trips_that_use_less_than_a_step_of_soc_count_with_the_others() -> None:
    trips = [phase for _ in range(12) for phase in (drive(3, 60, -10), park(10))]
    rows = journey(park(10), charge(30), park(10), *trips, soc=60)
    coarse = with_columns(rows, soc=np.floor(rows.columns["soc"].astype(float)))
    day = days_of(coarse).iloc[0]
    assert day["soc_km"] == pytest.approx(36, abs=0.5)
    assert day["soc_drop_pct"] == pytest.approx(6, abs=1.01)


def test_a_counter_or_soc_that_stands_still_over_a_long_drive_tells_nothing() -> None:
    rows = journey(park(10), charge(60), drive(10, 60, -60), park(20), drive(60, 60, -1), park(20), soc=20)
    counter = rows.columns["cumul_pw_dischrgd"].copy()
    counter[-500:] = counter[-500]
    soc = rows.columns["soc"].copy()
    soc[-500:] = soc[-500]
    day = days_of(with_columns(rows, cumul_pw_dischrgd=counter, soc=soc)).iloc[0]
    assert day["counter_km"] == pytest.approx(10, abs=0.3)
    assert day["soc_km"] == pytest.approx(10, abs=0.3)


def test_fast_charging_in_the_cold_is_told_and_slow_or_warm_is_not() -> None:
    def cold(amps: float, celsius: float) -> float:
        rows = journey(park(10), charge(30, amps), park(10), soc=10, modules=0)
        warm = with_columns(rows, mod_max_temp=celsius + 1, mod_min_temp=celsius - 1)
        return float(days_of(warm)["cold_fast_charge_kwh"].iloc[0])

    assert cold(60, 5) == pytest.approx(0.5 * 60 * 0.353, rel=0.02)
    assert cold(60, 15) == 0
    assert cold(20, 5) == 0


def test_energy_that_was_not_measured_is_missing_and_not_zero() -> None:
    rows = journey(*HINT, soc=50)
    assert np.isnan(days_of(with_columns(rows, pack_current=None))["charge_in_kwh"].iloc[0])
    assert (
        days_of(journey(charge(20), drive(20, 50, -30), unseen(park(24 * 60)), park(20), soc=50))["charge_in_kwh"].iloc[
            1
        ]
        == 0
    )


# -- driving ----------------------------------------------------------------------------------------------------------


def test_positive_kinetic_energy_is_the_sum_of_gains_of_squared_speed() -> None:
    time = np.arange(0, 3600, 10.0)
    speed = 50 + 20 * np.sin(time / 50)
    day = days_of(signals(time, emobility_spd=speed, odometer=1000 + np.cumsum(speed) / 360)).iloc[0]
    squared = (speed.astype(np.float32).astype(float) / 3.6) ** 2
    assert day["pke_m2_s2"] == pytest.approx(np.maximum(np.diff(squared), 0).sum(), rel=1e-6)
    assert day["pke_km"] == pytest.approx(speed.sum() / 360, rel=0.01)
    assert day["harsh_km"] == 0


@pytest.mark.parametrize("step", [13.0, 30.0])
def test_kinetic_energy_is_not_measured_at_slow_steps(step: float) -> None:
    time = np.arange(0, 3600, step)
    day = days_of(signals(time, emobility_spd=50 + 20 * np.sin(time / 50))).iloc[0]
    assert (day["pke_m2_s2"], day["pke_km"]) == (0, 0)


def harsh(change_kmh: float, at: float) -> tuple[int, int]:
    """Events of one change within a second at a speed, in a drive of a minute at each end."""
    speed = np.concatenate((np.full(90, at), np.full(90, at + change_kmh)))
    day = days_of(signals(np.arange(180.0), emobility_spd=speed)).iloc[0]
    assert day["harsh_km"] > 0
    return int(day["harsh_accel"]), int(day["harsh_brake"])


@pytest.mark.parametrize(
    ("change", "at", "found"),
    [(8.1, 30, (1, 0)), (7.9, 30, (0, 0)), (10.1, 15, (1, 0)), (9.9, 15, (0, 0)), (12.1, 8, (1, 0)), (11.9, 8, (0, 0)),
     (-15.1, 60, (0, 1)), (-14.9, 60, (0, 0)), (-14.1, 25, (0, 1)), (-13.9, 25, (0, 0))],
)  # fmt: skip
def test_harsh_events_are_those_of_the_tachograph_rules(change: float, at: float, found: tuple[int, int]) -> None:
    assert harsh(change, at) == found


@pytest.mark.parametrize(("body", "found"), [("car", 0), ("", 0), ("van", 1), ("truck", 1)])
def test_an_unknown_body_is_counted_by_the_limits_of_cars(body: str, found: int) -> None:
    speed = np.concatenate((np.full(90, 30.0), np.full(90, 37.0)))  # 7 km/h in a second: harsh for a truck only
    clean, steps = steps_of(signals(np.arange(180.0), emobility_spd=speed))
    columns = driving_columns(Days.of(clean.time_ms, "Asia/Seoul"), clean, steps, body)
    assert columns["harsh_accel"].tolist() == [found]


def test_one_long_acceleration_is_one_event() -> None:
    speed = np.concatenate((np.full(60, 30.0), 30 + 9.0 * np.arange(1, 6), np.full(60, 75.0)))
    day = days_of(signals(np.arange(125.0), emobility_spd=speed)).iloc[0]
    assert day["harsh_accel"] == 1


# -- positions --------------------------------------------------------------------------------------------------------


def gps_km(time: np.ndarray, km: np.ndarray, **columns: object) -> float:
    path = fixes(time, 37 + km / 111.195, 127.0, **columns)  # type: ignore[arg-type]
    return float(days_of(path)["gps_km"].iloc[0])


@pytest.mark.parametrize("step", [1.0, 10.0, 30.0])
@pytest.mark.parametrize("kmh", [10.0, 100.0])
@pytest.mark.parametrize("sent", [True, False])
def test_a_drive_is_as_long_as_its_path(step: float, kmh: float, sent: bool) -> None:
    time = np.arange(0, 1800, step)
    columns = {"speed": kmh} if sent else {}
    assert gps_km(time, kmh * time / HOUR, **columns) == pytest.approx(kmh / 2, rel=0.02)


@pytest.mark.parametrize("sent", [True, False])
def test_a_standing_receiver_that_wanders_drives_nothing(sent: bool) -> None:
    time = np.arange(0, 10 * HOUR, 10.0)
    wander = np.random.default_rng(5).normal(0, 0.005, len(time))
    columns = {"speed": 0.4} if sent else {}
    assert gps_km(time, wander, **columns) < 0.5


def test_a_jump_of_the_receiver_and_a_gap_are_not_driven() -> None:
    time = np.arange(0, 1800, 10.0)
    km = 60 * time / HOUR
    assert gps_km(time, np.where(time == 900, km + 50, km)) == pytest.approx(30, rel=0.03)
    late = np.where(time >= 900, time + 600, time)
    assert gps_km(late, np.where(time >= 900, km + 20, km)) == pytest.approx(30, rel=0.03)


def test_the_last_place_of_a_day_is_told() -> None:
    day = days_of(fixes([0, 10, 20], [37.0, 37.1, 37.2], [127.0, 127.1, 127.2])).iloc[0]
    assert (day["lat"], day["lng"]) == (37.2, 127.2)


# -- months -----------------------------------------------------------------------------------------------------------


def test_days_without_rows_are_not_invented() -> None:
    rows = signals([0, 60, 5 * 86_400], soc=50.0)
    assert days_of(rows)["date"].tolist() == ["2023-06-05", "2023-06-10"]
    assert days_of(rows)["still_gap_s"].tolist() == [5 * 86_400 - 60, 0]
    assert CONTEXT.timezone == "Asia/Seoul"
    assert START_MS % 86_400_000 == 15 * 3_600_000
