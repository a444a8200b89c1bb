"""Files that share moments of a vehicle are loaded as a run would read them; rights of a user who may only write."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from asking import START_MS, everything
from running import contents, score
from servers.influxd import influxd

from baas.aside import Spool
from baas.influx.command import main
from baas.influx.load import load
from baas.influx.stretches import stretches
from baas.ingest.files import find_files
from baas.signals import Signals

SEOUL = ZoneInfo("Asia/Seoul")
_HEAD = (
    "device_no,time,msg_time,soc,pack_volt,pack_current,odometer,emobility_spd,mod_max_temp,mod_min_temp,"
    "cell_v_001,cell_v_002"
)


def _at(no: int) -> str:
    return f"{datetime.fromtimestamp(START_MS / 1000 + no * 10, SEOUL):%Y-%m-%d %H:%M:%S}"


def _file(place: Path, first: int, last: int, sent_later_s: int, values: str, device: str = "01200000100") -> None:
    """Messages of these moments; of two of one moment the one that was sent later is kept."""
    rows = (
        f"{device},{_at(no)},{_at(no + sent_later_s)},{50 + no % 30},{values.format(no=1000 + no)}"
        for no in range(first, last)
    )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join([_HEAD, *rows, ""]))


def _overlapping(folder: Path, first: str, second: str) -> None:
    """250 moments are in both files; the later message lacks a value that the earlier one has, and the other way."""
    _file(folder / first, 0, 500, 9, "700.1,,{no},10,25,20,3.7,3.71")
    _file(folder / second, 250, 750, 1, "650.9,1.5,{no},30,31,20,3.6,")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("bms_1.csv", "bms_2.csv"),
        ("2023-03/01200000100/bms_01200000100_2023-03.csv", "2023-03/01200000100/bms_01200000100_2023-03_late.csv"),
        ("2023-03/01200000100/bms_01200000100_2023-03.csv", "rest.csv"),
        ("2023-03/01200000050/bms_01200000050_2023-03.csv", "2023-03/01200000100/bms_01200000100_2023-03.csv"),
    ],
    ids=["names without vehicle", "one vehicle-month", "one of each", "under the name of another vehicle"],
)
def test_files_with_the_same_moments_score_as_the_run_on_files(
    way, configured, reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    server, api = way
    config = configured(server, api)
    _overlapping(tmp_path / "feed", first, second)
    done = load(find_files([tmp_path / "feed"])[0], config, reading, lambda _done, _total: None)
    assert (done.read, done.written, done.repeats, done.empty, done.rejected) == (1000, 750, 250, 0, 0)
    (tmp_path / "lists").mkdir()
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{api}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(tmp_path)
    from_server = score(tmp_path / "lists", tmp_path / "i", "--source", "influx", "--jobs", "1")
    from_files = score(tmp_path / "feed", tmp_path / "f", "--jobs", "1")
    assert contents(from_server.folder) == contents(from_files.folder)
    assert {ran.rows("data_quality.csv")[0]["rows_used"] for ran in (from_server, from_files)} == {"750"}


def test_both_spellings_of_a_device_keep_one_message_of_a_moment(
    influx_1_6, configured, reading, spool, tmp_path: Path
) -> None:
    config = configured(influx_1_6, "influxql")
    _file(tmp_path / "feed" / "a.csv", 0, 20, 9, "700.1,,{no},10,25,20,3.7,3.71")
    _file(tmp_path / "feed" / "b.csv", 10, 30, 1, "650.9,,{no},10,25,20,3.7,3.71", device="1200000100")
    done = load(find_files([tmp_path / "feed"])[0], config, reading, lambda _done, _total: None)
    assert (done.written, done.repeats) == (30, 10)
    found = everything(config, reading, spool)[0]
    assert {device: len(rows) for device, rows in found.items()} == {"01200000100 bms": 20, "1200000100 bms": 10}


def test_rows_wait_on_disk_by_vehicle_and_leave_nothing_behind(
    reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for device in ("01200000100", "01200000200", "01200000300"):
        _file(tmp_path / "feed" / f"2023-03/{device}/bms_{device}_2023-03.csv", 0, 50, 1, "7,,,,,,,", device=device)
    folder = tmp_path / "aside"
    folder.mkdir()
    most = 0
    written = Spool.put

    def put(spool: Spool, rows: Signals) -> object:
        nonlocal most
        most = max(most, len(list(folder.iterdir())))
        return written(spool, rows)

    monkeypatch.setattr(Spool, "put", put)
    items = list(stretches(find_files([tmp_path / "feed"])[0], reading, folder))
    assert [item.devices for item in items if isinstance(item, Signals)] == [
        ("01200000100",),
        ("01200000200",),
        ("01200000300",),
    ]
    assert most <= 1
    assert list(folder.iterdir()) == []


def test_progress_reaches_the_end_with_archives_too(influx_1_6, configured, reading, tmp_path: Path) -> None:
    _overlapping(tmp_path / "feed", "bms_1.csv", "bms_2.csv")
    with zipfile.ZipFile(tmp_path / "feed" / "more.zip", "w") as archive:
        archive.write(tmp_path / "feed" / "bms_2.csv", "bms_3.csv")
    (tmp_path / "feed" / "bms_2.csv").unlink()
    told: list[tuple[int, int]] = []
    files, _ = find_files([tmp_path / "feed"])
    done = load(files, configured(influx_1_6, "influxql"), reading, lambda *sizes: told.append(sizes))
    total = sum(file.size for file in files)
    assert told[-1] == (total, total)
    assert [report.file for report in done.reports] == ["bms_1.csv", "more.zip!bms_3.csv"]


# -- rights ---------------------------------------------------------------------------------------------------------


def test_a_user_of_the_database_may_load_into_it_but_not_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _overlapping(tmp_path / "feed", "bms_1.csv", "bms_2.csv")
    monkeypatch.chdir(tmp_path)
    with influxd("1.6.7", auth=True) as server:
        server.ask("CREATE USER admin WITH PASSWORD 'pw-admin' WITH ALL PRIVILEGES")
        admin = {"u": "admin", "p": "pw-admin"}
        for statement in (
            "CREATE DATABASE fleet", "CREATE USER wr WITH PASSWORD 'pw-wr'", "GRANT ALL ON fleet TO wr",
        ):  # fmt: skip
            server.ask(statement, **admin)
        for database, status in (("fleet", 0), ("another", 2)):
            (tmp_path / "baas.toml").write_text(
                f'[influx]\nurl = "{server.url}"\ndatabase = "{database}"\nusername = "wr"\npassword = "pw-wr"\n'
                "retries = 0\n"
            )
            assert main(["load", "feed", "--lang", "en"]) == status
        said = capsys.readouterr()
    assert "written 750 + duplicate 250" in said.out
    assert "403" in said.err
    assert "'another'" in said.err


# -- what a car never sends -----------------------------------------------------------------------------------------


def test_signals_that_a_car_never_sends_are_missing_however_they_are_read(
    way, configured, reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, api = way
    config = configured(server, api)
    for device, values in (
        ("01200000100", "700.1,1.5,{no},10,25,20,3.7,3.71"), ("01200000200", "700.1,,,,,,,"),
        ("01200000300", ",-1.5,{no},10,,,,"),
    ):  # fmt: skip
        _file(tmp_path / "feed" / f"2023-03/{device}/bms.csv", 0, 100, 1, values, device=device)
    load(find_files([tmp_path / "feed"])[0], config, reading, lambda _done, _total: None)
    (tmp_path / "lists").mkdir()
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{api}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(tmp_path)
    from_server = score(tmp_path / "lists", tmp_path / "i", "--source", "influx", "--jobs", "1")
    from_files = score(tmp_path / "feed", tmp_path / "f", "--jobs", "1")
    assert from_server.rows("data_quality.csv") == from_files.rows("data_quality.csv")
    missing = [set(row["missing_signals"].split()) for row in from_server.rows("data_quality.csv")]
    assert "pack_current" not in missing[0] | missing[2]
    assert {"pack_current", "odometer", "cells"} <= missing[1]
    assert {"pack_volt", "cells"} <= missing[2]
