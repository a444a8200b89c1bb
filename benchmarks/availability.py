"""Which share of a scored fleet has the signals and the sampling that each metric needs: the tables of
DATA_AVAILABILITY_PLAN.md.

    python -m benchmarks.availability results/
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from baas.results import read_rows, where
from baas.vehicles import EXPECTED_SIGNALS

#: sampling steps at which what can be measured changes, in seconds
STEPS = ((1.5, "<= 1.5 s"), (12.5, "<= 12.5 s"), (60.0, "<= 60 s"), (float("inf"), "> 60 s"))


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none"


def main(folder: Path) -> None:
    quality = read_rows(where(folder, "data_quality.csv"))
    lines = read_rows(where(folder, "score_lines.csv"))
    vehicles = len(quality)
    print(f"{vehicles} vehicles with telemetry in {folder}\n\n| signal | vehicles that send it |\n|---|---|")
    missing = Counter(name for row in quality for name in row["missing_signals"].split())
    for name in EXPECTED_SIGNALS:
        print(f"| `{name}` | {share(vehicles - missing[name], vehicles)} |")
    print("\n| step between rows | vehicles |\n|---|---|")
    steps = [float(row["sampling_s"] or "nan") for row in quality]
    low = 0.0
    for high, label in STEPS:
        print(f"| {label} | {share(sum(low < step <= high for step in steps), vehicles)} |")
        low = high
    print("\n| metric | vehicles assessed |\n|---|---|")
    metrics = [line for line in lines if line["line"] not in ("model_year", "safety_cap", "coverage_cap")]
    for name in dict.fromkeys(line["line"] for line in metrics):
        mine = [line for line in metrics if line["line"] == name]
        print(f"| {name} | {share(sum(bool(line['points']) for line in mine), len(mine))} |")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
