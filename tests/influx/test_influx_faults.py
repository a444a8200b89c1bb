"""Whatever a server or the network does: one sentence, nothing lost, and the next try gives what a quiet one does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from email.utils import formatdate
from pathlib import Path
from time import sleep, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months, read
from servers.influxd import Server, influxd
from servers.proxy import broken_after, proxy, with_date

from baas.errors import BaasError
from baas.influx.backend import Ask
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.faults import SlowError, TooLargeError
from baas.influx.influxql import InfluxQL
from baas.influx.inventory import Recent
from baas.influx.load import Writer, load
from baas.influx.month import InfluxMonth
from baas.influx.windows import Axis
from baas.influx.wire import Wire
from baas.ingest.files import find_files
from baas.ingest.reader import ReadSettings
from baas.signals import Signals

SEOUL = ZoneInfo("Asia/Seoul")
ROWS = 3_000


def _filled(server: Server, config: InfluxConfig) -> None:
    server.write(config.database, bms_lines("7", START_MS, ROWS, odometer="{no}", soh="9{no}.25"))
    server.write(config.database, bms_lines("7", START_MS + 2 * DAY_MS, ROWS, odometer="{no}", soh="9{no}.25"))


def _same(one: Signals, other: Signals) -> bool:
    return one.columns.keys() == other.columns.keys() and all(
        np.array_equal(one.columns[name], other.columns[name], equal_nan=True) for name in one.columns
    )


def _told(fault: BaasError, *words: str) -> bool:
    """Whether both sentences hold all words, and are one sentence or two at most in one line."""
    return all(word in text for word in words for text in (str(fault), fault.told("ko"))) and "\n" not in str(fault)


def test_a_server_that_is_down_is_told_with_its_address(way, configured, reading, spool) -> None:
    server, api = way
    config = replace(configured(server, api), url="http://127.0.0.1:9")
    with pytest.raises(BaasError) as fault:
        months(config, reading, spool)
    assert _told(fault.value, "http://127.0.0.1:9", "INFLUXDB_V2_URL")


def test_something_else_than_influxdb_is_told() -> None:
    with proxy(9, lambda piece: piece) as nothing, pytest.raises(BaasError) as fault:
        connect(InfluxConfig(url=nothing.url, bucket="b", retries=0))
    assert _told(fault.value, nothing.url)


@pytest.mark.parametrize("api", ["auto", "influxql", "flux"])
def test_an_unknown_database_is_told_with_those_that_are_there(influx_1_8, configured, reading, spool, api) -> None:
    there = configured(influx_1_8, "auto").database
    with pytest.raises(BaasError) as fault:
        months(configured(influx_1_8, api, database="nowhere"), reading, spool)
    assert _told(fault.value, "nowhere", there)


def test_a_database_that_vanishes_is_not_read_as_empty(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    found = months(config, reading, spool)
    server.ask(f'DROP DATABASE "{config.database}"')
    with pytest.raises(BaasError) as fault:
        read(found, reading)
    assert config.database in str(fault.value)


def test_a_connection_dropped_in_mid_stream_is_taken_up_again(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    undisturbed, _ = everything(config, reading, spool)
    found = months(config, reading, spool)
    with proxy(server.port, broken_after(20_000, times=2)) as between:
        rows, reports = read([replace(m, config=replace(config, url=between.url)) for m in found], reading)
    assert _same(rows["7 bms"], undisturbed["7 bms"])
    assert [report.rows_read for report in reports] == [2 * ROWS]


def _day(month: InfluxMonth) -> Ask:
    window = month.windows[0]
    return Ask(month.wanted.measurement, month.device, window.start_ms, window.stop_ms, month.wanted.fields)


@pytest.mark.parametrize(("version", "api"), [("1.6.7", "influxql"), ("1.8.10", "influxql"), ("1.8.10", "flux")])
def test_a_server_killed_while_reading_costs_no_row_and_no_finished_window_is_read_again(
    configured, reading: ReadSettings, spool: Path, version: str, api: str
) -> None:
    with influxd(version) as server, proxy(server.port, lambda piece: piece) as between:
        config = replace(configured(server, api), url=between.url)
        for day in range(8):
            server.write(config.database, bms_lines("7", START_MS + day * DAY_MS, 500))
        undisturbed, _ = everything(config, reading, spool / "undisturbed")
        (month,) = months(config, reading, spool)
        reader = month.read(reading, 0)
        next(reader)
        server.kill()
        with pytest.raises(BaasError) as fault:
            list(reader)
        assert _told(fault.value, config.address)
        server.start()
        connect.cache_clear()
        between.windows_asked()
        rows, reports = read(months(config, reading, spool), reading)
    assert [report.rows_read for report in reports] == [4_000]
    assert _same(rows["7 bms"], undisturbed["7 bms"])
    assert 1 <= between.windows_asked() < 8


def test_a_server_that_hangs_is_waited_for_and_then_told(configured, reading, spool) -> None:
    with influxd("1.6.7") as server:
        config = configured(server, "influxql", timeout_ms=200, retries=1)
        _filled(server, config)
        (month,) = months(config, reading, spool)
        server.sleep()
        with pytest.raises(BaasError) as fault:
            read([month], reading)
        assert _told(fault.value, "0.2 s")
        server.wake()
        rows, _ = read([month], reading)
    assert len(rows["7 bms"]) == 2 * ROWS


@pytest.mark.parametrize("api", ["influxql", "flux"])
def test_a_server_that_is_slow_for_a_while_costs_only_time(influx_1_8, configured, reading, spool, api: str) -> None:
    config = configured(influx_1_8, api)
    _filled(influx_1_8, config)
    (month,) = months(config, reading, spool)
    slow = {"left": 2}

    def late(piece: bytes) -> bytes | None:
        if slow["left"] and b"HTTP/1.1 200" in piece:
            slow["left"] -= 1
            sleep(0.5)
        return piece

    with proxy(influx_1_8.port, late) as between:
        hasty = replace(config, url=between.url, timeout_ms=200, retries=6)
        rows, _ = read([replace(month, config=hasty)], reading)
    assert len(rows["7 bms"]) == 2 * ROWS
    assert slow["left"] == 0


def test_answers_too_large_are_asked_for_in_smaller_windows(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api, answer_limit_bytes=30_000)
    _filled(server, config)
    rows, _ = everything(config, reading, spool)
    plain, _ = everything(replace(config, answer_limit_bytes=10**8), reading, spool / "plain")
    assert len(rows["7 bms"]) == 2 * ROWS
    assert _same(rows["7 bms"], plain["7 bms"])


def test_answers_that_the_server_cuts_off_are_noticed_and_completed(configured, reading, spool) -> None:
    fields = {f"cell_v_{no:03d}": "3.{no:03d}" for no in range(1, 30)}
    with influxd("1.6.7", coordinator='query-timeout = "30ms"') as server:
        config = configured(server, "influxql", retries=20)
        for part in range(6):
            server.write(config.database, bms_lines("7", START_MS + part * 2_000_000, 2_000, step_ms=1000, **fields))
        backend = InfluxQL(Wire(config), config)
        (month,) = months(config, reading, spool)
        with pytest.raises((TooLargeError, SlowError)):  # a day takes this server longer than it allows
            [backend.rows(_day(month)) for _ in range(20)]
        rows, reports = read([month], reading)
    assert len(rows["7 bms"]) == 12_000 == reports[0].rows_read


def test_a_server_too_busy_to_answer_is_asked_again(configured, reading, spool) -> None:
    fields = {f"cell_v_{no:03d}": "3.{no:03d}" for no in range(1, 30)}
    with influxd("1.6.7", coordinator="max-concurrent-queries = 1") as server:
        config = configured(server, "influxql", retries=12)
        for day in range(6):
            server.write(config.database, bms_lines("7", START_MS + day * DAY_MS, 2_000, **fields))
        rows, reports = everything(config, reading, spool)
    assert len(rows["7 bms"]) == 12_000 == reports[0].rows_read


@pytest.mark.parametrize(("version", "api"), [("1.6.7", "influxql"), ("1.8.10", "influxql"), ("1.8.10", "flux")])
def test_wrong_credentials_and_missing_rights_are_told_without_secrets(reading, spool, version: str, api: str) -> None:
    with influxd(version, auth=True) as server:
        server.ask("CREATE USER admin WITH PASSWORD 'pw-admin' WITH ALL PRIVILEGES")
        admin = {"u": "admin", "p": "pw-admin"}
        for text in ("CREATE DATABASE fleet", "CREATE DATABASE secret", "CREATE USER rd WITH PASSWORD 'pw-rd'",
                     "GRANT READ ON fleet TO rd"):  # fmt: skip
            server.ask(text, **admin)
        server.write("fleet", bms_lines("7", START_MS, 5), **admin)
        config = InfluxConfig(url=server.url, database="fleet", api=api, username="rd", password="pw-rd", retries=0)
        assert len(everything(config, reading, spool)[0]["7 bms"]) == 5
        token = replace(config, username="", password="", token="rd:pw-rd")
        assert len(everything(token, reading, spool)[0]["7 bms"]) == 5
        for wrong in (replace(config, password="guessed"), replace(token, token="rd:guessed")):
            with pytest.raises(BaasError) as fault:
                months(wrong, reading, spool)
            assert _told(fault.value, "401", "INFLUXDB")
            assert "guessed" not in str(fault.value) + fault.value.told("ko")
        with pytest.raises(BaasError) as fault:
            months(replace(config, database="secret"), reading, spool)
        assert _told(fault.value, "secret")
        with pytest.raises(BaasError) as fault:
            Writer(replace(config, api="auto")).write(b"aicar_bms,device_no=7 soc=1 1")
        assert _told(fault.value, "403", "fleet")


def test_flux_that_is_switched_off_is_told(configured) -> None:
    with influxd("1.8.10", flux=False) as server:
        with pytest.raises(BaasError) as fault:
            connect(configured(server, "flux"))
        assert _told(fault.value, "flux-enabled", "--influx-api")
        assert connect(configured(server, "auto")).backend.api == "influxql"


def test_the_quicker_language_is_chosen_where_both_answer(way, configured) -> None:
    server, _ = way
    assert connect(configured(server, "auto")).backend.api == "influxql"


def test_a_full_disk_is_told_and_loading_again_completes_the_rest(tmp_path: Path, reading, spool) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    names = [f"cell_v_{no:03d}" for no in range(1, 40)]
    rows = [
        f"01234567890,{datetime.fromtimestamp((START_MS + no * 2000) / 1000, SEOUL):%Y-%m-%d %H:%M:%S},{50 + no % 7},"
        + ",".join(f"3.{(no * 7919 + k * 104729) % 1000:03d}" for k in range(39))
        for no in range(20_000)
    ]
    head = "device_no,time,soc," + ",".join(names)
    (folder / "bms_01234567890_2023-03.csv").write_text("\n".join([head, *rows]))
    files, _ = find_files([folder])
    with influxd("1.6.7") as server:
        config = InfluxConfig(url=server.url, database="fleet", retries=1, retry_wait_s=0.01, stored_time="utc")
        server.ask("CREATE DATABASE fleet")
        server.write("fleet", bms_lines("1", START_MS, 1))
        server.limit_files(300_000)
        with pytest.raises(BaasError) as fault:
            load(files, config, reading, lambda _done, _total: None)
        assert _told(fault.value, "500", "fleet")
        server.stop()
        server.start()
        done = load(files, config, reading, lambda _done, _total: None)
        loaded, _ = everything(config, reading, spool)
    assert done.written == 20_000 == done.read
    assert len(loaded["01234567890 bms"]) == 20_000


def test_a_wrong_clock_is_told_and_a_right_one_is_not(influx_1_6, configured) -> None:
    config = configured(influx_1_6, "influxql")
    assert connect(config).clock_words is None
    with proxy(influx_1_6.port, with_date(formatdate(time() - 7_200, usegmt=True).encode())) as between:
        behind = connect(replace(config, url=between.url))
    assert behind.clock_words is not None
    assert "120 minutes behind" in behind.clock_words[1]
    assert "120분" in behind.clock_words[0]


def test_what_is_recent_is_told_by_the_slower_clock() -> None:
    axis, config = Axis(SEOUL, is_local=False), InfluxConfig(lookback_days=3)
    now = START_MS / 1000
    assert Recent.of(config, axis, None, now).from_ms == START_MS - 3 * DAY_MS
    assert Recent.of(config, axis, -7_200.0, now).from_ms == START_MS - 3 * DAY_MS - 7_200_000
    assert Recent.of(config, axis, 7_200.0, now).from_ms == START_MS - 3 * DAY_MS
    since = replace(config, since=date(2023, 1, 1))
    assert Recent.of(since, axis, None, now).from_ms == 1_672_498_800_000  # 2023-01-01 00:00 in Seoul
