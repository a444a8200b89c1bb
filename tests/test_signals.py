"""SIGNALS: parts put together and rows taken lose nothing and invent nothing."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import joined, signals

from baas.signals import MISSING_MV


def test_a_column_that_a_part_lacks_is_missing_there() -> None:
    whole = joined(signals([0, 1], soc=[1, 2]), signals([2], odometer=7.0))
    np.testing.assert_array_equal(whole.column("soc"), [1, 2, np.nan])
    np.testing.assert_array_equal(whole.column("odometer"), [np.nan, np.nan, 7])


def test_narrow_cells_and_modules_are_padded_with_missing_ones() -> None:
    whole = joined(signals([0], cells_mv=[[3700]], modules_c=[[20.0]]), signals([1], cells_mv=[[3600, 3500]]))
    assert whole.cells_mv.tolist() == [[3700, MISSING_MV], [3600, 3500]]
    np.testing.assert_array_equal(whole.modules_c, [[20], [np.nan]])


def test_devices_keep_their_rows_and_types() -> None:
    parts = (
        signals([0], device="9", car_type="EV6"),
        signals([1], device="1"),
        signals([2], device="9", car_type="GV60"),
    )
    whole = joined(*parts)
    assert [whole.devices[code] for code in whole.device] == ["9", "1", "9"]
    assert whole.car_types == {"9": "EV6"}


def test_one_part_is_itself() -> None:
    one = signals([0, 1], soc=5)
    assert joined(one) is one


@pytest.mark.parametrize("rows", [np.array([2, 0]), np.array([True, False, True]), slice(1, None)])
def test_taken_rows_are_whole(rows: object) -> None:
    whole = signals([0, 1, 2], soc=[1, 2, 3], cells_mv=[[1], [2], [3]], modules_c=[[1], [2], [3]], source=[7, 8, 9])
    taken = whole.take(rows)  # type: ignore[arg-type]
    expected = np.arange(3)[rows]  # type: ignore[index]
    assert taken.column("soc").tolist() == (expected + 1).tolist()
    assert taken.cells_mv[:, 0].tolist() == (expected + 1).tolist()
    assert taken.modules_c[:, 0].tolist() == (expected + 1).tolist()
    assert taken.source.tolist() == (expected + 7).tolist()
    assert taken.time_ms.tolist() == whole.time_ms[expected].tolist()


def test_a_column_that_never_came_is_missing() -> None:
    assert np.isnan(signals([0, 1]).column("soc")).all()
