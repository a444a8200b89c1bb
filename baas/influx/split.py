"""Moments that tags besides device and car type split into several points, of which a run takes one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import partial

from baas.influx.backend import Ask
from baas.influx.columns import TIME, Wanted, columns_of, is_header
from baas.influx.connect import Connection
from baas.influx.fetch import Fetcher
from baas.influx.month import InfluxMonth
from baas.influx.retry import patiently

#: cars whose fullest day is looked at; chosen: a collector writes all cars alike
_CARS = 4


def split_words(connection: Connection, one: Wanted, months: Sequence[InfluxMonth]) -> tuple[str, str] | None:
    """What there is to say about such moments, Korean and English."""
    tags = _further_tags(connection, one.measurement)
    mine = [month for month in months if month.wanted.measurement == one.measurement]
    split = sum(_split(connection, month) for month in _sample(mine)) if tags else 0
    if not split:
        return None
    names = ", ".join(tags)
    ko = (
        f"{one.measurement}: 태그 {names} 때문에 한 시각이 여러 점(point)으로 나뉘어 있습니다(표본 {split:,}개 시각)."
        " 한 시각에 한 점만 쓰므로 나머지 값은 중복으로 빠집니다. 이 태그 없이 또는 필드로 바꾸어 다시 기록하십시오"
    )
    en = (
        f"{one.measurement}: the tags {names} split moments into several points ({split:,} in a sample); one point of a"
        " moment is used and the values of the others are left out as duplicates; write the rows again without these"
        " tags, or with fields in their place"
    )
    return ko, en


def _further_tags(connection: Connection, measurement: str) -> list[str]:
    """Tags of a measurement besides device and car type."""
    config = connection.config
    found = patiently(config, measurement, partial(connection.backend.tags, measurement))
    return [tag for tag in found if tag not in (config.device_tag, config.type_tag)]


def _sample(months: Sequence[InfluxMonth]) -> list[InfluxMonth]:
    """The last month of some cars, spread over the fleet."""
    last = {month.device: month for month in sorted(months, key=lambda month: month.month)}
    cars = sorted(last)
    return [last[car] for car in cars[:: max(1, len(cars) // _CARS)][:_CARS]]


def _split(connection: Connection, month: InfluxMonth) -> int:
    """Moments of the fullest window of a month that have more than one point."""
    window = max(month.windows, key=lambda window: window.rows)
    read = month.wanted.spelled(window.spelling)
    fields = tuple(name for name in month.wanted.counted if name in read)
    ask = Ask(month.wanted.measurement, month.device, window.start_ms, window.stop_ms, fields)
    times = _times(Fetcher(connection.backend, connection.config).rows(ask))
    return len(times) - len(set(times))


def _times(blocks: Sequence[bytes]) -> list[str]:
    r"""Times of the rows of an answer, as the server writes them; blocks may break off within a line.

    >>> _times([b"Unnamed: 0,time\n", b",1\n,2", b"0\n", b"Unnamed: 0,soc,time\n", b",5,3\n"])
    ['1', '20', '3']
    """
    tables: list[tuple[int, list[bytes]]] = []
    for block in blocks:
        if is_header(block):
            tables.append((columns_of(block).index(TIME), []))
        else:
            tables[-1][1].append(block)
    return [
        row[place]
        for place, text in tables
        for row in csv.reader(b"".join(text).decode("utf-8", "replace").split("\n"))
        if len(row) > place
    ]
