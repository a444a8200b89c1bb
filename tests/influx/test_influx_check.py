"""`python -m baas influx check` says what is there and what is missing; `load` says what became of every row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from asking import START_MS, bms_lines, everything

from baas.__main__ import main
from baas.influx.check import check
from baas.influx.config import InfluxConfig
from baas.influx.load import load
from baas.ingest.files import find_files
from baas.ingest.reader import ReadSettings, read_file
from baas.signals import Signals, concatenate

SEOUL = ZoneInfo("Asia/Seoul")
FULL = {
    "pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "mod_max_temp": "21", "mod_min_temp": "20",
    "cell_v_001": "3.7",
}  # fmt: skip


def _said(config: InfluxConfig, reading: ReadSettings, spool: Path) -> tuple[str, list[str]]:
    """Everything said in English, and the faults alone."""
    lines = check(config, reading, spool, lambda _done, _total: None)
    assert all(line.ko and line.ko != line.en for line in lines)
    return "\n".join(line.en for line in lines), [line.en for line in lines if line.is_fault]


def test_a_whole_feed_is_told_with_devices_columns_and_months(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("01234567890", START_MS, 30, **FULL))
    server.write(config.database, bms_lines("777", START_MS + 40 * 86_400_000, 30, **FULL))
    server.write(config.database, f"aicar_gps,device_no=777 lat=37.5,lng=127 {START_MS}")
    said, faults = _said(config, reading, spool)
    assert faults == []
    assert server.version in said
    assert "aicar_bms: 2 devices, 2023-03 to 2023-04 (2 months), about 60 rows: 01234567890, 777" in said
    assert "aicar_bms: 8 columns are read (feed_bms); not used: -" in said
    assert "aicar_gps: 1 devices" in said


def test_what_is_missing_is_told(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api, gps="positions")
    server.write(config.database, bms_lines("7", START_MS, 3, firmware='"v1"'))
    said, faults = _said(config, reading, spool)
    assert "no measurement 'positions'; there are: aicar_bms" in said
    assert "not used: firmware" in said
    (fault,) = faults
    assert all(name in fault for name in ("pack_current", "odometer", "cell_v"))


@pytest.mark.parametrize(
    ("instead", "missing"), [({"mod_temp_01": "20"}, None), ({"mod_temp_list": '"20,21"'}, None), ({}, "mod_max_temp")]
)
def test_module_temperatures_stand_for_their_extremes(
    influx_1_6, configured, reading, spool, instead: dict[str, str], missing: str | None
) -> None:
    config = configured(influx_1_6, "influxql")
    without = {name: value for name, value in FULL.items() if not name.startswith("mod_")}
    influx_1_6.write(config.database, bms_lines("7", START_MS, 30, **without, **instead))
    faults = _said(config, reading, spool)[1]
    assert [missing in fault for fault in faults if missing] == ([True] if missing else [])
    assert missing or faults == []


def test_a_wrong_measurement_and_a_wrong_tag_are_told(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql", bms="battery")
    influx_1_6.write(config.database, bms_lines("7", START_MS, 3))
    assert _said(config, reading, spool)[1][0].startswith("no measurement 'battery'; there are: aicar_bms")
    tag = configured(influx_1_6, "influxql", database=config.database, device_tag="vehicle")
    assert any("device_tag" in fault for fault in _said(tag, reading, spool)[1])


def test_columns_of_several_types_are_told(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql")
    for no, value in enumerate(("1.5", '"2.5"')):
        influx_1_6.write(config.database, f"aicar_bms,device_no=7 soc={value} {START_MS + no * 28 * 86_400_000}")
    assert "columns of several types soc (float, string)" in _said(config, reading, spool)[0]


def _feed(folder: Path) -> Path:
    """A feed file with a repeat, a broken line, a row without any value, exact numbers and a time of reception."""
    folder.mkdir()

    def at(no: int) -> str:
        return f"{datetime.fromtimestamp(START_MS / 1000 + no * 10, SEOUL):%Y-%m-%d %H:%M:%S}"

    lines = ["device_no,time,msg_time,soc,pack_volt,pack_current,cumul_pw_chrgd,cell_v_001,cell_v_002"]
    lines += [
        f"0123,{at(no)},{at(no + 1)},{no % 100}.1,70{no % 10}.3,-{no}.7,123456.{no:03d},3.70{no % 10},"
        for no in range(50)
    ]
    lines += [f"0123,{at(3)},{at(9)},99.9,,,,,", f"0123,{at(60)},,,,,,,", "0123,yesterday,,1,,,,,", "0123,"]
    (folder / "bms_0123_2023-03.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_loading_accounts_for_every_row_and_gives_back_the_same_numbers(
    way, configured, reading, spool, tmp_path: Path
) -> None:
    server, api = way
    config = configured(server, api)
    files, _ = find_files([_feed(tmp_path / "feed")])
    done = load(files, config, reading, lambda _done, _total: None)
    assert (done.read, done.written, done.repeats, done.empty, done.rejected) == (54, 50, 1, 1, 2)
    loaded = everything(config, reading, spool)[0]["0123 bms"]
    sent = concatenate([item for item in read_file(files[0], reading, 0) if isinstance(item, Signals)])
    rows = [no for no in range(50) if no != 3]
    for name in sent.columns:
        np.testing.assert_array_equal(loaded.column(name)[rows], sent.columns[name][rows])
    np.testing.assert_array_equal(loaded.cells_mv[rows], sent.cells_mv[rows])
    assert loaded.columns["soc"][3] == np.float32(99.9)  # of two messages of one moment the later one


def test_rows_are_loaded_in_the_times_that_the_server_is_said_to_hold(
    influx_1_6, configured, reading, spool, tmp_path: Path
) -> None:
    files, _ = find_files([_feed(tmp_path / "feed")])
    held, first = {}, {}
    for stored in ("utc", "local-as-utc"):
        config = configured(influx_1_6, "influxql", stored_time=stored)
        load(files, config, reading, lambda _done, _total: None)
        held[stored] = everything(config, reading, spool / stored)[0]["0123 bms"].time_ms
        answer = influx_1_6.ask("SELECT first(soc) FROM aicar_bms", db=config.database, epoch="ms").json()
        first[stored] = answer["results"][0]["series"][0]["values"][0][0]
    assert held["utc"][0] == START_MS
    np.testing.assert_array_equal(held["utc"], held["local-as-utc"])
    assert first == {"utc": START_MS, "local-as-utc": START_MS + 9 * 3_600_000}


def test_the_command_loads_and_checks(
    influx_1_6, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFLUXDB_V2_URL", influx_1_6.url)
    monkeypatch.setenv("INFLUXDB_V2_BUCKET", configured(influx_1_6, "auto").database + "_new")
    folder = str(_feed(tmp_path / "feed"))
    assert main(["influx", "load", folder, "--lang", "en"]) == 0
    said = capsys.readouterr()
    assert "rows 54 = written 50 + duplicate 1 + without values 1 + rejected 2" in said.out
    assert "bms_0123_2023-03.csv" in said.err
    assert main(["influx", "check", "--lang", "ko"]) == 1  # no odometer, no speed
    assert "단말 1대" in capsys.readouterr().out


def test_the_command_without_a_server_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFLUXDB_V2_URL", raising=False)
    monkeypatch.delenv("INFLUXDB_URL", raising=False)
    assert main(["influx", "check", "--lang", "en"]) == 2
    assert "INFLUXDB_V2_URL" in capsys.readouterr().err
    monkeypatch.setenv("INFLUXDB_V2_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("INFLUXDB_V2_BUCKET", "fleet")
    (tmp_path / "baas.toml").write_text("[influx]\nretries = 0\n")
    assert main(["influx", "check", "--lang", "ko"]) == 2
    assert "응답하지 않습니다" in capsys.readouterr().err
