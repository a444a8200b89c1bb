"""The same rows however a server is reached: packed answers, a path before its own, several processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months
from running import SAME, contents, score
from servers.gate import gate
from servers.proxy import proxy

from baas.influx.config import InfluxConfig

ROWS = 400


def test_packed_answers_hold_the_same_rows(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, ROWS))
    came: dict[bool, int] = {}
    for packed in (False, True):

        def counted(piece: bytes, packed: bool = packed) -> bytes:
            came[packed] = came.get(packed, 0) + len(piece)
            return piece

        with proxy(server.port, counted) as between:
            asked = replace(config, url=between.url, gzip=packed)
            rows, _ = everything(asked, reading, spool / str(packed))
        assert len(rows["7 bms"]) == ROWS
    assert came[True] < 0.75 * came[False]


def test_a_server_below_a_path_is_read(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, ROWS))
    with gate(server.port, lambda _request: None, prefix=b"/metrics/influx") as url:
        rows, _ = everything(replace(config, url=url + "/metrics/influx"), reading, spool)
    assert len(rows["7 bms"]) == ROWS


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_two_processes_give_what_one_gives(
    influx_1_6, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    config: InfluxConfig = configured(influx_1_6, "influxql")
    full = {"pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "cell_v_001": "3.7"}
    for device in "789":
        for day in range(3):
            influx_1_6.write(config.database, bms_lines(device, START_MS + day * 31 * DAY_MS, ROWS, **full))
    (tmp_path / "lists").mkdir()
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(tmp_path)
    ran = [
        score(tmp_path / "lists", tmp_path / jobs, "--source", "influx", "--lang", lang, "--jobs", jobs)
        for jobs in ("1", "2")
    ]
    assert [one.status for one in ran] == [0, 0], ran[1].err
    assert contents(ran[0].folder, SAME) == contents(ran[1].folder, SAME)
    assert len(ran[1].rows("files.csv")) == 9


@pytest.mark.parametrize("field", ["soc", "pack_volt"])
def test_rows_that_come_late_are_noticed_by_either_of_two_fields(
    way, configured: Callable[..., InfluxConfig], reading, spool, field: str
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, ROWS))
    (before,) = months(config, reading, spool)
    (same,) = months(config, reading, spool)
    server.write(config.database, f"aicar_bms,device_no=7,car_type=EV6 {field}=50 {START_MS + 1}")
    (after,) = months(config, reading, spool)
    assert before.content() == same.content() != after.content()
