"""Lowest, median and highest cell: against numpy on floats."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from baas.maths.cells import cell_rows
from baas.signals import MISSING_MV

cells = st.tuples(st.integers(1, 8), st.integers(1, 9)).flatmap(
    lambda shape: st.lists(
        st.one_of(st.integers(-32768, 32767), st.just(int(MISSING_MV)), st.integers(3300, 3310)),
        min_size=shape[0] * shape[1], max_size=shape[0] * shape[1],
    ).map(lambda values: np.array(values, dtype=np.int16).reshape(shape))
)  # fmt: skip


@given(cells)
def test_statistics_are_those_of_the_cells_that_sent(matrix: np.ndarray) -> None:
    rows = cell_rows(matrix)
    for k, row in enumerate(matrix):
        sent = row[row != MISSING_MV].astype(float)
        assert rows.count[k] == len(sent)
        expected = [sent.min(), np.median(sent), sent.max(), sent.max() - sent.min()] if len(sent) else [np.nan] * 4
        np.testing.assert_array_equal([rows.low_mv[k], rows.median_mv[k], rows.high_mv[k], rows.spread_mv[k]], expected)


@given(cells, st.integers(0, 99))
def test_the_order_of_cells_and_padding_do_not_matter(matrix: np.ndarray, seed: int) -> None:
    mixed = np.random.default_rng(seed).permuted(matrix, axis=1)
    padded = np.hstack([mixed, np.full((len(matrix), 3), MISSING_MV)])
    for name in ("count", "low_mv", "median_mv", "high_mv"):
        np.testing.assert_array_equal(getattr(cell_rows(matrix), name), getattr(cell_rows(padded), name))


def test_no_cells_and_no_rows_are_no_fault() -> None:
    assert cell_rows(np.zeros((3, 0), np.int16)).count.tolist() == [0, 0, 0]
    assert np.isnan(cell_rows(np.zeros((3, 0), np.int16)).median_mv).all()
    assert len(cell_rows(np.zeros((0, 5), np.int16)).count) == 0


def test_the_matrix_is_not_modified() -> None:
    matrix = np.array([[3, 1, 2]], dtype=np.int16)
    cell_rows(matrix)
    assert matrix.tolist() == [[3, 1, 2]]
