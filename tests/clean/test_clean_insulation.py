"""Insulation that falls below half of what is usual for the vehicle is told, in whatever unit it is sent."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, notes, signals

DAYS = 12
TIME = 1800.0 * np.arange(48 * DAYS)
#: 2023-06-05 00:00 UTC
UTC_MIDNIGHT = 1_685_923_200_000
DAY = TIME // 86_400


def found(kohm: np.ndarray | float) -> bool:
    return ("insulation_drop", "insul_resistance") in checks(
        signals(TIME, start_ms=UTC_MIDNIGHT, insul_resistance=kohm)
    )


@pytest.mark.parametrize("usual", [5.0, 1000.0, 11_520.0])
def test_a_drop_to_less_than_half_is_told_in_any_unit(usual: float) -> None:
    fallen = np.where(DAY >= 8, 0.4 * usual, usual)
    assert found(fallen)
    note = next(note for note in notes(signals(TIME, start_ms=UTC_MIDNIGHT, insul_resistance=fallen)))
    assert (note.severity, note.value) == ("warning", pytest.approx(0.4 * usual))


def test_a_drop_that_lasts_most_of_the_month_is_told() -> None:
    assert found(np.where(DAY >= 4, 300.0, 1000.0))


def test_a_drop_to_more_than_half_is_not_told() -> None:
    assert not found(np.where(DAY >= 8, 600.0, 1000.0))


def test_a_few_low_readings_after_switching_on_are_not_told() -> None:
    assert not found(np.where(TIME % 86_400 < 4000, 10.0, 1000.0))


def test_a_rise_is_not_told() -> None:
    assert not found(np.where(DAY >= 8, 5000.0, 1000.0))


def test_nothing_is_usual_within_three_days() -> None:
    assert not found(np.select([DAY == 9, (DAY == 7) | (DAY == 8)], [100.0, 1000.0], np.nan))


def test_no_insulation_no_finding() -> None:
    assert not found(np.nan)
