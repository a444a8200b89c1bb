"""A configured server as the input of a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from baas.errors import BaasError
from baas.influx.config import InfluxConfig, is_named_in, load_config
from baas.ingest.reader import ReadSettings
from baas.settings import Settings

if TYPE_CHECKING:
    from baas.influx.month import InfluxMonth

#: folder in the results for rows of months that are not finished
FOLDER = ".influx"


@dataclass(frozen=True)
class Held:
    """What a server holds of what was asked for, and what people should know about it.

    simulated: device numbers that the server calls simulated, whether asked for or not.
    """

    months: tuple[InfluxMonth, ...] = ()
    notices: tuple[BaasError, ...] = ()
    simulated: frozenset[str] = frozenset()


def configured(settings: Settings) -> InfluxConfig | None:
    """The server to read from; None where files are to be read. Raises BaasError where one is asked for in vain."""
    if settings.source == "csv":
        return None
    config = load_config(
        settings.influx,
        os.environ,
        api=settings.influx_api or None,
        since=settings.since,
    )
    if config.is_configured:
        return config
    if settings.source == "influx":
        raise BaasError(
            "--source influx: no server is configured; set INFLUXDB_V2_URL, or url under [influx] in baas.toml",
            "--source influx: 서버가 설정되지 않았습니다. INFLUXDB_V2_URL 또는 baas.toml의 [influx] url을 설정하십시오",
        )
    return None


def passed_over(settings: Settings, arguments: Mapping[str, object]) -> BaasError | None:
    """What to tell of a server that is configured but not read, because the command line names files instead."""
    is_named = "inputs" in arguments and arguments.get("source", "auto") == "auto" and settings.source == "csv"
    if not is_named or not is_named_in(settings.influx, os.environ):
        return None
    return BaasError(
        "the files of --input were read, not the InfluxDB that is configured; --source influx reads that and takes only"
        " lists of car types from --input",
        "설정된 InfluxDB가 아니라 --input의 파일을 읽었습니다. --source influx를 주면 서버를 읽고 --input에서는 차종"
        " 목록만 씁니다",
    )


def held(
    config: InfluxConfig, reading: ReadSettings, folder: Path, progress: Callable[[int, int], None],
    is_asked: Callable[[tuple[str, str]], bool],
) -> Held:  # fmt: skip
    """The vehicle-months asked for. Raises BaasError where nothing can be read or a question must be answered."""
    from baas.influx.connect import connect  # runs on files need not wait for the client to load
    from baas.influx.inventory import months_of, wanted_of
    from baas.influx.left_out import left_out_words
    from baas.influx.marks import simulated_in
    from baas.influx.split import split_words

    connection = connect(config)
    found = wanted_of(connection, reading.formats)
    if "bms" not in found:
        raise BaasError(
            f"{config.address} has no measurement {config.bms!r} with battery columns; `python -m baas influx check`"
            " says what is there",
            f"{config.address}에 배터리 열이 있는 측정 {config.bms!r}이(가) 없습니다. `python -m baas influx check`로"
            " 무엇이 있는지 확인하십시오",
        )
    months = months_of(connection, reading.formats, reading.timezone, folder, progress, is_asked)
    assumed = _ask(config, months, reading, folder)
    words: list[tuple[str, str] | None] = [*connection.words]
    words += [said for one in found.values() for said in left_out_words(connection, one)]
    words += [split_words(connection, one, months) for one in found.values()]
    notices = [BaasError(one[1], one[0]) for one in words if one]
    return Held(tuple(months), (*notices, *assumed), simulated_in(connection))


#: vehicle-months named in a line; chosen: enough to recognise a car that was sold or a year that expired
_MOST_NAMED = 3


def gone(config: InfluxConfig, months: Sequence[tuple[str, str]]) -> tuple[BaasError, ...]:
    """What there is to say about (device, month) that earlier runs read and the server does not hold any more."""
    if not months:
        return ()
    named = ", ".join(f"{device} {month}" for device, month in months[:_MOST_NAMED])
    more = len(months) - _MOST_NAMED
    what = "vehicle-month of earlier runs is" if len(months) == 1 else "vehicle-months of earlier runs are"
    en = (
        f"{len(months):,} {what} no longer on {config.address} (expired or deleted) and not"
        f" in these results: {named}{f' and {more:,} more' if more > 0 else ''}"
    )
    ko = (
        f"지난 실행에 있던 차량-월 {len(months):,}개가 {config.address}에 더는 없어(보존 기간이 지났거나 삭제됨)"
        f" 결과에서 빠졌습니다: {named}{f' 외 {more:,}개' if more > 0 else ''}"
    )
    return (BaasError(en, ko),)


def tidy(folder: Path, config: InfluxConfig, months: Sequence[InfluxMonth], *, is_all: bool) -> None:
    """Drop what was set aside of months that will not grow, and of those gone where `months` are all there are."""
    from baas.influx.spool import of_server

    place = of_server(folder, config.address)
    growing = {month.folder.name for month in months if month.stays}
    finished = {month.folder.name for month in months} - growing
    for one in place.iterdir() if place.is_dir() else ():
        if one.name in finished or (is_all and one.name not in growing):
            shutil.rmtree(one, ignore_errors=True)


def _ask(
    config: InfluxConfig, months: Sequence[InfluxMonth], reading: ReadSettings, folder: Path
) -> tuple[BaasError, ...]:
    """Stop with the question whose answer decides every time of day, unless it was answered or does not arise.

    What was assumed for want of evidence is handed back to be told.
    """
    if config.stored_time:
        return ()
    from baas.influx.stored_time import evidence

    found = evidence(months, reading, folder, round(time() * 1000))
    question, notice = found.ask(config), found.notice(config)
    if question:
        raise question
    return (notice,) if notice else ()
