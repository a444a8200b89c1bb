"""Whatever lies among the files: one clear line naming it, a count in files.csv, the others scored, nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from inputs import Table, Writing, put, small_export, with_column, written
from running import Ran, car_types, score, score_apart

GOOD = "01200000020"


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


@pytest.fixture(scope="module")
def bms(tables: list[Table]) -> Table:
    """A BMS table of another vehicle than the good one."""
    table = next(table for table in tables if "2019-08" in table.name)
    return table.renamed("bms_01200000002_2019-08.csv")


@pytest.fixture
def folder(tmp_path: Path, tables: list[Table]) -> Path:
    """An input folder with one good vehicle."""
    return put(tmp_path / "in", [table for table in tables if GOOD in table.name])


def run(folder: Path, *more: str) -> Ran:
    return score(folder, folder.parent / "out" / "results", "--lang", "en", *more)


def assert_others_scored(ran: Ran) -> None:
    assert ran.status == 0, ran.err
    assert ran.row("data_quality.csv", device_no=GOOD)["rows_used"] == "1736"
    rows = ran.run["rows"]
    assert rows["read"] == rows["used"] + rows["duplicate"] + rows["rejected"]
    for row in ran.rows("files.csv"):
        counts = [int(row[name]) for name in ("rows_used", "rows_duplicate", "rows_rejected")]
        assert int(row["rows_read"]) == sum(counts), row


def assert_told(ran: Ran, name: str, status: str, words: str) -> dict[str, str]:
    """One line names the file and says what is the matter; files.csv has it too. The others are scored."""
    assert_others_scored(ran)
    lines = ran.lines_about(name)
    assert len(lines) == 1, ran.err
    assert words in lines[0]
    row = ran.file(name)
    assert row["status"] == status
    assert words in row["message_en"]
    assert row["message"]
    return row


# -- files ----------------------------------------------------------------------------------------------------------


def test_good_files_need_no_words(folder):
    ran = run(folder)
    assert_others_scored(ran)
    assert ran.err == ""


def test_an_empty_file(folder):
    (folder / "bms_01200000009_2019-04.csv").write_bytes(b"")
    assert_told(run(folder), "bms_01200000009_2019-04.csv", "empty", "empty")


def test_a_file_with_nothing_but_a_header(folder, bms):
    put(folder, [Table(bms.name, bms.header, ())])
    assert_told(run(folder), bms.name, "empty", "header without rows")


def test_a_foreign_table(folder):
    (folder / "invoices.csv").write_text("invoice,amount,paid\n17,250000,yes\n18,99000,no\n", encoding="utf-8")
    assert_told(run(folder), "invoices.csv", "foreign", "known format")


def test_bytes_that_are_no_table_at_all(folder):
    (folder / "photo.csv").write_bytes(bytes(range(256)) * 400)
    assert_told(run(folder), "photo.csv", "foreign", "")


def test_a_last_line_cut_off_in_the_middle(folder, bms):
    data = written(bms, Writing())
    (folder / bms.name).write_bytes(data[: len(data) - 700])
    row = assert_told(run(folder), bms.name, "read", "truncated 1")
    assert row["rows_rejected"] == "1"
    assert int(row["rows_read"]) > 400


def test_a_last_line_without_line_end_is_a_whole_row(folder, bms):
    (folder / bms.name).write_bytes(written(bms, Writing()).rstrip(b"\n"))
    ran = run(folder)
    assert_others_scored(ran)
    assert ran.file(bms.name)["rows_rejected"] == "0"
    assert ran.err == ""


def test_rows_with_too_many_fields(folder, bms):
    rows = tuple((*row, "1", "2") if k % 100 == 50 else row for k, row in enumerate(bms.rows))
    put(folder, [Table(bms.name, bms.header, rows)])
    row = assert_told(run(folder), bms.name, "read", "too_many_fields")
    assert int(row["rows_rejected"]) == sum(k % 100 == 50 for k in range(len(bms.rows)))
    assert row["examples"].startswith("52:")


def test_rows_with_too_few_fields(folder, bms):
    rows = tuple(row[:40] if k == 3 else row for k, row in enumerate(bms.rows))
    put(folder, [Table(bms.name, bms.header, rows)])
    row = assert_told(run(folder), bms.name, "read", "too_few_fields 1")
    assert row["rejected_reasons"] == "too_few_fields=1"


def test_an_unknown_column(folder, bms):
    put(folder, [with_column(bms, "mood_of_driver", lambda row: "good")])
    row = assert_told(run(folder), bms.name, "read", "mood_of_driver")
    assert row["unknown_columns"] == "mood_of_driver"
    assert row["rows_used"] == row["rows_read"]


def test_files_with_the_same_small_fault_share_a_line(folder, tables):
    wide = [table for table in tables if not table.is_gps and GOOD not in table.name]
    put(folder, [with_column(table, "mood_of_driver", lambda row: "good") for table in wide])
    ran = run(folder)
    assert_others_scored(ran)
    assert len(ran.err.splitlines()) == 1
    assert f"and {len(wide) - 1} more" in ran.err


def test_encodings_mixed_in_one_file(folder, bms):
    first, second = Table("", bms.header, bms.rows[:200]), Table("", bms.header, bms.rows[200:])
    korean = [with_column(table, "car_type", lambda row: "쏘울 EV 27") for table in (first, second)]
    head, tail = written(korean[0], Writing()), written(korean[1], Writing(encoding="cp949"))
    (folder / bms.name).write_bytes(head + tail.split(b"\n", 1)[1])
    row = assert_told(run(folder), bms.name, "read", "several encodings")
    assert row["rows_used"] == str(len(bms.rows))


def test_an_empty_member_of_an_archive(folder, bms):
    with zipfile.ZipFile(folder / "month.zip", "w") as archive:
        archive.writestr("bms_01200000009_2019-04.csv", b"")
        archive.writestr(bms.name, written(bms, Writing()))
    ran = run(folder)
    assert_told(ran, "month.zip!bms_01200000009_2019-04.csv", "empty", "empty")
    assert ran.file(f"month.zip!{bms.name}")["rows_used"] == str(len(bms.rows))


def test_an_archive_that_expands_beyond_the_limit(folder, bms, monkeypatch):
    data = written(bms, Writing())
    monkeypatch.setenv("BAAS_ARCHIVE_LIMIT_BYTES", str(2 * len(data)))
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bms.name, data)
        archive.writestr("bms_01200000002_2019-09.csv", data + b"0" * (50 * len(data)))
    ran = run(folder)
    assert_told(ran, "bomb.zip!bms_01200000002_2019-09.csv", "archive_limit", "archive_limit_bytes")
    assert ran.file(f"bomb.zip!{bms.name}")["rows_used"] == str(len(bms.rows))


def test_a_bomb_by_its_ratio(folder):
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 120_000_000)
    assert_told(run(folder), "bomb.zip!zeros.csv", "archive_limit", "expands beyond")


def test_a_damaged_archive(folder, bms):
    with zipfile.ZipFile(folder / "month.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bms.name, written(bms, Writing()))
    data = (folder / "month.zip").read_bytes()
    (folder / "month.zip").write_bytes(data[: len(data) // 2])
    assert_told(run(folder), "month.zip", "unreadable", "damaged")


def test_a_damaged_file_is_looked_at_again_when_it_was_mended(folder, bms):
    with zipfile.ZipFile(folder / "month.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bms.name, written(bms, Writing()))
    data = (folder / "month.zip").read_bytes()
    (folder / "month.zip").write_bytes(data[: len(data) // 2])
    run(folder)
    (folder / "month.zip").write_bytes(data)
    ran = run(folder)
    assert_others_scored(ran)
    assert ran.file(bms.name)["rows_used"] == str(len(bms.rows))
    assert ran.err == ""


#: root may read everything unless it gives that right up
WITHOUT_RIGHTS = (
    "setpriv",
    "--bounding-set",
    "-dac_override,-dac_read_search",
    "--inh-caps",
    "-dac_override,-dac_read_search",
)


def test_a_file_that_nobody_may_read(folder, bms):
    put(folder, [bms])
    (folder / bms.name).chmod(0)
    results = folder.parent / "out" / "results"
    before = WITHOUT_RIGHTS if os.geteuid() == 0 else ()
    ran = score_apart(folder, results, "--lang", "en", before=before)
    assert_told(ran, bms.name, "unreadable", "permission")
    (folder / bms.name).chmod(0o644)
    again = score_apart(folder, results, "--lang", "en", before=before)
    assert again.file(bms.name)["rows_used"] == str(len(bms.rows))


@pytest.mark.parametrize("rights", [0, 0o400, 0o100])
def test_a_folder_that_nobody_may_look_into(folder, bms, rights):
    put(folder / "deep" / "closed", [bms])
    (folder / "deep" / "closed").chmod(rights)
    results = folder.parent / "out" / "results"
    before = WITHOUT_RIGHTS if os.geteuid() == 0 else ()
    ran = score_apart(folder, results, "--lang", "en", before=before)
    (folder / "deep" / "closed").chmod(0o755)
    named = "deep/closed" + ("" if rights != 0o400 else f"/{bms.name}")
    assert_told(ran, named, "unreadable", "permission")
    again = score_apart(folder, results, "--lang", "en", before=before)
    assert again.file(bms.name)["rows_used"] == str(len(bms.rows))


def test_a_device_list_that_cannot_be_reached(folder):
    closed = folder / "closed"
    closed.mkdir()
    (closed / "betterwhy_cartype_list_201908.csv").write_text("device_no,car_type\n", encoding="utf-8")
    closed.chmod(0o400)
    before = WITHOUT_RIGHTS if os.geteuid() == 0 else ()
    ran = score_apart(folder, folder.parent / "out" / "results", "--lang", "en", before=before)
    closed.chmod(0o755)
    assert_others_scored(ran)
    assert "betterwhy_cartype_list_201908.csv: device list cannot be read (Permission denied)" in ran.err


def test_an_input_folder_that_nobody_may_look_into(folder):
    before = WITHOUT_RIGHTS if os.geteuid() == 0 else ()
    folder.chmod(0)
    ran = score_apart(folder, folder.parent / "out" / "results", "--lang", "en", before=before)
    folder.chmod(0o755)
    assert_refused(ran, "check its permissions")


def test_a_results_folder_that_may_not_be_written(folder):
    results = folder.parent / "out" / "results"
    assert run(folder).status == 0
    kept = {path.name: path.read_bytes() for path in results.glob("*.csv")}
    results.chmod(0o555)
    ran = score_apart(folder, results, "--lang", "en", before=WITHOUT_RIGHTS if os.geteuid() == 0 else ())
    results.chmod(0o755)
    assert_refused(ran, "--output")
    assert {path.name: path.read_bytes() for path in results.glob("*.csv")} == kept


def test_a_folder_whose_files_cannot_be_opened_does_not_stop_the_rest(folder):
    (folder / "bms_01200000009_2019-04.csv").symlink_to(folder / "nowhere.csv")
    ran = run(folder)
    assert_told(ran, "bms_01200000009_2019-04.csv", "unreadable", "cannot be read")


def test_rows_that_name_no_device_or_no_time(folder, bms):
    at = bms.header.index("time")
    rows = tuple(
        ("", *row[1:]) if k == 5 else (*row[:at], "yesterday", *row[at + 1 :]) if k == 6 else row
        for k, row in enumerate(bms.rows)
    )
    put(folder, [Table(bms.name, bms.header, rows)])
    ran = run(folder)
    assert_others_scored(ran)
    assert ran.file(bms.name)["rows_rejected"] == "2"
    assert len(ran.lines_about(bms.name)) == 1


# -- text that a spreadsheet would run ------------------------------------------------------------------------------

FORMULA = "=cmd|' /C calc'!A0"


def test_a_device_number_that_is_a_formula_is_harmless_text(folder, bms):
    rows = tuple((FORMULA, *row[1:]) for row in bms.rows)
    put(folder, [Table("rows.csv", bms.header, rows)])
    ran = run(folder)
    assert_others_scored(ran)
    for path in ran.folder.glob("*.csv"):
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            assert not line.startswith("="), path
            assert ",=cmd" not in line, path
    assert f"'{FORMULA}" in {row["device_no"] for row in ran.rows("data_quality.csv")} or (
        ran.file("rows.csv")["rows_rejected"] == str(len(rows))
    )


# -- device lists ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01\x02" * 50, b"a,b,c\n1,2,3\n", b'"open quote\n' * 3])
def test_a_device_list_that_is_no_list(folder, data):
    (folder / "betterwhy_cartype_list_202001.csv").write_bytes(data)
    ran = run(folder)
    assert_others_scored(ran)
    assert ran.lines_about("betterwhy_cartype_list_202001.csv")


def test_a_place_for_lists_that_may_not_be_written_does_not_cost_the_scores(folder, tmp_path):
    types = car_types(tmp_path / "kept")
    table = put(folder, [])  # the car type of the good vehicle is told by its rows, so a list would be written
    assert table
    blocked = types / "betterwhy_cartype_list_20180717.csv"
    blocked.mkdir()
    ran = run(folder, "--car-types", str(types))
    assert_others_scored(ran)
    assert len(ran.lines_about("betterwhy_cartype_list_20180717.csv")) == 1


# -- nothing to score -----------------------------------------------------------------------------------------------


def test_a_folder_with_nothing_usable_ends_with_one(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    ran = run(folder)
    assert ran.status == 1
    assert len(ran.lines_about("notes.csv")) == 1
    assert "nothing to score" in ran.err.splitlines()[-1]
    assert ran.file("notes.csv")["status"] == "foreign"
    assert ran.out == ""


def test_an_empty_folder_ends_with_one(tmp_path):
    (tmp_path / "in").mkdir()
    ran = run(tmp_path / "in")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)


def test_nothing_to_score_leaves_an_earlier_run_in_place(folder):
    before = run(folder)
    kept = {path.name: path.read_bytes() for path in before.folder.glob("*.csv")}
    shutil.rmtree(folder)
    folder.mkdir()
    assert run(folder).status == 1
    assert {path.name: path.read_bytes() for path in before.folder.glob("*.csv")} == kept


# -- faults in use --------------------------------------------------------------------------------------------------


def assert_refused(ran: Ran, words: str) -> None:
    """Exit status 2 and one sentence."""
    assert ran.status == 2
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert words in lines[0]
    assert ran.out == ""


def test_a_missing_folder(tmp_path):
    assert_refused(run(tmp_path / "nowhere"), "nowhere")


def test_an_output_below_a_file(folder, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    types = car_types(tmp_path / "kept")
    ran = score(folder, tmp_path / "file" / "results", "--lang", "en", "--car-types", str(types))
    assert_refused(ran, "--output")


def test_an_output_that_is_a_folder(folder, tmp_path):
    (tmp_path / "out" / "results" / "vehicle_scores.csv").mkdir(parents=True)
    assert_refused(run(folder), "name a file")


def test_an_output_with_the_name_of_another_result(folder, tmp_path):
    ran = score(folder, tmp_path / "out", "--lang", "en", "--output", str(tmp_path / "out" / "findings.csv"))
    assert_refused(ran, "findings.csv")


@pytest.mark.parametrize("inside", ["", "results", "deep/results"])
def test_results_inside_the_input(folder, inside):
    types = car_types(folder.parent / "kept")
    ran = score(folder, folder / inside, "--lang", "en", "--car-types", str(types))
    assert_refused(ran, "never written")
    assert not (folder / "results").exists()


def _no_file_beyond(blocks: int) -> tuple[str, ...]:
    """The system refuses to write any file beyond so many half kilobytes, as a full disk does at some place."""
    return "sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh"


@pytest.mark.parametrize(("blocks", "where"), [(0, "baas.sqlite"), (1, "vehicle_scores.csv"), (64, "baas.sqlite")])
def test_a_disk_that_cannot_be_written(folder, blocks, where):
    results = folder.parent / "out" / "results"
    ran = score_apart(folder, results, "--lang", "en", before=_no_file_beyond(blocks))
    assert_refused(ran, "--output")
    assert where in ran.err
    assert not list(results.glob("*.csv"))
    assert_others_scored(run(folder))


def test_a_disk_that_fills_up_leaves_the_results_of_before(folder, bms):
    before = run(folder)
    kept = {path.name: path.read_bytes() for path in before.folder.glob("*s.csv")}
    put(folder, [bms])
    ran = score_apart(folder, before.folder, "--lang", "en", before=_no_file_beyond(64))
    assert_refused(ran, "--output")
    assert {path.name: path.read_bytes() for path in before.folder.glob("*s.csv")} == kept
    assert run(folder).file(bms.name)["rows_used"] == str(len(bms.rows))


def test_a_store_that_is_no_store(folder):
    results = folder.parent / "out" / "results"
    results.mkdir(parents=True)
    (results / "baas.sqlite").write_bytes(b"not a database" * 200)
    assert_refused(run(folder), "baas.sqlite")


def test_a_store_of_another_version_is_made_anew(folder):
    first = run(folder)
    before = {path.name: path.read_bytes() for path in first.folder.glob("*s.csv")}
    with sqlite3.connect(first.folder / "baas.sqlite") as db:
        db.execute("PRAGMA user_version=1")
        db.execute("DROP TABLE daily")
        db.execute("CREATE TABLE daily (strange TEXT)")
    second = run(folder)
    assert second.run["timings"]["files_read"] == 2
    assert {path.name: path.read_bytes() for path in first.folder.glob("*s.csv")} == before


def test_another_run_writing_at_the_same_time(folder):
    first = run(folder)
    assert first.status == 0
    db = sqlite3.connect(first.folder / "baas.sqlite", isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
        assert_refused(run(folder), "another run")
    finally:
        db.close()
    assert run(folder).status == 0


def test_a_car_type_that_is_no_toml(folder, tmp_path):
    types = car_types(tmp_path / "kept")
    (types / "broken.toml").write_text("name = ", encoding="utf-8")
    assert_refused(run(folder, "--car-types", str(types)), "broken.toml")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--from", "yesterday"), "--from"),
        (("--to", "2019-13-01"), "--to"),
        (("--from", "2019-05-01", "--to", "2019-04-01"), "--from"),
        (("--timezone", "Mars/Olympus"), "Mars/Olympus"),
        (("--car-types", "/nowhere/at/all"), "--car-types"),
        (("--jobs", "-3"), "--jobs"),
        (("--formats", "nowhere.toml"), "nowhere.toml"),
        (("--executor", "dask", "--scheduler", "tcp://127.0.0.1:1"), "--scheduler"),
    ],
)
def test_options_that_cannot_be(folder, more, words):
    ran = run(folder, *more)
    assert_refused(ran, words)


def test_words_are_korean_unless_english_is_asked_for(folder, tmp_path):
    (folder / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    korean = score(folder, folder.parent / "ko" / "results")
    assert "아는 형식" in korean.err
    assert "차량 1대" in korean.out
    refused = score(tmp_path / "nowhere", folder.parent / "ko" / "results")
    assert refused.status == 2
    assert "없습니다" in refused.err
    english = run(folder)
    assert "known format" in english.err
    assert "1 vehicles" in english.out
    assert english.out.isascii() or "차량" not in english.out


def test_a_fault_ends_a_process_of_its_own_with_the_same_status(tmp_path):
    ran = score_apart(tmp_path / "nowhere", tmp_path / "out" / "results")
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1
