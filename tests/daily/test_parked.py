"""Parked time of which nothing was sent: at which SOC it can have been, and how long it was."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import Phase, charge, drive, journey, park, processed, unseen, with_columns
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.daily.parked import MISSED_KM, MISSED_KMH
from baas.maths.parked_soc import share_above
from baas.signals import Signals
from baas.tables.days import SOC_BINS

HINT = (park(10), charge(30), drive(30, 50, -30), park(30))
HOUR = 3600


def hours(rows: Signals) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """(lower edge of the bin, hours) of the lowest and of the highest SOC that gaps can have had."""
    (one,) = processed(rows).arrays
    return tuple(  # type: ignore[return-value]
        [(int(SOC_BINS.step * at), round(float(one[name][at]) / HOUR, 2)) for at in np.flatnonzero(one[name])]
        for name in ("soc_gap_low_s", "soc_gap_high_s")
    )


def gap(*phases: Phase, soc: float = 42.0, **columns: object) -> Signals:
    """A feed of which the phases are not sent; SOC is 47 % when they begin."""
    rows = journey(*HINT, *(unseen(phase) for phase in phases), park(10), soc=soc)
    return with_columns(rows, **columns)  # type: ignore[arg-type]


def test_a_gap_that_hides_a_charge_is_parked_between_the_soc_of_its_ends() -> None:
    assert hours(gap(park(60), charge(60, 42), park(240))) == ([(45, 6.0)], [(85, 6.0)])


def test_a_gap_over_which_soc_fell_at_standstill_is_parked_as_well() -> None:
    assert hours(gap(park(120, -4))) == ([(35, 2.0)], [(45, 2.0)])


def test_a_gap_in_which_nothing_changed_is_counted_once_where_it_was() -> None:
    rows = gap(park(300))
    assert hours(rows) == ([], [])
    (one,) = processed(rows).arrays
    assert one["soc_park_s"].sum() > 5 * HOUR


def test_the_ends_of_drives_that_a_unit_misses_are_no_parking_and_widen_what_soc_can_have_been() -> None:
    low, high = hours(gap(drive(4, 60), park(300), soc=46.5))  # 4 km, 51.5 -> 48.2 %
    assert (low[0][0], high[0][0]) == (45, 50)  # from 51.5 - 4 to 48.2 + 4
    assert low[0][1] == high[0][1] == pytest.approx(5 + 4 / 60 - 4 / MISSED_KMH, abs=0.01)


@pytest.mark.parametrize(("km", "counts"), [(MISSED_KM - 0.2, True), (MISSED_KM + 0.2, False)])
def test_a_gap_in_which_the_vehicle_went_away_is_no_parking(km: float, counts: bool) -> None:
    assert bool(hours(gap(drive(km), park(300)))[0]) == counts


def test_a_short_gap_in_which_the_vehicle_drove_is_no_parking() -> None:
    assert hours(gap(drive(6, 40))) == ([], [])


def test_a_pause_of_the_feed_in_a_charge_is_charging() -> None:
    rows = journey(*HINT, charge(30), unseen(charge(8)), charge(30), park(10), soc=20)
    assert hours(rows) == ([], [])
    longer = journey(*HINT, charge(30), unseen(charge(12)), charge(30), park(10), soc=20)
    assert hours(longer)[0]


def test_without_an_odometer_a_rise_of_soc_is_a_charge_at_standstill_and_a_fall_may_be_a_drive() -> None:
    filled = hours(gap(charge(60, 30), park(240), soc=45.5, odometer=None))  # 50.5 -> 80.5 %
    assert filled == ([(45, 5.0)], [(85, 5.0)])  # and it may have gone as far as units miss: 5 % to either side
    assert hours(gap(park(120, -4), odometer=None)) == ([], [])


@pytest.mark.parametrize(("half_days", "counts"), [(1.9, True), (2.1, False)])
def test_without_an_odometer_a_rise_across_more_than_a_day_may_hide_drives(half_days: float, counts: bool) -> None:
    rows = gap(charge(60, 30), park(60 * (12 * half_days - 1)), odometer=None)
    (one,) = [array for array in processed(rows).arrays if array["soc_park_s"].sum() > 600]
    assert bool(one["soc_gap_low_s"].any()) == counts


def test_without_soc_nobody_knows_at_which_soc_it_stood() -> None:
    assert hours(with_columns(gap(charge(60)), soc=None)) == ([], [])


PHASES = st.lists(
    st.one_of(
        st.builds(park, st.floats(5, 400)),
        st.builds(charge, st.floats(5, 60), st.floats(2, 8)),
        st.builds(drive, st.floats(0.5, 1.5), st.floats(30, 60), st.floats(-30, 5)),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(PHASES)
def test_whatever_is_hidden_lies_between_the_two(phases: list[Phase]) -> None:
    seen = journey(*HINT, *phases, park(10), soc=50)
    hidden = journey(*HINT, *(unseen(phase) for phase in phases), park(10), soc=50)
    low, high = hours(hidden)
    if low:
        inside = ~np.isin(seen.time_ms, hidden.time_ms)
        soc = seen.columns["soc"][inside]
        assert low[0][0] <= soc.min() + 1e-3
        assert soc.max() <= high[0][0] + SOC_BINS.step + 1e-3
        stood = sum(phase.seconds for phase in phases if phase.kmh == 0)
        assert low[0][1] == high[0][1] == pytest.approx(stood / HOUR, abs=0.15)


START = (park(10), drive(20, 50, -30), charge(15), park(10))
DAY = (drive(50, 60, -40), park(480), drive(50, 60, -40), charge(240, 16.6), park(480))


@pytest.mark.parametrize(("charged_to", "seldom_full"), [(97.0, False), (82.0, True)])
def test_a_vehicle_sent_only_while_it_drives_parked_as_full_as_it_did(charged_to: float, seldom_full: bool) -> None:
    whole = journey(*START, *DAY * 5, soc=charged_to)
    sent = [phase if phase.kmh else unseen(phase) for phase in DAY * 5]
    while_driving = journey(*START, *sent, park(10), soc=charged_to)
    (true, sure), (told, off) = (share_above(summed(rows), 90.0) for rows in (whole, while_driving))
    assert (true < 5) == seldom_full
    assert sure == 0
    assert abs(told - true) <= off + 1  # charging unseen counts as parked
    assert (off < 1) == seldom_full


def summed(rows: Signals) -> dict[str, np.ndarray]:
    """Day arrays about parking over all days."""
    days = processed(rows).arrays
    return {name: sum(day[name] for day in days) for name in ("soc_park_s", "soc_gap_low_s", "soc_gap_high_s")}
