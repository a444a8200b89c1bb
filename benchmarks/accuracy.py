"""Every estimate against the truth of a simulated fleet, beside naive baselines: python benchmarks/accuracy.py.

The seed is used nowhere else, so nothing was tuned on this fleet. An estimator that does not exist yet is "absent".
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
SEED = 770_219
#: fault -> checks of findings.csv that count as finding it
FOUND_BY = {
    "self_discharge_cell": ("self_discharge_cell", "weak_cell", "cell_imbalance"),
    "weak_cell": ("weak_cell", "cell_imbalance", "self_discharge_cell"),
    "high_resistance_cell": ("high_resistance_cell",),
    "hot_module": ("hot_module", "thermal_event"),
    "stuck_sensor": ("stuck_sensor",),
    "insulation_drop": ("insulation_drop",),
    "odometer_rollback": ("odometer_rollback",),
    "odometer_freeze": ("odometer_freeze", "gps_conflict"),
    "odometer_reset": ("odometer_reset", "odometer_rollback"),
    "odometer_jump": ("odometer_jump",),
    "odometer_scale": ("odometer_scale", "gps_conflict"),
    "gps_conflict": ("gps_conflict",),
    "silent_days": ("silent",),
    "pack_replacement": ("pack_replaced",),
    "abusive_charging": ("frequent_dc", "parked_full", "deep_discharge"),
}
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Case:
    """A simulated fleet, the results of the scorer on it, and its truth."""

    fleet: Path
    results: Path

    def truth(self, name: str) -> pd.DataFrame:
        """A table of the truth; device numbers are text."""
        return pd.read_csv(self.fleet / "truth" / f"{name}.csv", dtype={"device_no": str})

    def result(self, name: str) -> pd.DataFrame | None:
        """A table of the results, None when the scorer does not write it."""
        path = self.results / f"{name}.csv"
        return pd.read_csv(path, dtype={"device_no": str}) if path.exists() else None


def _percent(errors: pd.Series) -> str:
    """Mean and 95th percentile of absolute errors."""
    size = errors.abs().dropna()
    return f"{size.mean():.2f} (p95 {size.quantile(0.95):.2f})" if len(size) else "none"


def _versus(label: str, errors: pd.Series) -> str:
    return f"{label} {_percent(errors)}"


def capacity(case: Case) -> Iterator[Row]:
    """Capacity by month against the true one, in percent of it; then how often the interval holds it."""
    found, true = case.result("soh_monthly"), case.truth("capacity_monthly")
    if found is None or not len(found):
        yield "capacity by month, error %", "", "absent", ""
        yield "capacity interval, coverage %", "", "absent", ""
        return
    rated = case.truth("vehicles")[["device_no", "rated_ah"]]
    both = found.merge(true, on=["device_no", "month"], suffixes=("", "_true")).merge(rated, on="device_no")
    error = 100 * (both["capacity_ah"] / both["capacity_ah_true"] - 1)
    told = 100 * (both["bms_soh_pct"] / 100 * both["rated_ah"] / both["capacity_ah_true"] - 1)
    mean = 100 * (both["capacity_ah"].div(both["rated_ah"]).mean() * both["rated_ah"] / both["capacity_ah_true"] - 1)
    new = 100 * (both["rated_ah"] / both["capacity_ah_true"] - 1)
    baselines = "; ".join((_versus("BMS soh", told), _versus("fleet mean", mean), _versus("as new", new)))
    yield "capacity by month, error %", f"{error.notna().sum()} of {len(true)}", _percent(error), baselines
    inside = both["capacity_ah_true"].between(both["capacity_low_ah"], both["capacity_high_ah"])
    width = 100 * ((both["capacity_high_ah"] - both["capacity_low_ah"]) / both["capacity_ah"]).median()
    yield "capacity interval, coverage %", str(len(both)), f"{100 * inside.mean():.0f} (width {width:.1f})", ""


def fade(case: Case) -> Iterator[Row]:
    """Fade rate in percent points of rated capacity per year."""
    found, true = case.result("battery_life"), case.truth("vehicles")
    if found is None or not len(found):
        yield "fade rate, error %/year", "", "absent", ""
        return
    both = found.drop_duplicates("device_no").merge(true, on="device_no")
    error = both["rate_pct_per_year"].abs() - both["fade_pct_per_year"]
    mean = both["fade_pct_per_year"].mean() - both["fade_pct_per_year"]
    inside = both["fade_pct_per_year"].between(
        both[["rate_low", "rate_high"]].abs().min(axis=1), both[["rate_low", "rate_high"]].abs().max(axis=1)
    )
    yield "fade rate, error %/year", str(len(both)), _percent(error), _versus("true fleet mean", mean)
    yield "fade interval, coverage %", str(len(both)), f"{100 * inside.mean():.0f}", ""


def _shown_km(fleet: Path, device: str) -> float:
    """Last odometer reading less the first, as the files show them."""
    paths = sorted(fleet.glob(f"*/{device}/bms_*.csv"))
    first = pd.read_csv(paths[0], usecols=["odometer"])["odometer"].dropna()
    last = pd.read_csv(paths[-1], usecols=["odometer"])["odometer"].dropna()
    return float(last.iloc[0] - first.iloc[-1])


def distance(case: Case) -> Iterator[Row]:
    """Distance between the first and the last row; baseline is last less first odometer reading."""
    found, days = case.result("vehicle_scores"), case.truth("daily")
    if found is None:
        yield "distance of the period, error %", "", "absent", ""
        return
    both = days.merge(found[["device_no", "distance_km", "last_time"]], on="device_no")
    both = both[both["date"] <= both["last_time"].str[:10]]
    told = both.groupby("device_no").agg(true=("km", "sum"), km=("distance_km", "first"))
    shown = pd.Series({device: _shown_km(case.fleet, device) for device in told.index})
    error, naive = (100 * (km / told["true"] - 1) for km in (told["km"], shown))
    yield "distance of the period, error %", str(len(told)), _percent(error), _versus("last - first", naive)


def daily_km(case: Case) -> Iterator[Row]:
    """Kilometres of each written day."""
    found, true = case.result("mileage_daily"), case.truth("daily")
    if found is None or not len(found):
        yield "km per day, error km", "", "absent", ""
        return
    both = found.merge(true, on=["device_no", "date"], suffixes=("", "_true"))
    mean = both["km_true"].mean() - both["km_true"]
    yield "km per day, error km", str(len(both)), _percent(both["km"] - both["km_true"]), _versus("mean day", mean)


def _paired(found: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    """Sessions of the same vehicle whose starts are nearest, at most 15 minutes apart."""
    found = found.assign(at=pd.to_datetime(found["start_time"])).sort_values("at")
    true = true.assign(at=pd.to_datetime(true["start_time"])).sort_values("at")
    limit = pd.Timedelta(minutes=15)
    both = pd.merge_asof(
        found, true, on="at", by="device_no", direction="nearest", tolerance=limit, suffixes=("", "_true")
    )
    return both.dropna(subset=["start_time_true"]).drop_duplicates(["device_no", "start_time_true"])


def _written(case: Case, sessions: pd.DataFrame) -> pd.DataFrame:
    """Sessions that lie wholly in time for which files have rows: same days at both ends as the day table."""
    found = case.result("data_quality")
    if found is None:
        return sessions
    marker = json.loads((case.fleet / "truth" / "simulated.json").read_text(encoding="utf-8"))
    first = pd.to_datetime(case.truth("daily")["date"]).min()
    days = [
        (pd.to_datetime(sessions[name]) - first).dt.days % marker["every"] < marker["row"]
        for name in ("start_time", "end_time")
    ]
    return sessions[days[0] & days[1]]


def sessions(case: Case) -> Iterator[Row]:
    """Trips and charges: how many are found, how many are not there, and their energy."""
    true = _written(case, case.truth("sessions"))
    for name, kind, energy in (("trips", "drive", "out_kwh"), ("charging_sessions", "charge", "in_kwh")):
        found = case.result(name)
        if found is None or not len(found):
            yield f"{name}: found and true, F1", "", "absent", ""
            yield f"{name}: energy, error %", "", "absent", ""
            continue
        real = true[(true["kind"] == kind) & (true[energy] > 0.2)]
        both = _paired(found, real)
        score = 2 * len(both) / (len(found) + len(real))
        net = both["out_kwh"] - both["in_kwh"] if kind == "drive" else both["in_kwh"]
        error = 100 * (both["energy_kwh"].abs() / net.abs() - 1)
        by_soc = 100 * ((both["end_soc"] - both["start_soc"]).abs() / 100 * 64 / net.abs() - 1)
        yield f"{name}: found and true, F1", str(len(real)), f"{score:.3f}", ""
        yield f"{name}: energy, error %", str(len(both)), _percent(error), _versus("SOC x 64 kWh", by_soc)
        if kind == "charge":
            same = (both["mode"] == both["mode_true"]).mean()
            yield "charging mode, right %", str(len(both)), f"{100 * same:.1f}", ""


def sites(case: Case) -> Iterator[Row]:
    """Charging sites found within 100 m of a true one."""
    found, true = case.result("charging_sites"), case.truth("sites")
    if found is None or not len(found):
        yield "charging sites, found %", "", "absent", ""
        return
    gap = [
        np.hypot(
            (true["lat"] - row.lat) * 111_195, (true["lng"] - row.lng) * 111_195 * np.cos(np.radians(row.lat))
        ).min()
        for row in found.itertuples()
    ]
    near = np.array(gap) < 100
    yield (
        "charging sites, found %",
        str(len(true)),
        f"{100 * near.sum() / len(true):.0f} ({(~near).sum()} too many)",
        "",
    )


def signs(case: Case) -> Iterator[Row]:
    """Sign of current."""
    found, true = case.result("data_quality"), case.truth("vehicles")
    if found is None:
        yield "sign of current, right %", "", "absent", ""
        return
    both = found.merge(true[["device_no", "current_sign"]], on="device_no", suffixes=("", "_true"))
    right = (both["current_sign"] == both["current_sign_true"]).mean()
    usual = (both["current_sign_true"] == "discharge_positive").mean()
    yield "sign of current, right %", str(len(both)), f"{100 * right:.1f}", f"always discharge + {100 * usual:.1f}"


def detection(case: Case) -> Iterator[Row]:
    """Each fault: vehicles found, told begin against the true one; false alarms of its checks in healthy vehicles."""
    found, true = case.result("findings"), case.truth("faults")
    months = len(case.truth("capacity_monthly"))
    if found is None:
        yield "faults found", "", "absent", ""
        return
    loud = found[found["severity"] != "info"]
    for fault, checks in FOUND_BY.items():
        real = true[true["fault"] == fault]
        alarms = loud[loud["check"].isin(checks)]
        hits = real.merge(alarms, on="device_no").drop_duplicates("device_no")
        onset = (pd.to_datetime(hits["first_time"]) - pd.to_datetime(hits["start_time"])).dt.days
        guilty = true[true["fault"].map(lambda name, own=checks: bool(set(FOUND_BY.get(name, ())) & set(own)))]
        false = alarms[~alarms["device_no"].isin(guilty["device_no"])]
        told = f"{len(hits)} of {len(real)}" + (f", begun {onset.median():+.0f} days from it" if len(hits) else "")
        yield f"fault {fault}", str(len(real)), told, f"{1000 * len(false) / months:.1f} false per 1,000 vehicle-months"


def stability(case: Case) -> Iterator[Row]:
    """Grades from the first and the second half of the period."""
    halves = [Case(case.fleet, case.results.parent / name).result("vehicle_scores") for name in ("half1", "half2")]
    if halves[0] is None or halves[1] is None:
        yield "grade of both halves the same, %", "", "absent", ""
        return
    both = halves[0].merge(halves[1], on="device_no").dropna(subset=["grade_x", "grade_y"])
    gap = (both["total_score_x"] - both["total_score_y"]).abs()
    same = 100 * (both["grade_x"] == both["grade_y"]).mean() if len(both) else float("nan")
    yield (
        "grade of both halves the same, %",
        str(len(both)),
        f"{same:.0f}",
        f"score differs by {gap.median():.1f} points",
    )


JUDGES: tuple[Callable[[Case], Iterator[Row]], ...] = (
    capacity, fade, distance, daily_km, sessions, sites, signs, detection, stability,
)  # fmt: skip


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def prepared(folder: Path, asked: argparse.Namespace) -> Case:
    """The fleet simulated and scored, whole and in halves."""
    fleet, results = folder / "fleet", folder / "results"
    size = ("--vehicles", str(asked.vehicles), "--days", str(asked.days))
    size += ("--every", str(asked.every), "--row", str(asked.row))
    start = pd.Timestamp("2025-01-01")
    _run(
        "-m", "baas", "simulate", "--out", str(fleet), *size, "--seed", str(asked.seed), "--thin", "--quiet",
        "--faults", "default", "--start", str(start.date()),
    )  # fmt: skip
    middle = start + pd.Timedelta(days=asked.days // 2)
    spans = {"results": (), "half1": ("--to", str(middle.date())), "half2": ("--from", str(middle.date()))}
    for name, span in spans.items():
        _run(
            "vehicle_battery_scorer.py", "--source", "csv", "--input", str(fleet), "--output",
            str(folder / name / "vehicle_scores.csv"), "--quiet", *span,
        )  # fmt: skip
    return Case(fleet, results)


def main() -> None:
    """Simulate, score, compare, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--vehicles", type=int, default=60)
    parser.add_argument("--days", type=int, default=360)
    parser.add_argument("--every", type=int, default=28, help="files have some days in a row every K days")
    parser.add_argument("--row", type=int, default=3, help="days in a row")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="folder for the fleet and its results instead of a temporary one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        case = prepared(folder, asked)
        print(f"{asked.vehicles} simulated vehicles, {asked.days} days, seed {asked.seed}\n")
        print("| estimate | n | mean absolute error or as named | baselines |\n| --- | --- | --- | --- |")
        for judge in JUDGES:
            for row in judge(case):
                print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
