"""Tags that split a moment into several points are told; tags that split none are nobody's business."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import START_MS, bms_lines
from running import score

from baas.influx.check import check

CELLS = {"cell_v_001": "3.7", "cell_v_002": "3.8"}


def _parts(device: str, rows: int) -> str:
    """Points of a car whose pack and cells are written apart, under a tag of their own."""
    moments = [START_MS + no * 10_000 for no in range(rows)]
    pack = [f"aicar_bms,device_no={device},car_type=EV6,part=pack soc=50.5,pack_volt=700 {ms}" for ms in moments]
    cells = [f"aicar_bms,device_no={device},car_type=EV6,part=cells cell_v_001=3.7 {ms}" for ms in moments]
    return "\n".join((*pack, *cells))


@pytest.mark.parametrize("is_split", [True, False])
def test_check_names_the_tags_that_split_moments(way, configured, reading, spool, is_split: bool) -> None:
    server, api = way
    config = configured(server, api)
    further = _parts("7", 40) if is_split else bms_lines("7,part=all", START_MS, 40, **CELLS)
    server.write(config.database, further)
    lines = check(config, reading, spool, lambda _done, _total: None)
    told = [line for line in lines if "split moments" in line.en]
    assert [line.is_fault and "part" in line.ko for line in told] == ([True] if is_split else [])
    assert all("the tags part split moments into several points (40 in a sample)" in line.en for line in told)


@pytest.mark.parametrize("is_split", [True, False])
def test_a_run_tells_of_tags_that_split_moments(
    way, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_split: bool
) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, _parts("7", 40) if is_split else bms_lines("7", START_MS, 40, **CELLS))
    (tmp_path / "lists").mkdir()
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\napi = "{api}"\nstored_time = "utc"\n'
    )
    monkeypatch.chdir(tmp_path)
    ran = score(tmp_path / "lists", tmp_path / "results", "--source", "influx", "--lang", "en", "--jobs", "1")
    assert ("the tags part split moments" in ran.err) is is_split
