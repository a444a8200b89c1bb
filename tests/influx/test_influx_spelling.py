"""Cars of one fleet may spell their fields in different declared ways; each is read as it is written."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months, read
from running import SAME, contents, score
from servers.influxd import Server
from servers.proxy import proxy

from baas.influx.check import check
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.inventory import wanted_of
from baas.ingest.reader import ReadSettings

HOUR_MS = 3_600_000
EVERYTHING = (*SAME, "findings.csv")
#: what bms_lines calls its pack voltage under another declared name
OTHER = {"pack_voltage": "701.{no}", "cell_voltage_1": "3.8", "cell_voltage_2": "3.9"}
USUAL = {"cell_v_001": "3.6", "cell_v_002": "3.7"}


def _lines(device: str, start_ms: int, rows: int, other: bool = False, step_ms: int = 10_000) -> str:
    """Points of a car in one of two spellings of voltage and cells."""
    if not other:
        return bms_lines(device, start_ms, rows, step_ms, **USUAL)
    return re.sub(r",pack_volt=700\.\d+", "", bms_lines(device, start_ms, rows, step_ms, **OTHER))


def _collected(path: Path) -> Iterator[str]:
    """A feed file as a plain collector writes it: a point a row, a field a column, names and texts untouched."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            text = row["time"] if len(row["time"]) == 19 else "20" + row["time"]
            moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Seoul"))
            told = {name: value for name, value in row.items() if value}
            fields = ",".join(
                f"{name}={value}" if re.fullmatch(r"-?[\d.]+", value) else f'{name}="{value}"'
                for name, value in told.items()
                if name not in ("device_no", "time", "measured_month")
            )
            yield f"aicar_bms,device_no={row['device_no']} {fields} {round(moment.timestamp() * 1000)}"


def test_a_fleet_collected_as_it_was_recorded_scores_as_its_files(
    way, configured, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, api = way
    config = configured(server, api)
    for month in ("2019-06/01200000002", "2017-04/01200000010"):  # cells in columns, cells in a list
        shutil.copytree(
            real_data / "fleet_export" / month, tmp_path / "feed" / month, ignore=shutil.ignore_patterns("gps*")
        )
    (tmp_path / "lists").mkdir()
    for folder in ("feed", "lists"):
        shutil.copy(real_data / "fleet_export" / "betterwhy_cartype_list_201908.csv", tmp_path / folder)
    for path in sorted((tmp_path / "feed").rglob("bms*.csv")):
        server.write(config.database, "\n".join(_collected(path)))
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{api}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(tmp_path)
    from_files = score(tmp_path / "feed", tmp_path / "files", "--jobs", "1")
    from_server = score(tmp_path / "lists", tmp_path / "server", "--source", "influx", "--jobs", "1")
    assert (from_files.status, from_server.status) == (0, 0), from_server.err
    assert contents(from_server.folder, EVERYTHING) == contents(from_files.folder, EVERYTHING)
    quality = from_server.row("data_quality.csv", device_no="01200000010")
    assert (quality["cells"], quality["modules"]) == ("96", "3")


def test_a_car_keeps_what_it_spells_unlike_another(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, _lines("1", START_MS, 30) + "\n" + _lines("2", START_MS, 30, other=True))
    rows, reports = everything(config, reading, spool)
    assert rows["1 bms"].cells_mv.tolist() == [[3600, 3700]] * 30
    assert rows["2 bms"].cells_mv.tolist() == [[3800, 3900]] * 30
    assert [round(float(rows[f"{device} bms"].columns["pack_volt"][0])) for device in "12"] == [700, 701]
    assert [report.unknown_columns for report in reports] == [(), ()]


def test_a_car_that_changes_its_spelling_between_two_days_loses_nothing(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    for day, other in enumerate((False, True, False)):
        server.write(config.database, _lines("1", START_MS + day * DAY_MS, 30, other=other))
    found = [replace(month, stays=True) for month in months(config, reading, spool)]
    for rows, (report,) in (read(found, reading), read(found, reading)):  # from the server, then as set aside
        assert rows["1 bms"].cells_mv[:, 0].tolist() == [3600] * 30 + [3800] * 30 + [3600] * 30
        assert np.isfinite(rows["1 bms"].columns["pack_volt"]).all()
        assert (report.status, report.rows_read, report.rejected, report.unknown_columns) == ("read", 90, {}, ())


def test_a_change_of_spelling_within_a_day_is_followed_to_the_hour(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, _lines("1", START_MS, 100, step_ms=HOUR_MS // 20))
    after = _lines("1", START_MS + 5 * HOUR_MS + HOUR_MS // 4, 95, other=True, step_ms=HOUR_MS // 20)
    server.write(config.database, _lines("1", START_MS + 5 * HOUR_MS, 5, step_ms=HOUR_MS // 20) + "\n" + after)
    rows, (report,) = everything(config, reading, spool)
    assert report.rows_read == 200
    first = rows["1 bms"].cells_mv[:, 0].tolist()
    assert first[:100] == [3600] * 100
    assert first[105:] == [3800] * 95
    assert not {3600, 3800} & set(first[100:105])  # in the hour of the change the rarer spelling gives way, and is told
    assert report.unknown_columns == ("pack_volt", "cell_v_001", "cell_v_002")


def test_of_two_spellings_in_every_row_the_first_declared_is_read(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("1", START_MS, 30, **USUAL, cell_volt_list='"4.1,4.2"', disp_soc="1"))
    (month,) = months(config, reading, spool)
    assert len(month.windows) == 1
    rows, (report,) = read([month], reading)
    assert rows["1 bms"].cells_mv.tolist() == [[3600, 3700]] * 30
    assert report.unknown_columns == ("cell_volt_list",)


@pytest.mark.parametrize(
    "cells", [{"cell_v_001": "3.6", "cell_volt_002": "3.7"}, {"cell_v_1": "3.6", "cell_v_02": "3.7"}]
)
def test_cells_named_by_two_patterns_without_a_common_number_are_one_pack(
    influx_1_6: Server, configured, reading, spool, cells: dict[str, str]
) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, bms_lines("1", START_MS, 30, **cells))
    assert wanted_of(connect(config), reading.formats)["bms"].contested == ()
    assert everything(config, reading, spool)[0]["1 bms"].cells_mv.tolist() == [[3600, 3700]] * 30


def test_numbers_with_and_without_leading_zeros_are_two_spellings(
    influx_1_6: Server, configured, reading, spool
) -> None:
    config = configured(influx_1_6, "influxql")
    short = {f"cell_v_{no}": f"3.{no:03d}" for no in range(1, 121)}
    long = {f"cell_v_{no:03d}": f"3.{no + 200}" for no in range(1, 121)}
    influx_1_6.write(config.database, bms_lines("1", START_MS, 30, **short))
    influx_1_6.write(config.database, bms_lines("2", START_MS, 30, **long))
    rows = everything(config, reading, spool)[0]
    assert rows["1 bms"].cells_mv.tolist() == [[3000 + no for no in range(1, 121)]] * 30
    assert rows["2 bms"].cells_mv.tolist() == [[3200 + no for no in range(1, 121)]] * 30


def test_another_spelling_costs_no_question(way, configured, reading, spool) -> None:
    server, api = way
    asked = []
    for other in (False, True):
        config = configured(server, api)
        server.write(config.database, _lines("1", START_MS, 3 * 24, step_ms=HOUR_MS))
        server.write(config.database, _lines("2", START_MS, 3 * 24, other=other, step_ms=HOUR_MS))
        connect.cache_clear()
        with proxy(server.port, lambda piece: piece) as between:
            everything(replace(config, url=between.url), reading, spool)
            asked.append(between.questions())
    assert asked[0] == asked[1]


def test_where_all_spell_alike_nothing_more_is_counted(influx_1_6: Server, configured, reading) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, _lines("1", START_MS, 3, other=True))
    one = wanted_of(connect(config), reading.formats)["bms"]
    assert (one.counted, one.contested) == (one.witnesses, ())
    assert one.spelled(()) == one.fields


def test_what_was_read_is_read_again_only_when_its_own_spelling_changes(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)

    def content(device: str) -> str:
        connect.cache_clear()
        (month,) = [month for month in months(config, reading, spool) if month.device == device]
        return month.content()

    server.write(config.database, _lines("1", START_MS, 30))
    alone = content("1")
    server.write(config.database, _lines("2", START_MS, 30, other=True))
    assert content("1") == alone  # another car does not matter
    before = content("2")
    server.write(
        config.database,
        "\n".join(
            f"aicar_bms,device_no=2,car_type=EV6 cell_v_001=3.5,cell_v_002=3.5 {START_MS + no * 10_000 + 5}"
            for no in range(40)
        ),
    )
    assert content("2") != before


def _said(config: InfluxConfig, reading: ReadSettings, spool: Path) -> tuple[str, list[str]]:
    lines = check(config, reading, spool, lambda _done, _total: None)
    assert all(line.ko and line.ko != line.en for line in lines)
    return "\n".join(line.en for line in lines), [line.en for line in lines if line.is_fault]


def test_check_tells_of_mixed_spellings_and_of_those_that_are_never_read(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, _lines("1", START_MS, 30) + "\n" + _lines("2", START_MS, 30, other=True))
    said, faults = _said(config, reading, spool)
    assert "one signal under several names (pack_volt / pack_voltage, cell_v_001 / cell_voltage_1)" in said
    assert not any("never read" in fault for fault in faults)
    server.write(config.database, bms_lines("3", START_MS, 30, **USUAL, cell_volt_list='"4.1,4.2"'))
    connect.cache_clear()
    said, faults = _said(config, reading, spool)
    assert "never read cell_volt_list" in said  # nothing that is needed is missing: a remark, no fault
    assert not any("never read" in fault for fault in faults)


def test_check_tells_of_hours_in_which_a_spelling_gives_way(influx_1_6: Server, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, _lines("1", START_MS, 30) + "\n" + _lines("2", START_MS, 30, other=True))
    assert not any("sometimes not read" in fault for fault in _said(config, reading, spool)[1])
    influx_1_6.write(config.database, _lines("1", START_MS + 5, 3, other=True))
    connect.cache_clear()
    assert any(
        "sometimes not read cell_voltage_1, cell_voltage_2, pack_voltage" in fault
        for fault in _said(config, reading, spool)[1]
    )
