"""How far cells lie apart at rest: as SOC by the own curve, else in volts; LFP; coarse steps; few rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from histories import CAR, car, history, rest_curve, rest_spread

from baas.cars import UNKNOWN
from baas.metrics import Cohort
from baas.metrics.cell_imbalance import METRIC

LFP = car(chemistry="LFP")
NO_CURVE = {"rest_cell_n": np.zeros(101), "rest_cell_mv": np.zeros(101)}
MIDDLE = range(50, 95, 5)


def measured(a_car=CAR, **arrays):
    return METRIC.measure(history(car=a_car, **arrays))


def points(values, a_car=CAR):
    return METRIC.score(values, a_car, Cohort()).points


def fine(mv):
    """Rows within 2 mV of a spread, told in millivolts."""
    return rest_spread(*((soc, mv + more, 100) for soc in MIDDLE for more in (-2, 0)))


def test_the_own_curve_turns_millivolts_into_percent_of_soc():
    values = measured(rest_spread_n=fine(32))
    assert values["cell_imbalance_v"] == pytest.approx(0.0325)
    assert values["cell_imbalance_soc_pct"] == pytest.approx(32.5 / 8)
    assert points(values) == pytest.approx(70 - 15 * (32.5 / 8 - 4) / 2)


def test_the_same_volts_weigh_more_where_the_curve_is_flat():
    steep = measured(rest_spread_n=fine(32), **rest_curve(10.0))
    flat = measured(rest_spread_n=fine(32), **rest_curve(5.0))
    assert points(flat) < points(steep)


@pytest.mark.parametrize("mv_per_pct", [2.5, 3.4, 5.0])
def test_noise_of_five_millivolts_costs_nothing_however_flat_the_curve(mv_per_pct):
    assert points(measured(rest_spread_n=fine(4), **rest_curve(mv_per_pct))) == 100


@pytest.mark.parametrize(("mv", "expected"), [(14, 100), (30, 84.625), (50, 69.75), (80, 54.607), (150, 0)])
def test_without_a_curve_volts_are_judged_as_those_of_nmc_cells(mv, expected):
    values = measured(rest_spread_n=fine(mv), **NO_CURVE)
    assert math.isnan(values["cell_imbalance_soc_pct"])
    assert points(values) == pytest.approx(expected, abs=1e-3)


def test_a_curve_that_was_seen_too_rarely_is_not_used():
    assert math.isnan(measured(**rest_curve(rows=4))["cell_imbalance_soc_pct"])
    assert math.isfinite(measured(**rest_curve(rows=5))["cell_imbalance_soc_pct"])


def test_a_curve_that_scatters_or_falls_is_not_used():
    scatter = {
        "rest_cell_n": np.full(101, 50.0),
        "rest_cell_mv": 50 * np.random.default_rng(1).uniform(3700, 3800, 101),
    }
    assert math.isnan(measured(**scatter)["cell_imbalance_soc_pct"])
    assert math.isnan(measured(**rest_curve(-8.0, base_mv=4300))["cell_imbalance_soc_pct"])


def test_the_ninety_fifth_percentile_decides_not_the_worst_row():
    def mixed(worst_rows):
        return rest_spread(
            *((soc, mv, 45) for soc in MIDDLE for mv in (8, 10)), *((soc, 201, worst_rows) for soc in MIDDLE)
        )

    assert measured(rest_spread_n=mixed(2))["cell_imbalance_v"] == pytest.approx(0.0105)
    assert measured(rest_spread_n=mixed(10))["cell_imbalance_v"] == pytest.approx(0.2005)


def test_coarse_steps_never_raise_a_spread_above_the_percentile():
    rare = rest_spread(*((soc, 20, 98) for soc in MIDDLE), *((soc, 280, 2) for soc in MIDDLE))
    assert measured(rest_spread_n=rare)["cell_imbalance_v"] == pytest.approx(0.02)


def test_low_soc_where_cells_always_spread_is_left_out():
    values = measured(rest_spread_n=fine(10) + rest_spread((10, 121, 5000), (97, 121, 5000)))
    assert values["cell_imbalance_v"] == pytest.approx(0.0105)
    assert values["cell_imbalance_rows"] == 1800


def test_few_rows_at_rest_are_not_taken_for_no_imbalance():
    told = METRIC.score(measured(rest_spread_n=rest_spread((60, 0, 399))), CAR, Cohort())
    assert not told.is_assessed
    assert "399행" in told.reason_ko
    assert METRIC.score(measured(rest_spread_n=rest_spread((60, 10, 400))), CAR, Cohort()).is_assessed


@pytest.mark.parametrize(("rows", "known"), [(18, False), (399, False), (400, True)])
def test_a_spread_is_no_number_on_few_rows(rows, known):
    values = measured(rest_spread_n=rest_spread((60, 10, rows)))
    assert values["cell_imbalance_rows"] == rows
    assert math.isfinite(values["cell_imbalance_v"]) == known
    assert math.isfinite(values["cell_imbalance_soc_pct"]) == known


def test_reasons_can_be_shown_on_a_korean_console():
    few = METRIC.score(measured(rest_spread_n=rest_spread((60, 0, 18))), CAR, Cohort())
    assert "50~95 %" in few.reason_ko
    assert few.reason_ko.encode("cp949").decode("cp949") == few.reason_ko


def coarse(true_mv, rows=3000, step=20, low=3700, cells=96, seed=3):
    """Rows at rest of a pack whose cells truly lie `true_mv` apart, told in steps of 20 mV."""
    rng = np.random.default_rng(seed)
    counts = rest_spread()
    for _ in range(rows):
        soc = rng.uniform(50, 95)
        cell_mv = low + 8 * soc + np.linspace(0, true_mv, cells)
        told = np.floor(cell_mv / step) * step
        counts += rest_spread((soc, told.max() - told.min(), 1))
    return counts


@pytest.mark.parametrize("true_mv", [4, 8, 12, 15])
@pytest.mark.parametrize("curve", [rest_curve(), NO_CURVE])
def test_steps_of_twenty_millivolts_cost_a_healthy_pack_no_grade(true_mv, curve):
    values = measured(rest_spread_n=coarse(true_mv, rows=1200), **curve)
    assert values["cell_imbalance_step_v"] == 0.02
    assert values["cell_imbalance_v"] == pytest.approx(true_mv / 1000, abs=0.0015)
    assert points(values) >= 84


def test_a_spread_of_one_step_in_every_row_costs_no_grade():
    always = measured(
        rest_spread_n=rest_spread(*((soc, mv, rows) for soc in MIDDLE for mv, rows in ((20, 95), (0, 5))))
    )
    assert points(always) >= 85
    assert "0.02 V 단위" in METRIC.score(always, CAR, Cohort()).reason_ko


@pytest.mark.parametrize("true_mv", [60, 100])
def test_a_bad_pack_is_found_in_steps_of_twenty_millivolts_too(true_mv):
    values = measured(rest_spread_n=coarse(true_mv, rows=1200), **NO_CURVE)
    assert values["cell_imbalance_v"] == pytest.approx(true_mv / 1000, abs=0.003)
    assert points(values) < 70


def test_fine_voltages_are_not_called_coarse():
    values = measured(rest_spread_n=fine(20))
    assert values["cell_imbalance_step_v"] == 0
    assert "단위" not in METRIC.score(values, CAR, Cohort()).reason_ko


def test_lfp_cells_on_their_plateau_say_nothing():
    values = measured(LFP, rest_spread_n=fine(5))
    assert values["cell_imbalance_rows"] == 0
    assert math.isnan(points(values, LFP))


def test_lfp_cells_are_judged_at_the_ends_with_double_the_volts():
    values = measured(LFP, rest_spread_n=rest_spread((5, 58, 300), (5, 60, 300)))
    assert values["cell_imbalance_basis"] == "lfp_ends"
    assert points(values, LFP) == pytest.approx(85, abs=0.5)
    assert "LFP" in METRIC.score(values, LFP, Cohort()).reason_ko


def test_the_top_of_an_lfp_curve_counts_only_from_98_percent_on():
    top = rest_spread((97, 58, 300), (97, 60, 300))
    below, above = np.zeros(101), np.zeros(101)
    below[96], above[99] = 600, 600
    millivolts = {"rest_cell_mv": np.zeros(101)}
    assert measured(LFP, rest_spread_n=top, rest_cell_n=below, **millivolts)["cell_imbalance_rows"] == 0
    assert measured(LFP, rest_spread_n=top, rest_cell_n=above, **millivolts)["cell_imbalance_rows"] == 600


def test_an_unknown_type_is_judged_as_nmc_unless_its_voltages_are_those_of_lfp():
    assert math.isfinite(points(measured(UNKNOWN), UNKNOWN))
    flat = rest_curve(0.3, base_mv=3310)
    assert math.isnan(points(measured(UNKNOWN, **flat), UNKNOWN))


def test_a_pack_without_cells_is_not_assessed():
    assert math.isnan(points(measured(rest_spread_n=rest_spread())))
