"""Server time, memory and page sizes of the dashboard on a large fleet: python benchmarks/dashboard.py 1000 365.

Day tables are written straight into a store (no raw rows): what is measured is the dashboard. Real result files, real
schema, arrays of real size; vehicles differ, but their days repeat. Prints a table and the figures that README quotes.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import sqlite3
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PAGES = (
    "/",
    "/vehicles",
    "/vehicles?sort=-total_score&page=3",
    "/vehicles?q=0129&grade=C",
    "/types",
    "/findings",
    "/quality",
    "/quality?sort=-completeness_pct",
    "/methods",
    "/dictionary",
)
TYPES = (
    "EV6 Long Range 77.4",
    "IONIQ 5 Long Range 72.6",
    "Kona Electric OS 64",
    "Niro EV DE 64",
    "Porter II Electric 58.8",
)
CELLS = (192, 180, 98, 98, 90)
LAST = date(2026, 6, 30)


def fleet_files(folder: Path, vehicles: int, seed: int) -> None:
    """Result files of a fleet: scores, lines, quality, findings, files, run.json."""
    from baas.tables.results import DATA_QUALITY, FILES, FINDINGS, SCORE_LINES, VEHICLE_SCORES
    from baas.tables.spreadsheet import csv_bytes

    draw = random.Random(seed)
    reason = "정지 셀 편차 95% 값 SOC 4.1 %(기준 2.0 %), 0.041 V, 정지 5,969행, 0.02 V 단위"
    scores, lines, quality, findings, files = [], [], [], [], []
    metrics = ("cell_imbalance", "charging_pattern", "efficiency", "temperature", "driving_habit")
    for number in range(vehicles):
        device, kind = f"0129{number:07d}", number % len(TYPES)
        points = {name: draw.uniform(30, 100) for name in metrics}
        total = sum(points.values()) / 5 - 4
        grade = "A" if total >= 85 else "B" if total >= 70 else "C" if total >= 55 else "D"
        row = (
            dict.fromkeys(VEHICLE_SCORES.names, 1.0)
            | {
                "device_no": device,
                "car_type": TYPES[kind],
                "model_year": 2018 + number % 8,
                "first_time": "2025-07-01 00:00:00",
                "last_time": f"{LAST} {number % 24:02d}:00:00",
                "distance_km": draw.uniform(2e3, 4e4),
                "total_score": total,
                "base_score": total + 4,
                "model_year_deduction": 4,
                "grade": grade,
                "grade_name": "좋음",
                "status": "scored",
                "main_reason": reason,
                "main_reason_en": reason,
                "cell_imbalance_v": draw.uniform(0.005, 0.1),
            }
            | {f"{name}_score": value for name, value in points.items()}
        )
        scores.append([row[name] for name in VEHICLE_SCORES.names])
        lines += [
            [device, name, value / 10, "%", value, 0.2, (100 - value) / 5, reason, reason]
            for name, value in points.items()
        ]
        lines.append([device, "model_year", 3.0, "year", None, None, 4.0, reason, reason])
        known = dict.fromkeys(DATA_QUALITY.names, 10) | {
            "device_no": device,
            "completeness_pct": draw.uniform(60, 100),
            "current_sign": "discharge_positive",
            "first_time": row["first_time"],
            "last_time": row["last_time"],
            "missing_signals": "ext_temp" if number % 7 else "",
        }
        quality.append([known[name] for name in DATA_QUALITY.names])
        findings += [
            [
                device,
                "data",
                "out_of_range",
                "info" if at else "warning",
                row["first_time"],
                row["last_time"],
                12,
                None,
                3.0,
                "°C",
                "18번 모듈 온도 값 1개가 범위를 벗어나 제외했습니다(예: -40 °C).",
                "1 reading of mod_temp_18 was left out.",
            ]
            for at in range(number % 3)
        ]
        files += [
            [
                f"2026-{month:02d}/{device}/bms_{device}_2026-{month:02d}.csv",
                "0" * 64,
                "feed_bms",
                "utf-8",
                8640,
                8640,
                0,
                0,
                "read",
                "",
                "",
                "",
                "",
            ]
            for month in range(1, 13)
        ]
    for table, rows in (
        (VEHICLE_SCORES, scores),
        (SCORE_LINES, lines),
        (DATA_QUALITY, quality),
        (FINDINGS, findings),
        (FILES, files),
    ):
        (folder / f"{table.name}.csv").write_bytes(csv_bytes(table.names, rows))
    (folder / "run.json").write_text(json.dumps({"run_id": "benchmark", "settings": {"timezone": "Asia/Seoul"}}))


def day_arrays(cells: int, seed: int) -> dict[str, np.ndarray]:
    """Arrays of one vehicle-day, of the declared shapes."""
    from baas.tables.days import DAY_ARRAYS

    draw = np.random.default_rng(seed)
    size = {"cells": cells, "modules": 16}
    return {
        array.name: draw.integers(0, 400, [size.get(n, n) for n in array.shape]).astype(float)  # type: ignore[call-overload]
        for array in DAY_ARRAYS
    }


def day_tables(folder: Path, vehicles: int, days: int) -> None:
    """The store: vehicle-days, sessions and every summary."""
    from baas import summaries
    from baas.maths.day_arrays import pack_arrays
    from baas.methods import methods
    from baas.store.schema import prepare
    from baas.tables.days import DAILY, SESSIONS
    from baas.tables.files import STORE_NAME

    db = sqlite3.connect(folder / STORE_NAME, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    prepare(db)
    blobs = [pack_arrays({"x": np.zeros(8)}) for _ in TYPES]  # pages read no arrays of single days
    axis = [(LAST - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]
    months = sorted({day[:7] for day in axis})
    arrays = [day_arrays(cells, seed) for seed, cells in enumerate(CELLS)]
    month_blob = [pack_arrays(one) for one in arrays]
    weeks = sorted({summaries.monday(day) for day in axis})
    week_blob = [pack_arrays({"dev_mv": one["cell_dev_mv"].sum(axis=0), "low_n": one["cell_low_n"]}) for one in arrays]
    start_ms = [
        int((date.fromisoformat(day) - date(1970, 1, 1)).total_seconds() * 1000) - 9 * 3_600_000 for day in axis
    ]
    for table in summaries.SUMMARY_TABLES:
        names = ", ".join(f'"{column.name}"' for column in table)
        db.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({names}, PRIMARY KEY ({', '.join(table.key)}))")
    daily_marks, session_marks = (",".join("?" * (len(t.names) + n)) for t, n in ((DAILY, 2), (SESSIONS, 1)))
    for number in range(vehicles):
        device, kind = f"129{number:07d}", number % len(TYPES)
        base = dict.fromkeys(DAILY.names, 10.0) | {"device_no": device, "lost_gap_s": 600.0 * (number % 9)}
        db.executemany(
            f"INSERT INTO daily VALUES ({daily_marks})",
            [
                (day[:7], *(day if name == "date" else base[name] for name in DAILY.names), blobs[kind])
                for at, day in enumerate(axis)
                if (at + number) % 17
            ],
        )
        session = dict.fromkeys(SESSIONS.names, 20.0) | {"device_no": device, "inferred": 0, "mode": "ac"}
        db.executemany(
            f"INSERT INTO sessions VALUES ({session_marks})",
            [
                (
                    axis[at][:7],
                    *(
                        {"kind": what, "start_ms": ms + hour * 3_600_000, "end_ms": ms + (hour + 2) * 3_600_000}.get(
                            name, session[name]
                        )
                        for name in SESSIONS.names
                    ),
                )
                for at, ms in enumerate(start_ms)
                for what, hour in (("drive", 8), ("rest", 10), ("drive", 17), ("charge", 20))
            ],
        )
        db.executemany(
            "INSERT INTO vehicle_months VALUES (?,?,?,?)", [(device, m, "k", month_blob[kind]) for m in months]
        )
        db.executemany(
            "INSERT INTO cell_weeks VALUES (?,?,?,?,?)", [(device, w[:7], w, 400, week_blob[kind]) for w in weeks]
        )
        db.executemany("INSERT INTO score_weeks VALUES (?,?,?,?)", [(device, w, 70.0, "B") for w in weeks[-8:]])
    db.executemany(
        "INSERT INTO fleet_days VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        [(day, name, vehicles // 5, 9e6, 4e4, 4e4, 9e3, 1e3, 9e3, 8e7, 2e6, 1e6) for day in axis for name in TYPES],
    )
    for name in (*TYPES, summaries.WHOLE_FLEET):
        for column in ("total_score", "efficiency_score", "cell_imbalance_score", "cell_imbalance_v", "distance_km"):
            db.execute("INSERT INTO score_spread VALUES (?,?,?,?,?,?,?,?)", (name, column, 200, 40, 55, 70, 85, 95))
    db.executemany(
        "INSERT INTO worst_days VALUES ('lost_gap',?,?,?,?)", [(f"129{n:07d}", axis[-1], 9.0, 1.0) for n in range(300)]
    )
    db.executemany(
        "INSERT INTO type_warmth VALUES (?,?,?,?)", [(name, w, 9e4, 2e4) for name in TYPES for w in range(-10, 35, 5)]
    )
    told = {"methods": methods(), "car_types": {}, "signals": ["soc", "pack_current", "ext_temp", "cells", "modules"]}
    db.executemany("INSERT INTO documents VALUES (?,?)", [(name, json.dumps(value)) for name, value in told.items()])
    db.execute("INSERT INTO runs VALUES ('benchmark', '', '{}')")
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def memory_mb(peak: bool = False) -> float:
    """Memory of this process [MB], now or at its most; NaN where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return math.nan
    name = "VmHWM:" if peak else "VmRSS:"
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def p95_of(values: list[float]) -> float:
    """The value that 95 % stay below or at."""
    return sorted(values)[min(int(0.95 * len(values)), len(values) - 1)]


def measure(folder: Path, vehicles: int, repeats: int) -> None:
    """Time every page as a browser asks for it, compressed, and print."""
    started = time.perf_counter()
    from baas.web.app import create_app

    client = create_app(folder).test_client()
    gc.collect()
    took = time.perf_counter() - started
    headers = {"Accept-Encoding": "gzip"}
    cold = time.perf_counter()
    client.get("/", headers=headers)
    print(f"start {took:.2f} s, first page of a new run {time.perf_counter() - cold:.2f} s")
    draw = random.Random(1)
    print(f"{'page':42} {'median ms':>10} {'p95 ms':>8} {'cpu p95':>8} {'kB gzip':>8}")
    worst = 0.0
    for path in (*PAGES, "/vehicles/{}"):
        times, work, size = [], [], 0
        for _ in range(repeats):
            address = path.format(f"0129{draw.randrange(vehicles):07d}")
            begun, busy = time.perf_counter(), time.process_time()
            answer = client.get(address, headers=headers)
            times.append(1000 * (time.perf_counter() - begun))
            work.append(1000 * (time.process_time() - busy))
            assert answer.status_code == 200, address
            size = max(size, len(answer.data))
        p95 = p95_of(times)
        worst = max(worst, p95)
        print(f"{path:42} {sorted(times)[len(times) // 2]:10.1f} {p95:8.1f} {p95_of(work):8.1f} {size / 1000:8.1f}")
    print(f"worst p95 {worst:.1f} ms, memory {memory_mb():.0f} MB, at most {memory_mb(peak=True):.0f} MB")


def main() -> None:
    """Build the fleet in another process, so that its memory does not count; then measure."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("vehicles", type=int, nargs="?", default=1000)
    line.add_argument("days", type=int, nargs="?", default=365)
    line.add_argument("--folder", type=Path, help="where to build or find the fleet (a temporary folder)")
    line.add_argument("--repeats", type=int, default=20)
    line.add_argument("--build-only", action="store_true", help=argparse.SUPPRESS)
    given = line.parse_args()
    if given.build_only:
        given.folder.mkdir(parents=True, exist_ok=True)
        fleet_files(given.folder, given.vehicles, seed=1)
        day_tables(given.folder, given.vehicles, given.days)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or Path(place)
        if not (folder / "run.json").is_file():
            import subprocess

            order = [
                sys.executable,
                __file__,
                str(given.vehicles),
                str(given.days),
                "--folder",
                str(folder),
                "--build-only",
            ]
            subprocess.run(order, check=True)
        size = (folder / "baas.sqlite").stat().st_size / 1e6
        print(f"{given.vehicles:,} vehicles x {given.days} days, store {size:,.0f} MB")
        measure(folder, given.vehicles, given.repeats)


if __name__ == "__main__":
    main()
