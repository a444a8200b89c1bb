"""Counters only count: zero fill and glitches are missing, resets are not counted."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import START_MS, checks, cleaned, signals

from baas.clean.counters import clean_counters

KWH = 1500 + 0.1 * np.arange(200)
TIMES = START_MS + 30_000 * np.arange(200)


def counted(values: np.ndarray, name: str = "cumul_pw_dischrgd") -> tuple[np.ndarray, float, list[str]]:
    columns, rises, notes = clean_counters({name: np.asarray(values, dtype=float)}, TIMES[: len(values)])
    return columns[name], float(np.nansum(rises[name])), [note.check for note in notes]


def test_a_counter_that_counts_is_left_alone() -> None:
    values, rise, found = counted(KWH)
    np.testing.assert_array_equal(values, KWH)
    assert rise == pytest.approx(19.9)
    assert found == []


@pytest.mark.parametrize("at", [0, 80, 190])
def test_zero_fill_is_no_reading(at: int) -> None:
    filled = KWH.copy()
    filled[at : at + 10] = 0
    values, rise, found = counted(filled)
    assert np.isnan(values[at : at + 10]).all()
    assert rise <= 19.9 + 1e-9
    assert rise >= 18.8
    assert found == ["spike"]


def test_zero_fill_before_a_small_counter_is_not_counted_as_energy() -> None:
    filled = np.concatenate(([0.0] * 50, 120 + 0.1 * np.arange(150)))
    assert counted(filled)[1] == pytest.approx(14.9)


def test_a_new_counter_may_read_zero() -> None:
    new = np.maximum(0, 0.1 * (np.arange(200) - 50))
    values, rise, found = counted(new)
    assert np.isfinite(values).all()
    assert rise == pytest.approx(14.9)
    assert found == []


def test_a_counter_that_never_counted_is_zero() -> None:
    values, rise, found = counted(np.zeros(200), "chrg_cnt_q")
    assert (values == 0).all()
    assert rise == 0
    assert found == []


def test_a_reset_is_told_and_only_what_was_counted_is_counted() -> None:
    values, rise, found = counted(np.concatenate((KWH[:100], 0.1 * np.arange(1, 101))))
    assert rise == pytest.approx(9.9 + 9.9)
    assert found == ["counter_break"]
    assert np.isfinite(values).all()


def test_a_glitch_of_a_counter_is_missing() -> None:
    glitch = np.concatenate((np.full(90, 1327.0), np.full(22, 919.0), np.full(88, 1332.0)))
    values, rise, found = counted(glitch, "chrg_cnt")
    assert np.isnan(values[90:112]).all()
    assert rise == 5
    assert found == ["spike"]


def test_late_packets_of_a_counter_are_not_counted_twice() -> None:
    late = np.concatenate((np.full(50, 1260.0), np.full(50, 1257.0), np.full(100, 1261.0)))
    assert counted(late, "chrg_cnt")[1:] == (1.0, [])


def test_energy_faster_than_any_charger_is_not_counted() -> None:
    assert counted(np.concatenate((KWH[:100], KWH[100:] + 300)))[2] == ["counter_break"]
    assert counted(np.concatenate((KWH[:100], KWH[100:] + 300)))[1] == pytest.approx(19.8)


def test_a_counter_over_a_gap_counts() -> None:
    rows = signals([0, 30, 60, 7200, 7230, 7260], cumul_pw_chrgd=[10, 10, 10, 40, 40, 40])
    assert np.nansum(cleaned(rows).rise("cumul_pw_chrgd")) == 30
    assert checks(rows) == set()


def test_a_row_without_a_reading_has_no_rise() -> None:
    rows = signals([0, 30, 60], cumul_pw_chrgd=[10, np.nan, 11])
    rise = cleaned(rows).rise("cumul_pw_chrgd")
    assert np.isnan(rise[:2]).all()
    assert rise[2] == 1
    assert np.isnan(cleaned(rows).rise("cumul_pw_dischrgd")).all()
