"""Real recordings and a simulated fleet side by side: python benchmarks/plausibility.py [--out plausibility.png].

Prints the 5th, 50th and 95th percentile of what an analyst would look at first, and draws the distributions. A line is
marked when the medians differ by more than a factor of two.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from baas.ingest.files import find_files  # noqa: E402
from baas.ingest.formats import load_formats  # noqa: E402
from baas.ingest.reader import ReadSettings, read_file  # noqa: E402
from baas.settings import Settings  # noqa: E402
from baas.signals import MISSING_MV, Signals, concatenate  # noqa: E402
from baas.simulate.fleet import simulate  # noqa: E402
from baas.simulate.months import Order  # noqa: E402
from baas.simulate.state import Written  # noqa: E402

REAL = ROOT.parent / "shared" / "data" / "fleet_export"
#: seed of the simulated side; used nowhere else
SEED = 20190425
Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """One thing to compare: its name and unit, and the range of the picture."""

    name: str
    unit: str
    low: float
    high: float


LOOKS = (
    Look("middle four fifths of cells at rest", "mV", 0, 60),
    Look("cell noise from row to row at rest", "mV", 0, 4),
    Look("slope of cell voltage, 50-95 % SOC", "mV/%", 0, 16),
    Look("slope of cell voltage, 20-45 % SOC", "mV/%", 0, 16),
    Look("spread of module temperatures", "°C", 0, 6),
    Look("acceleration while moving, absolute", "m/s²", 0, 2.5),
    Look("positive kinetic energy of drives", "m/s²", 0, 1),
    Look("speed while moving", "km/h", 0, 130),
    Look("length of drives", "km", 0, 60),
    Look("duration of drives", "min", 0, 90),
    Look("power while driving, absolute", "kW", 0, 60),
    Look("pack voltage less sum of cells", "V", -3, 3),
)


def vehicles(folder: Path) -> Iterator[Signals]:
    """The BMS rows of each device below a folder, in order of time, without repeats."""
    settings = Settings()
    how = ReadSettings("Asia/Seoul", settings.archive_limit_bytes, settings.archive_ratio_limit, load_formats(()))
    parts: dict[str, list[Signals]] = {}
    for file in find_files([folder])[0]:
        for item in read_file(file, how, 0):
            if isinstance(item, Signals) and item.kind == "bms":
                for number, device in enumerate(item.devices):
                    parts.setdefault(device.zfill(11), []).append(item.take(item.device == number))
    for found in parts.values():
        whole = concatenate(found)
        yield whole.take(np.unique(whole.time_ms, return_index=True)[1])


def _finite(values: NDArray) -> Samples:
    array = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array)]


def _slopes(cell_mv: Samples, soc: Samples, low: float, high: float) -> Samples:
    """Rise of the median resting cell voltage over five percent of SOC, per percent."""
    steps = np.arange(low, high + 1, 5.0)
    medians = [
        np.median(cell_mv[np.abs(soc - step) < 1.0]) if (np.abs(soc - step) < 1.0).sum() > 5 else np.nan
        for step in steps
    ]
    return _finite(np.diff(medians) / 5)


def _drives(speed: Samples, time_s: Samples) -> Iterator[NDArray[np.intp]]:
    """Row numbers of drives: moving rows that are not more than five minutes apart, ten rows at least."""
    moving = np.flatnonzero(speed > 1)
    for block in np.split(moving, np.flatnonzero(np.diff(time_s[moving]) > 300) + 1):
        if len(block) >= 10:
            yield np.arange(block[0], block[-1] + 1)


def looked_at(signals: Signals) -> Mapping[str, Samples]:
    """The samples of every look for one vehicle."""
    time_s = signals.time_ms / 1000
    step = np.diff(time_s)
    speed = np.nan_to_num(signals.column("emobility_spd").astype(np.float64))
    current, soc = (signals.column(name).astype(np.float64) for name in ("pack_current", "soc"))
    power = np.abs(current * signals.column("pack_volt")) / 1000
    used = signals.cells_mv[
        :, (signals.cells_mv[:100] != MISSING_MV).any(axis=0) & (signals.cells_mv[:100] > 0).any(axis=0)
    ]
    cells = np.where((used == MISSING_MV) | (used < 1500), np.nan, used.astype(np.float64))
    rest = (np.abs(current) < 3) & (speed < 1) & np.isfinite(cells).all(axis=1)
    middle = np.full(len(cells), np.nan)
    middle[rest] = np.median(cells[rest], axis=1)
    spread = np.full(len(cells), np.nan)  # two of the recorded packs have bad cells, which would set the whole spread
    spread[rest] = np.percentile(cells[rest], 90, axis=1) - np.percentile(cells[rest], 10, axis=1)
    deviation = cells - middle[:, None]
    pair = rest[1:] & rest[:-1] & (step < 61)
    probes = np.where((signals.modules_c > 60) | (signals.modules_c < -30), np.nan, signals.modules_c)
    probes = probes[:, np.isfinite(probes).any(axis=0)]
    change = np.diff(speed) / 3.6 / step
    moving = (step < 11) & ((speed[1:] > 1) | (speed[:-1] > 1))
    drives = list(_drives(speed, time_s))
    odometer = np.where(signals.column("odometer") > 0, signals.column("odometer"), np.nan)
    whole = np.isfinite(probes).all(axis=1)
    return {
        LOOKS[0].name: spread[rest & (soc > 40) & (soc < 95)],
        LOOKS[1].name: _finite(np.diff(deviation, axis=0)[pair].std(axis=0) / np.sqrt(2))
        if pair.sum() > 50
        else np.zeros(0),
        LOOKS[2].name: _slopes(middle[rest], soc[rest], 50, 95),
        LOOKS[3].name: _slopes(middle[rest], soc[rest], 20, 45),
        LOOKS[4].name: np.ptp(probes[whole], axis=1) if whole.any() else np.zeros(0),
        LOOKS[5].name: np.abs(_finite(change[moving])),
        LOOKS[6].name: _finite(np.array([_pke(speed[rows], time_s[rows]) for rows in drives])),
        LOOKS[7].name: speed[speed > 1],
        LOOKS[8].name: _finite(np.array([np.nanmax(odometer[rows]) - np.nanmin(odometer[rows]) for rows in drives])),
        LOOKS[9].name: np.array([(time_s[rows[-1]] - time_s[rows[0]]) / 60 for rows in drives]),
        LOOKS[10].name: _finite(power[speed > 1]),
        LOOKS[11].name: _finite(signals.column("pack_volt")[rest] - cells[rest].sum(axis=1) / 1000),
    }


def _pke(speed_kmh: Samples, time_s: Samples) -> float:
    """Positive changes of squared speed over distance, seen at steps of about ten seconds [m/s²]."""
    stride = max(1, round(10 / float(np.median(np.diff(time_s)))))
    if np.median(np.diff(time_s)) > 11:
        return float("nan")
    speed, times = speed_kmh[::stride] / 3.6, time_s[::stride]
    distance = float((speed[:-1] * np.diff(times)).sum())
    return float(np.maximum(np.diff(speed**2), 0).sum() / distance) if distance > 500 else float("nan")


def pooled(folder: Path, skip: tuple[str, ...] = ()) -> dict[str, Samples]:
    """The samples of all vehicles, at most 200 quantiles of each, so that none outweighs the others."""
    found: dict[str, list[Samples]] = {look.name: [] for look in LOOKS}
    for signals in vehicles(folder):
        if signals.devices[int(signals.device[0])].zfill(11) in skip:
            continue
        for name, samples in looked_at(signals).items():
            if len(samples):
                count = min(len(samples), 200)
                found[name].append(np.percentile(samples, (np.arange(count) + 0.5) / count * 100))
    return {name: np.concatenate(parts) if parts else np.zeros(0) for name, parts in found.items()}


def _draw(real: Mapping[str, Samples], made: Mapping[str, Samples], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(4, 3, figsize=(15, 14))
    for look, axis in zip(LOOKS, axes.flat, strict=True):
        for samples, label, colour in ((real[look.name], "real", "#444444"), (made[look.name], "simulated", "#d95f02")):
            edges = np.linspace(look.low, look.high, 41)
            axis.hist(
                np.clip(samples, look.low, look.high),
                edges,
                density=True,
                histtype="step",
                label=label,
                color=colour,
                lw=1.5,
            )
        axis.set_title(f"{look.name} [{look.unit}]", fontsize=10)
        axis.set_yticks([])
    axes.flat[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=70)


def _line(look: Look, real: Samples, made: Samples) -> str:
    def told(samples: Samples) -> str:
        return " ".join(f"{value:8.2f}" for value in np.percentile(samples, (5, 50, 95)))

    ratio = float(np.median(made) / float(np.median(real)))
    mark = "" if 0.5 <= ratio <= 2 or look.low < 0 else "  <- differs by more than a factor of two"
    return f"{look.name:38s} {look.unit:5s} {told(real)}   {told(made)}   {ratio:5.2f}{mark}"


def main() -> None:
    """Simulate, compare, print, draw."""
    parser = argparse.ArgumentParser(description="Real recordings and a simulated fleet side by side.")
    parser.add_argument("--out", type=Path, default=Path("plausibility.png"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "fleet"
        simulate(Order(out, 7, 20, SEED, date(2026, 5, 1), 10, False, Written(), (), 0))
        made = pooled(out, skip=("01290000007",))  # the LFP type: the recordings have none
    real = pooled(REAL)
    print(f"{'':44s} {'real: 5 %, 50 %, 95 %':28s} {'simulated':28s} ratio of medians")
    for look in LOOKS:
        if len(real[look.name]) and len(made[look.name]):
            print(_line(look, real[look.name], made[look.name]))
    _draw(real, made, arguments.out)
    print(arguments.out)


if __name__ == "__main__":
    main()
