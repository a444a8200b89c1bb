"""Simulated vehicles stay simulated on their way through a server; real ones beside them stay real."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

import pytest
from asking import START_MS, bms_lines
from running import ROOT, SAME, Ran, contents, score
from servers.proxy import proxy

from baas.__main__ import main
from baas.errors import BaasError
from baas.influx.check import check
from baas.influx.config import InfluxConfig, load_config
from baas.influx.connect import connect
from baas.influx.load import Loaded, load
from baas.influx.marks import simulated_in
from baas.ingest.files import find_files
from baas.ingest.reader import ReadSettings
from baas.simulated import MARKER, SIMULATED, simulated_devices

SAMPLE = ROOT / "db datasets"
SAMPLE_LIST = "betterwhy_cartype_list_202606.csv"
SEOUL = ZoneInfo("Asia/Seoul")
DAY_S = 86_400
MARKED_TABLES = (*SAME, "data_quality.csv")
FEED_COLUMNS = ("device_no", "time", "soc", "pack_volt")
HOSTILE = (
    '차량 1,"a\'b"=x', "x' or '1'='1", '") or true or (r.device_no=="y', "back\\slash", "$device", "${x}", "a/b", "a b",
)  # fmt: skip


def _load(folder: Path, config: InfluxConfig, reading: ReadSettings) -> Loaded:
    """What `influx load` does with a folder."""
    files, _ = find_files([folder])
    return load(files, config, reading, lambda _done, _total: None, simulated_devices([folder]))


def _marked(config: InfluxConfig) -> frozenset[str]:
    connect.cache_clear()
    return simulated_in(connect(config))


def _scored(place: Path, config: InfluxConfig, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """A run on a server whose input folder holds device lists at most."""
    connect.cache_clear()
    (place / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\n'
        f'stored_time = "{config.stored_time}"\nsimulated = "{config.simulated}"\n'
    )
    monkeypatch.chdir(place)
    ran = score(inputs, place / f"from_{config.api}", "--source", "influx", "--lang", "en", "--jobs", "1")
    assert ran.status == 0, ran.err
    return ran


def _said(config: InfluxConfig, reading: ReadSettings, spool: Path) -> tuple[list[str], list[str]]:
    """What a check says of simulated devices in English, and the same in Korean."""
    connect.cache_clear()
    found = [line for line in check(config, reading, spool, lambda _done, _total: None) if "are simulated" in line.en]
    assert not any(line.is_fault for line in found)
    return [line.en for line in found], [line.ko for line in found]


def _feed(folder: Path, devices: Sequence[str], simulated: Sequence[str], start_s: float = START_MS / 1000) -> Path:
    """A feed file of two hours a device, and the marker that names some of them."""
    folder.mkdir()
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(FEED_COLUMNS)
    for device in devices:
        at = (datetime.fromtimestamp(start_s + no * 10, SEOUL).strftime("%Y-%m-%d %H:%M:%S") for no in range(720))
        lines.writerows([device, when, 50 + no % 10, 700] for no, when in enumerate(at))
    (folder / "rows.csv").write_text(text.getvalue(), encoding="utf-8")
    (folder / MARKER).write_text(json.dumps({"devices": list(simulated)}), encoding="utf-8")
    return folder


def _part_of_sample(folder: Path) -> Path:
    """Two cars of the sample, its marker and its list."""
    folder.mkdir()
    for name in ("Porter2.result.csv", SAMPLE_LIST, MARKER):
        shutil.copy(SAMPLE / name, folder)
    return folder


def test_the_sample_fleet_is_simulated_from_a_server_as_from_files(
    way, configured, reading, spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, api = way
    config = configured(server, api)
    sample = SAMPLE if api == "influxql" else _part_of_sample(tmp_path / "sample")
    done = _load(sample, config, reading)
    lists = tmp_path / "lists"
    lists.mkdir()
    shutil.copy(SAMPLE / SAMPLE_LIST, lists)
    from_server = _scored(tmp_path, config, lists, monkeypatch)
    from_files = score(sample, tmp_path / "from_files", "--jobs", "1")
    same = (*SAME, "findings.csv", SAMPLE_LIST)
    assert contents(from_server.folder, same) == contents(from_files.folder, same)
    for name in MARKED_TABLES:
        assert {row[SIMULATED] for row in from_server.rows(name)} == {"1"}, name
    assert len(done.simulated) == (12 if api == "influxql" else 2)
    assert from_server.run["simulated_devices"] == from_files.run["simulated_devices"] == list(done.simulated)
    (said,), (ko,) = _said(config, reading, spool)
    assert said.startswith(f"all {len(done.simulated)} devices are simulated")
    assert f"단말 {len(done.simulated)}대 모두 가상" in ko


def test_real_vehicles_beside_simulated_ones_stay_real(
    way, configured, reading, spool, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, api = way
    config = configured(server, api)
    real = tmp_path / "real"
    shutil.copytree(real_data / "fleet_export" / "2019-06" / "01200000002", real)
    _load(_part_of_sample(tmp_path / "made"), config, reading)
    _load(real, config, reading)
    empty = tmp_path / "lists"
    empty.mkdir()
    ran = _scored(tmp_path, config, empty, monkeypatch)
    mine = sorted(_marked(config))
    assert mine
    for name in MARKED_TABLES:
        marks = {row["device_no"]: row[SIMULATED] for row in ran.rows(name)}
        assert marks == {**dict.fromkeys(mine, "1"), "01200000002": "0"}, name
    assert ran.run["simulated_devices"] == mine
    (said,), _ = _said(config, reading, spool)
    assert said.startswith(f"{len(mine)} of {len(mine) + 1} devices are simulated")
    assert all(device in said for device in mine)
    assert "01200000002" not in said


def test_a_server_without_the_measurement_has_real_vehicles_only_whatever_their_numbers(
    way, configured, reading, spool, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, api = way
    config = configured(server, api)
    made = _part_of_sample(tmp_path / "made")
    (made / MARKER).unlink()
    _load(made, config, reading)
    assert config.simulated not in connect(config).backend.measurements()
    assert _said(config, reading, spool) == ([], [])
    empty = tmp_path / "lists"
    empty.mkdir()
    ran = _scored(tmp_path, config, empty, monkeypatch)
    assert all(SIMULATED not in row for name in MARKED_TABLES for row in ran.rows(name))
    assert ran.run["simulated_devices"] == []


def test_a_marker_beside_files_says_nothing_of_the_vehicles_of_a_server(
    influx_1_6, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, bms_lines("01290000001", START_MS, 30))
    inputs = _feed(tmp_path / "files", [], ["01290000001"])
    ran = _scored(tmp_path, config, inputs, monkeypatch)
    assert [row["device_no"] for row in ran.rows("data_quality.csv")] == ["01290000001"]
    assert not any(SIMULATED in row for row in ran.rows("data_quality.csv"))


def test_a_device_that_may_be_called_anything_is_marked_and_no_other(way, configured, reading, tmp_path: Path) -> None:
    server, api = way
    config = configured(server, api)
    others = [f"{name}2" for name in HOSTILE]
    _load(_feed(tmp_path / "feed", [*HOSTILE, *others], HOSTILE), config, reading)
    assert set(connect(config).backend.devices(config.bms)) == {*HOSTILE, *others}
    assert _marked(config) == set(HOSTILE)


def test_names_of_measurement_and_tag_are_those_of_the_configuration(way, configured, reading, tmp_path: Path) -> None:
    server, api = way
    own = {"simulated": '가상 "x", =1', "device_tag": "차량 no"}
    config = configured(server, api, **own)
    _load(_feed(tmp_path / "feed", ["01290000001", "7"], ["01290000001"]), config, reading)
    assert _marked(config) == {"01290000001"}
    assert sorted(connect(config).backend.measurements()) == sorted([config.bms, own["simulated"]])


def test_only_devices_with_rows_are_marked_leading_zeros_or_not(
    influx_1_6, configured, reading, tmp_path: Path
) -> None:
    config = configured(influx_1_6, "influxql")
    folder = _feed(tmp_path / "feed", ["01290000001", "7"], ["1290000001", "01290000002", "8"])
    (folder / "more.csv").write_text("device_no,time,soc,pack_volt\n8,2023-03-02 09:00:00,,\n")
    assert _load(folder, config, reading).empty == 1
    assert _marked(config) == {"01290000001"}


def test_positions_alone_are_marked_too(influx_1_6, configured, reading, tmp_path: Path) -> None:
    config = configured(influx_1_6, "influxql")
    folder = _feed(tmp_path / "feed", [], ["01290000001"])
    (folder / "gps.csv").write_text("device_no,time,lat,lng\n01290000001,2023-03-02 09:00:00,37.5,127.0\n")
    assert _load(folder, config, reading).written == 1
    assert _marked(config) == {"01290000001"}


def test_wherever_a_load_breaks_no_simulated_row_is_without_its_mark(way, configured, reading, tmp_path: Path) -> None:
    server, api = way
    devices = [f"0129000000{no}" for no in range(3)]
    folder = _feed(tmp_path / "feed", ["7", *devices], devices)
    state = {"left": 0}

    def breaking(piece: bytes) -> bytes | None:
        if b" 204 " in piece:
            state["left"] -= 1
        return piece if state["left"] >= 0 else None

    stored: list[int] = []
    with proxy(server.port, breaking) as between:
        for answers in range(1, 12):
            config = configured(server, api, retries=0)
            state["left"] = answers
            is_whole = True
            try:
                _load(folder, replace(config, url=between.url), reading)
            except BaasError:
                is_whole = False
            marked = _marked(config)
            with_rows = set(connect(config).backend.devices(config.bms)) & set(devices)
            assert with_rows <= marked, answers
            stored.append(len(with_rows))
            if is_whole:
                break
    assert stored[-1] == len(devices)
    assert len(set(stored)) == len(devices) + 1  # broken before the first, and after each


def test_a_mark_that_the_server_refuses_keeps_the_rows_out(way, configured, reading, tmp_path: Path) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, f'aicar_simulated,device_no=1 simulated="no" {START_MS}')
    with pytest.raises(BaasError):
        _load(_feed(tmp_path / "feed", ["01290000001"], ["01290000001"]), config, reading)
    assert connect(config).backend.devices(config.bms) == []


def test_a_database_that_keeps_recent_rows_only_keeps_the_mark_as_long(
    way, configured, reading, tmp_path: Path
) -> None:
    server, api = way
    config = configured(server, api)
    server.ask(f'CREATE RETENTION POLICY "week" ON "{config.database}" DURATION 7d REPLICATION 1 DEFAULT')
    start_s = time() // DAY_S * DAY_S - DAY_S
    _load(_feed(tmp_path / "feed", ["01290000001"], ["01290000001"], start_s), config, reading)
    assert _marked(config) == {"01290000001"}
    answer = server.ask("SELECT * FROM aicar_simulated", db=config.database, epoch="s").json()
    times = [row[0] for row in answer["results"][0]["series"][0]["values"]]
    assert times == [start_s, start_s + 7190]  # the first and the last row


def test_loading_twice_changes_nothing(influx_1_6, configured, reading, tmp_path: Path) -> None:
    config = configured(influx_1_6, "influxql")
    folder = _feed(tmp_path / "feed", ["01290000001"], ["01290000001"])
    for _ in range(2):
        done = _load(folder, config, reading)
        assert done.simulated == ("01290000001",)
        assert _marked(config) == {"01290000001"}
    answer = influx_1_6.ask("SELECT * FROM aicar_simulated", db=config.database).json()
    assert len(answer["results"][0]["series"][0]["values"]) == 2


def test_the_commands_say_what_is_simulated(
    influx_1_6, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFLUXDB_V2_URL", influx_1_6.url)
    monkeypatch.setenv("INFLUXDB_V2_BUCKET", configured(influx_1_6, "auto").database)
    folder = _feed(tmp_path / "feed", ["01290000001", "7"], ["01290000001"])
    assert main(["influx", "load", str(folder), "--lang", "en"]) == 0
    assert "1 simulated device marked in aicar_simulated" in capsys.readouterr().out
    main(["influx", "check", "--lang", "ko"])
    assert "단말 2대 중 1대는 가상" in capsys.readouterr().out
    (folder / MARKER).unlink()
    monkeypatch.setenv("INFLUXDB_V2_BUCKET", configured(influx_1_6, "auto").database)
    assert main(["influx", "load", str(folder), "--lang", "en"]) == 0
    assert SIMULATED not in capsys.readouterr().out


def test_a_mark_without_rows_is_not_told_as_a_vehicle(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, bms_lines("7", START_MS, 30))
    influx_1_6.write(config.database, f"aicar_simulated,device_no=01290000001 simulated=true {START_MS}")
    assert _said(config, reading, spool) == ([], [])


@pytest.mark.parametrize("name", ["aicar_bms", "aicar_gps", "", "  "])
def test_the_marks_need_a_measurement_of_their_own(name: str) -> None:
    server = {"INFLUXDB_V2_URL": "http://db:8086", "INFLUXDB_V2_BUCKET": "b"}
    assert load_config({}, server).simulated == "aicar_simulated"
    assert load_config({"simulated": "made_up"}, server).simulated == "made_up"
    with pytest.raises(BaasError) as fault:
        load_config({"simulated": name}, server)
    assert all("simulated" in fault.value.told(lang) for lang in ("ko", "en"))
