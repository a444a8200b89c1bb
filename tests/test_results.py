"""results/ is read and written as whole runs; text is harmless and comes back as it was."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas import results
from baas.errors import BaasError
from baas.schema import Column, Table
from baas.tables.files import RUN_FILE, STORE_NAME

TABLE = Table("t", "one", ("name",), (Column("name", "text", "", "", ""), Column("km", "float", "km", "", "")))


def publish(folder: Path, text: str, names: tuple[str, ...] = ("a.csv", "b.csv"), **about: object) -> results.Run:
    with results.writing(folder) as run:
        for name in names:
            results.stage(run, name, f"{text} {name}".encode())
        results.stage_run_file(run, about)
    return run


def read(folder: Path, *names: str) -> list[str]:
    return [data.decode() for data in results.read_files(folder, names or ("a.csv", "b.csv")).values()]


def test_a_run_is_published_whole(tmp_path):
    run = publish(tmp_path, "first")
    assert read(tmp_path) == ["first a.csv", "first b.csv"]
    assert sorted(path.name for path in tmp_path.glob("*.[cj]s*")) == ["a.csv", "b.csv", RUN_FILE]
    assert not run.staged.exists()
    assert not run.spool.exists()


def test_a_run_that_fails_leaves_nothing(tmp_path):
    publish(tmp_path, "first")
    with contextlib.suppress(ZeroDivisionError), results.writing(tmp_path) as run:
        results.stage(run, "a.csv", b"second")
        results.stage_run_file(run, {})
        _ = [1 / 0]
    assert read(tmp_path) == ["first a.csv", "first b.csv"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_run_that_is_discarded_leaves_nothing(tmp_path):
    publish(tmp_path, "first")
    with results.writing(tmp_path) as run:
        results.stage(run, "a.csv", b"second")
        results.stage_run_file(run, {})
        run.store.discard()
    assert read(tmp_path) == ["first a.csv", "first b.csv"]


def test_a_run_killed_after_its_commit_is_what_readers_see(tmp_path):
    """The moment between commit and the first file in place, as a kill would leave it."""
    publish(tmp_path / "r", "first")
    run = publish(tmp_path / "s", "second")
    with sqlite3.connect(tmp_path / "r" / STORE_NAME) as db:
        db.execute("UPDATE runs SET run_id=?, staged=?", (run.run_id, run.staged.name))
    staged = tmp_path / "r" / run.staged.name
    staged.mkdir()
    for name in ("a.csv", "b.csv", RUN_FILE):
        shutil.copy(tmp_path / "s" / name, staged)
    assert read(tmp_path / "r") == ["second a.csv", "second b.csv"]
    (staged / "a.csv").replace(tmp_path / "r" / "a.csv")  # and one file further
    assert read(tmp_path / "r") == ["second a.csv", "second b.csv"]
    publish(tmp_path / "r", "third", ("a.csv",))
    assert read(tmp_path / "r") == ["third a.csv", "second b.csv"]
    assert not staged.exists()


def test_leftovers_of_runs_that_never_got_so_far_are_cleared(tmp_path):
    publish(tmp_path, "first")
    for name in (".run-20240101T000000Z-abcdef", ".run-20240101T000000Z-abcdef.rows"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("half", encoding="utf-8")
    publish(tmp_path, "second")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_scored_lists_of_the_run_before_go_other_files_stay(tmp_path):
    publish(tmp_path, "first", ("a.csv", "b.csv", "my_cartype_list.csv"), scored_lists=["my_cartype_list.csv"])
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    publish(tmp_path, "second", scored_lists=[])
    assert not (tmp_path / "my_cartype_list.csv").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_list_in_run_json_cannot_point_elsewhere(tmp_path):
    (tmp_path / "precious.csv").write_text("kept", encoding="utf-8")
    publish(tmp_path / "r", "first", scored_lists=["../precious.csv"])
    publish(tmp_path / "r", "second", scored_lists=[])
    assert (tmp_path / "precious.csv").exists()


def test_a_folder_without_results_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "_PATIENCE_S", 0.1)
    with pytest.raises(BaasError, match="vehicle_battery_scorer"):
        results.read_files(tmp_path, ["a.csv"])


def test_files_without_a_store_are_still_read(tmp_path):
    (tmp_path / "a.csv").write_text("copied here", encoding="utf-8")
    assert read(tmp_path, "a.csv") == ["copied here"]


def test_two_runs_cannot_write_at_once(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, **{**more, "timeout": 0.1}))
    with results.writing(tmp_path), pytest.raises(BaasError, match="another run"), results.writing(tmp_path):
        pass


def test_a_run_that_begins_does_not_disturb_one_under_way(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, **{**more, "timeout": 0.1}))
    with results.writing(tmp_path) as run:
        results.stage(run, "a.csv", b"first")
        with pytest.raises(BaasError), results.writing(tmp_path):
            pass
        results.stage_run_file(run, {})
    assert read(tmp_path, "a.csv") == ["first"]


@given(text=st.text(max_size=20))
def test_text_comes_back_as_it_was_and_starts_no_formula(text):
    shown = "".join(one for one in text if one in "\t" or ord(one) >= 32)  # control characters mean nothing
    data = results.table_bytes(TABLE, [{"name": text, "km": 1.5}])
    assert data.startswith(b"\xef\xbb\xbfname,km\r\n")
    assert results.rows_of(data) == [{"name": shown, "km": "1.5"}]
    cell = data.decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"')
    assert not cell.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))


@given(number=st.floats(allow_nan=True, allow_infinity=True, width=32) | st.integers(-(10**9), 10**9))
def test_numbers_are_written_plainly_and_missing_ones_not_at_all(number):
    cell = results.rows_of(results.table_bytes(TABLE, [{"name": "x", "km": number}]))[0]["km"]
    if number != number or number in (float("inf"), float("-inf")):
        assert cell == ""
    else:
        assert float(cell) == pytest.approx(number, abs=1e-6)


@pytest.mark.parametrize("value", [None, float("nan"), ""])
def test_missing_is_an_empty_cell(value):
    assert results.rows_of(results.table_bytes(TABLE, [{"name": "x", "km": value}]))[0]["km"] == ""
