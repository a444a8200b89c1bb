"""The balances of the truth: charge, energy and distance agree to 0.1 %."""

from itertools import pairwise

import numpy as np
import pytest

from baas.simulate.ageing import Age
from baas.simulate.passing import balanced


def test_time_has_no_gaps(lived):
    _, stretches = lived
    assert all(before.end.time_s == after.start.time_s for before, after in pairwise(stretches))
    rows = np.concatenate([stretch.time_s for stretch in stretches])
    assert (np.diff(rows) > 0).all()


def test_the_battery_stays_between_empty_and_full(lived):
    soc = np.concatenate([stretch.flow.soc for stretch in lived[1]])
    assert soc.min() > 0.01
    assert soc.max() < 1.02


def test_soc_moves_by_the_counted_charge(lived):
    for stretch in lived[1]:
        moved = (stretch.end.charge.soc - stretch.start.charge.soc) * stretch.pack.capacity_ah
        start, end = stretch.start.totals, stretch.end.totals
        assert moved == pytest.approx(end.in_ah - start.in_ah - end.out_ah + start.out_ah, rel=1e-3, abs=1e-6)


def test_counters_are_the_sum_of_voltage_times_current(lived):
    car, stretches = lived
    checked = 0
    for stretch in stretches:
        step_s = stretch.event.step_s
        if stretch.event.kind != "charge" or len(stretch.event.sent) != len(stretch.event.power_kw):
            continue  # only where every step is a row can rows be summed
        power_kw = stretch.flow.current_a * stretch.flow.cell_v * car.kind.cells / 1000
        counted = stretch.end.totals.in_kwh - stretch.start.totals.in_kwh
        assert power_kw.sum() * step_s / 3600 == pytest.approx(counted, rel=1e-3)
        assert stretch.in_kwh[-1] == pytest.approx(stretch.end.totals.in_kwh, rel=1e-9)
        checked += 1
    assert checked >= 2


def test_energy_at_the_battery_is_the_energy_of_the_trip(lived):
    for stretch in lived[1]:
        if stretch.event.kind == "drive":
            asked = stretch.event.power_kw.sum() / 3600
            start, end = stretch.start.totals, stretch.end.totals
            assert end.in_kwh - start.in_kwh - end.out_kwh + start.out_kwh == pytest.approx(asked, rel=1e-3)


def test_the_odometer_counts_what_was_driven(lived):
    _, stretches = lived
    driven = sum(float(stretch.event.speed_ms.sum()) / 1000 for stretch in stretches)
    assert stretches[-1].end.odometer_km - stretches[0].start.odometer_km == pytest.approx(driven, rel=1e-3)


def test_days_add_up_to_the_whole(lived):
    _, stretches = lived
    totals = stretches[-1].end.totals
    days = [day for stretch in stretches for day in stretch.days]
    assert sum(day.in_kwh for day in days) == pytest.approx(totals.in_kwh, rel=1e-9)
    assert sum(day.out_ah for day in days) == pytest.approx(totals.out_ah, rel=1e-9)
    assert sum(day.in_kwh for day in days if day.mode == "dc") == pytest.approx(totals.dc_kwh, rel=1e-9)
    assert sum(day.km for day in days) == pytest.approx(stretches[-1].end.odometer_km - stretches[0].start.odometer_km)


def test_a_pack_grows_older_and_never_younger(lived):
    ages = [stretch.end.age.loss for stretch in lived[1]]
    assert (np.diff(ages) >= 0).all()
    assert ages[-1] > Age(0, 0).loss


def test_balancing_lowers_high_cells_near_full_and_rests_below():
    shift = np.array([0.0] * 30 + [0.05])
    assert np.ptp(balanced(shift, 0.95, 3600 * 10)) < 0.05
    assert balanced(shift, 0.6, 3600 * 10) is shift
