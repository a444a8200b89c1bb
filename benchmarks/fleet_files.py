"""Writes synthetic feed files for benchmarks: seeded, wide or with cell lists, one vehicle-month each or all in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from baas.tables.feed import BMS

#: cells in series and resolution of their voltages [V], as in the vehicles of the feed; one after the other
PACKS = ((192, 0.02), (180, 0.001), (96, 0.02))
STEP_S = 2
#: rows of a day: a drive and a charge of these lengths; together about 42,000 rows a vehicle-month
DRIVE_ROWS, CHARGE_ROWS, DAYS = 1000, 400, 30
_CAPACITY_AH = 160.0
_TEXTS = {"msg_id": "BMS01", "vin": "KMHXX00XXXX000000"}
_CELLS, _MODULES = 192, 18
#: bytes of a row, about; for how many vehicles make how many megabytes
ROW_BYTES = 1_230


@dataclass(frozen=True)
class Fleet:
    """What to write: megabytes, spelling of cells, whether one file holds all vehicles."""

    megabytes: int
    form: str = "wide"
    in_one_file: bool = False


def scalar_names() -> list[str]:
    """Numeric feed columns that are neither cells nor modules."""
    told = {"device_no", "measured_month", "time", "msg_time", "start_time", "car_type", *_TEXTS}
    return [
        column.name
        for column in BMS
        if column.name not in told and column.is_number and not column.name.startswith(("cell_v_", "mod_temp_"))
    ]


def _day(rng: np.random.Generator, soc: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Speed [km/h], current [A, discharge positive] and SOC [%] of one drive and the charge after it."""
    trend = np.convolve(rng.normal(0, 1, DRIVE_ROWS + 60), np.ones(60) / 60, "same")[:DRIVE_ROWS]
    speed = np.clip(55 + 140 * trend, 0, 130)
    pull = np.gradient(speed) / 3.6 / STEP_S
    drive_a = 0.3 * speed + 60 * pull + 4
    charge_a = np.full(CHARGE_ROWS, -(drive_a.sum() / CHARGE_ROWS))
    current = np.concatenate([drive_a, charge_a])
    level = soc - np.cumsum(current) * STEP_S / 3600 / _CAPACITY_AH * 100
    return np.concatenate([speed, np.zeros(CHARGE_ROWS)]), current, level


def vehicle_month(number: int, seed: int) -> pl.DataFrame:
    """One vehicle-month in wide form, newest row first."""
    rng = np.random.default_rng((seed, number))
    cells, resolution = PACKS[number % len(PACKS)]
    days = [_day(rng, 80.0) for _ in range(DAYS)]
    speed, current, soc = (np.concatenate([day[k] for day in days]) for k in range(3))
    rows = len(speed)
    within = np.arange(DRIVE_ROWS + CHARGE_ROWS) * STEP_S + 8 * 3600
    seconds = np.concatenate([day * 86_400 + within for day in range(DAYS)])
    time = np.datetime64("2024-03-01T00:00:00", "ms") + seconds * np.timedelta64(1000, "ms")
    mean_v = 3.45 + 0.007 * soc - 0.0006 * current
    spread = rng.normal(0, 0.004, cells)
    cell_v = mean_v[:, None] + spread + rng.normal(0, 0.002, (rows, cells))
    cell_v = np.round(np.round(cell_v / resolution) * resolution, 3)
    modules = np.round(24 + rng.normal(0, 1, _MODULES) + 4 * np.sin(seconds[:, None] / 9_000)).astype(int)
    is_charging = np.tile(np.arange(DRIVE_ROWS + CHARGE_ROWS) >= DRIVE_ROWS, DAYS).astype(int)
    known = {
        "pack_volt": np.round(cell_v.sum(axis=1), 1),
        "pack_current": np.round(current, 1),
        "soc": np.round(soc * 2) / 2,
        "soh": np.full(rows, 98.0),
        "odometer": np.round(20_000 + np.cumsum(speed) * STEP_S / 3600, 1),
        "emobility_spd": np.round(speed),
        "max_cell_volt": cell_v.max(axis=1),
        "min_cell_volt": cell_v.min(axis=1),
        "mod_max_temp": modules.max(axis=1),
        "mod_min_temp": modules.min(axis=1),
        "mod_avg_temp": np.round(modules.mean(axis=1)),
        "ext_temp": np.full(rows, 15.0),
        "chrg_cable_conn": is_charging,
        "fast_chrg_port_conn": is_charging,
        "slow_chrg_port_conn": np.zeros(rows, dtype=int),
        "insul_resistance": np.full(rows, 1000),
        "seq": np.arange(rows) % 65_536,
        "cumul_pw_dischrgd": np.round(5_000 + np.cumsum(np.clip(current, 0, None)) * 0.36 * STEP_S / 3600, 1),
        "cumul_pw_chrgd": np.round(5_100 + np.cumsum(np.clip(-current, 0, None)) * 0.36 * STEP_S / 3600, 1),
    }
    frame: dict[str, object] = {
        "device_no": [f"0129{number:07d}"] * rows,
        "measured_month": ["2024-03"] * rows,
        "time": pl.Series(time).dt.strftime("%Y-%m-%d %H:%M:%S"),
        "msg_time": pl.Series(time).dt.strftime("%Y-%m-%d %H:%M:%S"),
    }
    frame |= {name: [text] * rows for name, text in _TEXTS.items()}
    for name in scalar_names():
        frame[name] = known[name] if name in known else _other(name, rng, rows)
    for k in range(_CELLS):
        frame[f"cell_v_{k + 1:03d}"] = cell_v[:, k] if k < cells else pl.Series([None] * rows, dtype=pl.Float64)
    for k in range(_MODULES):
        frame[f"mod_temp_{k + 1:02d}"] = modules[:, k]
    return pl.DataFrame(frame).reverse()


def _other(name: str, rng: np.random.Generator, rows: int) -> np.ndarray:
    """A column that no score uses: a counter that rises, or noise inside its range."""
    column = BMS[name]
    low, high = max(column.low or 0, 0), min(column.high or 100, 100)
    if name.startswith(("cumul_", "chrg_cnt", "op_time")):
        return np.round(500 + np.cumsum(rng.random(rows) < 0.05) * 0.1, 1)
    if column.dtype == "flag":
        return np.zeros(rows, dtype=int)
    if high <= 1:
        return np.round(rng.random(rows) * 0.02 * high, 3)
    values = low + (high - low) * (0.45 + 0.1 * rng.random(rows))
    return np.round(values, 1) if len(name) % 3 == 0 else np.round(values).astype(int)


def _with_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells and modules as one quoted list each, times with two-digit years, as half of the feed sends them."""
    cells = [name for name in frame.columns if name.startswith("cell_v_") and frame[name].null_count() < len(frame)]
    modules = [name for name in frame.columns if name.startswith("mod_temp_")]
    wide = [name for name in frame.columns if name.startswith(("cell_v_", "mod_temp_"))]
    return frame.with_columns(
        pl.concat_str(cells, separator=",").alias("cell_volt_list"),
        pl.concat_str(modules, separator=",").alias("mod_temp_list"),
        pl.col("time").str.slice(2),
    ).drop(wide)


def _frames(fleet: Fleet, seed: int) -> Iterator[tuple[int, pl.DataFrame]]:
    rows = 0
    number = 0
    while rows * ROW_BYTES < fleet.megabytes * 1e6:
        frame = vehicle_month(number, seed)
        rows += len(frame)
        yield number, _with_lists(frame) if fleet.form == "list" else frame
        number += 1


def write(fleet: Fleet, folder: Path, seed: int = 7) -> list[Path]:
    """Write the files of a fleet; the paths. A single file bears a name that tells nothing about its rows."""
    written: list[Path] = []
    for number, frame in _frames(fleet, seed):
        if fleet.in_one_file:
            path = folder / "export.csv"
            with path.open("ab") as file:
                frame.write_csv(file, include_header=number == 0)
            written = [path]
        else:
            path = folder / "2024-03" / f"0129{number:07d}" / f"bms_0129{number:07d}_2024-03.csv"
            path.parent.mkdir(parents=True)
            frame.write_csv(path)
            written.append(path)
    return written
