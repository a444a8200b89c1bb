"""What a run on a server tells: where it read, what it holds, how fast it comes; never a folder nobody asked for."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import time

import pytest
from asking import DAY_MS, START_MS, bms_lines
from running import ROOT, Ran, car_types, score

from baas.__main__ import main
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect

FULL = {
    "pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "mod_max_temp": "21", "mod_min_temp": "20",
    "cell_v_001": "3.7",
}  # fmt: skip
Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on a server, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()

    def ran(config: InfluxConfig, lang: str, *more: str) -> Ran:
        connect.cache_clear()
        _configure(tmp_path, config)
        return score(tmp_path / "lists", tmp_path / "r", "--source", "influx", "--lang", lang, "--jobs", "1", *more)

    return ran


def _configure(folder: Path, config: InfluxConfig) -> None:
    (folder / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\nstored_time = "utc"\n'
        f'device_tag = "{config.device_tag}"\npassword = "very-secret"\nusername = "reader"\n'
    )


# -- nothing to score -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_without_a_score_the_server_is_named_and_what_to_do(way, configured, run: Run, lang: str) -> None:
    server, api = way
    config = configured(server, api, device_tag="vehicle")
    server.write(config.database, bms_lines("7", START_MS, 3))
    ran = run(config, lang)
    assert ran.status == 1
    untagged, line = ran.err.splitlines()
    assert "3" in untagged
    assert "vehicle" in untagged
    assert line.startswith(config.address + ":")
    assert "python -m baas influx check" in line
    assert "lists" not in line
    assert "secret" not in line
    assert bool(re.search("[가-힣]", line)) == (lang == "ko")
    assert not re.search("file|파일", line)


def test_months_that_hold_nothing_to_score_are_counted(influx_1_6, configured, run: Run) -> None:
    config = configured(influx_1_6, "influxql")
    next_year_ms = round(time() * 1000) + 366 * DAY_MS
    influx_1_6.write(config.database, bms_lines("7", next_year_ms, 3, **FULL))
    for lang, told in (("en", "1 vehicle-month but nothing"), ("ko", "차량-월 1개에서")):
        ran = run(config, lang)
        assert ran.status == 1
        assert f"{config.address}: {told}" in ran.err.splitlines()[-1]


def test_options_that_leave_nothing_are_named_and_only_those(influx_1_6, configured, run: Run) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, bms_lines("7", START_MS, 30, **FULL))
    for given in (("--vehicles", "8"), ("--from", "2024-01-01")):
        line = run(config, "en", *given).err.splitlines()[-1]
        assert given[0] in line
        assert "--to" not in line
    assert run(config, "en").status == 0


def test_without_a_score_from_files_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for lang in ("ko", "en"):
        ran = score(tmp_path / "in", tmp_path / "out" / "r", "--lang", lang)
        assert ran.status == 1
        assert ran.err.startswith(f"{tmp_path / 'in'}: ")
        assert "influx" not in ran.err
        assert "--vehicles" not in ran.err
    assert "--vehicles" in score(tmp_path / "in", tmp_path / "out" / "r", "--vehicles", "8").err


# -- the summary ----------------------------------------------------------------------------------------------------


def test_the_summary_speaks_of_vehicle_months_of_the_server(influx_1_6, configured, run: Run) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, bms_lines("7", START_MS, 30, **FULL))
    influx_1_6.write(config.database, f"aicar_gps,device_no=7 lat=37.5,lng=127 {START_MS}")
    said = run(config, "en")
    assert f"{config.address}: 2 vehicle-months (BMS and GPS counted apart), 2 read anew" in said.out.splitlines()
    assert not re.search(r"\bfiles\b", said.out)
    again = run(config, "ko")
    assert f"{config.address}: 차량-월 2개(BMS·GPS 각각), 새로 읽음 0개" in again.out.splitlines()
    assert "파일" not in again.out
    assert len(again.out.splitlines()) <= 10
    assert "very-secret" not in said.out + said.err + again.out + again.err


# -- loading --------------------------------------------------------------------------------------------------------


def test_an_interrupted_load_says_that_rows_stay_and_how_to_go_on(
    influx_1_6, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    _configure(tmp_path, configured(influx_1_6, "influxql"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("baas.influx.load.lines_of", interrupted)
    feed = tmp_path / "bms_7.csv"
    feed.write_text("device_no,time,soc,pack_volt\n7,2023-03-02 09:00:00,50,700\n")
    for lang, told in (("ko", "서버에 남아"), ("en", "stay in the server")):
        assert main(["influx", "load", str(feed), "--lang", lang]) == 130
        assert told in capsys.readouterr().err


# -- progress -------------------------------------------------------------------------------------------------------


def _on_a_terminal(folder: Path, *given: str) -> str:
    """Everything that the program writes to a terminal of usual width."""
    terminal, inside = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    program = [sys.executable, str(ROOT / "vehicle_battery_scorer.py"), *given]
    child = subprocess.Popen(program, cwd=folder, env=environment, stdin=inside, stdout=inside, stderr=inside)
    os.close(inside)
    text = bytearray()
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # how Linux says that nobody writes to a terminal any more
            break
        if not piece:
            break
        text += piece
    os.close(terminal)
    assert child.wait() == 0, text.decode()
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text.decode())


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_terminal_shows_how_many_rows_come_a_second(influx_1_6, configured, tmp_path: Path, lang: str) -> None:
    config = configured(influx_1_6, "influxql")
    for day in range(3):
        influx_1_6.write(config.database, bms_lines("7", START_MS + day * DAY_MS, 3_000, **FULL))
    _configure(tmp_path, config)
    types = str(car_types(tmp_path))
    shown = _on_a_terminal(tmp_path, "--source", "influx", "--car-types", types, "--lang", lang, "--jobs", "1")
    reading = [line for line in re.split(r"[\r\n]+", shown) if line.startswith({"ko": "읽기", "en": "reading"}[lang])]
    first, last = reading[0], reading[-1]
    assert "0%" in first
    assert "/s" not in first, "a rate before anything was read"
    assert "100%" in last
    rate = re.search(r"([\d,]+)(행/s| rows/s)", last)
    assert rate is not None
    assert int(rate[1].replace(",", "")) > 0
