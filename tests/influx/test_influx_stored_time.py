"""Local time written as UTC is noticed and asked about; true UTC is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

import pytest
from asking import months
from running import score

from baas.errors import BaasError
from baas.influx.check import check
from baas.influx.connect import connect
from baas.influx.source import held
from baas.influx.stored_time import Evidence, evidence
from baas.ingest.reader import ReadSettings

SEOUL = ZoneInfo("Asia/Seoul")
HOUR_MS = 3_600_000
OFFSET_MS = 9 * HOUR_MS
#: local hours in which an office car drives, and in which a night bus does
BY_DAY, BY_NIGHT = (8, 9, 12, 13, 17, 18, 19), (22, 23, 0, 1, 2, 3, 12, 13)


def _driving(hours: tuple[int, ...], shift_ms: int, days: int = 12, message: str = "") -> str:
    """Points of a car that drives in these local hours; `message` is what msg_time says, {} the local time."""
    lines = []
    for day in range(days):
        for hour in range(24):
            local = datetime(2023, 3, 6, hour, 30, tzinfo=SEOUL) + timedelta(days=day)
            time_ms = round(local.timestamp() * 1000)
            speed = 50 if hour in hours else 0
            told = f',msg_time="{message.format(local.strftime("%Y-%m-%d %H:%M:%S"))}"' if message else ""
            lines.append(f"aicar_bms,device_no=7 emobility_spd={speed},soc=50{told} {time_ms + shift_ms}")
    return "\n".join(lines)


def _found(way, configured, reading: ReadSettings, spool: Path, lines: str) -> tuple[Evidence, str]:
    server, api = way
    config = configured(server, api, stored_time="")
    server.write(config.database, lines)
    found = months(config, reading, spool)
    return evidence(found, reading, spool, round(time() * 1000)), config.database


def test_cars_that_seem_to_sleep_by_day_raise_the_question(way, configured, reading, spool) -> None:
    found, _ = _found(way, configured, reading, spool, _driving(BY_DAY, OFFSET_MS))
    assert [reason for _, reason in found.reasons] == [
        "43% of the hours driven fall between 0 and 5 at night, 0% if the times are local"
    ]


def test_cars_that_drive_by_day_raise_no_question(way, configured, reading, spool) -> None:
    assert _found(way, configured, reading, spool, _driving(BY_DAY, 0))[0].reasons == ()


@pytest.mark.parametrize("shift", [0, OFFSET_MS])
def test_a_fleet_that_works_at_night_too_proves_nothing(influx_1_6, configured, reading, spool, shift: int) -> None:
    way = (influx_1_6, "influxql")
    assert _found(way, configured, reading, spool, _driving(BY_NIGHT + BY_DAY, shift))[0].reasons == ()


def test_messages_a_whole_offset_before_their_measurement_raise_the_question(
    influx_1_6, configured, reading, spool
) -> None:
    way, short = (influx_1_6, "influxql"), {"days": 2, "message": "{}"}
    found, _ = _found(way, configured, reading, spool, _driving(BY_DAY, OFFSET_MS, **short))
    assert [reason for _, reason in found.reasons] == ["msg_time is 9 h off the time of measurement"]
    assert _found(way, configured, reading, spool, _driving(BY_DAY, 0, **short))[0].reasons == ()


def test_rows_a_few_hours_ahead_of_now_raise_the_question(influx_1_6, configured, reading, spool) -> None:
    now_ms = round(time() * 1000)

    def recent(shift_ms: int) -> str:
        times = [now_ms - no * 60_000 + shift_ms for no in range(30)]
        return "\n".join(f"aicar_bms,device_no=7 emobility_spd=0,soc=50 {one}" for one in times)

    way = (influx_1_6, "influxql")
    found, _ = _found(way, configured, reading, spool, recent(OFFSET_MS))
    assert [reason for _, reason in found.reasons] == ["30 rows lie in the future"]
    assert _found(way, configured, reading, spool, recent(0))[0].reasons == ()


def test_the_question_names_the_setting_and_an_answer_ends_it(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql", stored_time="")
    influx_1_6.write(config.database, _driving(BY_DAY, OFFSET_MS))
    everyone = {"progress": lambda _done, _total: None, "is_asked": lambda _key: True}
    with pytest.raises(BaasError) as fault:
        held(config, reading, spool, **everyone)
    for lang in ("ko", "en"):
        assert 'stored_time = "local-as-utc"' in fault.value.told(lang)
        assert 'stored_time = "utc"' in fault.value.told(lang)
    for answer in ("utc", "local-as-utc"):
        answered = configured(influx_1_6, "influxql", stored_time=answer, database=config.database)
        assert len(held(answered, reading, spool, **everyone).months) == 1


# -- how times are taken is said ------------------------------------------------------------------------------------


def _told(config, reading, spool) -> tuple[list[str], list[str]]:
    """What a run tells, and what `influx check` says of times, faults marked."""
    nothing = lambda _done, _total: None  # noqa: E731
    notices = held(config, reading, spool, nothing, lambda _key: True).notices
    lines = [line for line in check(config, reading, spool, nothing) if "time" in line.en]
    return [one.told("en") for one in notices], [("! " if line.is_fault else "") + line.en for line in lines]


def test_utc_that_nothing_shows_is_told_as_assumed(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api, stored_time="")
    server.write(config.database, _driving((7, 8, 17, 18, 19), OFFSET_MS, days=7))  # 35 hours, too few to tell
    (notice,), (line,) = _told(config, reading, spool)
    for said in (notice, line.removeprefix("! ")):
        assert "were taken as UTC" in said
        assert 'stored_time = "utc" or "local-as-utc"' in said
    assert line.startswith("! ")
    for answer in ("utc", "local-as-utc"):
        connect.cache_clear()
        assert _told(replace(config, stored_time=answer), reading, spool)[0] == []


def test_utc_that_the_rows_show_needs_no_notice(influx_1_6, configured, reading, spool) -> None:
    for told, why in (({}, "of the hours driven fall between 0 and 5"), ({"days": 2, "message": "{}"}, "msg_time")):
        config = configured(influx_1_6, "influxql", stored_time="")
        influx_1_6.write(config.database, _driving(BY_DAY, 0, **told))
        notices, (line,) = _told(config, reading, spool)
        assert notices == []
        assert line.startswith("times are read as UTC (")
        assert why in line


def test_hours_that_fit_both_ways_are_no_evidence(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql", stored_time="")
    influx_1_6.write(config.database, _driving((7, 8, 18, 19, 20), 0))
    assert len(_told(config, reading, spool)[0]) == 1


def test_in_a_zone_without_offset_nothing_rests_on_it(influx_1_6, configured, reading, spool) -> None:
    config = configured(influx_1_6, "influxql", stored_time="")
    influx_1_6.write(config.database, _driving((7,), 0, days=2))
    notices, lines = _told(config, replace(reading, timezone="UTC"), spool)
    assert (notices, lines) == ([], ["times are read as UTC"])


@pytest.mark.parametrize(("setting", "told"), [("", "utc (not told)"), ("local-as-utc", "local-as-utc")])
def test_the_run_file_says_how_times_were_taken(
    influx_1_6, configured, tmp_path, monkeypatch: pytest.MonkeyPatch, setting: str, told: str
) -> None:
    config = configured(influx_1_6, "influxql")
    influx_1_6.write(config.database, _driving(BY_DAY, 0))
    (tmp_path / "lists").mkdir()
    (tmp_path / "baas.toml").write_text(
        f'[influx]\nurl = "{config.url}"\ndatabase = "{config.database}"\nstored_time = "{setting}"\n'
    )
    monkeypatch.chdir(tmp_path)
    ran = score(tmp_path / "lists", tmp_path / "r", "--source", "influx", "--jobs", "1")
    assert ran.run["settings"]["stored_time"] == told
    assert "stored_time" not in score(tmp_path / "lists", tmp_path / "f").run["settings"]


def test_the_real_recordings_raise_no_question(influx_1_6, configured, reading, spool, real_data: Path) -> None:
    from baas.influx.load import load
    from baas.ingest.files import find_files

    config = configured(influx_1_6, "influxql", stored_time="")
    files, _ = find_files([real_data / "fleet_export" / "2017-04", real_data / "fleet_export" / "2019-06"])
    load(files, config, reading, lambda _done, _total: None)
    found = months(config, reading, spool)
    assert evidence(found, reading, spool, round(time() * 1000)).reasons == ()
