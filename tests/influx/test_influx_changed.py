"""What a run is told differently than the one before: results are those of a first run that was told so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asking import DAY_MS, START_MS, bms_lines
from running import SAME, Ran, contents, score

from baas.influx.config import InfluxConfig
from baas.influx.connect import connect

EVERYTHING = (*SAME, "data_quality.csv", "findings.csv")
FULL = {
    "pack_current": "1.{no}", "odometer": "12{no}", "emobility_spd": "5", "mod_max_temp": "21", "mod_min_temp": "20",
    "cell_v_001": "3.7", "cell_v_002": "3.71",
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()

    def ran(config: InfluxConfig, results: str) -> Ran:
        connect.cache_clear()
        (tmp_path / "baas.toml").write_text(
            f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{config.api}"\n'
            f'stored_time = "{config.stored_time}"\n'
        )
        done = score(tmp_path / "lists", tmp_path / results, "--source", "influx", "--lang", "en", "--jobs", "1")
        assert done.status == 0, done.err
        return done

    return ran


def _read_now(ran: Ran) -> int:
    rows: int = ran.run["timings"]["rows_read_now"]
    return rows


@pytest.fixture
def config(influx_1_8, configured) -> InfluxConfig:
    """Some days of a car; the last rows of the last day are in the next month if the times are UTC."""
    made: InfluxConfig = configured(influx_1_8, "influxql")
    for day in (0, 1, 28, 29):
        influx_1_8.write(made.database, bms_lines("7", START_MS + day * DAY_MS, 1_000, step_ms=60_000, **FULL))
    return made


@pytest.mark.parametrize("way", [("influxql", "flux"), ("flux", "influxql")])
def test_another_way_of_asking_changes_no_result(run, config, way: tuple[str, str]) -> None:
    first, second = way
    before = contents(run(replace(config, api=first), "r").folder, EVERYTHING)
    again = run(replace(config, api=second), "r")
    fresh = run(replace(config, api=second), "fresh")
    assert contents(again.folder, EVERYTHING) == before
    assert contents(fresh.folder, EVERYTHING) == before
    assert _read_now(again) == 0  # which rows are there does not depend on the way of asking
    assert _read_now(fresh) == 4_000


@pytest.mark.parametrize("api", ["influxql", "flux"])
def test_other_words_about_stored_times_are_as_if_said_at_first(run, config, api: str) -> None:
    asked = replace(config, api=api)
    utc = contents(run(replace(asked, stored_time="utc"), "r").folder, EVERYTHING)
    changed = run(replace(asked, stored_time="local-as-utc"), "r")
    local = contents(changed.folder, EVERYTHING)
    assert local == contents(run(replace(asked, stored_time="local-as-utc"), "fresh").folder, EVERYTHING)
    assert _read_now(changed) == 4_000
    assert local["vehicle_scores.csv"] != utc["vehicle_scores.csv"]
    assert contents(run(replace(asked, stored_time="utc"), "r").folder, EVERYTHING) == utc
