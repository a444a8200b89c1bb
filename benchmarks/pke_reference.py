"""Prints the percentiles of positive kinetic energy by sampling step that `baas/metrics/driving_habit.py` carries.

python benchmarks/pke_reference.py [folder of drives]    (default ../shared/data/bmw_i3)

Each drive holds speed at 0.1 s. It is cut into stretches of 5 km; each stretch is thinned to the step from up to ten
starting rows, whose mean is taken, so that the table does not depend on where a recording happens to start.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from baas.metrics.driving_habit import PERCENTILE_POINTS, REFERENCE_PKE  # noqa: E402

DRIVES = ROOT.parent / "shared" / "data" / "bmw_i3"
SPEED = "Velocity [km/h]"
RECORDED_S = 0.1
STRETCH_M = 5000.0

Reals = NDArray[np.float64]


def speeds_m_s(folder: Path) -> list[Reals]:
    """Speed of every drive at 0.1 s."""
    files = sorted(folder.glob("Trip*.csv"))
    if not files:
        raise SystemExit(f"{folder}: no Trip*.csv; give the folder of the drives as argument")
    return [
        pd.read_csv(file, sep=";", encoding="latin-1", usecols=[SPEED])[SPEED].to_numpy(float) / 3.6 for file in files
    ]


def stretches(speed: Reals) -> list[Reals]:
    """Consecutive parts of a drive, each at least 5 km long; what remains at the end is left out."""
    metres = np.cumsum(speed) * RECORDED_S
    cuts = [0]
    while True:
        end = int(np.searchsorted(metres, metres[cuts[-1]] + STRETCH_M))
        if end >= len(metres):
            return [speed[start : stop + 1] for start, stop in pairwise(cuts)]
        cuts.append(end)


def pke_m_s2(speed: Reals, step_s: float) -> float:
    """Sum of rises of squared speed over distance, as seen every `step_s`."""
    rows = round(step_s / RECORDED_S)
    seen = []
    for start in range(0, rows, max(1, rows // 10)):
        thin = speed[start::rows]
        metres = float(((thin[1:] + thin[:-1]) / 2).sum()) * step_s
        seen.append(float(np.maximum(0, np.diff(thin**2)).sum()) / metres)
    return float(np.mean(seen))


def table(folder: Path = DRIVES) -> list[tuple[float, tuple[float, ...]]]:
    """Step [s] and PKE [m/s²] at the percentiles of the metric, to three decimals."""
    parts = [part for speed in speeds_m_s(folder) for part in stretches(speed)]
    shares = [share for share, _ in PERCENTILE_POINTS]
    rows = []
    for step in REFERENCE_PKE:
        quantiles = np.quantile([pke_m_s2(part, step) for part in parts], shares)
        rows.append((step, tuple(round(float(value), 3) for value in quantiles)))
    return rows


def main() -> None:
    """Prints the table and how much it rests on."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DRIVES
    drives = speeds_m_s(folder)
    km = sum(float(speed.sum()) for speed in drives) * RECORDED_S / 1000
    count = sum(len(stretches(speed)) for speed in drives)
    print(f"{len(drives)} drives, {km:.0f} km, {count} stretches of {STRETCH_M / 1000:.0f} km; PKE in m/s²")
    print("step_s " + " ".join(f"   P{100 * share:02.0f}" for share, _ in PERCENTILE_POINTS))
    for step, row in table(folder):
        print(f"{step:6.0f} " + " ".join(f"{value:6.3f}" for value in row))


if __name__ == "__main__":
    main()
