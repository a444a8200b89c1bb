"""Rows that do not name their device are not read, and that is told with their number."""

from __future__ import annotations

from pathlib import Path

import pytest
import urllib3
from asking import DAY_MS, START_MS, bms_lines
from running import score, table
from servers.influxd import Server

from baas.influx.check import check
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.inventory import wanted_of
from baas.influx.left_out import left_out
from baas.ingest.reader import ReadSettings

FULL = {
    "pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "mod_max_temp": "21", "mod_min_temp": "20",
    "cell_v_001": "3.7",
}  # fmt: skip


def _untagged(start_ms: int, rows: int, tags: str = "", **fields: str) -> str:
    named = bms_lines("7", start_ms, rows, **fields)
    return named.replace("aicar_bms,device_no=7,car_type=EV6", f"aicar_bms{tags}")


def _counted(config: InfluxConfig, reading: ReadSettings) -> int:
    connection = connect(config)
    return left_out(connection, wanted_of(connection, reading.formats)["bms"])


def test_rows_without_the_device_tag_are_counted_over_all_times_and_series(way, configured, reading) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40))
    assert _counted(config, reading) == 0
    server.write(config.database, _untagged(START_MS + 5, 30))
    server.write(config.database, _untagged(START_MS + 400 * DAY_MS, 12, ",car_type=EV6"))
    server.write(config.database, f"aicar_gps lat=37.5,lng=127 {START_MS}")
    assert _counted(config, reading) == 42


def test_a_blank_device_counts_as_none(way, configured, reading) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40))
    server.write(config.database, _untagged(START_MS + 5, 9, ",device_no=\\ "))
    assert _counted(config, reading) == 9


def test_rows_of_another_type_are_counted_at_least_in_part(way, configured, reading) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, _untagged(START_MS, 20))
    server.write(config.database, _untagged(START_MS + 60 * DAY_MS, 5, soc='"{no}"', pack_volt='"700"'))
    assert _counted(config, reading) == (25 if api == "influxql" else 20)


def test_odd_names_of_the_tag_are_asked_for_as_they_are(way, configured, reading) -> None:
    server, api = way
    config = configured(server, api, device_tag='차량 "번호"')
    server.write(config.database, bms_lines("7", START_MS, 40))
    server.write(config.database, _untagged(START_MS + 5, 9, ',차량\\ "번호"=8'))
    assert _counted(config, reading) == 40


@pytest.mark.parametrize("rows", [0, 12])
def test_check_and_run_tell_it_where_there_are_such_rows_and_only_there(
    way, configured, reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 30, **FULL))
    if rows:
        server.write(config.database, _untagged(START_MS + 5, rows))
    said = [line for line in check(config, reading, tmp_path / "s", lambda _done, _total: None) if line.is_fault]
    assert [f"{rows:,}" in line.ko and f"{rows:,}" in line.en and "device_no" in line.en for line in said] == (
        [True] if rows else []
    )
    for lang in ("ko", "en"):
        told = _run(server, config, tmp_path, monkeypatch, lang)
        assert told == ([getattr(said[0], lang)] if rows else [])


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_a_device_that_is_no_utf_8_is_told_and_all_others_are_read(
    way, configured, reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 30, **FULL))
    odd = bms_lines("차1", START_MS, 20, **FULL).encode(encoding)
    address = f"{server.url}/write?db={config.database}&precision=ms"
    assert urllib3.request("POST", address, body=odd).status == 204
    is_lost = encoding == "cp949"
    said = [line for line in check(config, reading, tmp_path / "s", lambda _done, _total: None) if line.is_fault]
    assert ["UTF-8" in line.ko and "UTF-8" in line.en for line in said] == ([True] if is_lost else [])
    for lang in ("ko", "en"):
        assert _run(server, config, tmp_path, monkeypatch, lang) == [getattr(line, lang) for line in said]
        files = {row["file"]: row["rows_read"] for row in table(tmp_path / "r" / "files.csv")}
        other = {} if is_lost else {"influx/aicar_bms/2023-03/차1": "20"}
        assert files == {"influx/aicar_bms/2023-03/7": "30"} | other


def _run(server: Server, config: InfluxConfig, folder: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> list[str]:
    """What a run says on standard error."""
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "baas.toml").write_text(
        f'[influx]\nurl = "{server.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(folder)
    ran = score(folder / "lists", folder / "r", "--source", "influx", "--lang", lang, "--jobs", "1")
    assert ran.status == 0, ran.err
    return ran.err.splitlines()
