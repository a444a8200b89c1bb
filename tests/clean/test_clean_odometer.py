"""The odometer counts driving: not zeros, late packets, glitches, rollbacks, resets, jumps."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import HOUR, START_MS, checks, cleaned, notes, shuffled, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.clean.odometer import MOST_CATCH_UP_KM, Odometer, clean_odometer

MINUTE = 60.0


def read(km: list[float], step_s: float = MINUTE) -> Odometer:
    """Readings at equal steps."""
    times = START_MS + (1000 * step_s * np.arange(len(km))).astype(np.int64)
    return clean_odometer(np.array(km, dtype=float), times)


def told(km: list[float], step_s: float = MINUTE) -> list[tuple[str, float]]:
    return [(note.check, round(note.value, 3)) for note in read(km, step_s).notes]


def driven(km: list[float], step_s: float = MINUTE) -> float:
    return float(read(km, step_s).step_km.sum())


RISING = [1000.0 + 0.5 * k for k in range(60)]


def test_a_healthy_odometer_is_left_alone() -> None:
    assert driven(RISING) == pytest.approx(29.5)
    np.testing.assert_array_equal(read(RISING).reading_km, RISING)
    assert told(RISING) == []


def test_a_zero_odometer_is_not_driving() -> None:
    rows = signals(MINUTE * np.arange(60), odometer=[*RISING[:20], *[0.0] * 12, *RISING[32:]])
    assert cleaned(rows).odometer.step_km.sum() == pytest.approx(29.5)
    assert checks(rows) == {("filler", "odometer")}
    assert next(note.count for note in notes(rows)) == 12


def test_a_few_zeros_are_not_worth_a_note() -> None:
    rows = signals(MINUTE * np.arange(60), odometer=[*RISING[:20], *[0.0] * 9, *RISING[29:]])
    assert checks(rows) == set()


def test_an_odometer_that_is_only_zero_is_no_odometer() -> None:
    rows = signals(MINUTE * np.arange(60), odometer=0.0)
    assert np.isnan(cleaned(rows).odometer.reading_km).all()


def test_a_late_packet_is_neither_rollback_nor_driving() -> None:
    km = [*RISING[:30], RISING[29] - 3, RISING[29] - 3, *RISING[30:]]
    assert driven(km) == pytest.approx(29.5)
    assert told(km) == []


def test_a_rollback_is_told_and_not_driven() -> None:
    km = [*RISING, *(k - 200 for k in RISING)]
    assert told(km) == [("odometer_rollback", pytest.approx(229.5))]
    assert driven(km) == pytest.approx(59)


def test_a_rollback_in_small_steps_is_a_rollback() -> None:
    km = [*RISING, *(RISING[-1] - 4.0 * k for k in range(1, 51)), *(RISING[-1] - 200 + 0.5 * k for k in range(20))]
    assert "odometer_rollback" in {check for check, _ in told(km)}
    assert driven(km) == pytest.approx(29.5 + 9.5, abs=3)


def test_a_reset_is_told_with_the_reading_before() -> None:
    km = [*RISING, *(k - 995 for k in RISING)]
    assert told(km) == [("odometer_reset", 1029.5)]


def test_a_jump_is_told_and_not_driven() -> None:
    km = [*RISING, *(k + 5000 for k in RISING)]
    assert told(km) == [("odometer_jump", pytest.approx(4970.5))]
    assert driven(km) == pytest.approx(59)


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
@pytest.mark.parametrize("off", [-500.0, 5000.0, 700_000.0])
def test_a_glitch_that_comes_back_is_neither_rollback_nor_jump_nor_driving(rows: int, off: float) -> None:
    km = [*RISING[:30], *[RISING[30] + off] * rows, *RISING[30:]]
    assert [check for check, _ in told(km)] == ["spike"]
    assert driven(km) == pytest.approx(29.5)
    assert np.isnan(read(km).reading_km).sum() == rows


@pytest.mark.parametrize("rows", [1, 2])
def test_a_glitch_at_either_end_is_no_rollback(rows: int) -> None:
    assert [check for check, _ in told([*[90_000.0] * rows, *RISING])] == ["spike"]
    assert [check for check, _ in told([*RISING, *[90_000.0] * rows])] == ["spike"]
    assert driven([*[90_000.0] * rows, *RISING, *[3.0] * rows]) == pytest.approx(29.5)


def test_a_glitch_in_between_does_not_hide_a_rollback() -> None:
    km = [*RISING, 90_000.0, *(k - 200 for k in RISING)]
    assert {check for check, _ in told(km)} == {"spike", "odometer_rollback"}
    assert driven(km) == pytest.approx(59)


def test_what_was_driven_while_nothing_was_sent_is_driving() -> None:
    times = np.concatenate((np.arange(60), 60 * 10 + np.arange(60))) * MINUTE * 1000
    odometer = clean_odometer(np.array([*RISING, *(k + 400 for k in RISING)]), START_MS + times.astype(np.int64))
    assert odometer.notes == ()
    assert odometer.step_km.sum() == pytest.approx(429.5)


def test_an_odometer_that_stood_still_may_catch_up() -> None:
    km = [*RISING, *[RISING[-1]] * 60, *(k + 60 for k in RISING)]
    assert told(km) == []
    assert driven(km) == pytest.approx(89.5)


def test_an_odometer_that_moves_has_nothing_to_catch_up() -> None:
    km = [*RISING, *(RISING[-1] + 0.5 * k for k in range(1, 60)), *(RISING[-1] + 90 + 0.5 * k for k in range(60))]
    assert [check for check, _ in told(km)] == ["odometer_jump"]


def test_an_odometer_may_be_late_with_what_was_driven_during_a_gap() -> None:
    def after(late: list[float]) -> list[str]:
        at = np.concatenate((np.arange(60), 4 * 24 * 60 + np.arange(len(late)))) * MINUTE * 1000
        return [note.check for note in clean_odometer(np.array([*RISING, *late]), START_MS + at.astype(np.int64)).notes]

    assert after([1055.0] * 5 + [1110.0] * 50) == []
    assert after([1055.0, 1055.5, 1056.0, 1056.5] + [1110.0] * 50) == ["odometer_jump"]


@pytest.mark.parametrize("off", [-500.0, 400.0])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_glitch_right_after_a_gap_is_a_glitch(off: float, rows: int) -> None:
    at = np.concatenate((np.arange(60), 600 + np.arange(80))) * MINUTE * 1000
    km = np.array([*RISING, *[RISING[-1] + off] * rows, *(RISING[-1] + 0.5 * k for k in range(80 - rows))])
    odometer = clean_odometer(km, START_MS + at.astype(np.int64))
    assert [note.check for note in odometer.notes] == ["spike"]
    assert odometer.step_km.sum() == pytest.approx(km.max() - km[0] if off < 0 else 29.5 + 0.5 * (79 - rows))


def test_what_it_catches_up_with_is_bounded() -> None:
    still = [1000.0] * 600
    assert told([*still, *[1000.0 + MOST_CATCH_UP_KM - 1] * 5]) == []
    assert [check for check, _ in told([*still, *[1000.0 + MOST_CATCH_UP_KM + 1] * 5])] == ["odometer_jump"]


@given(st.lists(st.floats(0, 4), min_size=1, max_size=80), st.integers(0, 10**6))
def test_any_driveable_odometer_is_its_own_envelope(rises: list[float], start: int) -> None:
    km = start + np.cumsum(rises)
    odometer = read(km.tolist())
    assert odometer.notes == ()
    assert odometer.step_km.sum() == pytest.approx(km[-1] - km[0], abs=1e-6)


@given(
    st.lists(st.sampled_from([1000.0, 1001.0, 1004.0, 990.0, 500.0, 9000.0, 1300.0, np.nan]), max_size=60),
    st.sampled_from([5, 60, 900]),
)
@settings(max_examples=200)
def test_steps_are_never_negative_and_never_more_than_can_be_driven(km: list[float], step_s: int) -> None:
    odometer = read(km, step_s)
    assert (odometer.step_km >= 0).all()
    hours = len(km) * step_s / HOUR
    assert odometer.step_km.sum() <= 260 * hours + 2 * len(km) + MOST_CATCH_UP_KM
    known = odometer.reading_km[np.isfinite(odometer.reading_km)]
    assert np.isin(known, km).all()


def test_garbage_takes_no_time() -> None:
    import time

    values = np.random.default_rng(1).uniform(1, 1e6, 40_000)
    begin = time.perf_counter()
    clean_odometer(values, START_MS + 1000 * np.arange(40_000))
    assert time.perf_counter() - begin < 5


def test_the_order_of_rows_does_not_matter() -> None:
    rows = signals(MINUTE * np.arange(60), odometer=RISING)
    np.testing.assert_array_equal(cleaned(rows).odometer.step_km, cleaned(shuffled(rows, 1)).odometer.step_km)
