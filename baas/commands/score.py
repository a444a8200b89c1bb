"""vehicle_battery_scorer.py: arguments -> Settings -> pipeline.run -> exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from baas import __version__, executors
from baas.commands.streams import forgive
from baas.errors import BaasError
from baas.settings import Settings, load
from baas.tables.files import STORE_NAME

_INTERRUPTED = 130  # as shells count a program ended by Ctrl-C


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(
        prog="vehicle_battery_scorer.py",
        description="차량 배터리 점수를 계산합니다. Scores the batteries of a fleet from its BMS and GPS logs.",
        epilog="Settings also come from BAAS_* in the environment and from baas.toml; the command line wins.",
    )
    add = line.add_argument
    add(
        "--source",
        choices=("auto", "csv", "influx"),
        help="where the logs are (auto: InfluxDB when configured, else files)",
    )
    add("--influx-api", choices=("auto", "influxql", "flux"), help="how to ask InfluxDB (auto)")
    add("--since", metavar="DAY", help="read again from InfluxDB from that local day on, besides the last three days")
    add("--input", nargs="+", dest="inputs", metavar="PATH", help='files, folders or archives to read ("db datasets")')
    add(
        "--output",
        metavar="FILE",
        help="score table to write; all result files go beside it (results/vehicle_scores.csv)",
    )
    add("--car-types", metavar="DIR", help="car types and device lists (car_types)")
    add("--formats", nargs="+", metavar="TOML", help="declared formats of your own, besides the built-in ones")
    add("--from", dest="first_day", metavar="DAY", help="first local day to score, YYYY-MM-DD")
    add("--to", dest="last_day", metavar="DAY", help="last local day to score, YYYY-MM-DD")
    add("--vehicles", metavar="A,B", help="device numbers to score, separated by commas")
    add("--jobs", type=int, metavar="N", help="processes to use (0: as many as cores)")
    add("--executor", choices=("local", "dask"), help="where the work runs (local)")
    add("--scheduler", metavar="ADDRESS", help="address of a Dask scheduler")
    add("--full", action="store_true", default=None, help="read everything anew, whatever an earlier run stored")
    add("--timezone", metavar="TZ", help="zone of times without offset, and of the days (Asia/Seoul)")
    add("--lang", choices=("ko", "en"), help="language of the summary (ko)")
    add("--quiet", action="store_true", default=None, help="no progress, no summary")
    add("--version", action="version", version=__version__)
    return line


def main(arguments: Sequence[str]) -> int:
    """Run the program. 0 scored, 1 nothing could be scored, 2 usage or environment."""
    forgive()
    given = {name: value for name, value in vars(parser().parse_args(arguments)).items() if value is not None}
    lang = str(given.get("lang") or os.environ.get("BAAS_LANG") or "ko")
    before = signal.signal(signal.SIGTERM, _stopped)
    try:
        settings = load(given)
        lang = settings.lang
        return _scored(settings, given)
    except BaasError as fault:
        print(fault.told(lang), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        told = "중단했습니다. 이전 결과는 그대로입니다." if lang == "ko" else "Stopped; earlier results are untouched."
        print(told, file=sys.stderr)
        return _INTERRUPTED
    except Exception as fault:  # noqa: BLE001  (people get a sentence, whatever happens)
        print(_fault_of_ours(fault, lang), file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(_number: int, _frame: object) -> None:
    """A polite request to end is treated like Ctrl-C, so that everything is tidied up."""
    raise KeyboardInterrupt


def _scored(settings: Settings, given: Mapping[str, object]) -> int:
    """Score and tell."""
    _warm_up(settings)
    from baas import pipeline  # pandas takes a while to load, which --help need not wait for
    from baas.commands.talk import Progress, complaints, nothing, summary

    with Progress(settings.quiet, settings.lang) as progress:
        outcome = pipeline.run(settings, progress.tell, given)
    for line in complaints(outcome, settings.lang):
        print(line, file=sys.stderr)
    if not outcome.scores:
        print(nothing(outcome, settings), file=sys.stderr)
        return 1
    if not settings.quiet:
        print("\n".join(summary(outcome, settings.lang)))
    return 0


def _warm_up(settings: Settings) -> None:
    """Start the processes of a first run beside the modules of this one, when its input is worth them."""
    if settings.executor != "local" or settings.jobs == 1 or (os.cpu_count() or 1) == 1:
        return
    if (settings.results_folder / STORE_NAME).exists() and not settings.full:
        return
    size = 0
    for place in settings.inputs:
        for path in place.rglob("*") if place.is_dir() else (place,):
            with suppress(OSError):
                size += path.stat().st_size
            if size >= executors.WORTH_A_POOL_BYTES:
                executors.warm_up()
                return


def _fault_of_ours(fault: Exception, lang: str) -> str:
    """A fault of the program in one line, with the place; BAAS_DEBUG=1 shows all of it."""
    if os.environ.get("BAAS_DEBUG"):
        traceback.print_exception(fault)
    place = traceback.extract_tb(fault.__traceback__)[-1]
    what = f"{type(fault).__name__}: {' '.join(str(fault).split())} ({Path(place.filename).name}:{place.lineno})"
    if lang == "ko":
        return f"프로그램 오류입니다. 이전 결과는 그대로입니다. 다음 내용을 알려 주십시오: {what}"
    return f"A fault of the program; earlier results are untouched. Please report: {what}"
