"""Readings that cannot be are missing and told; fillers are missing and counted; what can be stays."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, notes, signals
from hypothesis import given
from hypothesis import strategies as st

from baas.clean.ranges import is_filler, is_impossible
from baas.tables.feed import BMS

TIME = 30.0 * np.arange(1000)
NUMBERS = [
    column for column in BMS if column.is_number and not column.name.startswith(("cell_v_0", "cell_v_1", "mod_temp_"))
]
RANGED = [column for column in NUMBERS if column.high is not None]


@pytest.mark.parametrize("column", NUMBERS, ids=lambda column: column.name)
def test_no_quantity_is_infinite(column: object) -> None:
    values = np.array([np.inf, -np.inf, np.nan])
    assert is_impossible(values, column).tolist() == [True, True, False]  # type: ignore[arg-type]


@pytest.mark.parametrize("column", RANGED, ids=lambda column: column.name)
def test_the_ends_of_a_range_can_be_and_beyond_them_nothing(column: object) -> None:
    ends = np.array([column.low, column.high], dtype=np.float32).astype(float)  # type: ignore[attr-defined]
    assert not is_impossible(ends, column).any()  # type: ignore[arg-type]
    assert is_impossible(ends + np.array([-1, 1]), column).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("column", [c for c in NUMBERS if c.missing], ids=lambda column: column.name)
def test_every_filler_is_known_at_the_precision_it_is_stored_in(column: object) -> None:
    marks = np.array(column.missing, dtype=np.float32).astype(float)  # type: ignore[attr-defined]
    assert is_filler(marks, column).all()  # type: ignore[arg-type]


def test_a_reading_next_to_a_filler_is_a_reading() -> None:
    assert not is_filler(np.array([-39.5, 0.1]), BMS["ext_temp"]).any()
    assert is_filler(np.array([-40.0, 87.5]), BMS["ext_temp"]).all()


def test_impossible_readings_are_missing_and_told_with_an_example() -> None:
    speed = np.full(1000, 50.0)
    speed[[3, 700]] = [-3.6, 999]
    rows = signals(TIME, emobility_spd=speed)
    note = notes(rows)[0]
    assert (note.check, note.severity, note.count, note.value) == ("out_of_range", "info", 2, pytest.approx(-3.6))
    assert (note.first_ms, note.last_ms) == (rows.time_ms[3], rows.time_ms[700])
    assert np.isnan(cleaned(rows).column("emobility_spd")[[3, 700]]).all()
    assert np.isfinite(cleaned(rows).column("emobility_spd")).sum() == 998


@pytest.mark.parametrize(("wrong", "severity"), [(2, "info"), (4, "warning")])
def test_more_than_one_percent_of_the_readings_sent_is_a_warning(wrong: int, severity: str) -> None:
    speed = np.full(1000, np.nan)
    speed[:300] = 50.0
    speed[:wrong] = -5
    assert [note.severity for note in notes(signals(TIME, emobility_spd=speed))] == [severity]


@given(st.lists(st.sampled_from([0.0, 10_000.0]), min_size=1, max_size=40))
def test_fillers_are_told_from_ten_on(km: list[float]) -> None:
    zeros = km.count(0.0)
    found = [note for note in notes(signals(30.0 * np.arange(len(km)), odometer=km)) if note.check == "filler"]
    assert [(note.count, note.value, note.severity) for note in found] == (
        [(zeros, 0.0, "info")] if zeros >= 10 else []
    )


def test_a_filler_is_not_out_of_range() -> None:
    assert checks(signals(TIME, pack_volt=6553.5)) == {("filler", "pack_volt")}
    assert np.isnan(cleaned(signals(TIME, pack_volt=6553.5)).column("pack_volt")).all()


def test_an_unknown_column_is_left_out() -> None:
    assert "wheel_bolts" not in cleaned(signals(TIME, wheel_bolts=5)).columns
