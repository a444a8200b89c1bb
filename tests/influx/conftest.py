"""Servers that tests of this folder share; each test has a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from servers.influxd import Server, influxd

from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.ingest.formats import load_formats
from baas.ingest.reader import ReadSettings

#: (version, language) of every way that rows are read
WAYS = (("1.6.7", "influxql"), ("1.8.10", "influxql"), ("1.8.10", "flux"))
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def influx_1_6() -> Iterator[Server]:
    with influxd("1.6.7") as server:
        yield server


@pytest.fixture(scope="session")
def influx_1_8() -> Iterator[Server]:
    with influxd("1.8.10") as server:
        yield server


@pytest.fixture(params=WAYS, ids=["-".join(way) for way in WAYS])
def way(request: pytest.FixtureRequest) -> tuple[Server, str]:
    """A server and the language to ask it in."""
    version, api = request.param
    return request.getfixturevalue("influx_1_6" if version == "1.6.7" else "influx_1_8"), api


@pytest.fixture
def configured() -> Callable[..., InfluxConfig]:
    """A configuration for a server with a database of its own, quick to give up."""

    def made(server: Server, api: str, **settings: object) -> InfluxConfig:
        name = f"fleet{next(_NUMBERS)}"
        server.ask(f'CREATE DATABASE "{name}"')
        quick = {"retries": 2, "retry_wait_s": 0.01, "timeout_ms": 5_000, "stored_time": "utc"}
        return InfluxConfig(url=server.url, api=api, **{"database": name, **quick, **settings})  # type: ignore[arg-type]

    return made


@pytest.fixture(autouse=True)
def _own_connections() -> Iterator[None]:
    connect.cache_clear()
    yield
    connect.cache_clear()


@pytest.fixture(scope="session")
def reading() -> ReadSettings:
    return ReadSettings("Asia/Seoul", 10**9, 300.0, load_formats())


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"
