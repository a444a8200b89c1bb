"""`python -m baas influx check|load`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from baas.errors import BaasError
from baas.influx.check import check
from baas.influx.config import InfluxConfig, load_config
from baas.influx.load import load
from baas.influx.tls import unchecked_words
from baas.ingest.files import find_files
from baas.ingest.formats import load_formats
from baas.ingest.reader import ReadSettings
from baas.settings import Settings
from baas.settings import load as load_settings
from baas.simulated import simulated_devices

#: what is counted while something goes on, Korean and English
_DEVICES, _BYTES = ("단말", "devices"), ("바이트", "bytes")
_INTERRUPTED = 130  # as shells count a program ended by Ctrl-C


def _parser() -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(
        prog="python -m baas influx",
        description="InfluxDB를 살피거나 채웁니다. Looks into an InfluxDB, or fills one with feed files.",
        epilog="The server comes from INFLUXDB_V2_URL, _ORG, _TOKEN, _BUCKET (1.x: INFLUXDB_USERNAME, _PASSWORD) and"
        " from [influx] in baas.toml.",
    )
    commands = line.add_subparsers(dest="command", required=True, metavar="check|load")
    looked = commands.add_parser("check", help="what can be reached, which devices, columns and months are there")
    looked.add_argument("--influx-api", choices=("auto", "influxql", "flux"), help="how to ask the server")
    filled = commands.add_parser("load", help="write the feed files of a folder into the server")
    filled.add_argument("folder", nargs="+", metavar="DIR", help="folders, files or archives of feed files")
    for one in (looked, filled):
        one.add_argument("--lang", choices=("ko", "en"), help="language of what is said")
        one.add_argument("--timezone", metavar="TZ", help="zone of times without offset (Asia/Seoul)")
    return line


def main(arguments: Sequence[str]) -> int:
    """Run the command. 0 done, 1 something is missing, 2 usage or no server, 130 interrupted."""
    given = {name: value for name, value in vars(_parser().parse_args(arguments)).items() if value is not None}
    command, api, inputs = given.pop("command"), given.pop("influx_api", None), given.pop("folder", None)
    settings = load_settings(given | ({"inputs": inputs} if inputs else {}))
    try:
        config = load_config(settings.influx, os.environ, api=api)
        if not config.is_configured:
            raise BaasError(
                "no InfluxDB is configured: set INFLUXDB_V2_URL, or url under [influx] in baas.toml",
                "InfluxDB가 설정되지 않았습니다. INFLUXDB_V2_URL 또는 baas.toml의 [influx] url을 설정하십시오",
            )
        return _check(config, settings) if command == "check" else _load(config, settings)
    except BaasError as fault:
        print(fault.told(settings.lang), file=sys.stderr)
        return 2


def _reading(settings: Settings) -> ReadSettings:
    limits = (settings.archive_limit_bytes, settings.archive_ratio_limit)
    return ReadSettings(settings.timezone, *limits, load_formats(settings.formats))


def _check(config: InfluxConfig, settings: Settings) -> int:
    with tempfile.TemporaryDirectory(prefix="baas-influx-") as spool:
        lines = check(config, _reading(settings), Path(spool), _told(_DEVICES, settings.lang))
    for line in lines:
        print(("! " if line.is_fault else "  ") + (line.ko if settings.lang == "ko" else line.en))
    return 1 if any(line.is_fault for line in lines) else 0


def _load(config: InfluxConfig, settings: Settings) -> int:
    files, passed_over = find_files(settings.inputs)
    if words := unchecked_words(config):
        print(words[settings.lang != "ko"], file=sys.stderr)
    started = monotonic()
    try:
        done = load(files, config, _reading(settings), _told(_BYTES, settings.lang), simulated_devices(settings.inputs))
    except KeyboardInterrupt:
        print(_stopped(config, settings.lang), file=sys.stderr)
        return _INTERRUPTED
    rate = done.written / max(monotonic() - started, 1e-9)
    if settings.lang == "ko":
        print(
            f"{config.address}: 파일 {done.files:,}개, 행 {done.read:,} = 기록 {done.written:,} + 중복 {done.repeats:,}"
            f" + 값 없음 {done.empty:,} + 제외 {done.rejected:,} ({rate:,.0f}행/s)"
        )
    else:
        print(
            f"{config.address}: {done.files:,} files, rows {done.read:,} = written {done.written:,} + duplicate"
            f" {done.repeats:,} + without values {done.empty:,} + rejected {done.rejected:,} ({rate:,.0f} rows/s)"
        )
    if done.simulated:
        print(_marked(len(done.simulated), config, settings.lang))
    for report in (*passed_over, *done.reports):
        if report.status not in ("read", "skipped") or report.rejected:
            print(
                f"{report.file}: {report.message_ko if settings.lang == 'ko' else report.message_en}", file=sys.stderr
            )
    return 0 if done.written else 1


def _marked(count: int, config: InfluxConfig, lang: str) -> str:
    """How many devices were marked as simulated."""
    if lang == "ko":
        return f"가상 차량 {count:,}대를 {config.simulated}에 표시했습니다"
    return f"{count:,} simulated device{'s' if count > 1 else ''} marked in {config.simulated}"


def _stopped(config: InfluxConfig, lang: str) -> str:
    if lang == "ko":
        return f"중단했습니다. 이미 쓴 행은 서버에 남아 있고({config.address}), 같은 명령이 나머지를 씁니다"
    return f"Stopped; rows written so far stay in the server ({config.address}), the same command writes the rest"


def _told(what: tuple[str, str], lang: str) -> Callable[[int, int], None]:
    """Progress on a terminal, silence elsewhere."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{what[lang != 'ko']} {done:,} / {total:,}",
                end="\n" if done >= total else "",
                file=sys.stderr,
                flush=True,
            )

    return tell
