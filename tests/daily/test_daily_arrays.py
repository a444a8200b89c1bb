"""What a day carries about exposure, cells and probes: against plain sums over its rows."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import RATED_AH, charge, cleaned, drive, journey, park, processed, signals, unseen, with_columns

from baas.signals import MISSING_MV
from baas.tables.days import SOC_BINS, SPREAD_C_BINS, SPREAD_MV_BINS, TEMPERATURE_BINS

HINT = (park(10), charge(30), drive(30, 50, -30), park(30))
ROWS = journey(*HINT, soc=62.5, modules=3)


def day(rows: object = ROWS) -> dict[str, np.ndarray]:
    (only,) = processed(rows).arrays  # type: ignore[arg-type]
    return dict(only)


def at(array: np.ndarray) -> list[int]:
    """Bins that hold anything."""
    return np.flatnonzero(array).tolist()


# -- exposure ---------------------------------------------------------------------------------------------------------


def test_seconds_by_temperature_are_those_of_the_activity() -> None:
    one, table = day(), processed(ROWS).days.iloc[0]
    place = int(26 - TEMPERATURE_BINS.low)  # probes at 25, 26, 27 °C
    for name, column in (("park", "park_s"), ("drive", "drive_s"), ("charge", "charge_s")):
        assert at(one[f"{name}_temp_s"]) == [place]
        assert one[f"{name}_temp_s"].sum() == table[column]
    assert at(one["module_spread_s"]) == [int(2 / SPREAD_C_BINS.step)]
    assert one["module_spread_s"].sum() == table["covered_s"]


def test_parked_seconds_by_soc_include_gaps_of_standing_still() -> None:
    rows = journey(*HINT, unseen(park(300)), park(10), soc=62.5)
    one, table = day(rows), processed(rows).days.iloc[0]
    assert one["soc_park_s"].sum() == table["park_s"] + table["still_gap_s"]
    assert at(one["soc_park_s"]) == [int(62.5 // SOC_BINS.step), int(67.5 // SOC_BINS.step)]


def test_seconds_by_speed_and_steps_by_acceleration_are_those_of_driving() -> None:
    one, table = day(), processed(ROWS).days.iloc[0]
    assert one["speed_s"].sum() == table["drive_s"]
    assert np.argmax(one["speed_s"]) == 10
    assert one["accel_n"].sum() == pytest.approx(table["drive_s"] / 10)


def test_without_probes_and_soc_nothing_is_exposed() -> None:
    one = day(with_columns(journey(*HINT, modules=0), soc=None))
    assert not any(one[name].any() for name in ("park_temp_s", "drive_temp_s", "module_spread_s", "soc_park_s"))


# -- cells at rest ----------------------------------------------------------------------------------------------------


def spread_cells(seed: int = 1) -> np.ndarray:
    return 3600 + np.random.default_rng(seed).integers(-20, 20, (400, 10))


def sums_at_rest(matrix: np.ndarray, soc: float) -> dict[str, np.ndarray]:
    """Day arrays of rows that all rest, from plain sums."""
    rows = signals(
        np.concatenate((np.arange(120), 200 + 30.0 * np.arange(len(matrix)))),
        cells_mv=np.vstack([np.full((120, matrix.shape[1]), MISSING_MV), matrix]),
        pack_current=np.concatenate((np.full(120, 40.0), np.zeros(len(matrix)))),
        emobility_spd=0.0, slow_chrg_port_conn=1, soc=soc, pack_volt=350.0,
    )  # fmt: skip
    return day(rows)


def test_deviation_from_the_median_cell_is_summed_by_decile() -> None:
    matrix = spread_cells()
    one = sums_at_rest(matrix, 62.5)
    assert one["cell_dev_n"].tolist() == [0, 0, 0, 0, 0, 0, 400, 0, 0, 0]
    np.testing.assert_allclose(one["cell_dev_mv"][6], (matrix - np.median(matrix, axis=1)[:, None]).sum(axis=0))
    assert not np.delete(one["cell_dev_mv"], 6, axis=0).any()


@pytest.mark.parametrize(("soc", "decile"), [(0.0, 0), (9.99, 0), (10.0, 1), (100.0, 9)])
def test_the_decile_of_soc_has_its_ends(soc: float, decile: int) -> None:
    one = sums_at_rest(np.full((50, 10), 3600), soc) if soc else sums_at_rest(np.full((50, 10), 3600), 0.001)
    assert at(one["cell_dev_n"]) == [decile]


def test_spread_and_median_are_counted_by_soc() -> None:
    matrix = spread_cells()
    one = sums_at_rest(matrix, 62.0)
    counted = np.bincount((np.ptp(matrix, axis=1) // SPREAD_MV_BINS.step).astype(int), minlength=SPREAD_MV_BINS.count)
    np.testing.assert_array_equal(one["rest_spread_n"][12], counted)
    assert one["rest_cell_n"][62] == 400
    assert one["rest_cell_mv"][62] == pytest.approx(np.median(matrix, axis=1).sum())


def test_lowest_and_highest_cells_are_counted_where_they_are_alone() -> None:
    matrix = spread_cells()
    one = sums_at_rest(matrix, 62.5)
    for name, extreme in (("cell_low_n", matrix.min(axis=1)), ("cell_high_n", matrix.max(axis=1))):
        hit = matrix == extreme[:, None]
        np.testing.assert_array_equal(one[name], hit[hit.sum(axis=1) == 1].sum(axis=0))


def test_rows_under_load_do_not_rest() -> None:
    amps = np.where(np.arange(200) % 2, 0.04 * RATED_AH, 0.06 * RATED_AH)
    standing = {"soc": 60.0, "emobility_spd": 0.0, "slow_chrg_port_conn": 1}
    rows = signals(10.0 * np.arange(200), cells_mv=np.full((200, 5), 3600), pack_current=amps, **standing)
    assert day(rows)["rest_cell_n"].sum() == 100


@pytest.mark.parametrize(("lost", "kept"), [(1, True), (2, False)])
def test_a_row_in_which_a_tenth_of_the_cells_is_missing_is_still_compared(lost: int, kept: bool) -> None:
    matrix = np.full((50, 10), 3600)
    matrix[::2, :lost] = MISSING_MV
    assert (sums_at_rest(matrix, 60.0)["rest_cell_n"].sum() == 50) == kept


def test_a_car_without_current_has_no_rest() -> None:
    assert day(with_columns(ROWS, pack_current=None))["rest_cell_n"].sum() == 0


# -- resistance -------------------------------------------------------------------------------------------------------


def stepped(step_s: float = 10.0, ohm: np.ndarray | float = 0.001) -> dict[str, np.ndarray]:
    """Current that steps by 50 A, and cells that answer with their resistance."""
    n = 400
    amps = np.where(np.arange(n) % 8 < 4, 25.0, -25.0)
    cells = 3600 + 1000 * amps[:, None] * np.broadcast_to(ohm, (5,))
    counters = {
        "cumul_pw_chrgd": 1000 + np.cumsum(np.maximum(amps, 0)) * 0.02,
        "cumul_pw_dischrgd": 1000 + np.cumsum(np.maximum(-amps, 0)) * 0.02,
    }
    driving = {"pack_current": amps, "emobility_spd": 50 - 0.1 * amps, "soc": 60.0}
    return day(signals(step_s * np.arange(n), cells_mv=np.rint(cells), **driving, **counters))


def test_resistance_follows_from_the_sums_over_current_steps() -> None:
    ohm = np.array([0.001, 0.002, 0.003, 0.001, 0.001])
    one = stepped(ohm=ohm)
    np.testing.assert_allclose(one["step_a_mv"] / one["step_a2"] / 1000, ohm, rtol=1e-6)


def test_slow_steps_and_small_steps_say_nothing_of_resistance() -> None:
    assert stepped(step_s=40.0)["step_a2"].tolist() == [0]
    assert day()["step_a2"].tolist() != [0]  # from charge to drive the current steps by 70 A


# -- probes -----------------------------------------------------------------------------------------------------------


def test_probes_are_counted_summed_and_their_highest_kept_under_their_number() -> None:
    matrix = np.array([[20, 215, 22], [21, 215, np.nan], [25, 215, 23]])
    one = day(signals([0, 10, 20], modules_c=matrix))
    assert one["module_n"].tolist() == [3, 0, 2]
    assert one["module_sum_c"].tolist() == [66, 0, 45]
    assert one["module_max_c"].tolist() == [25, -np.inf, 23]


def test_a_car_without_probes_or_cells_carries_empty_arrays() -> None:
    one = day(signals([0, 10], soc=50.0))
    assert {name: one[name].shape for name in ("module_n", "cell_low_n", "step_a_mv", "cell_dev_mv")} == {
        "module_n": (0,), "cell_low_n": (0,), "step_a_mv": (0,), "cell_dev_mv": (10, 0),
    }  # fmt: skip
    assert cleaned(signals([0, 10], soc=50.0)).cells_mv.shape == (2, 0)
