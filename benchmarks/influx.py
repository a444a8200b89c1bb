"""Reading from InfluxDB: rows per second against the server's own bare CSV export of the same columns, and peak memory.

    python benchmarks/influx.py [--rows 43200] [--days 6] [--cars 2] [--share-cores]

The server has one core and the reader another, as if they were two machines; with --share-cores both have all.
Starts the two real servers of the tests (tests/servers/install.sh) one after the other, fills them, and reads.
`bare` takes the bytes off the connection and throws them away, one query a car; `read` is everything that a run does
until rows are arrays: finding the days, asking window by window, checking that each is complete, parsing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np
import urllib3

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from servers.influxd import Server, influxd  # noqa: E402

from baas.influx.backend import DAY_MS  # noqa: E402
from baas.influx.config import InfluxConfig  # noqa: E402
from baas.influx.connect import connect  # noqa: E402
from baas.influx.inventory import months_of  # noqa: E402
from baas.influx.lines import lines_of  # noqa: E402
from baas.influx.load import Writer  # noqa: E402
from baas.influx.queries import fields_flux, just_before_flux, name_ql, query, text_flux, time_flux  # noqa: E402
from baas.ingest.formats import load_formats  # noqa: E402
from baas.ingest.reader import ReadSettings  # noqa: E402
from baas.signals import Signals  # noqa: E402

SEOUL = ZoneInfo("Asia/Seoul")
START_MS = 1_677_628_800_000  # 2023-03-01 UTC
NUMBERS = (
    "soc", "socd", "soh", "pack_volt", "pack_current", "odometer", "emobility_spd", "max_cell_volt", "min_cell_volt",
    "mod_max_temp", "mod_min_temp", "mod_avg_temp", "ext_temp", "int_temp", "batt_pw", "insul_resistance",
    "cumul_current_chrgd", "cumul_current_dischrgd", "cumul_pw_chrgd", "cumul_pw_dischrgd", "chrg_cnt", "chrg_cnt_q",
    "drive_motor_spd1", "op_time",
)  # fmt: skip
CELLS = 96
#: best of
TRIES = 5


def _rows(car: int, first: int, count: int, cells: int, step_ms: int) -> Signals:
    """Rows with two decimals in every number, and three in every cell."""
    rng = np.random.default_rng([car, first])
    return Signals(
        kind="bms", devices=(f"0120000{car:04d}",), device=np.zeros(count, dtype=np.int32),
        time_ms=START_MS + (first + np.arange(count, dtype=np.int64)) * step_ms,
        source=np.zeros(count, dtype=np.int32),
        columns={name: np.round(rng.uniform(0, 400, count), 2).astype(np.float32) for name in NUMBERS},
        cells_mv=rng.integers(3_500, 4_200, (count, cells)).astype(np.int16),
        modules_c=np.zeros((count, 0), dtype=np.float32), car_types={},
    )  # fmt: skip


def _fill(config: InfluxConfig, cars: int, rows: int, cells: int, step_ms: int) -> None:
    writer = Writer(config)
    writer.prepare()
    for car in range(cars):
        for first in range(0, rows, 20_000):
            part = _rows(car, first, min(20_000, rows - first), cells, step_ms)
            for body, _ in lines_of(part, "aicar_bms", ("device_no", "car_type"), SEOUL):
                writer.write(body)


def _bare(config: InfluxConfig, fields: tuple[str, ...], devices: list[str], days: int) -> int:
    """Bytes of the server's own export, one query a car (Flux: a car and day; more at once takes all its memory)."""
    pool = urllib3.PoolManager()
    size = 0
    for device in devices:
        if config.api == "influxql":
            columns = ", ".join(map(name_ql, ("car_type", *fields)))
            form = {"q": f"SELECT {columns} FROM aicar_bms WHERE device_no = '{device}'", "db": config.database}
            asked = [("/query", {**form, "chunked": "true", "epoch": "ms"}, None)]
        else:
            asked = [("/api/v2/query?org=-", {}, _flux(config, fields, device, day)) for day in range(days)]
        for path, form, body in asked:
            headers = {"Accept": "application/csv"} | ({"Content-Type": "application/vnd.flux"} if body else {})
            more = {"body": body} if body else {"fields": form, "encode_multipart": False}
            answer = pool.request("POST", config.url + path, headers=headers, preload_content=False, **more)
            assert answer.status == 200, answer.data
            size += sum(map(len, answer.stream(1 << 18)))
            answer.release_conn()
    return size


def _flux(config: InfluxConfig, fields: tuple[str, ...], device: str, day: int) -> bytes:
    start = START_MS + day * DAY_MS
    return query(
        "rows.flux", bucket=text_flux(config.database), start=time_flux(start), stop=just_before_flux(start + DAY_MS),
        measurement=text_flux("aicar_bms"), tag=text_flux("device_no"), device=text_flux(device),
        fields=fields_flux(fields),
    ).encode()  # fmt: skip


def _read(config: InfluxConfig, settings: ReadSettings) -> int:
    """Rows read as a run reads them."""
    with tempfile.TemporaryDirectory() as spool:
        months = months_of(connect(config), settings.formats, settings.timezone, Path(spool), lambda _d, _t: None)
        return sum(len(item) for month in months for item in month.read(settings, 0) if isinstance(item, Signals))


def _apart(
    config: InfluxConfig, settings: ReadSettings, fields: tuple[str, ...], rows: int, days: int,
    told: multiprocessing.Queue,
) -> None:  # fmt: skip
    """Both ways in turn in a process of its own: the best time of each, and the most memory it ever had."""
    devices = connect(config).backend.devices("aicar_bms")
    times = [
        (
            _timed(lambda: _bare(config, fields, devices, days)),
            _timed(lambda: _check(_read(config, settings), rows)),
        )
        for _ in range(TRIES)
    ]
    told.put((*map(min, zip(*times, strict=True)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _check(found: int, rows: int) -> None:
    assert found == rows, (found, rows)


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _measure(server: Server, api: str, cars: int, rows: int, cells: int, days: int) -> None:
    config = InfluxConfig(url=server.url, database=f"fleet{cells}", api=api, stored_time="utc", retries=0)
    settings = ReadSettings("Asia/Seoul", 10**9, 300.0, load_formats())
    fields = tuple(sorted(connect(config).backend.fields("aicar_bms")))
    apart = multiprocessing.get_context("spawn")
    told = apart.Queue()
    process = apart.Process(target=_apart, args=(config, settings, fields, cars * rows, days, told))
    process.start()
    bare, read, memory_mb = told.get()
    process.join()
    count = cars * rows
    print(
        f"{server.version:7} {api:9} {len(fields):4} columns {count:8,} rows: bare {count / bare:9,.0f} rows/s,"
        f" read {count / read:9,.0f} rows/s = {bare / read:4.2f} of it, peak {memory_mb:,.0f} MB",
        flush=True,
    )


def main() -> None:
    line = argparse.ArgumentParser(description="InfluxDB benchmark")
    line.add_argument("--rows", type=int, default=43_200, help="rows a day and car")
    line.add_argument("--days", type=int, default=6)
    line.add_argument("--cars", type=int, default=2)
    line.add_argument("--share-cores", action="store_true", help="server and reader on the same cores")
    given = line.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    apart = len(cores) > 1 and not given.share_cores
    print(f"{len(cores)} cores, {'one for the server, one for the reader' if apart else 'shared'}", flush=True)
    rows = given.rows * given.days
    for version, apis in (("1.6.7", ("influxql",)), ("1.8.10", ("influxql", "flux"))):
        os.sched_setaffinity(0, cores[:1] if apart else cores)
        with influxd(version) as server:
            os.sched_setaffinity(0, cores[1:2] if apart else cores)
            for cells, share in ((0, 1), (CELLS, 4)):
                count = rows // share
                config = InfluxConfig(url=server.url, database=f"fleet{cells}", stored_time="utc")
                _fill(config, given.cars, count, cells, DAY_MS * share // given.rows)
                for api in apis:
                    _measure(server, api, given.cars, count, cells, given.days)


if __name__ == "__main__":
    main()
