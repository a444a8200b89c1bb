"""Whole runs on servers: the same scores as from files, only what is new is read, breaks cost nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from asking import DAY_MS
from running import SAME, Ran, contents, score
from servers.influxd import Server
from servers.proxy import proxy, with_date

from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.lines import lines_of
from baas.influx.load import Writer, load
from baas.ingest.files import find_files
from baas.ingest.reader import ReadSettings, read_file
from baas.signals import Signals, concatenate

SEOUL = ZoneInfo("Asia/Seoul")
#: months of the real recordings: cells as columns, cells as a list with positions, another sign of current
MONTHS = ("2019-06/01200000002", "2017-03/01200000010", "2017-04/01200000010")
EVERYTHING = (*SAME, "findings.csv")


@pytest.fixture
def feed(real_data: Path, tmp_path: Path) -> Path:
    """Part of the real recordings, and the list that tells their car types."""
    folder = tmp_path / "feed"
    for month in MONTHS:
        shutil.copytree(real_data / "fleet_export" / month, folder / month)
    shutil.copy(real_data / "fleet_export" / "betterwhy_cartype_list_201908.csv", folder)
    return folder


@dataclass(frozen=True)
class Place:
    """A folder to run in, and how to run there."""

    folder: Path
    inputs: Path
    monkeypatch: pytest.MonkeyPatch

    def score(self, config: InfluxConfig, results: str, *more: str, url: str = "") -> Ran:
        """A run on a server."""
        connect.cache_clear()
        (self.folder / "baas.toml").write_text(
            f'[influx]\nurl = "{url or config.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\n'
            f'stored_time = "{config.stored_time}"\nretries = 2\nretry_wait_s = 0.01\n'
        )
        self.monkeypatch.chdir(self.folder)
        return score(self.inputs, self.folder / results, "--source", "influx", "--lang", "en", "--jobs", "1", *more)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    inputs = tmp_path / "lists"
    inputs.mkdir()
    return Place(tmp_path, inputs, monkeypatch)


def test_files_and_servers_give_the_same_scores_to_the_last_digit(way, configured, reading, feed, place) -> None:
    server, api = way
    config = configured(server, api)
    files, _ = find_files([feed])
    done = load(files, config, reading, lambda _done, _total: None)
    assert done.read == done.written + done.repeats + done.empty + done.rejected
    assert done.written > 4_000
    from_files = score(feed, place.folder / "from_files", "--jobs", "1")
    shutil.copy(feed / "betterwhy_cartype_list_201908.csv", place.inputs)
    from_server = place.score(config, "from_server")
    assert (from_files.status, from_server.status) == (0, 0), from_server.err
    assert contents(from_server.folder, EVERYTHING) == contents(from_files.folder, EVERYTHING)
    assert len(from_server.rows("vehicle_scores.csv")) == 2
    assert {row["file"] for row in from_server.rows("files.csv")} == {
        "influx/aicar_bms/2019-06/01200000002", "influx/aicar_bms/2017-03/01200000010",
        "influx/aicar_bms/2017-04/01200000010", "influx/aicar_gps/2017-03/01200000010",
        "influx/aicar_gps/2017-04/01200000010",
    }  # fmt: skip


@pytest.fixture
def car(real_data: Path, reading: ReadSettings) -> Signals:
    """A month of a real car, its last row at local midnight before today."""
    (file,), _ = find_files([real_data / "fleet_export" / "2019-06" / "01200000002"])
    rows = concatenate([item for item in read_file(file, reading, 0) if isinstance(item, Signals)])
    today = datetime.fromtimestamp(time(), SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    last = datetime.fromtimestamp(int(rows.time_ms.max()) / 1000, SEOUL)
    shift = today - (last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))
    return replace(rows, time_ms=rows.time_ms + round(shift.total_seconds()) * 1000)


Put = Callable[[InfluxConfig, Signals], None]


@pytest.fixture
def put() -> Iterator[Put]:
    def written(config: InfluxConfig, rows: Signals) -> None:
        writer = Writer(config)
        for body, _ in lines_of(rows, "aicar_bms", ("device_no", "car_type"), SEOUL):
            writer.write(body)

    return written


def _days_ago(rows: Signals, days: float) -> Signals:
    """Rows that are older than so many days, counted from the end of the newest day."""
    return rows.take(rows.time_ms < _end(rows) - days * DAY_MS)


def _end(rows: Signals) -> int:
    return int(rows.time_ms.max()) // DAY_MS * DAY_MS + DAY_MS


def _fresh(place: Place, config: InfluxConfig, name: str, *more: str) -> dict[str, bytes]:
    ran = place.score(config, name, *more)
    assert ran.status == 0, ran.err
    return contents(ran.folder, EVERYTHING)


def test_a_second_run_reads_no_window_of_a_closed_month(way, configured, put: Put, car: Signals, place: Place) -> None:
    server, api = way
    config = configured(server, api)
    put(config, replace(car, time_ms=car.time_ms - 60 * DAY_MS))
    with proxy(server.port, lambda piece: piece) as between:
        first = place.score(config, "results", url=between.url)
        assert between.windows_asked() > 10
        second = place.score(config, "results", url=between.url)
        assert between.windows_asked() == 0
    assert (first.status, second.status) == (0, 0)
    assert contents(first.folder, EVERYTHING) == contents(second.folder, EVERYTHING)


def test_only_new_and_recent_windows_are_read_and_the_scores_are_those_of_a_first_run(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    put(config, _days_ago(car, 5))
    with proxy(influx_1_6.port, lambda piece: piece) as between:
        assert place.score(config, "results", url=between.url).status == 0
        windows = between.windows_asked()
        put(config, car)
        again = place.score(config, "results", url=between.url)
        read_again = between.windows_asked()
    assert again.status == 0
    assert read_again <= 10 < windows  # five new days, three of them recent, and days cut at month ends
    assert contents(again.folder, EVERYTHING) == _fresh(place, config, "fresh")


def test_late_rows_in_a_closed_month_are_noticed_by_their_number(
    way, configured, put: Put, car: Signals, place: Place
) -> None:
    server, api = way
    config = configured(server, api)
    old = replace(car, time_ms=car.time_ms - 90 * DAY_MS)
    put(config, old.take(np.flatnonzero(np.arange(len(old)) % 50 != 7)))
    assert place.score(config, "results").status == 0
    put(config, old)
    again = place.score(config, "results")
    assert again.status == 0
    assert contents(again.folder, EVERYTHING) == _fresh(place, config, "fresh")


def test_values_corrected_in_place_are_read_with_since(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    old = replace(car, time_ms=car.time_ms - 90 * DAY_MS)
    put(config, old)
    before = place.score(config, "results")
    put(config, replace(old, columns={**old.columns, "emobility_spd": old.columns["emobility_spd"] * np.float32(0.5)}))
    unnoticed = place.score(config, "results")
    assert contents(unnoticed.folder) == contents(before.folder)
    kept = contents(before.folder)
    since = f"{datetime.fromtimestamp(int(old.time_ms.min()) / 1000, SEOUL):%Y-%m-%d}"
    noticed = place.score(config, "results", "--since", since)
    assert noticed.status == 0
    assert contents(noticed.folder) == {name: _fresh(place, config, "fresh")[name] for name in SAME} != kept


@pytest.mark.parametrize("days_ago", [90, 10], ids=["closed month", "growing month"])
def test_full_reads_every_value_anew(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place, days_ago: int
) -> None:
    config = configured(influx_1_6, "influxql")
    old = replace(car, time_ms=car.time_ms - days_ago * DAY_MS)
    put(config, old)
    before = contents(place.score(config, "results").folder)
    put(config, replace(old, columns={**old.columns, "emobility_spd": old.columns["emobility_spd"] * np.float32(0.5)}))
    full = place.score(config, "results", "--full")
    assert full.status == 0
    assert contents(full.folder) == {name: _fresh(place, config, "fresh")[name] for name in SAME} != before


def test_a_run_that_breaks_leaves_the_results_and_the_next_one_goes_on_from_there(
    way, configured, put: Put, car: Signals, place: Place
) -> None:
    server, api = way
    config = configured(server, api)
    for number, months in enumerate((2, 4)):
        old = replace(car, time_ms=car.time_ms - months * 30 * DAY_MS, devices=(f"0120000000{number}",))
        put(config, old)
    state = {"left": 2_000_000_000}

    def failing(piece: bytes) -> bytes | None:
        state["left"] -= len(piece)
        return piece if state["left"] > 0 else None

    with proxy(server.port, failing) as between:
        assert place.score(config, "counted", url=between.url).status == 0
        windows, needed = between.windows_asked(), 2_000_000_000 - state["left"]
        state["left"] = needed * 6 // 10
        broken = place.score(config, "results", url=between.url)
        assert broken.status == 2
        assert "run again" in broken.err
        assert not (broken.folder / "vehicle_scores.csv").exists()
        finished = between.windows_asked()
        state["left"] = 2_000_000_000
        resumed = place.score(config, "results", url=between.url)
        rest = between.windows_asked()
    assert resumed.status == 0, resumed.err
    assert 0 < rest < windows
    assert finished > 0
    assert contents(resumed.folder, EVERYTHING) == contents(place.folder / "counted", EVERYTHING)
    assert not list((resumed.folder / ".influx").rglob("*.month"))


def test_rows_from_the_future_are_left_out_and_told(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    put(config, car)
    expected = _fresh(place, config, "expected")
    put(config, replace(car.take(slice(0, 40)), time_ms=car.time_ms[:40] + 4000 * DAY_MS))
    ran = place.score(config, "results")
    assert contents(ran.folder, SAME) == {name: expected[name] for name in SAME}
    assert sum(int(row["rows_rejected"]) for row in ran.rows("files.csv")) == 40
    assert "40" in ran.err


def test_a_run_for_one_vehicle_reads_that_vehicle_and_keeps_the_others(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    old = replace(car, time_ms=car.time_ms - 60 * DAY_MS)
    put(config, old)
    put(config, replace(old, devices=("0777",)))
    with proxy(influx_1_6.port, lambda piece: piece) as between:
        one = place.score(config, "results", "--vehicles", "777", url=between.url)
        assert [row["device_no"] for row in one.rows("vehicle_scores.csv")] == ["0777"]
        few = between.windows_asked()
        both = place.score(config, "results", url=between.url)
        before = contents(both.folder, EVERYTHING)
        assert between.windows_asked() == few
        place.score(config, "results", "--vehicles", "777", url=between.url)
        last = place.score(config, "results", url=between.url)
        assert between.windows_asked() == 0
    assert [row["device_no"] for row in both.rows("vehicle_scores.csv")] == ["01200000002", "0777"]
    assert contents(last.folder, EVERYTHING) == before


def test_a_server_that_is_gone_ends_the_run_and_leaves_earlier_results(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    put(config, replace(car, time_ms=car.time_ms - 60 * DAY_MS))
    before = _fresh(place, config, "results")
    ran = place.score(config, "results", url="http://127.0.0.1:9")
    assert ran.status == 2
    assert "http://127.0.0.1:9" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert contents(ran.folder, EVERYTHING) == before


def test_a_wrong_clock_of_the_server_is_told_by_the_run(
    influx_1_6: Server, configured, put: Put, car: Signals, place: Place
) -> None:
    config = configured(influx_1_6, "influxql")
    put(config, replace(car, time_ms=car.time_ms - 60 * DAY_MS))
    with proxy(influx_1_6.port, with_date(b"Mon, 02 Jan 2023 00:00:00 GMT")) as between:
        ran = place.score(config, "results", url=between.url)
    assert ran.status == 0
    assert "minutes behind" in ran.err
    assert "behind" not in place.score(config, "other").err
