"""`python -m baas simulate`: arguments -> Order -> a fleet in a folder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from baas.errors import BaasError, language
from baas.simulate.faults import load_rules
from baas.simulate.fleet import simulate
from baas.simulate.months import Order
from baas.simulate.state import Written
from baas.simulate.thinning import THIN

#: chosen: files of this many vehicle-days fill 2 TB, day tables of ten times as many 60 GB; more is a typing error
MOST_VEHICLE_DAYS = 1_000_000
#: steps of simulating day tables in Korean
_STAGES = {"donors": "바탕 차량", "vehicles": "차량"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m baas simulate",
        description="정답을 아는 가상 차량 데이터를 만듭니다. Simulates a fleet with known truth.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    parser.add_argument("--vehicles", type=int, default=10, metavar="N")
    parser.add_argument("--days", type=int, default=30, metavar="D")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same bytes")
    parser.add_argument("--interval", type=int, default=10, metavar="SECONDS", help="step between rows, 1 to 300")
    parser.add_argument("--start", default="2026-01-01", metavar="DATE", help="first day (YYYY-MM-DD)")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="write one day in K; life goes on")
    parser.add_argument("--row", type=int, default=1, metavar="R", help="write R days in a row every K days")
    parser.add_argument("--thin", action="store_true", help="fewer rows while charging and standing, fewer cells")
    parser.add_argument("--tables", action="store_true", help="no files: day tables straight into a store, baas.sqlite")
    parser.add_argument("--mess", action="store_true", help="files as untidy as real exports")
    parser.add_argument("--faults", default="none", metavar="FILE", help="fault table (TOML), 'default' or 'none'")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes; 0 is one per core")
    parser.add_argument("--lang", choices=("ko", "en"), default=language(), help="language of what is said")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return parser


def _check_numbers(arguments: argparse.Namespace) -> None:
    limits = {
        "vehicles": (1, 99_999),
        "days": (1, 3660),
        "interval": (1, 300),
        "every": (1, 366),
        "row": (1, 366),
        "seed": (0, 2**63),
        "jobs": (0, 256),
    }
    for name, (low, high) in limits.items():
        if not low <= getattr(arguments, name) <= high:
            given = getattr(arguments, name)
            raise BaasError(
                f"--{name} must lie between {low} and {high}, not {given}",
                f"--{name} 값은 {low}~{high}이어야 합니다. 지금 값: {given}",
            )
    if arguments.tables and (arguments.mess or arguments.thin or arguments.every > 1):
        raise BaasError(
            "--tables writes no files: leave out --mess, --thin and --every",
            "--tables는 파일을 쓰지 않습니다. --mess, --thin, --every를 빼십시오",
        )
    if arguments.row > arguments.every:
        raise BaasError(
            f"--row {arguments.row} is more than --every {arguments.every}: name fewer days in a row",
            f"--row {arguments.row}이(가) --every {arguments.every}보다 큽니다. 더 작은 값을 주십시오",
        )
    written = arguments.vehicles * arguments.days * arguments.row // arguments.every
    most = MOST_VEHICLE_DAYS * (10 if arguments.tables else 1)
    if written > most:
        raise BaasError(
            f"more than {most:,} written vehicle-days: raise --every or simulate fewer",
            f"쓸 차량·일이 {most:,}을 넘습니다. --every를 늘리거나 차량이나 날을 줄이십시오",
        )


def _first_day(given: str) -> date:
    try:
        start = date.fromisoformat(given)
    except ValueError as fault:
        raise BaasError(
            f"--start must be a date such as 2026-01-01, not {given!r}",
            f"--start는 2026-01-01 같은 날짜여야 합니다. 지금 값: {given!r}",
        ) from fault
    if not 2000 <= start.year <= 2090:
        raise BaasError(
            f"--start must lie between 2000 and 2090, not {start.year}",
            f"--start는 2000년에서 2090년 사이여야 합니다. 지금 값: {start.year}년",
        )
    return start


def _checked(arguments: argparse.Namespace) -> Order:
    """What is to be simulated, where it can be."""
    _check_numbers(arguments)
    start = _first_day(arguments.start)
    return Order(
        arguments.out, arguments.vehicles, arguments.days, arguments.seed, start, arguments.interval,
        arguments.mess, Written(arguments.every, arguments.row), load_rules(arguments.faults), arguments.jobs,
        THIN if arguments.thin else None,
    )  # fmt: skip


def _rows(order: Order, ko: bool, quiet: bool) -> str:
    """Simulate into files; what came of it."""
    begun = time.monotonic()

    def progress(done: int) -> None:
        if not quiet:
            left = (time.monotonic() - begun) / done * (order.vehicles - done)
            told = (
                f"{order.vehicles}대 중 {done}대, {left:.0f}초 남음"
                if ko
                else f"{done}/{order.vehicles} vehicles, {left:.0f} s left"
            )
            print(f"\r{told}  ", end="", file=sys.stderr, flush=True)

    rows = sum(line.rows for truth in simulate(order, progress) for line in truth.files)
    seconds = time.monotonic() - begun
    if ko:
        return f"가상 차량 {order.vehicles}대, {rows:,}행, {seconds:.0f}초"
    return f"{order.vehicles} simulated vehicles, {rows:,} rows, {seconds:.0f} s"


def _tables(order: Order, ko: bool, quiet: bool) -> str:
    """Simulate into a store; what came of it."""
    from baas.simulate.tablefleet import simulate_tables  # pandas takes a second to load, which rows do not need

    begun = time.monotonic()

    def progress(stage: str, done: int, total: int) -> None:
        if not quiet:
            print(f"\r{_STAGES[stage] if ko else stage} {done}/{total}  ", end="", file=sys.stderr, flush=True)

    days = sum(len(truth.days) for truth in simulate_tables(order, progress))
    seconds = time.monotonic() - begun
    if ko:
        return f"가상 차량 {order.vehicles}대, 차량·일 {days:,}개, {seconds:.0f}초"
    return f"{order.vehicles} simulated vehicles, {days:,} vehicle-days, {seconds:.0f} s"


def main(given: Sequence[str]) -> int:
    """Run the command; 0 when the fleet is whole."""
    arguments = _parser().parse_args(given)
    order = _checked(arguments)
    told = (_tables if arguments.tables else _rows)(order, arguments.lang == "ko", arguments.quiet)
    if not arguments.quiet:
        print(f"\r{told}", file=sys.stderr)
    print(order.out)
    return 0
