from dataclasses import replace

import numpy as np
import pytest

from baas.simulate.bms import UNSENT, reported
from baas.simulate.faults import Fault
from baas.simulate.rows import stacked
from baas.simulate.text import NOTHING
from baas.tables.feed import BMS
from tests.simulate.conftest import order

FAR = 10**12


def rows_of(car, stretches):
    return stacked([rows for stretch in stretches if (rows := reported(car, stretch, 0.0)) is not None])


def column(rows, name):
    values, decimals = rows.columns[name]
    return np.where(values == NOTHING, np.nan, values / 10**decimals)


@pytest.fixture(scope="module")
def told(lived):
    return rows_of(*lived)


def with_fault(lived, **changes):
    car, stretches = lived
    return rows_of(replace(car, fault=Fault(start_s=0, end_s=FAR, **changes)), stretches)


def test_every_column_is_a_column_of_the_feed(told):
    assert set(told.columns) <= set(BMS.names)
    assert len(told.columns) > 40


def test_every_value_lies_in_the_range_of_its_column(told):
    for name in told.columns:
        values = column(told, name)
        values = values[np.isfinite(values)]
        low, high = BMS[name].low, BMS[name].high
        assert low is None or values.min() >= low, name
        assert high is None or values.max() <= high, name


def test_what_is_not_sent_is_nothing_and_everything_else_is_sent(told):
    for name in told.columns:
        assert np.isnan(column(told, name)).any() == (name in UNSENT), name


def test_extremes_are_those_of_the_cells(told):
    assert (told.columns["max_cell_volt"][0] == told.cells_mv.max(axis=1)).all()
    number = told.columns["min_cell_volt_no"][0] - 1
    assert (told.cells_mv[np.arange(len(told)), number] == told.cells_mv.min(axis=1)).all()


def test_pack_voltage_is_the_sum_of_the_cells(told):
    rounding = told.cells_mv.shape[1] * 0.010 + 0.3  # all cells may lie up to 10 mV beside their 20 mV step
    assert np.abs(column(told, "pack_volt") - told.cells_mv.sum(axis=1) / 1000).max() < rounding


def test_counters_only_rise(told):
    for name in (
        "cumul_pw_chrgd",
        "cumul_pw_dischrgd",
        "cumul_current_chrgd",
        "op_time",
        "chrg_cnt",
        "cumul_energy_chrgd",
    ):
        assert (np.diff(column(told, name)) >= 0).all(), name


def test_counters_move_by_the_energy_that_went_through(lived, told):
    car, stretches = lived
    totals, gain = stretches[-1].end.totals, 1 + car.gauge.gain
    for name, true in (("cumul_pw_dischrgd", totals.out_kwh), ("cumul_current_chrgd", totals.in_ah)):
        assert np.ptp(column(told, name)) == pytest.approx(true * gain, rel=1e-3, abs=0.2)


def test_the_sign_of_current_is_that_of_the_device(lived, told):
    car, stretches = lived
    turned = rows_of(replace(car, sign=-car.sign), stretches)
    assert (column(turned, "pack_current") == -column(told, "pack_current")).all()
    charging = column(told, "slow_chrg_port_conn") == 1
    assert (column(told, "pack_current")[charging] * car.sign > 0).all()


def test_cells_have_the_steps_of_their_type(told):
    assert (told.cells_mv % 20 == 0).all()


def test_a_stuck_probe_reads_one_value_and_its_neighbours_live(lived):
    stuck = with_fault(lived, name="stuck_sensor", value=21.0, probe_no=3)
    assert set(stuck.probes_c[:, 2].tolist()) == {21}
    assert len(set(stuck.probes_c[:, 3].tolist())) > 3


def test_a_hot_module_is_hotter_under_load_than_at_rest(lived, told):
    hot = with_fault(lived, name="hot_module", value=9.0, probe_no=5)
    more = (hot.probes_c[:, 4] - told.probes_c[:, 4]).astype(float)
    assert more.min() >= 2.5
    assert more.max() >= 6
    assert (hot.probes_c[:, :4] == told.probes_c[:, :4]).all()


def test_nothing_comes_on_silent_days(lived, told):
    car, stretches = lived
    first = order(None).first_s + 3 * 86_400
    silent = rows_of(replace(car, fault=Fault("silent_days", first, first + 86_400, 0.0)), stretches)
    inside = (told.time_s >= first) & (told.time_s < first + 86_400)
    assert inside.any()
    assert len(silent) == len(told) - inside.sum()


def test_soc_has_half_percent_steps(told):
    assert (told.columns["soc"][0] % 5 == 0).all()
