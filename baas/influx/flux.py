"""Flux through influxdb-client: 2.x, and 1.8 where it is switched on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException

from baas.influx import faults
from baas.influx.backend import DAY_MS, LAST_MS, WEEK_MS, Ask, summed
from baas.influx.columns import DEVICE, TIME, TYPE, columns_of, header_line, renamed
from baas.influx.config import InfluxConfig
from baas.influx.connections import POOLS
from baas.influx.faults import NO_ANSWER, PassingError, TooLargeError
from baas.influx.flux_csv import error_in, is_answer, tables
from baas.influx.queries import fields_flux, just_before_flux, query, text_flux, time_flux
from baas.influx.tls import context_of
from baas.influx.windows import pieces, shard_number, shard_start
from baas.influx.wire import CONNECTIONS, METADATA_BYTES, PIECE_BYTES, failures, judged, said_in, whole

#: metadata functions look back 30 days unless told otherwise; this is farther than any car
_SINCE = "-36500d"
#: servers take a start before 1970 for none, and a stop, too: what lies before comes with the window that begins here
_FIRST_MS = 0
#: answers without the lines that say the type of each column
_PLAIN = Dialect(annotations=[], header=True)  # type: ignore[no-untyped-call]


class Flux:
    """Asks by Flux; everything comes as CSV without annotations."""

    api = "flux"
    time_format = "YMD"

    def __init__(self, config: InfluxConfig, *, is_v1: bool, shard_ms: Callable[[], int] | None = None) -> None:
        """shard_ms: asks how long shard groups are, where something else than Flux tells it."""
        self._config = config
        self._is_v1 = is_v1
        self._told_shard_ms = shard_ms
        self._by_device: dict[str, dict[str, list[int]]] = {}
        self._lock = Lock()
        self._stop = just_before_flux if is_v1 else time_flux  # 1.8 counts the stop of a range in, 2.x does not
        database, policy = config.database_and_policy
        self._bucket = config.bucket or (f"{database}/{policy}" if policy else database)
        self._quoted = text_flux(self._bucket)
        self._client = InfluxDBClient(
            config.url, org=config.org or "-", timeout=config.timeout_ms, enable_gzip=config.gzip,
            verify_ssl=config.verify_ssl, ssl_context=context_of(config), connection_pool_maxsize=CONNECTIONS,
            **_credentials(config, is_v1=is_v1),
        )  # fmt: skip
        self._client.api_client.rest_client.pool_manager.pool_classes_by_scheme = POOLS

    @cached_property
    def shard_ms(self) -> int:
        """Length of the shard groups of the bucket, ms."""
        if self._told_shard_ms:
            return self._told_shard_ms()
        with suppress(ApiException, urllib3.exceptions.HTTPError, OSError):
            bucket = self._client.buckets_api().find_bucket_by_name(self._bucket)  # type: ignore[no-untyped-call]
            seconds = [rule.shard_group_duration_seconds for rule in bucket.retention_rules] if bucket else []
            return max((1000 * second for second in seconds if second), default=WEEK_MS)
        return WEEK_MS

    # -- what is there ----------------------------------------------------------------------------------------------

    def sources(self) -> list[str]:
        """Buckets that the credentials may see."""
        return [row["name"] for row in self._table(query("buckets.flux"))]

    def measurements(self) -> list[str]:
        """Measurements of the bucket."""
        text = query("measurements.flux", bucket=self._quoted, since=_SINCE)
        return sorted({row["_value"] for row in self._table(text)})

    def fields(self, measurement: str) -> Mapping[str, tuple[str, ...]]:
        """Fields; their types are not told."""
        if not self._is_v1:
            return dict.fromkeys(self._tag_values(measurement, "_field"), ())
        # 1.8 answers that by reading every value there is; the first row of every series comes at once
        text = query("fields.flux", bucket=self._quoted, since=_SINCE, measurement=text_flux(measurement))
        return dict.fromkeys(sorted({row["_value"] for row in self._table(text)}), ())

    def devices(self, measurement: str) -> list[str]:
        """Values of the device tag."""
        return self._tag_values(measurement, self._config.device_tag)

    def tags(self, measurement: str) -> list[str]:
        """Tags of a measurement; what the server itself adds begins with "_"."""
        text = query("tags.flux", bucket=self._quoted, measurement=text_flux(measurement), since=_SINCE)
        return sorted({row["_value"] for row in self._table(text) if not row["_value"].startswith("_")})

    def untagged(self, measurement: str, fields: tuple[str, ...]) -> int:
        """Rows without the device tag, by the fullest of a few fields; of fields of several types one is counted."""
        text = self._about("untagged.flux", Ask(measurement, "", _FIRST_MS, LAST_MS, fields))
        counted = dict.fromkeys(fields, 0)
        for row in self._table(text):
            counted[row["_field"]] += int(row["_value"])
        return max(counted.values(), default=0)

    def spans(self, ask: Ask) -> list[tuple[int, int]]:
        """The shards in which the device has rows, each by itself: in another one a field may have another type."""
        with self._lock:
            if ask.measurement not in self._by_device:
                self._by_device[ask.measurement] = self._shards(ask.measurement)
        return [self._times(number, number + 1) for number in self._by_device[ask.measurement].get(ask.device, [])]

    def _times(self, first: int, after: int) -> tuple[int, int]:
        """From the start of a shard to the start of another one, as far as rows can be."""
        start, stop = (shard_start(number, self.shard_ms) for number in (first, after))
        return max(start, _FIRST_MS), min(stop, LAST_MS)

    def _shards(self, measurement: str) -> dict[str, list[int]]:
        """Numbers of the shards by device: the index knows them whatever the types; empty stretches go in one step."""
        found: dict[str, list[int]] = {}
        todo = [(shard_number(_FIRST_MS, self.shard_ms), shard_number(LAST_MS, self.shard_ms) + 1)]
        while todo:
            first, after = todo.pop()
            devices = self._devices_within(measurement, first, after)
            if after - first > 1 and devices:
                middle = (first + after) // 2
                todo += [(middle, after), (first, middle)]
                continue
            for device in devices:
                found.setdefault(device, []).append(first)
        return found

    def _devices_within(self, measurement: str, first: int, after: int) -> set[str]:
        start, stop = self._times(first, after)
        text = query(
            "devices.flux", bucket=self._quoted, start=time_flux(start), stop=self._stop(stop),
            measurement=text_flux(measurement), tag=text_flux(self._config.device_tag),
        )  # fmt: skip
        return {row["_value"] for row in self._table(text)}

    def counts(self, ask: Ask, every_ms: int = DAY_MS) -> dict[int, tuple[int, ...]]:
        """Start of each UTC day (or hour) that has rows -> values of each field asked for.

        Asked for day by day: a bare count comes without reading a value, one by windows of time does not on 1.8.
        """
        place = {name: no for no, name in enumerate(ask.fields)}
        found = [
            (start // every_ms * every_ms, place[row["_field"]], int(row["_value"]))
            for start, stop in pieces(ask.start_ms, ask.stop_ms, every_ms, self.shard_ms)
            for row in self._table(self._about("count.flux", replace(ask, start_ms=start, stop_ms=stop)))
        ]
        return summed(found, len(ask.fields))

    def first(self, ask: Ask) -> int | None:
        """Time of the first row of any field: hundreds of names take the server longer than the look."""
        times = [_ms(row["_time"]) for row in self._table(self._about("first_row.flux", ask))]
        return max(min(times), ask.start_ms) if times else None

    def _tag_values(self, measurement: str, tag: str) -> list[str]:
        text = query(
            "tag_values.flux", bucket=self._quoted, tag=text_flux(tag), measurement=text_flux(measurement),
            since=_SINCE,
        )  # fmt: skip
        return sorted({row["_value"] for row in self._table(text)})

    # -- rows -------------------------------------------------------------------------------------------------------

    def rows(self, ask: Ask) -> list[bytes]:
        """All rows of the window as CSV in blocks, pivoted by the server, not in order of time."""
        data = self._answer(self._about("rows.flux", ask), self._config.answer_limit_bytes).replace(b"\r\n", b"\n")
        ours = {"_time": TIME, self._config.device_tag: DEVICE, self._config.type_tag: TYPE}
        fields = frozenset(ask.fields)
        text: list[bytes] = []
        for header, body in tables(data):
            text += [header_line(renamed(columns_of(header), ours, fields)), body]
        return text

    def _about(self, name: str, ask: Ask) -> str:
        return query(
            name, bucket=self._quoted, start=time_flux(ask.start_ms), stop=self._stop(ask.stop_ms),
            measurement=text_flux(ask.measurement), tag=text_flux(self._config.device_tag),
            device=text_flux(ask.device), fields=fields_flux(ask.fields),
        )  # fmt: skip

    # -- asking -----------------------------------------------------------------------------------------------------

    def _answer(self, text: str, most_bytes: int) -> bytes:
        """The whole answer; an error inside a 200 is raised like any other."""
        with failures(self._config):
            try:
                answer = self._client.query_api().query_raw(text, dialect=_PLAIN)
            except ApiException as fault:
                raise self._judged(int(fault.status or 0), said_in(_bytes(fault.body))) from fault
            try:
                data = whole(answer.stream(PIECE_BYTES, decode_content=True), most_bytes)
            except TooLargeError:
                answer.close()
                raise
            answer.release_conn()
        if (said := error_in(data)) is not None:
            raise self._judged(500, said_in(said))
        if not is_answer(data):
            raise PassingError(NO_ANSWER)
        return data

    def _judged(self, status: int, said: str) -> Exception:
        fault = judged(self._config, status, said)
        if isinstance(fault, PassingError) and "compilation failed" in said.lower():
            return faults.bad_query(self._config, said)
        return fault

    def _table(self, text: str) -> list[dict[str, str]]:
        """Rows of a short answer by column name; every table may have its own header."""
        found: list[dict[str, str]] = []
        names: list[str] = []
        for row in csv.reader(io.StringIO(self._answer(text, METADATA_BYTES).decode("utf-8", "replace"), newline="")):
            if row[1:3] == ["result", "table"]:
                names = row
            elif len(row) == len(names) and names:
                found.append(dict(zip(names, row, strict=True)))
        return found


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _credentials(config: InfluxConfig, *, is_v1: bool) -> dict[str, Any]:
    """1.8 takes user and password in the place of a token; 2.x signs a user in."""
    if config.token or not config.username:
        return {"token": config.token}
    if is_v1:
        return {"token": f"{config.username}:{config.password}"}
    return {"username": config.username, "password": config.password}


def _ms(text: str) -> int:
    """UTC ms of an RFC 3339 time with any number of decimals."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000 + int(fraction[:3].ljust(3, "0") or 0)
