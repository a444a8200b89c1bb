"""What the vehicle did: charges are charges, drives are drives, gaps are told, energy belongs to one session only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from feeds import (
    HOUR,
    OHM,
    RATED_AH,
    Phase,
    charge,
    cleaned,
    drive,
    fixes,
    integrals,
    journey,
    park,
    sessions_of,
    signals,
    steps_of,
    unseen,
    with_columns,
)

from baas.clean import clean_path
from baas.clean.activity import Activity, intervals
from baas.sessions import mode_of, sessions
from baas.signals import Signals

HINT = (park(10), charge(30), drive(30, 50, -30), park(10))  # enough to know the sign of current


def kinds(*phases: Phase, step_s: float = 10.0, **columns: object) -> list[str]:
    """Kinds of the sessions of phases, after a stretch that tells the sign."""
    rows = journey(*HINT, *phases, step_s=step_s, soc=50, **columns)  # type: ignore[arg-type]
    return sessions_of(rows)["kind"].tolist()[4:]


def of_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    return table[table["kind"] == kind].reset_index(drop=True)


# -- charges ----------------------------------------------------------------------------------------------------------


def test_parking_charging_and_driving_are_told_apart() -> None:
    assert sessions_of(journey(*HINT, soc=50))["kind"].tolist() == ["rest", "charge", "drive", "rest"]


@pytest.mark.parametrize(("amps", "found"), [(1.9, False), (2.1, True), (200.0, True)])
def test_a_charge_is_at_least_a_fiftieth_of_the_capacity_an_hour(amps: float, found: bool) -> None:
    assert ("charge" in kinds(charge(15, amps), park(10))) == found


def test_a_small_battery_charges_with_more_than_the_offset_of_a_sensor() -> None:
    one = cleaned(journey(*HINT, charge(30, 0.9), soc=50))
    activity = intervals(one, 10.0).activity[one.time_ms[:-1] >= one.time_ms[0] + 82 * 60_000]
    assert (activity == Activity.PARK).all()


@pytest.mark.parametrize(("seconds", "found"), [(100, False), (150, True)])
def test_recuperation_at_standstill_is_no_charge(seconds: int, found: bool) -> None:
    assert ("charge" in kinds(Phase(seconds, 30.0, 0.0), park(20))) == found


def test_recuperation_while_driving_is_no_charge() -> None:
    assert "charge" not in kinds(drive(20, 60, 25.0), drive(10, 60, -30))


def test_a_charge_while_the_odometer_runs_is_driving_downhill() -> None:
    downhill = journey(*HINT, drive(20, 60, 25.0), park(5), soc=50, emobility_spd=None)
    assert sessions_of(downhill)["kind"].tolist().count("charge") == 1  # the one that tells the sign


def test_a_late_odometer_step_does_not_end_a_charge() -> None:
    rows = journey(*HINT, charge(60), soc=50)
    late = rows.columns["odometer"].copy()
    late[-100:] += 1.0
    assert sessions_of(with_columns(rows, odometer=late))["kind"].tolist()[-1] == "charge"


def test_a_charge_during_which_soc_falls_is_no_charge() -> None:
    rows = journey(*HINT, charge(60), soc=50)
    falling = rows.columns["soc"].astype(float)
    falling[-360:] = falling[-361] - np.linspace(0, 5, 360)
    assert sessions_of(with_columns(rows, soc=falling))["kind"].tolist().count("charge") == 1


def test_soc_that_flickers_at_the_top_of_a_charge_does_not_end_it() -> None:
    rows = journey(*HINT, charge(60, 4), soc=50)
    flat = rows.columns["soc"].astype(float)
    flat[-360:] = np.where(np.arange(360) > 300, 99.5, 100.0)
    assert sessions_of(with_columns(rows, soc=flat))["kind"].tolist()[-1] == "charge"


@pytest.mark.parametrize("plugged", [0, 1])
def test_a_load_on_a_parked_car_is_rest(plugged: int) -> None:
    rows = journey(*HINT, Phase(3600, -9.0, 0.0, slow=plugged), soc=50, v2l=plugged, chrg_cable_conn=plugged)
    last = sessions_of(rows).iloc[-1]
    assert last["kind"] == "rest"
    assert last["out_kwh"] == pytest.approx(9 * (350 - 9 * OHM) / 1000, rel=0.01)


def test_plugged_and_full_is_rest() -> None:
    assert kinds(charge(30), Phase(7200, 0.0, 0.0, slow=1)) == ["charge", "rest"]


@pytest.mark.parametrize(("minutes", "count"), [(9, 1), (11, 2)])
def test_a_short_pause_does_not_end_a_charge(minutes: float, count: int) -> None:
    assert kinds(charge(30), park(minutes), charge(30)).count("charge") == count


@pytest.mark.parametrize(("minutes", "count"), [(4, 1), (8, 1), (15, 2)])
def test_a_short_gap_in_the_feed_does_not_end_a_charge(minutes: float, count: int) -> None:
    table = sessions_of(journey(*HINT, charge(30), unseen(charge(minutes, 0.0)), charge(30), soc=20))
    found = of_kind(table, "charge").iloc[1:]
    assert len(found) == count
    assert found["inferred"].sum() == 0
    if count == 1:
        span = (found["end_ms"] - found["start_ms"]).iloc[0] / 1000
        assert span >= 60 * (60 + minutes) - 20
        assert (found["covered_s"].iloc[0] < span - 240) == (minutes > 5)


def test_a_drive_between_two_charges_keeps_them_apart() -> None:
    assert kinds(charge(30), drive(4, 30, -20), charge(30)) == ["charge", "drive", "charge"]


# -- charges without current ------------------------------------------------------------------------------------------


def test_without_current_a_charge_is_soc_that_rises_at_standstill() -> None:
    rows = journey(park(30), charge(90), park(60), drive(30), soc=30, decimals=0, odometer=1e4, pack_current=None)
    table = sessions_of(with_columns(rows, odometer=None))
    found = of_kind(table, "charge").iloc[0]
    assert table["kind"].tolist().count("charge") == 1
    assert found["inferred"] == 0
    assert found["end_soc_pct"] - found["start_soc_pct"] == pytest.approx(60, abs=2)
    assert np.isnan(found["in_kwh"])
    assert found["mode"] == "ac"


@pytest.mark.parametrize("rise", [0.0, 1.0])
def test_without_current_a_relaxing_battery_does_not_charge(rise: float) -> None:
    rows = signals(np.arange(0, 7200, 30), emobility_spd=0.0, soc=50 + rise * (np.arange(240) > 60))
    assert sessions_of(rows)["kind"].tolist() == ["rest"]


def test_without_current_and_speed_a_battery_that_fills_downhill_does_not_charge() -> None:
    time = np.arange(0, 3600, 30)
    rows = signals(time, soc=50 + time / 600, odometer=1000 + time / 60)
    assert "charge" not in sessions_of(rows)["kind"].tolist()


# -- gaps -------------------------------------------------------------------------------------------------------------


def gap_activity(*phases: Phase, **columns: object) -> Activity:
    rows = journey(*HINT, *phases, park(10), soc=50)
    _, steps = steps_of(with_columns(rows, **columns))  # type: ignore[arg-type]
    gaps = steps.activity[~steps.covered]
    assert len(gaps) == 1
    return Activity(int(gaps[0]))


def test_a_gap_without_change_is_standing_still() -> None:
    assert gap_activity(unseen(park(300))) == Activity.STILL_GAP


def test_a_gap_over_which_the_odometer_or_soc_moved_is_lost() -> None:
    assert gap_activity(unseen(drive(30))) == Activity.LOST_GAP
    assert gap_activity(unseen(park(60, -5))) == Activity.LOST_GAP
    assert gap_activity(unseen(charge(60, 5))) == Activity.LOST_GAP


def test_what_is_sent_decides_over_a_gap_and_nothing_decides_nothing() -> None:
    still, moved = unseen(park(300)), unseen(drive(30))
    assert gap_activity(still, soc=None) == Activity.STILL_GAP
    assert gap_activity(still, odometer=None) == Activity.STILL_GAP
    assert gap_activity(still, soc=None, odometer=None) == Activity.LOST_GAP
    assert gap_activity(moved, soc=None) == Activity.LOST_GAP


def test_soc_that_comes_a_minute_after_a_gap_still_tells_of_it() -> None:
    rows = journey(*HINT, unseen(charge(75)), park(20), soc=30)
    soc, odometer = rows.columns["soc"].copy(), rows.columns["odometer"].copy()
    after = int(np.argmax(np.diff(rows.time_ms))) + 1
    soc[after : after + 6], odometer[after : after + 6] = np.nan, np.nan
    table = sessions_of(with_columns(rows, soc=soc, odometer=odometer))
    found = table[table["inferred"] == 1]
    assert len(found) == 1
    assert (found["end_soc_pct"] - found["start_soc_pct"]).iloc[0] == pytest.approx(50, abs=1)


@pytest.mark.parametrize(("amps", "count"), [(1.4, 0), (3.0, 1)])
def test_a_charge_that_nobody_saw_is_inferred_from_its_rise_of_soc(amps: float, count: int) -> None:
    table = sessions_of(journey(*HINT, unseen(charge(60, amps)), park(20), soc=30))
    found = table[table["inferred"] == 1]
    assert len(found) == count
    assert found["in_kwh"].isna().all()
    assert (found["mode"] == "unknown").all()
    assert (found["rows"] == 2).all()


@pytest.mark.parametrize(("hours", "count"), [(23.5, 1), (24.5, 0)])
def test_a_rise_of_soc_across_more_than_a_day_is_no_charge_but_lost(hours: float, count: int) -> None:
    table = sessions_of(journey(*HINT, unseen(charge(60 * hours, 1.0)), park(20), soc=30))
    assert (table["inferred"] == 1).sum() == count
    gaps_h = (table["start_ms"].to_numpy()[1:] - table["end_ms"].to_numpy()[:-1]) / 3_600_000
    assert (gaps_h.max() > 24) == (count == 0)
    assert gap_activity(unseen(charge(60 * hours, 1.0))) == Activity.LOST_GAP


def test_a_lost_gap_is_no_session() -> None:
    table = sessions_of(journey(*HINT, unseen(drive(30)), park(20), soc=80))
    apart = table["start_ms"].to_numpy()[1:] - table["end_ms"].to_numpy()[:-1]
    assert np.count_nonzero(apart) == 1
    assert apart.max() == 30 * 60_000 + 10_000 or apart.max() == 30 * 60_000


# -- drives -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "count"), [(4.5, 1), (6, 2)])
def test_a_short_stop_does_not_end_a_drive(minutes: float, count: int) -> None:
    assert kinds(drive(10), park(minutes), drive(10), park(10)).count("drive") == count


@pytest.mark.parametrize(("kmh", "found"), [(2.9, False), (3.1, True)])
def test_walking_pace_is_driving_and_slower_is_standing(kmh: float, found: bool) -> None:
    assert ("drive" in kinds(drive(10, kmh, -3), park(10))) == found


def test_manoeuvring_is_no_drive_but_a_short_dash_is() -> None:
    assert "drive" not in kinds(drive(0.5, 5, -3), park(10))
    assert "drive" in kinds(drive(0.5, 30, -30), park(10))


@pytest.mark.parametrize("step", [0.1, 1.0])
def test_without_speed_the_odometer_tells_driving(step: float) -> None:
    rows = journey(park(30), drive(60, 80, -40), park(30), soc=90, emobility_spd=None)
    ticks = np.floor(rows.columns["odometer"] / step) * step
    table = sessions_of(with_columns(rows, odometer=ticks))
    found = of_kind(table, "drive")
    assert len(found) == 1
    assert found["distance_km"].iloc[0] == pytest.approx(80, abs=1.01)


def test_without_speed_and_odometer_nothing_drives() -> None:
    rows = with_columns(journey(*HINT, soc=50), emobility_spd=None, odometer=None)
    assert "drive" not in sessions_of(rows)["kind"].tolist()
    assert sessions_of(rows)["distance_km"].isna().all()


# -- sums -------------------------------------------------------------------------------------------------------------

DAY = (
    park(20),
    drive(30),
    charge(90),
    unseen(drive(30, 40, -20)),
    park(30),
    drive(15, 40, -20),
    unseen(charge(60)),
    park(20),
)


def test_energy_charge_and_distance_of_all_sessions_and_gaps_are_those_of_the_day() -> None:
    rows = journey(*DAY, soc=35, step_s=20)
    table = sessions_of(rows)
    amps, volts = (rows.columns[name].astype(float) for name in ("pack_current", "pack_volt"))
    seconds = np.diff(rows.time_ms) / 1000
    covered = seconds <= 300
    power = (amps[:-1] * volts[:-1] + amps[1:] * volts[1:]) / 2000 * seconds / HOUR
    assert table["in_kwh"].sum() == pytest.approx(np.maximum(power, 0)[covered].sum(), rel=1e-9)
    assert table["out_kwh"].sum() == pytest.approx(np.maximum(-power, 0)[covered].sum(), rel=1e-9)
    ah = (amps[:-1] + amps[1:]) / 2 * seconds / HOUR
    assert (table["in_ah"] - table["out_ah"]).sum() == pytest.approx(ah[covered].sum(), rel=1e-9)
    lost = np.diff(rows.columns["odometer"])[~covered].sum() - table.query("inferred == 1")["distance_km"].sum()
    odometer = rows.columns["odometer"]
    assert table["distance_km"].sum() + lost == pytest.approx(odometer[-1] - odometer[0], abs=1e-6)


def test_one_drive_has_the_energy_distance_and_soc_that_it_was_made_of() -> None:
    rows = journey(park(20), charge(60), park(20), drive(60, 60, -50), park(20), soc=40)
    one = of_kind(sessions_of(rows), "drive").iloc[0]
    time = np.array([0, HOUR])
    trip = integrals(time, np.array([-50.0, -50]), np.array([60.0, 60]), np.array([350 - 50 * OHM] * 2))
    assert one["out_kwh"] == pytest.approx(trip.out_kwh[-1], rel=0.01)
    assert one["counter_out_kwh"] == pytest.approx(trip.out_kwh[-1], rel=0.01)
    assert one["in_kwh"] == 0
    assert one["distance_km"] == pytest.approx(60, rel=0.01)
    assert one["speed_km"] == pytest.approx(60, rel=0.01)
    assert one["start_soc_pct"] - one["end_soc_pct"] == pytest.approx(50, rel=0.01)
    assert one["out_ah"] == pytest.approx(50, rel=0.01)


def test_a_counter_that_resets_during_a_drive_counts_what_it_counted() -> None:
    rows = journey(park(20), charge(60), drive(60, 60, -50), park(20), soc=40)
    counter = rows.columns["cumul_pw_dischrgd"].copy()
    middle = len(counter) - 120 - 180
    counter[middle:] -= counter[middle] - 0.5
    table = sessions_of(with_columns(rows, cumul_pw_dischrgd=counter))
    drive_kwh = of_kind(table, "drive")["counter_out_kwh"].iloc[0]
    assert drive_kwh == pytest.approx(17.4, rel=0.02)


def test_sessions_follow_one_another_and_share_only_their_ends() -> None:
    table = sessions_of(journey(*DAY, soc=35, step_s=20))
    assert (table["end_ms"] > table["start_ms"]).all()
    assert (table["start_ms"].to_numpy()[1:] >= table["end_ms"].to_numpy()[:-1]).all()
    assert (table["rows"] >= 2).all()


def test_temperatures_and_extremes_are_those_inside() -> None:
    rows = journey(*HINT, soc=50, ext_temp=12.0)
    one = of_kind(sessions_of(rows), "charge").iloc[0]
    assert (one["min_temp_c"], one["mean_temp_c"], one["max_temp_c"], one["ext_temp_c"]) == (26.0, 26.0, 26.0, 12.0)
    assert (one["min_soc_pct"], one["max_soc_pct"]) == (one["start_soc_pct"], one["end_soc_pct"])
    assert one["start_cell_mv"] == 3520


# -- how a charge was made --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fast", "slow", "kw", "mode"),
    [
        ([1, 1, 1], [0, 0, 0], 7.0, "dc"), ([0, 0, 0], [1, 1, 1], 7.0, "ac"), ([0, 0, 0], [1, 1, 1], 50.0, "dc"),
        ([1, 0, 0], [1, 1, 1], 7.0, "ac"), ([1, 1, 1], [1, 1, 1], 7.0, "ac"), ([np.nan] * 3, [np.nan] * 3, 7.0, "ac"),
        ([np.nan] * 3, [np.nan] * 3, 50.0, "dc"), ([np.nan] * 3, [np.nan] * 3, 18.0, "unknown"),
        ([np.nan] * 3, [np.nan] * 3, np.nan, "unknown"), ([0, 0, 0], [0, 0, 0], np.nan, "unknown"),
        ([np.nan, 1, np.nan], [np.nan] * 3, np.nan, "dc"),
    ],
)  # fmt: skip
def test_the_mode_is_what_power_forces_then_the_flags_then_low_power(
    fast: list, slow: list, kw: float, mode: str
) -> None:
    assert mode_of(np.array(fast, dtype=float), np.array(slow, dtype=float), kw) == mode


def test_power_and_c_rate_are_those_of_the_charge() -> None:
    one = of_kind(sessions_of(journey(*HINT, charge(30, 150, fast=1, slow=0), soc=10)), "charge").iloc[1]
    assert one["mode"] == "dc"
    assert one["median_kw"] == pytest.approx(150 * (350 + 150 * OHM) / 1000, rel=1e-6)
    assert one["max_c_rate"] == pytest.approx(1.5, rel=1e-6)
    others = sessions_of(journey(*HINT, soc=50)).query("kind != 'charge'")
    assert others[["max_kw", "median_kw", "max_c_rate"]].isna().to_numpy().all()
    assert (others["mode"] == "").all()


# -- places -----------------------------------------------------------------------------------------------------------


def placed(rows: Signals, path: Signals) -> pd.DataFrame:
    one = cleaned(rows)
    return sessions(one, intervals(one, RATED_AH), clean_path(path)[0], RATED_AH)


TRIP = journey(charge(10), drive(30, 60, -30), park(180), charge(60), park(60), soc=50)


def test_a_car_stays_where_it_parked_until_it_charges_hours_later() -> None:
    time = np.arange(0, 40 * 60, 10)  # the position unit sleeps when the car stands
    table = placed(TRIP, fixes(time, 37 + time * 1e-6, 127.0))
    assert of_kind(table, "charge")["lat"].iloc[1] == pytest.approx(37 + time[-1] * 1e-6)


def test_a_fix_minutes_and_kilometres_before_is_not_the_place() -> None:
    time = np.arange(0, 34 * 60, 10)  # the last fix is six kilometres before the stop
    assert np.isnan(of_kind(placed(TRIP, fixes(time, 37.0, 127.0)), "charge")["lat"].iloc[1])


def test_the_first_fix_inside_stands_in_where_none_came_before() -> None:
    table = placed(TRIP, fixes([225 * 60], 37.5, 127.0))
    assert of_kind(table, "charge")["lat"].iloc[1] == 37.5


def test_a_fix_after_the_session_is_not_its_place() -> None:
    table = placed(TRIP, fixes([300 * 60 - 1], 37.5, 127.0))
    assert np.isnan(of_kind(table, "charge")["lat"].iloc[1])


def test_where_nothing_tells_of_movement_only_a_fresh_fix_is_a_place() -> None:
    blind = with_columns(TRIP, emobility_spd=None, odometer=None)
    start = sessions_of(blind)["start_ms"].iloc[-2]
    fresh, stale = ((start - TRIP.time_ms[0]) / 1000 - age for age in (500, 900))
    assert np.isfinite(placed(blind, fixes([fresh], 37.0, 127.0))["lat"].iloc[-2])
    assert np.isnan(placed(blind, fixes([stale], 37.0, 127.0))["lat"].iloc[-2])


def test_without_positions_no_place() -> None:
    assert sessions_of(TRIP)["lat"].isna().all()


# -- edges ------------------------------------------------------------------------------------------------------------


def test_one_row_is_no_session() -> None:
    assert len(sessions_of(TRIP.take(slice(0, 1)))) == 0


def test_two_rows_are_one() -> None:
    assert sessions_of(TRIP.take(slice(0, 2)))["rows"].tolist() == [2]
