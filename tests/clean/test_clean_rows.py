"""One row per moment: the last message wins, then the fullest, then the largest; never the order of files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from feeds import joined, shuffled, signals
from hypothesis import given
from hypothesis import strategies as st

from baas.clean.rows import order_of_rows
from baas.signals import MISSING_MV, Signals


def kept(rows: Signals) -> Signals:
    return rows.take(order_of_rows(rows)[0])


@pytest.mark.parametrize(("first", "second", "winner"), [((1, 9), (2, 1), 1), ((1, 1), (1, 2), 1), ((2, 5), (2, 4), 0)])
def test_the_last_message_wins_then_the_last_in_sequence(first: tuple, second: tuple, winner: int) -> None:
    rows = signals([5, 5], msg_time=[first[0], second[0]], seq=[first[1], second[1]], soc=[10, 20])
    for mixed in (rows, rows.take(slice(None, None, -1))):
        assert kept(mixed).column("soc").tolist() == [[10, 20][winner]]


def test_a_message_with_a_time_wins_over_one_without() -> None:
    assert kept(signals([5, 5], msg_time=[np.nan, 1], soc=[10, 20])).column("soc").tolist() == [20]


def test_the_fuller_row_wins() -> None:
    rows = signals([5, 5], soc=[10, 20], odometer=[7, np.nan], cells_mv=[[3700, 3700], [3700, 3700]])
    assert kept(rows).column("soc").tolist() == [10]
    rows = signals([5, 5], soc=[10, 20], cells_mv=[[3700, 3700], [3700, MISSING_MV]])
    assert kept(rows).column("soc").tolist() == [10]


@pytest.mark.parametrize("other", [[-1, MISSING_MV], [MISSING_MV, -1], [3700, 3701], [-32768, 5]])
def test_rows_that_differ_in_one_cell_have_one_order(other: list[int]) -> None:
    rows = signals([5, 5], cells_mv=[[MISSING_MV, 5], other], source=[0, 1])
    swapped = replace(rows.take(slice(None, None, -1)), source=rows.source)
    np.testing.assert_array_equal(kept(rows).cells_mv, kept(swapped).cells_mv)


def test_of_equal_rows_the_later_file_is_the_repeat() -> None:
    rows = signals([5, 5, 5], soc=50, source=[2, 0, 1])
    used, repeats = order_of_rows(rows)
    assert rows.source[used].tolist() == [0]
    assert sorted(rows.source[repeats].tolist()) == [1, 2]


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), st.sampled_from([np.nan, 1.0, 2.0])), min_size=1, max_size=30
    ),
    st.integers(0, 999),
)
def test_every_row_is_either_used_or_a_repeat_in_any_order(cells: list[tuple], seed: int) -> None:
    time, source, soc = (np.array(values, dtype=float) for values in zip(*cells, strict=True))
    rows = signals(time, soc=soc, source=source.astype(int))
    used, repeats = order_of_rows(rows)
    assert sorted([*used, *repeats]) == list(range(len(rows)))
    assert rows.time_ms[used].tolist() == sorted(set(rows.time_ms.tolist()))
    mixed = shuffled(rows, seed)
    np.testing.assert_array_equal(kept(mixed).column("soc"), kept(rows).column("soc"))
    np.testing.assert_array_equal(kept(mixed).source, kept(rows).source)


def test_rows_without_repeats_are_only_ordered() -> None:
    rows = signals([3, 1, 2], soc=[30, 10, 20])
    used, repeats = order_of_rows(rows)
    assert used.tolist() == [1, 2, 0]
    assert not len(repeats)


def test_parts_of_different_columns_can_repeat_each_other() -> None:
    rows = joined(signals([5], soc=10), signals([5], soc=10, odometer=7))
    assert kept(rows).column("odometer").tolist() == [7]


def test_which_of_two_rows_of_one_moment_is_kept_does_not_depend_on_the_sign_of_current() -> None:
    amps, soc = np.array([30.0, 10.0, np.nan, -np.inf]), [50.0, 51.0, 52.0, 53.0]
    for signed in (amps, -amps):
        for order in ([0, 1], [1, 0], [2, 3], [3, 2]):
            kept, repeats = order_of_rows(signals([0, 0], pack_current=signed[order], soc=np.array(soc)[order]))
            assert (order[int(kept[0])], len(repeats)) == ((0 if 0 in order else 3), 1)
