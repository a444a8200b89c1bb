"""The store: one transaction a run, readers see whole runs, what goes in comes out."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.errors import BaasError
from baas.maths.day_arrays import pack_arrays
from baas.store import KnownFile, NoRunError, Store, StoredMonth, WritableStore, typed
from baas.tables.days import DAILY, SESSIONS

ABOUT = {"used": {"a.csv": 3}, "repeated": {}, "failed": {}, "sign": ["unknown", 0.5], "votes": {}, "notes": []}


def day(device: str, date: str, rows: int) -> tuple[object, ...]:
    known = {"device_no": device, "date": date, "rows": rows}
    return tuple(known.get(column.name) for column in DAILY)


def month(device: str = "1200000001", name: str = "2024-03", rows: int = 7) -> StoredMonth:
    arrays = {"speed_s": np.arange(52.0), "cell_low_n": np.array([1.0, 0.5])}
    session = tuple({"device_no": device, "start_ms": 1_700_000_000_000}.get(column.name) for column in SESSIONS)
    days = (day(device, f"{name}-01", rows), day(device, f"{name}-02", rows))
    return StoredMonth(device, name, days, (pack_arrays(arrays),) * 2, (session,), "리프 24", 96, "65 Ah car", ABOUT)


def test_a_month_comes_out_as_it_went_in(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_month(month(), "key")
    with Store.reading(tmp_path) as store:
        days, arrays = store.days("1200000001")
        sessions = store.sessions("1200000001")
        assert store.devices() == ["1200000001"]
        assert store.about_partitions("1200000001") == [("2024-03", ABOUT)]
    assert list(days["date"]) == ["2024-03-01", "2024-03-02"]
    assert list(days["rows"]) == [7.0, 7.0]
    assert days["distance_km"].isna().all()
    assert arrays[1]["speed_s"].tolist() == list(range(52))
    assert arrays[0]["cell_low_n"].tolist() == [1.0, 0.5]
    assert len(sessions) == 1


def test_columns_have_the_declared_names_and_types_also_without_rows():
    for table in (DAILY, SESSIONS):
        empty = typed([], table)
        assert list(empty) == list(table.names)
        assert all(empty[c.name].dtype == np.float64 for c in table if c.dtype in ("int", "float", "flag", "time"))


def test_a_month_put_again_replaces_the_one_before(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_month(month(rows=7), "old")
        store.put_month(month(rows=9), "new")
        assert store.month_states()[("1200000001", "2024-03")].input_key == "new"
        assert list(store.days("1200000001")[0]["rows"]) == [9.0, 9.0]


def test_a_month_computed_otherwise_has_another_key_for_what_is_summed_up(tmp_path):
    def stored_key(store: WritableStore) -> str:
        return str(store.connection.execute("SELECT input_key FROM partitions").fetchone()[0])

    with WritableStore.writing(tmp_path) as store:
        store.put_month(month(), "same")
        before = stored_key(store)
        other = {**ABOUT, "sign": ["charge_positive", 1.0]}
        store.put_month(StoredMonth(**{**vars(month()), "about": other}), "same")
        assert stored_key(store) != before
        assert store.month_states()[("1200000001", "2024-03")].input_key == "same"


def test_a_fault_leaves_everything_as_it_was(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_month(month(rows=7), "old")
        store.put_run("first", "staged", {})
    with contextlib.suppress(ZeroDivisionError), WritableStore.writing(tmp_path) as store:
        store.put_month(month(rows=9), "new")
        store.put_run("second", "staged", {})
        _ = 1 / 0
    with Store.reading(tmp_path) as store:
        assert store.current_run() == ("first", "staged")
        assert list(store.days("1200000001")[0]["rows"]) == [7.0, 7.0]


def test_a_run_that_is_discarded_leaves_everything_as_it_was(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_run("first", "staged", {})
    with WritableStore.writing(tmp_path) as store:
        store.put_run("second", "staged", {})
        store.discard()
    with Store.reading(tmp_path) as store:
        assert store.current_run() == ("first", "staged")


def test_a_reader_keeps_seeing_the_run_it_began_with(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_run("first", "staged", {})
    with Store.reading(tmp_path) as reader:
        with WritableStore.writing(tmp_path) as store:
            store.put_run("second", "staged", {})
        assert reader.current_run() == ("first", "staged")
    with Store.reading(tmp_path) as reader:
        assert reader.current_run() == ("second", "staged")


def test_a_dropped_month_is_gone_everywhere(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_month(month(), "key")
        store.put_month(month(name="2024-04"), "key")
        store.drop_month("1200000001", "2024-03")
        assert list(store.month_states()) == [("1200000001", "2024-04")]
        assert set(store.days("1200000001")[0]["date"]) == {"2024-04-01", "2024-04-02"}


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: sqlite3.connect(folder / "baas.sqlite").close()])
def test_a_folder_without_a_run_says_so(tmp_path: Path, make):
    make(tmp_path)
    with pytest.raises(NoRunError, match=r"vehicle_battery_scorer\.py"), Store.reading(tmp_path):
        pass


def test_a_file_that_is_no_store_says_so(tmp_path):
    (tmp_path / "baas.sqlite").write_bytes(b"something else" * 1000)
    for use in (Store.reading, WritableStore.writing):
        with pytest.raises(BaasError, match=r"baas\.sqlite"), use(tmp_path):
            pass


FILE = KnownFile("/x/a.csv", 10, 20, "abc", "way", None, ({"file": "", "rows_read": 3},), (("1", "2024-03"),))


def test_files_are_known_by_path_size_time_and_by_content(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.remember_files([FILE])
        assert store.known_file("/x/a.csv", 10, 20) == "abc"
        assert store.known_file("/x/a.csv", 11, 20) is store.known_file("/x/a.csv", 10, 21) is None
        assert (store.has_size(10), store.has_size(11)) == (True, False)
        assert store.known_content("abc", "way", 0) == FILE
        assert store.known_content("abc", "another way", 0) is store.known_content("abd", "way", 0) is None


def test_files_that_are_not_in_the_input_any_more_are_forgotten(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.remember_files([FILE])
        store.remember_files([])
        assert store.known_content("abc", "way", 0) is None


def test_a_file_with_rows_from_the_future_is_looked_at_again_when_their_time_has_come(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.remember_files([KnownFile(**{**vars(FILE), "wakes_ms": 1_000})])
        assert store.known_content("abc", "way", 999) is not None
        assert store.known_content("abc", "way", 1_000) is None


def test_days_of_the_fleet_are_summed_by_type(tmp_path):
    with WritableStore.writing(tmp_path) as store:
        store.put_month(month("1"), "key")
        store.put_month(month("2", rows=5), "key")
        store.summarise({"1": "Kona", "2": "Kona"})
        found = store.fleet_days()
    assert list(found["date"]) == ["2024-03-01", "2024-03-02"]
    assert list(found["vehicles"]) == [2, 2]
    assert list(found["rows"]) == [12, 12]
    assert set(found["car_type"]) == {"Kona"}


@given(rows=st.lists(st.tuples(st.none() | st.floats(allow_nan=False), st.text(max_size=3)), max_size=5))
def test_missing_numbers_stay_missing(rows):
    at = {"rows": 0, "date": 1}
    found = typed([tuple(row[at[n]] if n in at else None for n in DAILY.names) for row in rows], DAILY)
    assert list(found["date"]) == [text for _, text in rows]
    for told, (number, _) in zip(found["rows"], rows, strict=True):
        assert np.isnan(told) if number is None else told == number
