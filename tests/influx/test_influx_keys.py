"""What the reading of a finished month rests on: where any of it changes the month is read again, and only there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from asking import START_MS, bms_lines, months

import baas
from baas.gather import keys
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.ingest.reader import ReadSettings

CELLS = {"cell_v_001": "3.7", "mod_max_temp": "21"}


def _content(config: InfluxConfig, reading: ReadSettings, spool: Path, device: str = "7") -> str:
    """What tells the month of a device from the same month in another state."""
    connect.cache_clear()
    (month,) = (one for one in months(config, reading, spool) if one.device == device)
    assert month.content()
    return month.content()


@pytest.mark.parametrize(
    ("written", "is_noticed"),
    [
        ("cell_v_001=3.7", True),
        ("mod_max_temp=21", True),
        ("ext_temp=20", True),
        ("firmware=2", False),
        ("soc=1", False),
    ],
)
def test_values_written_later_into_points_that_are_there_are_noticed(
    way, configured, reading, spool, written: str, is_noticed: bool
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40))
    server.write(config.database, bms_lines("8", START_MS, 40, odometer="5", **CELLS))
    before = _content(config, reading, spool)
    server.write(config.database, f"aicar_bms,device_no=7,car_type=EV6 {written} {START_MS}")
    assert (_content(config, reading, spool) != before) is is_noticed


def test_late_rows_without_the_common_columns_are_noticed(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40, odometer="5", **CELLS))
    before = _content(config, reading, spool)
    for no, lacking in enumerate(("pack_volt=6", "cell_v_001=3.8", "mod_max_temp=22")):
        server.write(config.database, f"aicar_bms,device_no=7,car_type=EV6 {lacking} {START_MS + 1000 + no}")
        after = _content(config, reading, spool)
        assert after != before
        before = after


def test_counted_cells_are_no_rows(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40, cell_volt_list='"3.7,3.8,3.9"', **CELLS))
    (month,) = months(config, reading, spool)
    assert month.size == 40
    assert len(month.wanted.witnesses) == 4


def test_another_tag_of_the_car_type_is_read_and_the_same_one_is_not(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40))
    before = _content(config, reading, spool)
    assert _content(config, reading, spool) == before
    assert _content(replace(config, type_tag="model"), reading, spool) != before


@pytest.mark.parametrize(
    ("file", "is_noticed"),
    [("influx/month.py", True), ("influx/queries/rows.influxql", True), ("influx/queries/rows.flux", True),
     ("web/app.py", False)],
)  # fmt: skip
def test_another_way_of_asking_servers_is_another_way_of_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, is_noticed: bool
) -> None:
    copy = tmp_path / "baas"
    shutil.copytree(Path(baas.__file__).parent, copy)
    monkeypatch.setattr(keys, "_PACKAGE", copy)
    told = []
    for _ in range(2):
        keys._method.cache_clear()
        told.append(keys.input_key((), keys.reading_key("Asia/Seoul", (1, 2), ())))
        (copy / file).write_text((copy / file).read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    keys._method.cache_clear()
    assert (told[0] != told[1]) is is_noticed
