"""Rows come as they were written, by every way of asking."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months
from servers.proxy import proxy

from baas.influx.windows import shard_number
from baas.ingest.reader import ReadSettings


def test_rows_come_with_their_values_times_and_car_type(way, configured, reading: ReadSettings, spool: Path) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("01234567890", START_MS, 30, cable="true", cell_v_001="3.{no:03d}"))
    rows, reports = everything(config, reading, spool)
    bms = rows["01234567890 bms"]
    assert len(bms) == 30
    assert bms.time_ms.tolist() == [START_MS + no * 10_000 for no in range(30)]
    assert bms.columns["soc"].tolist() == [no + 0.5 for no in range(30)]
    assert bms.cells_mv[:, 0].tolist() == [3000 + no for no in range(30)]
    assert bms.car_types == {"01234567890": "EV6"}
    assert [(report.file, report.status, report.rows_read) for report in reports] == [
        ("influx/aicar_bms/2023-03/01234567890", "read", 30)
    ]


def test_every_row_is_read_once_across_days_and_months(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS + 27 * DAY_MS, 200, step_ms=DAY_MS // 24))
    found = months(config, reading, spool)
    assert {month.month for month in found} == {"2023-03", "2023-04"}
    rows, reports = everything(config, reading, spool)
    assert rows["7 bms"].time_ms.tolist() == [START_MS + 27 * DAY_MS + no * DAY_MS // 24 for no in range(200)]
    assert sum(report.rows_read for report in reports) == 200


def test_sparse_fields_text_and_the_word_nan_become_missing(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    lines = [
        'aicar_bms,device_no=7 soc=50,pack_current="NaN"',
        'aicar_bms,device_no=7 pack_volt=700.25,pack_current="12.5"',
        "aicar_bms,device_no=7 soc=51i2".replace("i2", ""),
    ]
    server.write(config.database, "\n".join(f"{line} {START_MS + no * 1000}" for no, line in enumerate(lines)))
    bms = everything(config, reading, spool)[0]["7 bms"]
    np.testing.assert_array_equal(bms.columns["soc"], [50, np.nan, 51])
    np.testing.assert_array_equal(bms.columns["pack_volt"], [np.nan, np.float32(700.25), np.nan])
    np.testing.assert_array_equal(bms.columns["pack_current"], [np.nan, 12.5, np.nan])


def test_only_needed_columns_are_asked_for_and_the_rest_is_told(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 5, firmware='"v{no}"', weather="20"))
    found = months(config, reading, spool)
    assert found[0].wanted.fields == ("pack_volt", "soc")
    assert everything(config, reading, spool)[1][0].unknown_columns == ("firmware", "weather")


def test_a_list_of_cells_in_one_text_field_is_read_as_in_files(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 40, cell_volt_list='"3.7{no:02d},3.8{no:02d},3.9"'))
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert bms.cells_mv.tolist() == [[3700 + no, 3800 + no, 3900] for no in range(40)]


def test_two_hundred_fields_arrive_each_in_its_place(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    cells = {f"cell_v_{no:03d}": f"{3 + no / 1000:.3f}" for no in range(1, 193)}
    probes = {f"mod_temp_{no:02d}": str(no) for no in range(1, 13)}
    server.write(config.database, bms_lines("7", START_MS, 20, **cells, **probes))
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert bms.cells_mv.tolist() == [[3000 + no for no in range(1, 193)]] * 20
    assert bms.modules_c.tolist() == [list(range(1, 13))] * 20


def test_a_device_may_be_called_anything_and_no_name_reaches_other_rows(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    names = [
        '차량 1,"a\'b"=x',
        "x' or '1'='1",
        '") or true or (r.device_no=="y',
        "back\\slash",
        "$device",
        "${x}",
        "a/b",
    ]
    for no, name in enumerate(names):
        escaped = name.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")
        server.write(config.database, bms_lines(escaped, START_MS + no * 1000, 2 + no, step_ms=60_000))
    rows, _ = everything(config, reading, spool)
    assert {key.removesuffix(" bms"): len(part) for key, part in rows.items()} == {
        name: 2 + no for no, name in enumerate(names)
    }


def test_a_type_that_changes_between_shards_loses_no_value(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    for no, value in enumerate(("1.5", '"2.5"', "3i", '"4.5"')):
        server.write(config.database, f"aicar_bms,device_no=7 soc={value} {START_MS + no * 28 * DAY_MS}")
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert bms.columns["soc"].tolist() == [1.5, 2.5, 3.0, 4.5]


def test_shards_of_an_hour_are_read_hour_by_hour(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.ask(f'CREATE RETENTION POLICY "hours" ON "{config.database}" DURATION INF REPLICATION 1 SHARD DURATION 1h')
    config = configured(server, api, database=f"{config.database}/hours")
    database, policy = config.database_and_policy
    for no, value in enumerate(("1.5", '"2.5"', "3i", '"4.5"')):
        server.write(
            database, f"aicar_bms,device_no=7 soc={value},pack_volt=700 {START_MS + no * 3_600_000}", rp=policy
        )
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert len(bms) == 4
    assert bms.columns["soc"].tolist() == [1.5, 2.5, 3.0, 4.5]


def _eras(server, config, *eras: tuple[str, str]) -> None:
    """A row of a device in each era of four weeks, its values as text or as numbers."""
    for no, (device, quote) in enumerate(eras):
        values = ",".join(f"{name}={quote}{value}{quote}" for name, value in (("soc", no + 0.5), ("pack_volt", 700)))
        server.write(config.database, f"aicar_bms,device_no={device} {values} {START_MS + no * 28 * DAY_MS}")


@pytest.mark.parametrize("text_first", [True, False])
def test_a_device_that_only_ever_wrote_text_is_found_among_devices_that_wrote_numbers(
    way, configured, reading, spool, text_first
) -> None:
    server, api = way
    config = configured(server, api)
    eras = [("7", '"'), ("8", ""), ("8", "")]
    _eras(server, config, *(eras if text_first else reversed(eras)))
    rows, _ = everything(config, reading, spool)
    assert {key: len(part) for key, part in rows.items()} == {"7 bms": 1, "8 bms": 2}


def test_types_that_change_to_and_fro_over_devices_lose_no_row(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    _eras(server, config, ("7", ""), ("8", '"'), ("8", ""), ("8", '"'), ("7", '"'))
    rows, _ = everything(config, reading, spool)
    assert rows["7 bms"].columns["soc"].tolist() == [0.5, 4.5]
    assert rows["8 bms"].columns["soc"].tolist() == [1.5, 2.5, 3.5]


def test_a_row_far_from_all_others_costs_few_questions(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, f"aicar_bms,device_no=7 soc=1,pack_volt=700 {DAY_MS}")
    server.write(config.database, bms_lines("7", START_MS, 3))
    with proxy(server.port, lambda piece: piece) as between:
        _, reports = everything(replace(config, url=between.url), reading, spool)
        assert between.questions() < 100  # a question a week would be 2,775
    rows = {report.file.removeprefix("influx/aicar_bms/"): report.rows_read for report in reports}
    assert rows == {"1970-01/7": 1, "2023-03/7": 3}


def test_days_whose_rows_lack_the_counted_fields_are_found(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 3, odometer="1"))
    server.write(config.database, f"aicar_bms,device_no=7 ext_temp=21 {START_MS + 3 * DAY_MS}")
    server.write(config.database, bms_lines("7", START_MS + 9 * DAY_MS, 3, odometer="2"))
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert len(bms) == 7
    assert bms.columns["ext_temp"][3] == 21


def test_a_device_without_rows_and_an_empty_window_are_no_fault(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 3))
    server.write(config.database, f"other,device_no=8 soc=1 {START_MS}")
    found = months(config, reading, spool)
    assert [month.device for month in found] == ["7"]
    before = replace(found[0].windows[0], start_ms=START_MS - DAY_MS, stop_ms=START_MS - DAY_MS // 2)
    (only,) = list(replace(found[0], windows=(before,)).read(reading, 0))
    assert (only.status, only.rows_read) == ("empty", 0)


def test_local_times_written_as_utc_are_shifted_when_declared(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api, stored_time="local-as-utc")
    written = START_MS + 9 * 3_600_000 + 29 * DAY_MS
    server.write(config.database, bms_lines("7", written, 12, step_ms=3_600_000))
    found = months(config, reading, spool)
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert bms.time_ms[0] == START_MS + 29 * DAY_MS
    assert [month.month for month in found] == ["2023-03"]


def test_rows_of_two_types_of_one_device_all_come(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 3))
    server.write(config.database, bms_lines("7", START_MS, 4, soh="90").replace("EV6", "GV60"))
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert len(bms) == 7


@pytest.mark.parametrize("hours", [36, 30, 5, 24])
def test_shards_that_begin_within_a_day_lose_no_value(way, configured, reading, spool, hours: int) -> None:
    server, api = way
    config = configured(server, api)
    server.ask(
        f'CREATE RETENTION POLICY "odd" ON "{config.database}" DURATION INF REPLICATION 1 SHARD DURATION {hours}h'
    )
    config = configured(server, api, database=f"{config.database}/odd")
    sent = 4 * 24
    lines = []
    for no in range(sent):
        time_ms = START_MS + no * 3_600_000
        kind = shard_number(time_ms, hours * 3_600_000) % 3
        value = (f"{no}.5", f'"{no}.5"', f"{no}i")[kind]
        lines.append(f"aicar_bms,device_no=7 soc={value},pack_volt=700 {time_ms}")
    database, policy = config.database_and_policy
    server.write(database, "\n".join(lines), rp=policy)
    bms = everything(config, reading, spool)[0]["7 bms"]
    assert len(bms) == sent
    assert np.floor(bms.columns["soc"]).tolist() == list(range(sent))


@pytest.mark.parametrize("uncounted_first", [True, False])
def test_half_a_day_at_the_end_of_a_month_may_lack_the_counted_fields(
    way, configured, reading, spool, uncounted_first: bool
) -> None:
    server, api = way
    config = configured(server, api)
    border = START_MS + 29 * DAY_MS + 15 * 3_600_000

    before, after = border - 3_600_000, border
    counted, uncounted = (after, before) if uncounted_first else (before, after)
    server.write(config.database, bms_lines("7", counted, 30))
    server.write(
        config.database,
        "\n".join(f"aicar_bms,device_no=7 ext_temp={no} {uncounted + no * 10_000}" for no in range(40)),
    )
    rows, reports = everything(config, reading, spool)
    assert len(rows["7 bms"]) == 70
    assert sorted(report.rows_read for report in reports) == [30, 40]


def test_half_a_day_without_rows_at_the_end_of_a_month_is_no_window(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    border = START_MS + 29 * DAY_MS + 15 * 3_600_000
    server.write(config.database, f"aicar_bms,device_no=7 ext_temp=20 {border - 1000}")
    server.write(config.database, f"aicar_bms,device_no=8 soc=20 {border + 1000}")
    assert [(one.device, one.month) for one in months(config, reading, spool)] == [("7", "2023-03"), ("8", "2023-04")]


def test_rows_before_1970_are_rejected_and_told_in_every_language(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 5))
    server.write(config.database, bms_lines("7", -9 * 3_600_000, 4))  # midnight of 1 January 1970 in Seoul
    server.write(config.database, bms_lines("7", -95 * 365 * DAY_MS, 3))
    server.write(config.database, f"aicar_bms,device_no=8 ext_temp=20 {-5 * DAY_MS}")
    rows, reports = everything(config, reading, spool)
    assert len(rows["7 bms"]) == 5
    assert {report.file.removeprefix("influx/aicar_bms/"): dict(report.rejected) for report in reports} == {
        "1970-01/7": {"bad_time": 7},
        "1970-01/8": {"bad_time": 1},
        "2023-03/7": {},
    }


def test_devices_that_differ_by_a_slash_only_are_two(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    names = ["a/b", "a_b", "a%2Fb", "a%b"]
    for no, name in enumerate(names):
        server.write(config.database, bms_lines(name, START_MS, 3 + no))
    found = months(config, reading, spool)
    assert len({month.name for month in found}) == 4
    rows, _ = everything(config, reading, spool)
    assert {key: len(part) for key, part in rows.items()} == {f"{name} bms": 3 + no for no, name in enumerate(names)}
