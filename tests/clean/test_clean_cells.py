"""Cells: sentinels and padding go, a bad cell stays visible, the sum is checked against the pack."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, notes, signals

from baas.signals import MISSING_MV

N = 400
TIME = 30.0 * np.arange(N)


def rows(matrix: np.ndarray, **columns: object) -> object:
    return signals(TIME, cells_mv=matrix, **columns)  # type: ignore[arg-type]


def cells(count: int = 96, level: int = 3700) -> np.ndarray:
    return np.full((N, count), level)


@pytest.mark.parametrize("fill", [0, 5100, int(MISSING_MV)])
def test_padding_is_no_cell(fill: int) -> None:
    wide = np.hstack([cells(96), np.full((N, 96), fill)])
    assert cleaned(rows(wide)).cells_mv.shape == (N, 96)
    assert checks(rows(wide)) == set()


@pytest.mark.parametrize("level", [1000, 1200, 4500])
def test_a_collapsed_or_overcharged_cell_stays_visible(level: int) -> None:
    matrix = cells()
    matrix[:, 40] = level
    assert cleaned(rows(matrix)).cell.spread_mv[0] == abs(level - 3700)


@pytest.mark.parametrize("level", [-32768, -1, 999, 4501, 32766])
def test_an_impossible_cell_is_missing_and_told_by_its_number(level: int) -> None:
    matrix = cells()
    matrix[5, 40] = level
    note = notes(rows(matrix))[0]
    assert (note.check, note.cell_no, note.signal, note.severity) == ("out_of_range", 41, "cell_v_041", "info")
    assert cleaned(rows(matrix)).cells_mv[5, 40] == MISSING_MV


def test_a_cell_that_often_cannot_be_is_a_warning() -> None:
    matrix = cells()
    matrix[:5, 40] = 900
    assert [note.severity for note in notes(rows(matrix))] == ["warning"]


def test_a_cell_list_that_is_sometimes_absent_is_no_fault() -> None:
    matrix = cells()
    matrix[::2] = MISSING_MV
    one = cleaned(rows(matrix))
    assert one.cells_mv.shape[1] == 96
    assert one.cell.count.tolist()[:2] == [0, 96]


def test_no_cells_is_no_matrix() -> None:
    assert cleaned(signals(TIME, soc=50.0)).cells_mv.shape == (N, 0)
    assert cleaned(rows(np.full((N, 5), MISSING_MV))).cells_mv.shape == (N, 0)


@pytest.mark.parametrize(
    ("volt", "told"), [(355.2, False), (363.0, False), (345.0, False), (370.0, True), (340.0, True)]
)
def test_cells_that_do_not_add_up_are_told(volt: float, told: bool) -> None:
    assert (("cell_sum_mismatch", "pack_volt") in checks(rows(cells(), pack_volt=volt))) == told


def test_a_pack_with_more_cells_than_the_feed_has_columns_is_no_mismatch() -> None:
    assert checks(rows(cells(192), pack_volt=800.0)) == set()
    assert checks(rows(cells(192), pack_volt=600.0)) == {("cell_sum_mismatch", "pack_volt")}
