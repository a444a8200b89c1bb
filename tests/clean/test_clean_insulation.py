"""Insulation that falls below half of what is usual for the vehicle is told once, in whatever unit it is sent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from feeds import checks, signals
from histories import DAY_MS, START_MS, days

from baas.clean.insulation import insulation_drop
from baas.clean.notes import Note


def table(*kohm: float, every_days: int = 1, rows: int | list[int] = 400) -> pd.DataFrame:
    start = START_MS + every_days * DAY_MS * np.arange(len(kohm))
    return days(len(kohm), first_ms=start, last_ms=start + 1000, insulation_median_kohm=list(kohm), rows=rows)


def found(one: pd.DataFrame, asked: list[bool] | None = None) -> list[Note]:
    return insulation_drop(one, np.ones(len(one), dtype=bool) if asked is None else np.array(asked))


@pytest.mark.parametrize("usual", [5.0, 1000.0, 11_520.0])
def test_a_drop_to_less_than_half_is_told_in_any_unit(usual: float) -> None:
    (note,) = found(table(*[usual] * 8, 0.4 * usual))
    assert (note.check, note.severity, note.count) == ("insulation_drop", "warning", 400)
    assert note.value == pytest.approx(0.4 * usual)


def test_a_drop_is_told_across_months_and_only_once() -> None:
    (note,) = found(table(2247, 2261, 2250, 905, 90.5, every_days=30))
    assert (note.value, note.count) == (90.5, 800)
    assert (note.first_ms, note.last_ms) == (START_MS + 90 * DAY_MS, START_MS + 120 * DAY_MS + 1000)


@pytest.mark.parametrize(("kohm", "count"), [(500.0, 0), (499.0, 1)])
def test_half_of_the_usual_is_the_limit(kohm: float, count: int) -> None:
    assert len(found(table(*[1000.0] * 5, kohm))) == count


def test_a_rise_is_not_told() -> None:
    assert not found(table(*[1000.0] * 5, 5000.0, 5000.0))


@pytest.mark.parametrize(("before", "count"), [(2, 0), (3, 1)])
def test_three_earlier_days_make_a_usual_value(before: int, count: int) -> None:
    assert len(found(table(*[1000.0] * before, np.nan, 100.0))) == count


def test_a_day_of_a_few_rows_is_neither_usual_nor_a_drop() -> None:
    assert not found(table(1000, 1000, 1000, 10, rows=[400, 400, 400, 9]))
    assert not found(table(1000, 1000, 1000, 10, rows=[400, 400, 9, 400]))
    assert found(table(1000, 1000, 1000, 10, rows=[400, 400, 400, 10]))


def test_days_before_the_period_asked_for_are_usual_and_a_drop_among_them_is_not_told() -> None:
    one = table(1000, 1000, 1000, 100, 90)
    assert found(one, [False] * 4 + [True])[0].value == 90
    assert not found(one, [True] * 3 + [False] * 2)


def test_no_insulation_no_finding() -> None:
    assert not found(table(*[np.nan] * 9))
    assert not found(table())


def test_a_month_alone_says_nothing_of_insulation_so_that_nothing_is_told_twice() -> None:
    time = 1800.0 * np.arange(48 * 12)
    kohm = np.where(time > 8 * 86_400, 10.0, 1000.0)
    assert ("insulation_drop", "insul_resistance") not in checks(signals(time, insul_resistance=kohm))
