"""Rows in a server that no vehicle can be given, because they do not name their device."""

from __future__ import annotations

from functools import partial

from baas.influx.columns import Wanted
from baas.influx.connect import Connection
from baas.influx.inventory import Days
from baas.influx.retry import patiently


def left_out(connection: Connection, one: Wanted) -> int:
    """Rows of a measurement without the device tag or with a blank one, at least: rows are counted by few fields."""
    backend, config = connection.backend, connection.config
    ask = partial(backend.untagged, one.measurement, one.witnesses)
    untagged = patiently(config, one.measurement, ask)
    devices = patiently(config, one.measurement, partial(backend.devices, one.measurement))
    blank = [Days(backend, config, one, device).found() for device in devices if not device.strip()]
    return untagged + sum(max(values) for days in blank for values in days.values())


def left_out_words(connection: Connection, one: Wanted) -> tuple[str, str] | None:
    """What there is to say about such rows, Korean and English."""
    rows, tag = left_out(connection, one), connection.config.device_tag
    if not rows:
        return None
    ko = (
        f"{one.measurement}: {tag} 태그가 없거나 빈 행이 적어도 {rows:,}개 있습니다. 어느 차량인지 알 수 없어 읽지"
        f" 않습니다. {tag} 태그를 붙여 다시 기록하거나, 태그 이름이 다르면 baas.toml의 [influx] device_tag에 적으십시오"
    )
    en = (
        f"{one.measurement}: at least {rows:,} rows have no {tag} tag or a blank one and are not read, because nothing"
        f" tells their vehicle; write them again with {tag}, or name the tag that tells it as device_tag under [influx]"
        " in baas.toml"
    )
    return ko, en
