"""The unit of work: the same rows give the same month, whatever their order, split or sign; and every sum adds up."""

from __future__ import annotations

import pickle
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from feeds import (
    CONTEXT,
    HOUR,
    START_MS,
    assert_same,
    charge,
    drive,
    fixes,
    joined,
    journey,
    park,
    processed,
    shuffled,
    signals,
    split,
    unseen,
    widened,
    with_columns,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.clean.sign import Sign
from baas.mileage import distance
from baas.partition import Context, Partition, process
from baas.signals import MISSING_MV, Signals
from baas.tables.days import DAILY, DAY_ARRAYS, SESSIONS
from baas.tables.feed import BMS, BMS_NUMBERS

DAY = journey(
    park(20), drive(30), park(8), drive(20, 90, -80), charge(90), park(30), unseen(park(300)), drive(15, 40, -20),
    unseen(drive(40)), park(10), unseen(charge(120)), park(20), step_s=20, soc=60,
)  # fmt: skip
PATH = fixes(np.arange(0, 4 * HOUR, 30), 37.0 + np.arange(480) * 1e-4, np.full(480, 127.0), speed=30.0)
ODD = [np.nan, np.inf, -np.inf, 0.0, -1.0, 1.0, 50.0, 127.5, 350.0, 6553.5, 1e12, -1e12, 1e-30, 16_777_215.0]
SOME_COLUMNS = (
    "soc", "pack_current", "pack_volt", "odometer", "emobility_spd", "ext_temp", "cumul_pw_chrgd", "cumul_pw_dischrgd",
    "chrg_cnt", "chrg_cnt_q", "insul_resistance", "soh", "fast_chrg_port_conn", "slow_chrg_port_conn", "mod_max_temp",
    "mod_min_temp", "v2l", "seq", "msg_time",
)  # fmt: skip


@st.composite
def any_rows(draw: st.DrawFn, kind: str = "bms") -> Signals:
    """Rows of anything: odd values in odd places, repeats of one moment, gaps of years."""
    n = draw(st.integers(1, 40))
    steps = draw(st.lists(st.sampled_from([0, 1, 10, 60, 301, 4000, 90_000, 40_000_000]), min_size=n, max_size=n))
    names = draw(st.sets(st.sampled_from(SOME_COLUMNS if kind == "bms" else ("lat", "lng", "hdop", "speed"))))
    number = st.one_of(st.sampled_from(ODD), st.floats(-200, 200), st.floats(0, 5000))
    columns = {name: draw(st.lists(number, min_size=n, max_size=n)) for name in sorted(names)}
    cells, modules = (draw(st.integers(0, 4)), draw(st.integers(0, 4))) if kind == "bms" else (0, 0)
    mv = st.one_of(st.integers(-32768, 32767), st.integers(3300, 4200), st.sampled_from([0, 5100, 32767]))
    matrix = draw(st.lists(mv, min_size=n * cells, max_size=n * cells))
    warm = draw(
        st.lists(st.one_of(st.sampled_from(ODD), st.integers(-40, 130)), min_size=n * modules, max_size=n * modules)
    )
    order = draw(st.permutations(range(n)))
    with np.errstate(over="ignore"):
        rows = signals(
            np.cumsum(steps), kind=kind, cells_mv=np.array(matrix, dtype=np.int16).reshape(n, cells),
            modules_c=np.array(warm, dtype=np.float32).reshape(n, modules), **columns,
        )  # fmt: skip
    return rows.take(np.array(order))


# -- the same rows, the same result -----------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.lists(st.integers(1, len(DAY) - 1), max_size=5))
@settings(max_examples=15, deadline=None)
def test_order_and_split_of_rows_do_not_matter(seed: int, places: list[int]) -> None:
    mixed = split(shuffled(DAY, seed), places)
    assert_same(processed(DAY, PATH), processed(*mixed, *split(shuffled(PATH, seed), [seed % len(PATH)])))


@given(any_rows(), st.integers(0, 2**32), st.data())
@settings(max_examples=60, deadline=None)
def test_order_and_split_do_not_matter_for_odd_rows_either(rows: Signals, seed: int, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(rows)), max_size=3))
    parts = [part for part in split(shuffled(rows, seed), places) if len(part)]
    assert_same(processed(rows), processed(*parts))


@given(any_rows())
@settings(max_examples=40, deadline=None)
def test_rows_sent_twice_count_once(rows: Signals) -> None:
    once, twice = processed(rows), processed(rows, rows)
    assert_same(once, twice)
    assert sum(twice.repeated.values()) == sum(once.repeated.values()) + len(rows)


@given(any_rows(), any_rows("gps"))
@settings(max_examples=150, deadline=None)
def test_nothing_that_is_sent_stops_a_month(rows: Signals, path: Signals) -> None:
    result = processed(rows, path)
    assert sum(result.used.values()) + sum(result.repeated.values()) == len(rows) + len(path)
    assert result.days["rows"].sum() == len(np.unique(rows.time_ms))
    assert not np.isinf(result.days[[c.name for c in DAILY if c.is_number]].to_numpy(float)).any()
    assert not np.isinf(result.sessions[[c.name for c in SESSIONS if c.is_number]].to_numpy(float)).any()


@given(any_rows())
@settings(max_examples=60, deadline=None)
def test_turning_the_sign_of_current_changes_nothing_where_it_is_known(rows: Signals) -> None:
    if "pack_current" not in rows.columns:
        rows = with_columns(rows, pack_current=30.0)
    turned = with_columns(rows, pack_current=-rows.columns["pack_current"].astype(np.float64))
    rows = with_columns(rows, pack_current=rows.columns["pack_current"].astype(np.float64))
    one, other = processed(rows), processed(turned)
    assert {one.sign.name, other.sign.name} in ({"charge_positive", "discharge_positive"}, {"unknown"})
    pd.testing.assert_frame_equal(one.days, other.days, check_exact=True)
    pd.testing.assert_frame_equal(one.sessions, other.sessions, check_exact=True)


def test_the_sign_of_a_whole_day_is_found_and_turned() -> None:
    turned = with_columns(DAY, pack_current=-DAY.columns["pack_current"])
    one, other = processed(DAY), processed(turned)
    assert (one.sign.name, other.sign.name) == ("charge_positive", "discharge_positive")
    pd.testing.assert_frame_equal(one.days, other.days, check_exact=True)


@pytest.mark.parametrize("cells", [101, 192, 200])
def test_padding_of_cells_does_not_matter(cells: int) -> None:
    assert_same(processed(DAY), processed(widened(DAY, cells)))


@pytest.mark.parametrize("fill", [0, 5100, int(MISSING_MV)])
def test_cells_filled_with_a_sentinel_are_padding(fill: int) -> None:
    wide = widened(DAY, 109)
    wide.cells_mv[:, 100:] = fill
    assert_same(processed(DAY), processed(wide))


def test_leading_zeros_of_a_device_and_the_part_they_come_in_do_not_matter() -> None:
    first, second = split(DAY, [200])
    other = replace(second, devices=("123",))
    result = processed(first, other)
    assert result.forms == ("0123", "123")
    pd.testing.assert_frame_equal(result.days, processed(DAY).days, check_exact=True)


def test_a_result_can_be_sent_to_another_process() -> None:
    assert_same(processed(DAY, PATH), pickle.loads(pickle.dumps(processed(DAY, PATH))))


# -- every sum adds up ------------------------------------------------------------------------------------------------


def total_times(days: pd.DataFrame) -> float:
    return float(days[["park_s", "drive_s", "charge_s", "still_gap_s", "lost_gap_s"]].to_numpy().sum())


@given(any_rows())
@settings(max_examples=60, deadline=None)
def test_every_second_between_the_first_and_the_last_row_is_told(rows: Signals) -> None:
    days = processed(rows).days
    assert total_times(days) == pytest.approx((rows.time_ms.max() - rows.time_ms.min()) / 1000, rel=1e-9)
    assert days["covered_s"].sum() == pytest.approx(days[["park_s", "drive_s", "charge_s"]].to_numpy().sum(), rel=1e-9)


@given(any_rows())
@settings(max_examples=60, deadline=None)
def test_energy_of_the_sessions_is_the_integral_over_all_rows(rows: Signals) -> None:
    result = processed(rows)
    order = np.argsort(rows.time_ms, kind="stable")
    if len(np.unique(rows.time_ms)) < len(rows) or result.sign.name == "unknown":
        return
    current, volt = (
        np.nan_to_num(rows.column(name)[order].astype(float), nan=np.nan) for name in ("pack_current", "pack_volt")
    )
    good = (np.abs(current) <= 1000) & (volt >= 50) & (volt <= 1000)
    power = np.where(good, current * volt, np.nan) / 1000
    step = (power[:-1] + power[1:]) / 2 * np.diff(rows.time_ms[order]) / 3_600_000
    step = step[(np.diff(rows.time_ms[order]) <= 300_000) & np.isfinite(step)]
    stuck = any(note.check in ("stuck_sensor", "spike") for note in result.notes)
    if not stuck:
        moved = result.sessions[["in_kwh", "out_kwh"]].sum().sum()
        assert moved == pytest.approx(np.abs(step).sum(), rel=1e-9, abs=1e-9)


@given(any_rows())
@settings(max_examples=80, deadline=None)
def test_distances_inside_and_between_days_add_up_to_the_trusted_odometer(rows: Signals) -> None:
    from baas.clean import clean, used_and_repeated

    odometer = clean(used_and_repeated(rows)[0])[0].odometer
    days = processed(rows).days.assign(
        date=lambda table: "2023-06" + table["date"].str[7:]
    )  # one month, as it is meant
    told = distance(days)
    if np.isfinite(odometer.reading_km).any():
        assert told.total_km == pytest.approx(odometer.step_km.sum(), rel=1e-9, abs=1e-6)
    else:
        assert np.isnan(told.total_km)


def test_the_odometer_envelope_of_a_day_is_its_distance() -> None:
    days = processed(DAY).days
    odometer = DAY.column("odometer")
    assert distance(days).total_km == pytest.approx(odometer.max() - odometer.min(), abs=1e-6)


def test_days_of_two_halves_of_a_month_merge_to_the_whole() -> None:
    away, slow = unseen(drive(20 * 60, 3, -1)), drive(60, 60, -20)  # gaps belong to neither half
    whole = journey(slow, away, slow, charge(60), away, park(60), slow, step_s=30, soc=90)
    midnight = np.searchsorted(whole.time_ms, START_MS + 36 * HOUR * 1000)
    halves = [processed(part) for part in split(whole, [int(midnight)])]
    both = pd.concat([half.days for half in halves], ignore_index=True)
    one = processed(whole)
    sums = ["rows", "covered_s", "drive_s", "charge_s", "park_s", "distance_km", "speed_km", "drive_km", "soc_km"]
    sums += ["drive_out_kwh", "drive_in_kwh", "charge_in_kwh", "counter_km", "counter_out_kwh", "pke_m2_s2"]
    np.testing.assert_allclose(both[sums].sum(), one.days[sums].sum(), rtol=1e-9)
    assert distance(both).total_km == pytest.approx(distance(one.days).total_km)
    for array in DAY_ARRAYS:
        merge = np.maximum.reduce if array.merge == "max" else np.add.reduce
        parts = merge([day[array.name] for half in halves for day in half.arrays])
        np.testing.assert_allclose(parts, merge([day[array.name] for day in one.arrays]), rtol=1e-9, err_msg=array.name)


# -- shapes of months -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_month_of_a_few_rows_is_a_day(rows: int) -> None:
    result = processed(DAY.take(slice(0, rows)))
    assert result.days["rows"].tolist() == [rows]
    assert total_times(result.days) == 20.0 * (rows - 1)
    assert len(result.sessions) == (1 if rows > 1 else 0)


def test_a_month_in_which_every_column_is_missing_is_only_time() -> None:
    rows = signals(np.arange(0, 600, 10), **dict.fromkeys(BMS_NUMBERS, np.nan))
    day = processed(rows).days.iloc[0]
    assert day["park_s"] == 590
    assert np.isnan(
        day[["distance_km", "speed_km", "soc_first_pct", "charge_in_kwh", "gps_km", "bms_soh_pct"]].astype(float)
    ).all()
    assert processed(rows).notes == ()


@pytest.mark.parametrize("name", ["pack_current", "emobility_spd", "odometer", "soc", "pack_volt", "ext_temp"])
def test_a_signal_that_never_came_leaves_its_columns_missing_and_the_others_alone(name: str) -> None:
    lost = {
        "pack_current": ["charge_in_kwh", "cold_fast_charge_kwh"], "emobility_spd": ["speed_km"],
        "odometer": ["distance_km", "gap_km", "odometer_first_km", "speed_odometer_km"],
        "soc": ["soc_first_pct", "soc_min_pct"], "pack_volt": ["charge_in_kwh"], "ext_temp": [],
    }[name]  # fmt: skip
    without = processed(with_columns(DAY, **{name: None})).days
    assert without[lost].isna().to_numpy().all()
    assert total_times(without) == pytest.approx(total_times(processed(DAY).days))
    assert name not in processed(with_columns(DAY, **{name: None})).sent


def test_a_month_of_positions_only_has_days_with_a_path() -> None:
    result = processed(PATH)
    assert result.days["gps_rows"].tolist() == [480]
    assert result.days["rows"].tolist() == [0]
    assert result.days["device_no"].tolist() == ["123"]
    assert result.days["gps_km"].iloc[0] == pytest.approx(479e-4 * 111.195, rel=1e-3)
    assert result.days["first_ms"].iloc[0] == START_MS
    assert len(result.sessions) == 0
    assert result.arrays == ({},)


def test_a_day_on_which_only_the_position_unit_sent_is_not_lost() -> None:
    second = replace(PATH, time_ms=PATH.time_ms + 24 * HOUR * 1000)
    result = processed(joined(PATH, second), DAY)
    assert result.days["date"].tolist() == ["2023-06-05", "2023-06-06"]
    assert result.days["gps_rows"].tolist() == [480, 480]
    assert result.days["rows"].tolist() == [len(DAY), 0]
    assert result.arrays[1] == {}
    assert result.days["first_ms"].iloc[1] == second.time_ms[0]


def test_positions_out_of_order_keep_their_first_and_last_place() -> None:
    day = processed(shuffled(PATH, 3)).days.iloc[0]
    assert day["lat"] == pytest.approx(37.0 + 479e-4)


def test_an_empty_part_is_no_month_of_its_own() -> None:
    assert_same(processed(DAY), processed(DAY.take(slice(0, 0)), DAY, PATH.take(slice(0, 0))))


def test_a_hint_is_used_only_where_the_month_cannot_tell() -> None:
    few = journey(park(30, -0.5), step_s=30)
    hinted = Partition(
        "123",
        "2023-06",
        (few,),
        (),
        ("f",),
        listed=processed.__kwdefaults__["listed"],
        hint=Sign("discharge_positive", 0.9),
    )
    assert processed(few).sign.name == "unknown"
    assert process(hinted, CONTEXT).sign.name == "discharge_positive"
    assert process(replace(hinted, bms=(DAY,)), CONTEXT).sign.name == "charge_positive"


def test_the_type_told_most_is_taken_however_rows_are_split() -> None:
    short, long = split(replace(DAY, car_types={}), [100])
    rare, often = replace(short, car_types={"0123": "AAA"}), replace(long, car_types={"0123": "BBB"})
    assert processed(rare, often).told_type == "BBB"
    assert processed(*split(rare, [20, 40, 60]), often).told_type == "BBB"
    assert processed(rare, rare, rare, rare, rare, rare, rare, rare, often).told_type == "BBB"


# -- local days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("zone", "date"), [("Europe/Berlin", "2023-03-26"), ("America/New_York", "2023-11-05")])
def test_a_day_on_which_the_clock_changes_is_one_day(zone: str, date: str) -> None:
    midnight = int(pd.Timestamp(date, tz=ZoneInfo(zone)).timestamp() * 1000)
    next_midnight = int(pd.Timestamp(pd.Timestamp(date) + pd.Timedelta(days=1), tz=ZoneInfo(zone)).timestamp() * 1000)
    hours = (next_midnight - midnight) / 3_600_000
    rows = signals(np.arange(0, hours * HOUR, 60), start_ms=midnight, soc=50.0)
    days = processed(rows, context=Context(zone, CONTEXT.car_types)).days
    assert hours in (23, 25)
    assert days["date"].tolist() == [date]
    assert days["park_s"].sum() == hours * HOUR - 60


def test_midnight_belongs_to_the_new_day() -> None:
    rows = signals([-1, 0, 1], start_ms=START_MS, soc=50.0)
    assert processed(rows).days["date"].tolist() == ["2023-06-04", "2023-06-05"]
    assert processed(rows).days["rows"].tolist() == [1, 2]


def test_all_daily_columns_and_arrays_are_there_in_every_month() -> None:
    for result in (processed(DAY, PATH), processed(DAY.take(slice(0, 1))), processed(PATH)):
        assert tuple(result.days.columns) == DAILY.names
        assert tuple(result.sessions.columns) == SESSIONS.names
    for day in processed(DAY).arrays:
        assert set(day) == {array.name for array in DAY_ARRAYS}


def test_readings_come_out_within_the_ranges_of_their_columns() -> None:
    day = processed(DAY).days.iloc[0]
    assert BMS["soc"].low <= day["soc_min_pct"] <= day["soc_max_pct"] <= BMS["soc"].high
    assert day["odometer_first_km"] < day["odometer_last_km"]
