"""InfluxQL over HTTP: 1.x, and 2.x through its databases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from baas.influx import faults
from baas.influx.backend import DAY_MS, FIRST_MS, HOUR_MS, LAST_MS, WEEK_MS, Ask, summed
from baas.influx.columns import TIME, TYPE, UNNEEDED, columns_of, header_line
from baas.influx.config import InfluxConfig
from baas.influx.faults import NO_ANSWER, PassingError, SlowError, TooLargeError
from baas.influx.queries import name_ql, query
from baas.influx.wire import METADATA_BYTES, Wire, blocks, judged, whole

#: the end mark is the answer to the last statement of rows.influxql
_END_MARK = b"name,tags,name,duration,"
_END_WINDOW = 1 << 16
#: types that a server gives as another one when asked to; the values are the same
_AS_FLOAT = {"integer": "float", "unsigned": "float"}
_EVERY = {DAY_MS: "1d", HOUR_MS: "1h"}
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def duration_ms(text: str) -> int:
    """A duration as servers write it, ms; 0 stands for none.

    >>> duration_ms("168h0m0s"), duration_ms("1h0m0s")
    (604800000, 3600000)
    """
    match = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


class InfluxQL:
    """Asks by InfluxQL; rows come as CSV, everything else as JSON, which tells errors."""

    api = "influxql"
    time_format = "epoch_ms"

    def __init__(self, wire: Wire, config: InfluxConfig) -> None:
        self._wire, self._config = wire, config
        self._database, self._policy = config.database_and_policy
        self._shard_ms: int | None = None
        self._types: dict[str, dict[str, tuple[str, ...]]] = {}

    # -- what is there ----------------------------------------------------------------------------------------------

    def sources(self) -> list[str]:
        """Databases that the credentials may see."""
        return [str(row[0]) for row in self._table(query("databases.influxql"))]

    def create(self, name: str) -> None:
        """Make a database."""
        self._series(f"CREATE DATABASE {name_ql(name)}")

    def measurements(self) -> list[str]:
        """Measurements of the database."""
        return [str(row[0]) for row in self._table(query("measurements.influxql"))]

    def fields(self, measurement: str) -> Mapping[str, tuple[str, ...]]:
        """Field -> its types; more than one where shards differ."""
        if measurement not in self._types:
            found: dict[str, tuple[str, ...]] = {}
            for name, kind in self._table(query("fields.influxql", measurement=self._from(measurement))):
                found[name] = (*found.get(name, ()), kind)
            self._types[measurement] = found
        return self._types[measurement]

    def devices(self, measurement: str) -> list[str]:
        """Values of the device tag."""
        text = query("tag_values.influxql", measurement=self._from(measurement), tag=name_ql(self._config.device_tag))
        return sorted({str(row[1]) for row in self._table(text)})

    def tags(self, measurement: str) -> list[str]:
        """Tags of a measurement."""
        return [str(row[0]) for row in self._table(query("tags.influxql", measurement=self._from(measurement)))]

    def untagged(self, measurement: str, fields: tuple[str, ...]) -> int:
        """Rows without the device tag, by the fullest of a few fields: a tag that is missing equals an empty one."""
        ask = Ask(measurement, "", FIRST_MS, LAST_MS, fields)
        days = [self.counts(replace(ask, start_ms=start, stop_ms=stop)) for start, stop in self.spans(ask)]
        by_field = zip(*(values for counted in days for values in counted.values()), strict=True)
        return max((sum(values) for values in by_field), default=0)

    @property
    def shard_ms(self) -> int:
        """Length of the shard groups of the retention policy in use, ms."""
        if self._shard_ms is None:
            found = self._series(query("policies.influxql", database=name_ql(self._database)))
            for values in (dict(zip(one["columns"], row, strict=True)) for one in found for row in one["values"]):
                if values["name"] == self._policy or (not self._policy and values.get("default")):
                    self._shard_ms = duration_ms(values["shardGroupDuration"])
            self._shard_ms = self._shard_ms or WEEK_MS
        return self._shard_ms

    def spans(self, ask: Ask) -> list[tuple[int, int]]:
        """One span from the first row to the last: every field is asked for in each of its types."""
        first = self.first(ask)
        if first is None:
            return []
        last = self._edge(replace(ask, start_ms=first), "last_row.influxql") or first
        return [(first // DAY_MS * DAY_MS, (last // DAY_MS + 1) * DAY_MS)]

    def counts(self, ask: Ask, every_ms: int = DAY_MS) -> dict[int, tuple[int, ...]]:
        """Start of each UTC day (or hour) that has rows -> values of each field asked for."""
        typed = [(place, column) for place, name in enumerate(ask.fields) for column in self._typed(ask, name)]
        counts = ", ".join(f"count({column})" for _, column in typed)
        found = [
            (int(row[0]) // every_ms * every_ms, place, int(value or 0))
            for row in self._about(ask, "days.influxql", counts=counts, every=_EVERY[every_ms])
            for (place, _), value in zip(typed, row[1:], strict=True)
        ]
        return summed(found, len(ask.fields))

    def first(self, ask: Ask) -> int | None:
        """Time of the first row that has one of the fields."""
        return self._edge(ask, "first_row.influxql")

    def _edge(self, ask: Ask, name: str) -> int | None:
        columns = ", ".join(column for field in ask.fields for column in self._typed(ask, field))
        rows = self._about(ask, name, columns=columns)
        return int(rows[0][0]) if rows else None

    def _typed(self, ask: Ask, name: str) -> list[str]:
        """A field as a column of a question over many shards: without its type it is answered for one type only."""
        kinds = sorted({_AS_FLOAT.get(kind, kind) for kind in self.fields(ask.measurement).get(name, ())})
        return [f"{name_ql(name)}::{kind}" for kind in kinds] if len(kinds) > 1 else [name_ql(name)]

    def _about(self, ask: Ask, name: str, **parts: str) -> list[list[Any]]:
        """Rows of a question about one device in one window, as JSON."""
        text = query(name, measurement=self._from(ask.measurement), tag=name_ql(self._config.device_tag), **parts)
        return self._table(text, _bound(ask))

    # -- rows -------------------------------------------------------------------------------------------------------

    def rows(self, ask: Ask) -> list[bytes]:
        """All rows of the window as CSV in blocks, complete because the end mark came."""
        text = query(
            "rows.influxql", columns=self._columns(ask), measurement=self._from(ask.measurement),
            tag=name_ql(self._config.device_tag), database=name_ql(self._database),
        )  # fmt: skip
        with self._wire.post("/query", self._form(text, _bound(ask)), {"Accept": "application/csv"}) as pieces:
            found = blocks(pieces, self._config.answer_limit_bytes)
        *body, tail = [*found[:-2], b"".join(found[-2:])]
        end = tail.rfind(_END_MARK, max(0, len(tail) - _END_WINDOW))
        if end < 0 or tail[end - 1 : end] not in (b"", b"\n"):
            raise self._cut(ask, is_begun=bool(found))
        if end == 0 and not body:
            return []
        rows = [*body, tail[:end].rstrip(b"\n") + b"\n"]
        first = rows[0].find(b"\n") + 1
        names = columns_of(rows[0][:first])
        if len(names) != len(ask.fields) + 4:
            raise PassingError(f"{len(names)} columns came, {len(ask.fields) + 4} were asked for")
        ours = [f"{UNNEEDED}: 0", f"{UNNEEDED}: 1", TIME, TYPE, *ask.fields]
        return [header_line(ours), rows[0][first:], *rows[1:]]

    def _columns(self, ask: Ask) -> str:
        tag = name_ql(self._config.type_tag) + "::tag"
        return ", ".join([tag, *(name_ql(name) + "::field" for name in ask.fields)])

    def _cut(self, ask: Ask, *, is_begun: bool) -> Exception:
        """Why an answer lacks its end: as CSV servers keep the reason to themselves, so ask again as JSON."""
        text = query(
            "first_row.influxql", columns=self._columns(ask), measurement=self._from(ask.measurement),
            tag=name_ql(self._config.device_tag),
        )  # fmt: skip
        self._table(text, _bound(ask))
        if self._database not in self.sources():
            return faults.unknown_source(self._config, self.sources())
        return TooLargeError("the server cut the answer off") if is_begun else SlowError("the server answered nothing")

    # -- asking -----------------------------------------------------------------------------------------------------

    def _from(self, measurement: str) -> str:
        return f"{name_ql(self._policy)}.{name_ql(measurement)}" if self._policy else name_ql(measurement)

    def _form(self, text: str, bound: Mapping[str, Any]) -> dict[str, str]:
        form = {"q": text, "db": self._database, "epoch": "ms", "chunked": "true"}
        return form | ({"params": json.dumps(bound, ensure_ascii=False)} if bound else {})

    def _series(self, text: str, bound: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Series of the answer to one statement, as JSON. Raises what an error inside a 200 means."""
        with self._wire.post("/query", self._form(text, bound or {}), {"Accept": "application/json"}) as pieces:
            lines = [line for line in whole(pieces, METADATA_BYTES).splitlines() if line.strip()]
        series: list[dict[str, Any]] = []
        for line in lines or [b""]:
            for result in _results(line):
                if error := result.get("error"):
                    raise self._judged(str(error))
                series += result.get("series", [])
        return series

    def _judged(self, said: str) -> Exception:
        fault = judged(self._config, 400, said)
        if "database not found" in said.lower():
            return faults.unknown_source(self._config, self.sources())
        return fault

    def _table(self, text: str, bound: Mapping[str, Any] | None = None) -> list[list[Any]]:
        return [row for one in self._series(text, bound) for row in one.get("values", [])]


def _results(line: bytes) -> list[dict[str, Any]]:
    """Results in a line of an answer as JSON. Raises PassingError where somebody else answered."""
    try:
        found = json.loads(line)["results"]
    except (ValueError, LookupError, TypeError) as fault:
        raise PassingError(NO_ANSWER) from fault
    if not isinstance(found, list) or not all(isinstance(result, dict) for result in found):
        raise PassingError(NO_ANSWER)
    return found


def _bound(ask: Ask) -> dict[str, Any]:
    """Values bound to the marks of a query, times in ns."""
    return {"device": ask.device, "start": ask.start_ms * 1_000_000, "stop": ask.stop_ms * 1_000_000}
