"""Notes: what cleaning noticed, by local day, months joined to episodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from feeds import START_MS
from hypothesis import given
from hypothesis import strategies as st

from baas.clean.notes import DayRows, Note, episodes, severity_of_share
from baas.daily.groups import local_dates
from baas.tables.feed import BMS

NOTE = Note("out_of_range", "info", 10, 20, 3, 999.0, "km/h", "emobility_spd", "차량 속도")
HOUR_MS = 3_600_000


def test_a_note_says_where_it_begins_and_ends_and_how_many_rows_it_has() -> None:
    rows = np.array([False, True, False, True, False])
    note = Note.of_rows("spike", "info", np.arange(5) * 10, rows, 7.0, BMS["soc"], None)
    assert (note.first_ms, note.last_ms, note.count, note.unit, note.signal_ko) == (10, 30, 2, "%", BMS["soc"].ko)


def of_hours(*hours: float) -> Note:
    """A note on rows at hours after midnight in Seoul, between rows every half hour that have nothing."""
    concerned = START_MS + np.rint(HOUR_MS * np.array(sorted(hours))).astype(np.int64)
    time_ms = np.unique(np.concatenate((concerned, START_MS + np.arange(0, 200) * HOUR_MS // 2)))
    note = Note.of_rows("spike", "info", time_ms, np.isin(time_ms, concerned), 7.0, BMS["soc"])
    return note.on_days(lambda times: local_dates(times, "Asia/Seoul"))


def test_a_note_knows_its_rows_by_local_day() -> None:
    note = of_hours(1, 23.9, 24.1, 24.2, 72)
    assert [(day.date, day.rows) for day in note.days] == [("2023-06-05", 2), ("2023-06-06", 2), ("2023-06-08", 1)]
    assert note.days[1][1:3] == (START_MS + int(24.1 * HOUR_MS), START_MS + int(24.2 * HOUR_MS))
    assert note.quarters is None


@given(
    st.lists(st.floats(0, 99), min_size=1, max_size=60, unique=True),
    st.sampled_from(["Asia/Seoul", "UTC", "America/St_Johns", "Asia/Kathmandu"]),
)
def test_every_row_of_a_note_lies_on_the_local_day_it_is_counted_on(hours: list[float], zone: str) -> None:
    times = np.unique(START_MS + np.rint(HOUR_MS * np.array(hours)).astype(np.int64))
    note = Note.of_rows("spike", "info", times, np.ones(len(times), dtype=bool), 7.0, BMS["soc"])
    told = note.on_days(lambda some: local_dates(some, zone)).days
    dates, counts = np.unique(local_dates(times, zone), return_counts=True)
    assert [(day.date, day.rows) for day in told] == list(zip(dates.tolist(), counts.tolist(), strict=True))
    assert {day.first_ms for day in told} | {day.last_ms for day in told} <= set(times.tolist())


def test_of_a_period_a_note_tells_its_own_days_and_nothing_else() -> None:
    note = of_hours(1, 23.9, 24.1, 24.2, 72)
    part = note.within("2023-06-06", "2023-06-07")
    assert part is not None
    assert (part.count, part.first_ms, part.last_ms) == (2, *note.days[1][1:3])
    assert note.within("2023-06-07", "2023-06-07") is None
    assert note.within("", "9999-12-31") == note


def between(first_hour: float, last_hour: float) -> Note:
    """A break of the odometer between two rows."""
    first, last = (int(START_MS + HOUR_MS * hour) for hour in (first_hour, last_hour))
    note = replace(NOTE, check="odometer_reset", first_ms=first, last_ms=last, count=1)
    return note.on_days(lambda times: local_dates(times, "Asia/Seoul"))


def test_a_break_between_two_rows_is_told_only_with_both_of_them() -> None:
    night, day = between(23, 25), between(26, 27)
    assert [(one.date, one.rows) for one in night.days] == [("2023-06-05", 0), ("2023-06-06", 1)]
    assert night.within("2023-06-05", "2023-06-06") == night
    assert night.within("2023-06-06", "2023-06-06") is None
    assert night.within("2023-06-05", "2023-06-05") is None
    assert day.within("2023-06-06", "2023-06-06") == day


def test_the_same_fault_of_several_months_is_one_episode() -> None:
    later = replace(NOTE, first_ms=100, last_ms=200, count=4, value=-2000.0, severity="warning")
    for order in ([NOTE, later], [later, NOTE]):
        (one,) = episodes(order)
        assert (one.first_ms, one.last_ms, one.count, one.value, one.severity) == (10, 200, 7, -2000.0, "warning")


def test_episodes_keep_the_days_of_all_months() -> None:
    days = [DayRows("2023-05-31", 10, 20, 3), DayRows("2023-06-01", 100, 200, 4)]
    notes = [replace(NOTE, days=(days[0],)), replace(NOTE, first_ms=100, last_ms=200, count=4, days=(days[1],))]
    assert [list(one.days) for one in episodes(notes)] == [days]


@pytest.mark.parametrize("other", [replace(NOTE, signal="soc"), replace(NOTE, cell_no=4), replace(NOTE, check="spike")])
def test_faults_of_other_signals_cells_or_checks_stay_apart(other: Note) -> None:
    assert len(episodes([NOTE, other])) == 2


def test_two_rollbacks_are_two_episodes() -> None:
    one = replace(NOTE, check="odometer_rollback")
    assert len(episodes([one, replace(one, first_ms=1000, last_ms=1010)])) == 2


def test_more_than_one_percent_is_a_warning() -> None:
    sent = np.ones(1000, dtype=bool)
    assert severity_of_share(np.arange(1000) < 10, sent) == "info"
    assert severity_of_share(np.arange(1000) < 11, sent) == "warning"
