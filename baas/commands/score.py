"""vehicle_battery_scorer.py: arguments -> Settings -> pipeline.run -> exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from baas import __version__
from baas.errors import BaasError, NothingToScoreError
from baas.settings import load

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
    given = {name: value for name, value in vars(parser().parse_args(arguments)).items() if value is not None}
    try:
        settings = load(given)
        from baas import pipeline  # pandas takes a second to load, which --help need not wait for
        from baas.commands.talk import Progress, complaints, summary

        with Progress(settings.quiet) as progress:
            outcome = pipeline.run(settings, progress.tell, given)
        for line in complaints(outcome, settings.lang):
            print(line, file=sys.stderr)
        if not settings.quiet:
            print("\n".join(summary(outcome, settings.lang)))
    except NothingToScoreError as fault:
        print(fault, file=sys.stderr)
        return 1
    except BaasError as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("중단했습니다. 이전 결과는 그대로입니다. Stopped; earlier results are untouched.", file=sys.stderr)
        return _INTERRUPTED
    return 0
