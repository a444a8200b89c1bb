"""An answer counts only where it is one and holds all rows that were counted; what was kept, where it is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asking import DAY_MS, START_MS, bms_lines, everything, months, read
from servers.gate import gate, is_for_rows
from servers.influxd import Server

from baas.errors import BaasError
from baas.influx.config import InfluxConfig
from baas.influx.connect import connect
from baas.influx.faults import PassingError
from baas.influx.flux import Flux
from baas.influx.month import InfluxMonth
from baas.ingest.reader import ReadSettings

#: what stands in the place of an answer; the last one is an answer without its rows
NO_ANSWERS = (b"<html>Under maintenance</html>", b'{"status": "maintenance"}', b"[1]", b"")
DAYS, ROWS = 4, 50


def _filled(server: Server, config: InfluxConfig, **fields: str) -> None:
    for day in range(DAYS):
        server.write(config.database, bms_lines("7", START_MS + day * DAY_MS, ROWS, **fields))


def _through(url: str, found: list[InfluxMonth]) -> list[InfluxMonth]:
    return [replace(month, config=replace(month.config, url=url)) for month in found]


def _once(when: Callable[[bytes], bool], number: int, body: bytes, times: int = 1) -> Callable[[bytes], bytes | None]:
    """Another answer to some of the requests, from the given one on."""
    asked = {"count": 0}

    def instead(request: bytes) -> bytes | None:
        asked["count"] += when(request)
        return body if when(request) and number <= asked["count"] < number + times else None

    return instead


# -- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_something_else_in_the_place_of_rows_is_asked_for_again(way, configured, reading, spool, body: bytes) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    found = months(config, reading, spool)
    with gate(server.port, _once(is_for_rows, 3, body)) as url:
        rows, reports = read(_through(url, found), reading)
    assert len(rows["7 bms"]) == DAYS * ROWS == reports[0].rows_read


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_something_else_in_the_place_of_all_rows_ends_the_reading(way, configured, reading, spool, body) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    found = months(config, reading, spool)
    with gate(server.port, _once(is_for_rows, 3, body, times=10**6)) as url, pytest.raises(BaasError) as fault:
        read(_through(url, found), reading)
    assert "aicar_bms" in str(fault.value)
    assert "\n" not in str(fault.value)
    connect.cache_clear()
    rows, _ = everything(config, reading, spool)
    assert len(rows["7 bms"]) == DAYS * ROWS


#: answers that hold nothing, by language
EMPTY = {
    "influxql": b"name,tags,name,duration,shardGroupDuration,replicaN,default\n,,autogen,0s,168h0m0s,1,true\n",
    "flux": b"\r\n",
}


@pytest.mark.parametrize("times", [1, 10**6])
def test_a_good_answer_with_fewer_rows_than_were_counted_is_none(way, configured, reading, spool, times: int) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    found = months(config, reading, spool)
    with gate(server.port, _once(is_for_rows, 3, EMPTY[api], times)) as url:
        if times == 1:
            assert len(read(_through(url, found), reading)[0]["7 bms"]) == DAYS * ROWS
            return
        with pytest.raises(BaasError) as fault:
            read(_through(url, found), reading)
    assert f"0 rows came of {ROWS}" in str(fault.value)


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_something_else_in_the_place_of_what_is_there_is_asked_for_again(
    way, configured, reading, spool, body: bytes
) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    undisturbed = len(everything(config, reading, spool)[0]["7 bms"])
    for number in range(1, 12, 2):
        with gate(server.port, _once(lambda request: request.startswith(b"POST"), number, body)) as url:
            rows, _ = everything(replace(config, url=url), reading, spool / str(number))
        assert len(rows["7 bms"]) == undisturbed


def test_rows_deleted_since_they_were_counted_are_not_missed(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    _filled(server, config)
    found = months(config, reading, spool)
    border = (START_MS + DAY_MS) * 1_000_000
    server.ask(f"DELETE FROM aicar_bms WHERE time >= {border} AND time < {border + 10**11}", db=config.database)
    rows, _ = read(found, reading)
    assert len(rows["7 bms"]) == DAYS * ROWS - 10


def test_rows_without_the_counted_fields_are_read(way, configured, reading, spool) -> None:
    server, api = way
    config = configured(server, api)
    lines = [f"aicar_bms,device_no=7 soh=90 {START_MS + no * 1000}" for no in range(20)]
    server.write(config.database, "\n".join([bms_lines("7", START_MS + DAY_MS, 10), *lines]))
    server.write(config.database, bms_lines("7", START_MS + DAY_MS, 10).replace("car_type=EV6", "car_type=GV60"))
    rows, reports = everything(config, reading, spool)
    assert len(rows["7 bms"]) == 40
    assert reports[0].status == "read"


# -- texts that look like answers -----------------------------------------------------------------------------------

HOSTILE = (
    "x\n,error,reference\nkilled,0",
    "x\r\n\r\n,error,reference\r\n,killed,\r\n",
    "\n,result,table,_time,soc\n,a,0,b,99\n",
    'a "\n,error,reference\nkilled"',
    "x\nname,tags,name,duration,shardGroupDuration,replicaN,default\n,,killed,0s,1h,1,true",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_a_car_that_looks_like_part_of_an_answer_is_a_text(way, configured, reading, spool, text) -> None:
    server, api = way
    config = configured(server, api)
    server.write(config.database, bms_lines("7", START_MS, 10))
    quoted = text.replace('"', '\\"')
    server.write(config.database, f'aicar_bms,device_no=8 msg_time="{quoted}",soc=1 {START_MS}')
    server.write(config.database, f"aicar_bms,device_no=8,car_type=EV6 pack_volt=700 {START_MS + 1000}")
    rows, _ = everything(config, reading, spool)
    assert len(rows["7 bms"]) == 10
    assert 700.0 in rows["8 bms"].columns["pack_volt"]
    assert 99 not in rows["8 bms"].column("soc")


def test_an_error_at_the_end_of_a_good_answer_is_told(influx_1_8, configured) -> None:
    config = configured(influx_1_8, "flux")
    influx_1_8.write(config.database, bms_lines("7", START_MS, 10, msg_time='"\n,error,reference\nkilled"'))
    backend = connect(config).backend
    assert isinstance(backend, Flux)
    rows = (
        f'from(bucket: "{config.database}") |> range(start: 2023-01-01T00:00:00Z, stop: 2024-01-01T00:00:00Z)'
        ' |> filter(fn: (r) => r._field == "{}")'
    )
    good = rows.format("msg_time") + ' |> yield(name: "a")\n'
    bad = rows.format("soc") + ' |> map(fn: (r) => ({_time: r._time, x: int(v: "zz")})) |> yield(name: "b")'
    assert b"killed" in backend._answer(good, 10**6)
    with pytest.raises(PassingError) as fault:
        backend._answer(good + bad, 10**6)
    assert "zz" in str(fault.value)
    assert "killed" not in str(fault.value)


# -- what was kept --------------------------------------------------------------------------------------------------


def _shortened(data: bytes, share: str) -> bytes:
    middle = data.find(b"\n", len(data) // 2) + 1
    changed = data[: middle - 2] + bytes([data[middle - 2] ^ 1]) + data[middle - 1 :]
    return {"empty": b"", "half": data[:middle], "zeros": bytes(len(data)), "changed": changed}[share]


@pytest.mark.parametrize("share", ["empty", "half", "zeros", "changed"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_window_that_was_not_kept_whole_is_read_again(
    influx_1_6, configured, reading: ReadSettings, spool: Path, share: str, packed: bool
) -> None:
    config = configured(influx_1_6, "influxql")
    _filled(influx_1_6, config)
    found = [replace(month, stays=True) for month in months(config, reading, spool)]
    undisturbed, _ = read(found, reading)
    kept = sorted(spool.rglob("*.csv.gz"))
    assert len(kept) == DAYS
    assert not list(spool.rglob("*.csv"))
    if not packed:
        broken_off = found[0].read(reading, 0)
        [path.unlink() for path in kept]
        next(broken_off)
        broken_off.close()
        kept = sorted(spool.rglob("*.csv"))
    kept[0].write_bytes(_shortened(kept[0].read_bytes(), share))
    rows, reports = read(found, reading)
    assert len(rows["7 bms"]) == reports[0].rows_read == DAYS * ROWS
    for name in ("soc", "pack_volt"):
        assert np.array_equal(rows["7 bms"].column(name), undisturbed["7 bms"].column(name))
