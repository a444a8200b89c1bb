"""Distance over days: what lies inside them and between them; falls and jumps are told once and never driven."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from baas.mileage import distance


def days(*edges: tuple[str, float, float]) -> pd.DataFrame:
    """(date, first km, last km) of each day, with rows from 6 to 22 h; km inside a day are its envelope."""
    dates, first, last = zip(*edges, strict=True)
    times = np.array([pd.Timestamp(date, tz="Asia/Seoul").timestamp() * 1000 for date in dates])
    return pd.DataFrame(
        {
            "date": dates,
            "odometer_first_km": first,
            "odometer_last_km": last,
            "first_ms": times + 6 * 3_600_000.0,
            "last_ms": times + 22 * 3_600_000.0,
            "distance_km": [b - a for a, b in zip(first, last, strict=True)],
        }
    )


def test_distance_is_the_envelope_of_healthy_days() -> None:
    told = distance(days(("2023-06-01", 100, 150), ("2023-06-02", 155, 200), ("2023-07-01", 900, 950)))
    assert told.total_km == 850
    assert told.between_km == 5 + 700
    assert told.notes == ()


def test_a_day_without_odometer_does_not_break_the_way() -> None:
    told = distance(days(("2023-06-01", 100, 150), ("2023-06-02", np.nan, np.nan), ("2023-06-03", 160, 200)))
    assert told.total_km == 100


def test_a_car_that_never_sent_its_odometer_has_no_distance() -> None:
    assert np.isnan(distance(days(("2023-06-01", np.nan, np.nan))).total_km)
    assert np.isnan(distance(days(("2023-06-01", 1, 2)).iloc[:0]).total_km)


@pytest.mark.parametrize(
    ("now", "check", "value"),
    [(800.0, "odometer_rollback", 250.0), (50.0, "odometer_reset", 1050.0), (99_000.0, "odometer_jump", 97_950.0)],
)
def test_a_break_from_one_month_to_the_next_is_told_and_not_driven(now: float, check: str, value: float) -> None:
    told = distance(days(("2023-06-30", 1000, 1050), ("2023-07-01", now, now + 10)))
    assert [(note.check, note.value, note.severity) for note in told.notes] == [(check, value, "warning")]
    assert told.total_km == 60
    assert told.notes[0].first_ms < told.notes[0].last_ms


@pytest.mark.parametrize("now", [800.0, 99_000.0])
def test_a_break_inside_a_month_was_told_before_and_is_not_driven(now: float) -> None:
    told = distance(days(("2023-06-29", 1000, 1050), ("2023-06-30", now, now + 10)))
    assert told.notes == ()
    assert told.total_km == 60


def test_a_late_packet_at_the_turn_of_a_month_is_taken_back() -> None:
    told = distance(days(("2023-06-30", 1000, 1050), ("2023-07-01", 1047, 1060)))
    assert told.notes == ()
    assert told.total_km == 60


def test_a_car_can_drive_through_the_night_but_not_faster_than_a_car() -> None:
    night = days(("2023-06-30", 1000, 1050), ("2023-07-01", 1050 + 8 * 250, 4000))
    assert distance(night).notes == ()
    assert [note.check for note in distance(night.assign(odometer_first_km=[1000, 1050 + 8 * 262])).notes] == [
        "odometer_jump"
    ]


def test_the_argument_is_not_modified() -> None:
    table = days(("2023-06-30", 1000, 1050), ("2023-07-01", 1047, 1060))
    before = table.copy()
    distance(table)
    pd.testing.assert_frame_equal(table, before)
