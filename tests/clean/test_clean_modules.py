"""Module temperatures: garbage, far, stuck and absent probes are not the pack; a hot module is."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, notes, signals

N = 400
TIME = 30.0 * np.arange(N)
WARM = 20 + 15 * np.arange(N)[:, None] / N + np.arange(6) * 0.4


def probes(matrix: np.ndarray) -> tuple[int, ...]:
    return cleaned(signals(TIME, modules_c=matrix)).probes


def replaced(probe: int, values: np.ndarray | float) -> np.ndarray:
    matrix = WARM.copy()
    matrix[:, probe - 1] = values
    return matrix


def test_healthy_probes_are_all_trusted() -> None:
    assert probes(WARM) == (1, 2, 3, 4, 5, 6)
    assert checks(signals(TIME, modules_c=WARM)) == set()


@pytest.mark.parametrize("mark", [127.0, -128.0, np.nan])
def test_a_sentinel_is_no_probe(mark: float) -> None:
    assert probes(replaced(6, mark)) == (1, 2, 3, 4, 5)
    assert checks(signals(TIME, modules_c=replaced(6, mark))) == set()


@pytest.mark.parametrize("value", [215.0, -40.0, np.inf])
def test_garbage_is_no_probe_and_told_as_a_warning(value: float) -> None:
    found = notes(signals(TIME, modules_c=replaced(2, value)))
    assert probes(replaced(2, value)) == (1, 3, 4, 5, 6)
    assert [(note.check, note.severity, note.signal, note.count) for note in found] == [
        ("out_of_range", "warning", "mod_temp_02", N)
    ]


def test_one_impossible_reading_is_missing_and_the_probe_stays() -> None:
    matrix = WARM.copy()
    matrix[7, 2] = -40
    assert probes(matrix) == (1, 2, 3, 4, 5, 6)
    assert [note.severity for note in notes(signals(TIME, modules_c=matrix))] == ["info"]


def test_a_probe_far_from_the_pack_is_not_of_the_pack() -> None:
    assert probes(replaced(3, WARM[:, 2] + 40)) == (1, 2, 4, 5, 6)


@pytest.mark.parametrize("degrees", [5.0, 15.0])
def test_a_hot_module_is_a_measurement(degrees: float) -> None:
    assert probes(replaced(3, WARM[:, 2] + degrees)) == (1, 2, 3, 4, 5, 6)


def test_a_probe_that_stands_still_while_the_pack_warms_is_stuck() -> None:
    assert probes(replaced(4, 25.0)) == (1, 2, 3, 5, 6)
    assert ("stuck_sensor", "mod_temp_04") in checks(signals(TIME, modules_c=replaced(4, 25.0)))


def test_a_probe_that_gets_stuck_is_trusted_until_then() -> None:
    frozen = np.where(np.arange(N) < 150, WARM[:, 3], WARM[150, 3])
    rows = signals(TIME, modules_c=replaced(4, frozen))
    assert np.flatnonzero(np.isnan(cleaned(rows).module_c[:, 3])).tolist() == list(range(150, N))
    (note,) = notes(rows)
    assert (note.check, note.signal, note.count) == ("stuck_sensor", "mod_temp_04", N - 150)


def test_coarse_probes_are_not_stuck() -> None:
    assert probes(np.round(WARM)) == (1, 2, 3, 4, 5, 6)
    assert checks(signals(TIME, modules_c=np.round(WARM / 5) * 5)) == set()


def test_two_probes_cannot_accuse_one_another() -> None:
    pair = np.column_stack((WARM[:, 0], np.full(N, 25.0)))
    assert probes(pair) == (1, 2)


def test_probes_of_a_pack_that_rests_are_not_stuck() -> None:
    assert probes(np.full((N, 6), 25.0)) == (1, 2, 3, 4, 5, 6)


def test_a_probe_that_was_read_a_few_times_is_not_stuck() -> None:
    few = np.full(N, np.nan)
    few[:20] = 20.0
    assert probes(replaced(4, few)) == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("probe", [3, 6])
def test_zeros_in_a_warm_pack_are_an_absent_probe_wherever_it_stands(probe: int) -> None:
    assert probe not in probes(replaced(probe, 0.0))
    assert checks(signals(TIME, modules_c=replaced(probe, 0.0))) == set()


def test_zeros_in_a_cold_pack_are_temperatures() -> None:
    cold = np.zeros((N, 6))
    cold[:, 0] = 3.0
    assert probes(cold) == (1, 2, 3, 4, 5, 6)


def test_a_list_that_is_sometimes_short_keeps_its_probe() -> None:
    matrix = WARM.copy()
    matrix[::3, 5] = 0
    one = cleaned(signals(TIME, modules_c=matrix))
    assert one.probes == (1, 2, 3, 4, 5, 6)
    assert np.nanmin(one.module_c) >= 20
    assert np.nanmax(one.module_spread_c) == pytest.approx(2.0)


def test_mean_and_spread_are_of_the_probes_that_sent() -> None:
    matrix = np.array([[20, 22, np.nan], [20, np.nan, np.nan], [np.nan] * 3])
    one = cleaned(signals([0, 1, 2], modules_c=matrix))
    np.testing.assert_array_equal(one.mean_module_c, [21, 20, np.nan])
    np.testing.assert_array_equal(one.module_spread_c, [2, np.nan, np.nan])


def test_without_probes_the_sent_extremes_stand_in() -> None:
    one = cleaned(signals([0, 1], mod_max_temp=[30, 31], mod_min_temp=[20, np.nan]))
    np.testing.assert_array_equal(one.mean_module_c, [25, np.nan])
    np.testing.assert_array_equal(one.module_spread_c, [10, np.nan])
