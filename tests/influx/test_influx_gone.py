"""What a server does not hold any more is told; what was set aside for it, or for a finished month, goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asking import DAY_MS, START_MS, bms_lines
from running import Ran, contents, score
from servers.influxd import Server

from baas.influx.config import InfluxConfig
from baas.influx.connect import connect

FULL = {
    "pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "mod_max_temp": "21", "mod_min_temp": "20",
    "cell_v_001": "3.7",
}  # fmt: skip
#: a day soon after the rows: from there on rows are read again, and months before it may still grow
SOON = f"{datetime.fromtimestamp(START_MS / 1000 + 8 * 86_400, UTC):%Y-%m-%d}"


class Place:
    """A folder to run in."""

    def __init__(self, folder: Path, config: InfluxConfig, server: Server) -> None:
        self.folder, self.results = folder, folder / "results"
        (folder / "lists").mkdir()
        (folder / "baas.toml").write_text(
            f'[influx]\nurl = "{server.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\n'
            'stored_time = "utc"\n'
        )

    def run(self, *more: str, results: str = "results", lang: str = "en") -> Ran:
        connect.cache_clear()
        server = ("--source", "influx", "--lang", lang, "--jobs", "1")
        return score(self.folder / "lists", self.folder / results, *server, *more)

    def aside(self) -> int:
        """Vehicle-months of which something is set aside."""
        return len({file.parent for file in (self.results / ".influx").rglob("*.csv*")})


@pytest.fixture
def place(way, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Place, Server, str]:
    """Two cars, one of them with three months."""
    server, api = way
    config = configured(server, api)
    for no in range(3):
        server.write(config.database, bms_lines("0100", START_MS + no * 31 * DAY_MS, 200, step_ms=400_000, **FULL))
    server.write(config.database, bms_lines("0200", START_MS, 200, step_ms=400_000, **FULL))
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, config, server), server, config.database


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_months_that_expired_are_told_once_and_their_results_go(place, lang: str) -> None:
    here, server, database = place
    assert here.run(lang=lang).err == ""
    assert here.run(lang=lang).err == ""
    server.ask(f"DELETE FROM aicar_bms WHERE time < {(START_MS + 20 * DAY_MS) * 1_000_000}", db=database)
    told = here.run(lang=lang)
    (line,) = told.err.splitlines()
    assert server.url in line
    assert "0100 2023-03, 0200 2023-03" in line
    assert ("2 vehicle-months" if lang == "en" else "차량-월 2개") in line
    assert here.run(lang=lang).err == ""
    fresh = here.run(results="fresh")
    assert contents(told.folder) == contents(fresh.folder)


def test_of_many_months_three_are_named(place) -> None:
    here, server, database = place
    server.write(database, bms_lines("0300", START_MS, 200, step_ms=400_000, **FULL))
    assert here.run().err == ""
    for device in ("0100", "0200"):
        server.ask(f"DROP SERIES FROM aicar_bms WHERE device_no='{device}'", db=database)
    (line,) = here.run().err.splitlines()
    assert "4 vehicle-months" in line
    assert "0100 2023-03, 0100 2023-04, 0100 2023-05 and 1 more" in line


def test_months_that_were_not_asked_for_are_not_called_gone(place) -> None:
    here, server, database = place
    assert here.run().err == ""
    server.ask("DROP SERIES FROM aicar_bms WHERE device_no='0200'", db=database)
    assert here.run("--vehicles", "100").err == ""
    assert here.run("--from", "2023-05-01").err == ""
    assert "0200 2023-03" in here.run().err


def test_rows_set_aside_go_when_their_month_cannot_grow(place) -> None:
    here, _, _ = place
    here.run("--since", SOON)
    assert here.aside() == 2  # both cars in March; later months are read again whatever is known
    here.run("--since", SOON)
    assert here.aside() == 2
    here.run("--vehicles", "200")
    assert here.aside() == 1
    here.run("--from", "2023-04-01")
    assert here.aside() == 1
    last = here.run()
    assert here.aside() == 0
    assert contents(last.folder) == contents(here.run(results="fresh").folder)


def test_rows_set_aside_of_a_car_that_is_gone_go_when_all_cars_are_looked_at(place) -> None:
    here, server, database = place
    here.run("--since", SOON)
    server.ask("DROP SERIES FROM aicar_bms WHERE device_no='0200'", db=database)
    here.run("--since", SOON, "--vehicles", "100")
    assert here.aside() == 2
    here.run("--since", SOON)
    assert here.aside() == 1
