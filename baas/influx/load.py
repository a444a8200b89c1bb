"""Feed files into a server, as the fleet's own collector keeps them: one point a message, one field a column."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

import numpy as np

from baas.cars.devices import device_key
from baas.clean import used_and_repeated
from baas.errors import BaasError
from baas.influx import faults
from baas.influx.config import InfluxConfig
from baas.influx.faults import PassingError
from baas.influx.influxql import InfluxQL
from baas.influx.inventory import axis_of
from baas.influx.lines import lines_of, mark_of
from baas.influx.retry import patiently, wait_s
from baas.influx.stretches import stretches
from baas.influx.windows import Axis
from baas.influx.wire import Ping, Wire, judged
from baas.ingest.files import InputFile
from baas.ingest.reader import ReadSettings
from baas.ingest.report import FileReport
from baas.signals import Signals

#: compression of batches; measured: level 1 halves the time that level 6 takes and is nearly as small
_GZIP_LEVEL = 1
#: batches on their way at the same time; chosen: the server takes one while the next is written
_IN_FLIGHT = 2
#: offsets of time zones change on whole quarters of an hour
_QUARTER_MS = 900_000


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of files: read = written + repeats (of one moment) + empty (no value) + rejected.

    simulated: devices with rows that were marked as simulated, in order.
    """

    files: int
    read: int
    written: int
    repeats: int
    empty: int
    rejected: int
    reports: tuple[FileReport, ...]
    simulated: tuple[str, ...] = ()


class Writer:
    """Writes batches; each is retried until the server says that it is stored."""

    def __init__(self, config: InfluxConfig) -> None:
        self._config = config
        self._wire = Wire(config)
        self.ping: Ping = patiently(config, "ping", self._wire.ping)

    def prepare(self) -> None:
        """Make the database of a 1.x server where it is missing; buckets of 2.x are made by their owner."""
        if not self.ping.is_v1:
            return
        name, _ = self._config.database_and_policy
        told = InfluxQL(self._wire, self._config)
        if name not in patiently(self._config, "SHOW DATABASES", told.sources):
            patiently(self._config, "CREATE DATABASE", partial(told.create, name))

    def write(self, body: bytes) -> None:
        """Store lines with times in ms. Raises BaasError when the server will not take them."""
        packed = gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
        failures = 0
        while True:
            try:
                status, said = self._wire.put(*self._where(), packed, {"Content-Encoding": "gzip"})
            except PassingError as fault:
                status, said = 0, str(fault)
            if status == 204:
                return
            failures += 1
            if status and (not isinstance(judged(self._config, status, said), PassingError)):
                raise self._refused(status, said)
            if failures > self._config.retries:
                raise faults.not_written(self._config, status, said)
            sleep(wait_s(self._config, failures))

    def _where(self) -> tuple[str, dict[str, str]]:
        if self.ping.is_v1:
            name, policy = self._config.database_and_policy
            return "/write", {"db": name, "precision": "ms"} | ({"rp": policy} if policy else {})
        return "/api/v2/write", {"org": self._config.org, "bucket": self._config.source, "precision": "ms"}

    def _refused(self, status: int, said: str) -> BaasError:
        fault = judged(self._config, status, said)
        return (
            fault if isinstance(fault, BaasError) and status != 400 else faults.not_written(self._config, status, said)
        )


def _by_device(rows: Signals) -> Iterator[tuple[str, Signals]]:
    """Each spelling of the device number with its rows."""
    for no, device in enumerate(rows.devices):
        mine = rows.device == no
        if mine.any():
            yield device, rows if mine.all() else rows.take(mine)


def load(
    files: Sequence[InputFile], config: InfluxConfig, settings: ReadSettings,
    progress: Callable[[int, int], None], simulated: Collection[str] = (),
) -> Loaded:  # fmt: skip
    """Write all rows of the files; of each moment the message that a run keeps, since a server holds only one.

    `simulated` names devices that do not really exist: those that have rows are marked in the server.
    """
    writer = Writer(config)
    writer.prepare()
    written = repeats = empty = done = 0
    reports: list[FileReport] = []
    unreal, marked = {device_key(device) for device in simulated}, set[str]()
    total, axis = sum(file.size for file in files), axis_of(config, settings.timezone)
    with tempfile.TemporaryDirectory(prefix="baas-load-") as folder:
        for item in stretches(files, settings, Path(folder)):
            if isinstance(item, FileReport):
                reports.append(item)
                continue
            if isinstance(item, InputFile):
                done += item.size
                progress(done, total)
                continue
            kept, repeated = used_and_repeated(item)
            repeats += len(repeated)
            for device, rows in _by_device(kept):
                is_unreal = device_key(device) in unreal
                mark = mark_of(device, rows, config.simulated, config.device_tag) if is_unreal else b""
                stored = _write(writer, _as_held(rows, axis), mark, config, ZoneInfo(settings.timezone))
                marked |= {device} if is_unreal and stored else set()
                written += stored
                empty += len(rows) - stored
    read, rejected = (sum(getattr(one, name) for one in reports) for name in ("rows_read", "rows_rejected"))
    return Loaded(len(files), read, written, repeats, empty, rejected, tuple(reports), tuple(sorted(marked)))


def _as_held(rows: Signals, axis: Axis) -> Signals:
    """The rows with their times as the server holds them; offsets are worked out once for each quarter of an hour."""
    if not axis.is_local:
        return rows
    quarters, place = np.unique(rows.time_ms // _QUARTER_MS, return_inverse=True)
    starts = quarters * _QUARTER_MS
    offsets = np.array([axis.written(start) - start for start in starts.tolist()], dtype=np.int64)
    return replace(rows, time_ms=rows.time_ms + offsets[place])


def _write(writer: Writer, rows: Signals, mark: bytes, config: InfluxConfig, zone: ZoneInfo) -> int:
    """Rows written of one device; its mark is stored before the first of them, however the load ends."""
    measurement = {"bms": config.bms, "gps": config.gps}[rows.kind]
    count = 0
    with ThreadPoolExecutor(_IN_FLIGHT) as pool:
        under_way: list[Future[None]] = []
        for body, lines in lines_of(rows, measurement, (config.device_tag, config.type_tag), zone):
            if mark and lines and not count:
                writer.write(mark)
            if lines:
                under_way.append(pool.submit(writer.write, body))
                count += lines
            if len(under_way) > _IN_FLIGHT:
                under_way.pop(0).result()
        for future in under_way:
            future.result()
    return count
