"""`python -m baas simulate`: arguments -> Order -> a fleet in a folder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from baas.errors import BaasError
from baas.simulate.faults import load_rules
from baas.simulate.fleet import simulate
from baas.simulate.months import Order
from baas.simulate.thinning import THIN

#: chosen: a fleet of this many vehicle-days at 10 s fills about 1.4 TB and needs a day; more is a typing error
MOST_VEHICLE_DAYS = 1_000_000


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
    parser.add_argument("--every", type=int, default=1, metavar="K", help="write only each K-th day; life goes on")
    parser.add_argument("--thin", action="store_true", help="fewer rows while charging and standing, fewer cells")
    parser.add_argument("--mess", action="store_true", help="files as untidy as real exports")
    parser.add_argument("--faults", default="none", metavar="FILE", help="fault table (TOML), 'default' or 'none'")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes; 0 is one per core")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return parser


def _checked(arguments: argparse.Namespace) -> Order:
    limits = {
        "vehicles": (1, 99_999),
        "days": (1, 3660),
        "interval": (1, 300),
        "every": (1, 366),
        "seed": (0, 2**63),
        "jobs": (0, 256),
    }
    for name, (low, high) in limits.items():
        if not low <= getattr(arguments, name) <= high:
            raise BaasError(f"--{name} must lie between {low} and {high}, not {getattr(arguments, name)}")
    if arguments.vehicles * arguments.days // arguments.every > MOST_VEHICLE_DAYS:
        raise BaasError(f"more than {MOST_VEHICLE_DAYS:,} written vehicle-days: raise --every or simulate fewer")
    try:
        start = date.fromisoformat(arguments.start)
    except ValueError as fault:
        raise BaasError(f"--start must be a date such as 2026-01-01, not {arguments.start!r}") from fault
    if not 2000 <= start.year <= 2090:
        raise BaasError(f"--start must lie between 2000 and 2090, not {start.year}")
    return Order(
        arguments.out, arguments.vehicles, arguments.days, arguments.seed, start, arguments.interval,
        arguments.mess, arguments.every, load_rules(arguments.faults), arguments.jobs, THIN if arguments.thin else None,
    )  # fmt: skip


def main(given: Sequence[str]) -> int:
    """Run the command; 0 when the fleet is whole."""
    arguments = _parser().parse_args(given)
    order = _checked(arguments)
    begun = time.monotonic()

    def progress(done: int) -> None:
        if not arguments.quiet:
            left = (time.monotonic() - begun) / done * (order.vehicles - done)
            print(f"\r{done}/{order.vehicles} vehicles, {left:.0f} s left  ", end="", file=sys.stderr, flush=True)

    truths = simulate(order, progress)
    rows = sum(line.rows for truth in truths for line in truth.files)
    if not arguments.quiet:
        print(
            f"\r{order.vehicles} simulated vehicles, {rows:,} rows, {time.monotonic() - begun:.0f} s", file=sys.stderr
        )
    print(order.out)
    return 0
