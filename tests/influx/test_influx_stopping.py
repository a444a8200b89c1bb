"""Ctrl+C ends a run at once while a server hangs; limits and slowness of a server make questions smaller."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import parse_qs

import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months, read
from running import ROOT, car_types
from servers.gate import gate
from servers.influxd import Server, influxd
from servers.proxy import proxy

from baas.influx import threads
from baas.influx.config import InfluxConfig

DAYS, ROWS = 6, 300
#: what a question for days and one for rows look like, by language
MARKS = {
    ("days", "influxql"): b"count%28", ("rows", "influxql"): b"SHOW+RETENTION",
    ("days", "flux"): b"count()", ("rows", "flux"): b"pivot(",
}  # fmt: skip
SENTENCE = {"en": "Stopped; earlier results are untouched.", "ko": "중단했습니다. 이전 결과는 그대로입니다."}


def _filled(server: Server, config: InfluxConfig, devices: int = 1) -> None:
    for device in range(devices):
        for day in range(DAYS):
            server.write(config.database, bms_lines(f"7{device}", START_MS + day * DAY_MS, ROWS))


# -- Ctrl+C ---------------------------------------------------------------------------------------------------------


def _run(folder: Path, config: InfluxConfig, lang: str, jobs: str) -> subprocess.Popen[str]:
    (folder / "lists").mkdir()
    (folder / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\nstored_time = "utc"\n'
    )
    given = ("--source", "influx", "--input", "lists", "--car-types", str(car_types(folder)), "--lang", lang)
    program = [sys.executable, str(ROOT / "vehicle_battery_scorer.py"), *given, "--jobs", jobs]
    return subprocess.Popen(program, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


@pytest.mark.parametrize(
    ("version", "api", "stage", "number", "jobs", "lang"),
    [
        ("1.6.7", "influxql", "rows", signal.SIGINT, "1", "en"),
        ("1.6.7", "influxql", "rows", signal.SIGTERM, "1", "ko"),
        ("1.6.7", "influxql", "rows", signal.SIGINT, "2", "en"),
        ("1.6.7", "influxql", "days", signal.SIGINT, "1", "en"),
        ("1.6.7", "influxql", "days", signal.SIGTERM, "2", "ko"),
        ("1.8.10", "flux", "rows", signal.SIGINT, "1", "en"),
        ("1.8.10", "flux", "days", signal.SIGINT, "1", "en"),
    ],
)
def test_a_run_ends_within_a_moment_while_the_server_hangs(
    configured, tmp_path: Path, version: str, api: str, stage: str, number: signal.Signals, jobs: str, lang: str
) -> None:
    hangs = threading.Event()
    with influxd(version) as server:

        def until_asked(piece: bytes) -> bytes:
            if any(MARKS[stage, api] in sent for sent in between.asked):
                server.sleep()
                hangs.set()
            return piece

        with proxy(server.port, until_asked) as between:
            config = replace(configured(server, api), url=between.url)
            _filled(server, config, devices=4)
            running = _run(tmp_path, config, lang, jobs)
            assert hangs.wait(30)
            sleep(0.5)
            begun = monotonic()
            running.send_signal(number)
            _, said = running.communicate(timeout=60)
    assert monotonic() - begun < 2
    assert (running.returncode, said.strip().splitlines()[-1:]) == (130, [SENTENCE[lang]])
    assert "Traceback" not in said


def test_a_reading_left_in_the_middle_ends_its_threads_and_the_next_one_is_whole(
    way, configured, reading, spool
) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    (month,) = months(config, reading, spool)
    before = set(threading.enumerate())
    left = month.read(reading, 0)
    next(left)
    left.close()
    end = monotonic() + 5
    while set(threading.enumerate()) - before and monotonic() < end:
        sleep(0.01)
    assert not set(threading.enumerate()) - before
    assert len(read([month], reading)[0]["70 bms"]) == DAYS * ROWS


def test_threads_end_at_once_when_nobody_waits_for_them() -> None:
    begun = monotonic()
    with threads.Askers(1) as some:
        waiting, later = some.submit(threads.pause, 60), some.submit(threads.pause, 60)
        sleep(0.05)
    assert monotonic() - begun < 2
    assert isinstance(waiting.exception(), threads.LeftError)
    assert later.cancelled()


# -- smaller questions ----------------------------------------------------------------------------------------------


def test_days_are_counted_in_parts_that_the_server_allows(configured, reading, spool) -> None:
    with influxd("1.6.7", coordinator="max-select-buckets = 3") as server:
        config = configured(server, "influxql")
        _filled(server, config)
        rows, _ = everything(config, reading, spool)
    assert len(rows["70 bms"]) == DAYS * ROWS


def _hours(request: bytes) -> float:
    """Length of the window that a request is about, h."""
    if bound := parse_qs(request.partition(b"\r\n\r\n")[2]).get(b"params"):
        start, stop = (int(text) / 1e9 for text in re.findall(rb'"(?:start|stop)": (\d+)', bound[0]))
        return (stop - start) / 3600
    times = re.findall(rb"range\(start: ([^,]+)Z, stop: ([^)]+)Z\)", request)
    start, stop = (datetime.fromisoformat(text[:19].decode()) for text in times[0]) if times else (datetime.min,) * 2
    return (stop - start).total_seconds() / 3600


@pytest.mark.parametrize("api", ["influxql", "flux"])
def test_questions_that_a_server_answers_too_slowly_become_smaller(influx_1_8, configured, reading, spool, api) -> None:
    config = configured(influx_1_8, api)
    _filled(influx_1_8, config)
    limits = {MARKS["rows", api]: 7, MARKS["days", "influxql"]: 50}

    def slow(request: bytes) -> None:
        if any(mark in request and _hours(request) > limit for mark, limit in limits.items()):
            sleep(0.7)

    with gate(influx_1_8.port, slow) as url:
        rows, _ = everything(replace(config, url=url, timeout_ms=350, retries=4), reading, spool)
    assert len(rows["70 bms"]) == DAYS * ROWS
