"""Rows in a server that cannot be read, because they do not name their device or not in UTF-8."""

from __future__ import annotations

from functools import partial

from baas.influx.columns import Wanted
from baas.influx.connect import Connection
from baas.influx.inventory import Days
from baas.influx.retry import patiently

#: what stands for bytes that are no UTF-8; a server asked for a name with it looks for this very mark
_NO_TEXT = "\N{REPLACEMENT CHARACTER}"


def left_out(connection: Connection, one: Wanted) -> int:
    """Rows of a measurement without the device tag or with a blank one, at least: rows are counted by few fields."""
    backend, config = connection.backend, connection.config
    ask = partial(backend.untagged, one.measurement, one.counted)
    untagged = patiently(config, one.measurement, ask)
    devices = patiently(config, one.measurement, partial(backend.devices, one.measurement))
    blank = [Days(backend, config, one, device).found() for device in devices if not device.strip()]
    return untagged + sum(max(values) for days in blank for values in days.values())


def unreadable(connection: Connection, one: Wanted) -> list[str]:
    """Devices of a measurement whose number is no UTF-8, as far as it is; no question can name them."""
    backend, config = connection.backend, connection.config
    devices = patiently(config, one.measurement, partial(backend.devices, one.measurement))
    odd = [device for device in devices if _NO_TEXT in device]
    return [device for device in odd if not Days(backend, config, one, device).found()]


def left_out_words(connection: Connection, one: Wanted) -> list[tuple[str, str]]:
    """What there is to say about such rows, Korean and English."""
    return [words for words in (_nameless(connection, one), _misspelt(connection, one)) if words]


def _misspelt(connection: Connection, one: Wanted) -> tuple[str, str] | None:
    devices, tag = unreadable(connection, one), connection.config.device_tag
    if not devices:
        return None
    ko = (
        f"{one.measurement}: {tag} 태그가 UTF-8이 아닌(예: CP949) 단말이 적어도 {len(devices):,}대 있어 읽을 수"
        f" 없습니다({devices[0]}). {tag}을(를) UTF-8로 다시 기록하십시오. 다른 단말은 모두 읽습니다"
    )
    who = "device has" if len(devices) == 1 else "devices have"
    en = (
        f"{one.measurement}: at least {len(devices):,} {who} a {tag} that is not UTF-8 (CP949 perhaps) and cannot be"
        f" read ({devices[0]}); write them again with {tag} in UTF-8; all others are read"
    )
    return ko, en


def _nameless(connection: Connection, one: Wanted) -> tuple[str, str] | None:
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
