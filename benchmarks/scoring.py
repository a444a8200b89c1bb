"""Speed and memory of a first scoring against bare parses of the same files: python -m benchmarks.scoring

Every contender is a process of its own, timed from its start to its end; rounds are interleaved, medians are told.
The first target: the scorer takes at most 1.8 times as long as the bare typed parse by Polars, and its processes
together never hold more than 1 GB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.fleet_files import Fleet, scalar_names, write

ROOT = Path(__file__).resolve().parent.parent
#: between two looks at the memory of a process tree
_SAMPLE_S = 0.1
TARGET_RATIO, TARGET_MB = 1.8, 1000


# -- contenders, each run as `python -m benchmarks.scoring --contender NAME FILE ...` -------------------------------


def _typed(path: Path) -> dict[str, str]:
    """Column name -> text, float or whole, as anybody who knows the feed would declare them."""
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    numbers = {
        *scalar_names(),
        *(name for name in names if name[-1].isdigit() and name.startswith(("cell_v_", "mod_temp_"))),
    }
    return {name: "float" if name in numbers else "text" for name in names}


def polars_parse(paths: Sequence[Path]) -> int:
    """Every column parsed to its type, streaming; the sums make sure that nothing is skipped."""
    import polars as pl

    schema = {name: pl.Float64 if kind == "float" else pl.String for name, kind in _typed(paths[0]).items()}
    numbers, texts = pl.col(pl.Float64).sum(), pl.col(pl.String).str.len_bytes().sum()
    frame = pl.scan_csv(list(paths), schema=schema).select(pl.len().alias("rows"), numbers, texts)
    return int(frame.collect(engine="streaming")["rows"][0])


def polars_lists(paths: Sequence[Path]) -> int:
    """The same, and every list split into numbers."""
    import polars as pl

    schema = {name: pl.Float64 if kind == "float" else pl.String for name, kind in _typed(paths[0]).items()}
    lists = ("cell_volt_list", "mod_temp_list")
    split = [pl.col(name).str.split(",").list.eval(pl.element().cast(pl.Float64)).list.sum().sum() for name in lists]
    numbers, texts = pl.col(pl.Float64).sum(), pl.col(pl.String).exclude(lists).str.len_bytes().sum()
    frame = pl.scan_csv(list(paths), schema=schema).select(pl.len().alias("rows"), numbers, texts, *split)
    return int(frame.collect(engine="streaming")["rows"][0])


def _pandas_rows(path: Path) -> int:
    import pandas as pd

    types = {name: "float64" if kind == "float" else "str" for name, kind in _typed(path).items()}
    return sum(len(chunk) for chunk in pd.read_csv(path, engine="c", dtype=types, chunksize=50_000))


def pandas_parse(paths: Sequence[Path]) -> int:
    """The C engine of pandas in two processes."""
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        return sum(pool.map(_pandas_rows, paths))


CONTENDERS: dict[str, Callable[[Sequence[Path]], int]] = {
    "polars": polars_parse,
    "polars+lists": polars_lists,
    "pandas x 2": pandas_parse,
}


# -- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """One run: seconds from start to end, CPU seconds of the tree, peak memory of the tree [MB]."""

    seconds: float
    cpu_s: float
    peak_mb: float


def _own_mb(process: psutil.Process) -> float:
    """Memory of a process; pages that several share are divided among them, where the system tells."""
    with suppress(psutil.Error, OSError):
        info = process.memory_full_info()
        return float(getattr(info, "pss", info.rss)) / 1e6
    return 0.0


@dataclass
class _Tree:
    """A process and all it starts, looked at again and again."""

    root: psutil.Process
    peak_mb: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)
    _peak_rss: float = 0.0

    def look(self) -> None:
        """CPU time so far, and memory whenever it grew."""
        rss, found = 0.0, [self.root, *self.root.children(recursive=True)]
        for one in found:
            with suppress(psutil.Error, OSError):
                times = one.cpu_times()
                self.cpu[one.pid] = float(times.user + times.system)
                rss += one.memory_info().rss
        if rss > 1.02 * self._peak_rss:
            self._peak_rss = rss
            self.peak_mb = max(self.peak_mb, sum(map(_own_mb, found)))


def measured(command: Sequence[str]) -> Measured:
    """Run a command and watch it."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    tree, done = _Tree(psutil.Process(process.pid)), threading.Event()

    def watch() -> None:
        with suppress(psutil.Error):
            while not done.wait(_SAMPLE_S):
                tree.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    status = process.wait()
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return Measured(seconds, sum(tree.cpu.values()), tree.peak_mb)


def _contender(name: str, paths: Sequence[Path]) -> Measured:
    return measured([sys.executable, "-m", "benchmarks.scoring", "--contender", name, *map(str, paths)])


def _scorer(folder: Path, jobs: int) -> Measured:
    """A first scoring into a new folder."""
    results = Path(tempfile.mkdtemp(prefix="baas-benchmark-results-"))
    try:
        return measured(
            [
                sys.executable, "vehicle_battery_scorer.py", "--source", "csv", "--input", str(folder),
                "--jobs", str(jobs), "--output", str(results / "vehicle_scores.csv"), "--quiet",
            ]
        )  # fmt: skip
    finally:
        shutil.rmtree(results, ignore_errors=True)


def _rows(paths: Sequence[Path]) -> int:
    total = 0
    for path in paths:
        with path.open("rb") as file:
            total += sum(piece.count(b"\n") for piece in iter(lambda file=file: file.read(1 << 20), b"")) - 1
    return total


def compare(fleet: Fleet, rounds: int, jobs: int) -> dict[str, object]:
    """Interleaved rounds of all contenders on one fleet; prints a table."""
    folder = Path(tempfile.mkdtemp(prefix="baas-benchmark-"))
    try:
        paths = write(fleet, folder)
        megabytes, rows = sum(path.stat().st_size for path in paths) / 1e6, _rows(paths)
        base = "polars+lists" if fleet.form == "list" else "polars"
        names = ["polars", *(["polars+lists"] if fleet.form == "list" else []), "pandas x 2"]
        found: dict[str, list[Measured]] = {name: [] for name in (*names, "scorer")}
        for _ in range(rounds):
            for name in names:
                found[name].append(_contender(name, paths))
            found["scorer"].append(_scorer(folder, jobs))
        return _told(fleet, found, base, megabytes, rows, len(paths))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(
    fleet: Fleet, found: dict[str, list[Measured]], base: str, megabytes: float, rows: int, files: int
) -> dict[str, object]:
    """Print the medians; what was printed."""
    where = "one file" if fleet.in_one_file else f"{files} files"
    print(f"\n{fleet.form} cells, {where}, {megabytes:.0f} MB, {rows:,} rows")
    print(f"{'':14}{'seconds':>9}{'cpu s':>8}{'rows/s':>11}{'MB/s':>7}{'peak MB':>9}{'ratio':>7}")
    reference = statistics.median(one.seconds for one in found[base])
    lines: dict[str, object] = {"form": fleet.form, "one_file": fleet.in_one_file, "megabytes": megabytes, "rows": rows}
    for name, runs in found.items():
        seconds, cpu = (statistics.median(getattr(one, what) for one in runs) for what in ("seconds", "cpu_s"))
        peak = max(one.peak_mb for one in runs)
        ratio = seconds / reference
        print(
            f"{name:14}{seconds:9.2f}{cpu:8.2f}{rows / seconds:11,.0f}{megabytes / seconds:7.0f}{peak:9.0f}{ratio:7.2f}"
        )
        lines[name] = {"seconds": seconds, "cpu_s": cpu, "peak_mb": peak, "ratio": ratio}
    return lines


def main() -> None:
    """Arguments -> tables."""
    line = argparse.ArgumentParser(prog="python -m benchmarks.scoring", description=__doc__)
    line.add_argument("--contender", nargs="+", help=argparse.SUPPRESS)
    line.add_argument("--megabytes", type=int, default=400, help="size of each fleet")
    line.add_argument("--rounds", type=int, default=3)
    line.add_argument("--jobs", type=int, default=0, help="processes of the scorer, 0 for as many as cores")
    line.add_argument("--only", choices=("wide", "list", "one"), help="one case only")
    line.add_argument("--json", type=Path, help="also write the figures here")
    given = line.parse_args()
    if given.contender:
        print(CONTENDERS[given.contender[0]]([Path(name) for name in given.contender[1:]]))
        return
    cases = {
        "wide": Fleet(given.megabytes, "wide"),
        "list": Fleet(given.megabytes, "list"),
        "one": Fleet(given.megabytes, "wide", in_one_file=True),
    }
    told = [compare(fleet, given.rounds, given.jobs) for name, fleet in cases.items() if given.only in (None, name)]
    print(f"\ntargets: ratio at most {TARGET_RATIO}, peak at most {TARGET_MB} MB")
    if given.json:
        given.json.write_text(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
