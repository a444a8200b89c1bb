"""What can be reached in a server, and what is missing, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time

from baas.cars.devices import device_key
from baas.errors import BaasError
from baas.influx.columns import Wanted
from baas.influx.config import InfluxConfig
from baas.influx.connect import Connection, connect
from baas.influx.inventory import KINDS, months_of, wanted_of
from baas.influx.left_out import left_out_words
from baas.influx.marks import simulated_in
from baas.influx.month import InfluxMonth
from baas.influx.retry import patiently
from baas.influx.split import split_words
from baas.influx.stored_time import evidence
from baas.ingest.reader import ReadSettings

#: names listed in one line; chosen: fits a screen
_MOST_LISTED = 12


@dataclass(frozen=True)
class Line:
    """One thing to say. is_fault: something is missing that a run needs or that costs metrics."""

    ko: str
    en: str
    is_fault: bool = False


def check(
    config: InfluxConfig, settings: ReadSettings, spool: Path, progress: Callable[[int, int], None]
) -> list[Line]:
    """Everything there is to say about a server. Raises BaasError where it cannot be reached at all."""
    connection = connect(config)
    lines = [_server(connection), *_clock(connection), *_measurements(connection)]
    found = wanted_of(connection, settings.formats)
    for kind, one in found.items():
        lines += _columns(connection, kind, one)
    months = months_of(connection, settings.formats, settings.timezone, spool, progress)
    lines += [line for one in found.values() for line in (*_months(one, months), *_spellings(one, months))]
    lines += [line for one in found.values() for line in _left_out(connection, one)]
    split = [split_words(connection, one, months) for one in found.values()]
    lines += [Line(*words, is_fault=True) for words in split if words]
    lines += _simulated(connection, months)
    return [*lines, *_time(config, months, settings, spool)]


def _server(connection: Connection) -> Line:
    config, api = connection.config, {"influxql": "InfluxQL", "flux": "Flux"}[connection.backend.api]
    return Line(
        f"{config.address}: InfluxDB {connection.ping.version}, {api}로 읽습니다",
        f"{config.address}: InfluxDB {connection.ping.version}, read by {api}",
    )


def _clock(connection: Connection) -> list[Line]:
    clock = connection.clock_words
    return [Line(*words, is_fault=words == clock) for words in connection.words]


def _measurements(connection: Connection) -> list[Line]:
    config = connection.config
    there = patiently(config, "SHOW MEASUREMENTS", connection.backend.measurements)
    lines = []
    for kind, name in zip(KINDS, (config.bms, config.gps), strict=True):
        if name not in there:
            listed = _listed(there)
            lines.append(
                Line(
                    f"측정(measurement) {name!r}이(가) 없습니다. 있는 것: {listed}."
                    f" baas.toml의 [influx] {kind}에 이름을 적으십시오",
                    f"no measurement {name!r}; there are: {listed}; name it as {kind} under [influx] in baas.toml",
                    is_fault=kind == "bms",
                )
            )
    return lines


def _columns(connection: Connection, kind: str, one: Wanted) -> list[Line]:
    lines = [
        Line(
            f"{one.measurement}: 열 {len(one.fields)}개를 읽습니다({one.form.name}). 안 쓰는 열: {_listed(one.unused)}",
            f"{one.measurement}: {len(one.fields)} columns are read ({one.form.name}); not used: {_listed(one.unused)}",
        )
    ]
    if one.missing:
        lines.append(
            Line(
                f"{one.measurement}: 없는 열 {_listed(one.missing)} - 이 열로 매기는 지표는 평가하지 않습니다",
                f"{one.measurement}: missing {_listed(one.missing)}; metrics that rest on them are not assessed",
                is_fault=kind == "bms",
            )
        )
    types = connection.backend.fields(one.measurement)
    mixed = [f"{name} ({', '.join(types[name])})" for name in one.fields if len(types.get(name, ())) > 1]
    if mixed:
        lines.append(
            Line(
                f"{one.measurement}: 기간에 따라 형이 다른 열 {_listed(mixed)} - 하루씩 읽으므로 빠지는 값은 없습니다",
                f"{one.measurement}: columns of several types {_listed(mixed)}; read day by day, so no value is lost",
            )
        )
    return lines


def _months(one: Wanted, months: Sequence[InfluxMonth]) -> list[Line]:
    mine = [month for month in months if month.wanted.measurement == one.measurement]
    if not mine:
        return [
            Line(
                f"{one.measurement}: 단말이 없습니다. baas.toml의 [influx] device_tag를 확인하십시오",
                f"{one.measurement}: no devices; check device_tag under [influx] in baas.toml",
                is_fault=True,
            )
        ]
    devices = sorted({month.device for month in mine})
    names = sorted({month.month for month in mine})
    rows = sum(month.size for month in mine)
    return [
        Line(
            f"{one.measurement}: 단말 {len(devices):,}대, {names[0]}~{names[-1]}({len(names)}개월), 약 {rows:,}행."
            f" {_listed(devices)}",
            f"{one.measurement}: {len(devices):,} devices, {names[0]} to {names[-1]} ({len(names)} months), about"
            f" {rows:,} rows: {_listed(devices)}",
        )
    ]


def _spellings(one: Wanted, months: Sequence[InfluxMonth]) -> list[Line]:
    """Signals that fields of several names tell, and names with values that are not read."""
    if not one.contested:
        return []
    windows = [window for month in months if month.wanted.measurement == one.measurement for window in month.windows]
    mixed = _listed([" / ".join(names[0] for names in contest.telling) for contest in one.contested])
    line = Line(
        f"{one.measurement}: 같은 값의 이름이 여럿입니다({mixed}). 차량과 기간마다 값이 가장 많은 이름을 읽습니다",
        f"{one.measurement}: one signal under several names ({mixed}); of each car and time the fullest is read",
    )
    read = [{window.spelling[place] for window in windows} for place in range(len(one.contested))]
    never = [
        names[0]
        for chosen, contest in zip(read, one.contested, strict=True)
        for no, names in enumerate(contest.telling)
        if no not in chosen
    ]
    now_and_then = sorted({name for window in windows for name in window.unread} - set(never))
    return [line, *_unread(one, never, now_and_then)]


def _unread(one: Wanted, never: Sequence[str], now_and_then: Sequence[str]) -> list[Line]:
    lines = []
    if never:
        ko = f"{one.measurement}: 한 번도 읽지 않는 이름 {_listed(never)} - 다른 이름의 값이 언제나 더 많거나 같습니다"
        en = f"{one.measurement}: never read {_listed(never)}; another name of the signal always has as many values"
        lines.append(Line(ko, en))
    if now_and_then:
        ko = f"{one.measurement}: 한 시간 안에 두 이름이 섞여 때로 읽지 않는 이름 {_listed(now_and_then)}"
        en = f"{one.measurement}: sometimes not read {_listed(now_and_then)}; another name has values in the same hour"
        lines.append(Line(ko, en, is_fault=True))
    return lines


def _simulated(connection: Connection, months: Sequence[InfluxMonth]) -> list[Line]:
    """Which of the devices with rows do not really exist."""
    keys = {device_key(device) for device in simulated_in(connection)}
    devices = {device_key(month.hint[0]): month.hint[0] for month in months}
    found = sorted(device for key, device in devices.items() if key in keys)
    if not found:
        return []
    count, total = len(found), len(devices)
    ko = f"단말 {total:,}대 {'모두' if count == total else f'중 {count:,}대는'} 가상입니다"
    en = f"all {total:,} devices are simulated" if count == total else f"{count:,} of {total:,} devices are simulated"
    name = connection.config.simulated
    return [Line(f"{ko}({name}): {_listed(found)}", f"{en} ({name}): {_listed(found)}")]


def _left_out(connection: Connection, one: Wanted) -> list[Line]:
    return [Line(*words, is_fault=True) for words in left_out_words(connection, one)]


def _time(config: InfluxConfig, months: Sequence[InfluxMonth], settings: ReadSettings, spool: Path) -> list[Line]:
    """How times are taken and why, or what must be settled first."""
    found = evidence([] if config.stored_time else months, settings, spool, round(time() * 1000))
    open_question: BaasError | None = found.ask(config) or found.notice(config)
    if open_question:
        return [Line(open_question.korean, open_question.english, is_fault=True)]
    return [Line(*found.taken(config))] if months else []


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" (+{more:,})" if more > 0 else "") if names else "-"
