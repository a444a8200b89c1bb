"""Made-up vehicles with known answers.

`history()` is 60 days of an unremarkable car; every quantity can be replaced by name, so that a test says only what
it is about. What the car does: 50 km a day at 5.0 km/kWh (its certified figure), rows every 2 s, battery at 25.5 °C,
probes 2 °C apart, parked at 62.5 % SOC, one AC charge every third day, cells 10 mV apart on a curve of 8 mV per percent
of SOC, 0.29 m/s² of positive kinetic energy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.cars import CarType, Sourced
from baas.history import History
from baas.tables.days import DAILY, DAY_ARRAYS, SESSIONS, SOC_BINS, SPREAD_C_BINS, SPREAD_MV_BINS, TEMPERATURE_BINS

DAY_MS = 86_400_000
START_MS = 1_700_000_000_000
DAYS = 60
CURVE_MV_PER_PCT = 8.0
Reals = NDArray[np.float64]


def car(**known: Any) -> CarType:
    """An NMC car of 150 Ah and 70 kWh, certified at 5.0 km/kWh."""
    numbers = {"capacity_ah": 150.0, "usable_kwh": 70.0, "certified_km_per_kwh": 5.0} | known
    sourced = {name: Sourced(value, "test") if isinstance(value, float) else value for name, value in numbers.items()}
    return CarType(**({"name": "Testcar", "body": "car", "chemistry": "NMC"} | sourced))


CAR = car()

_DAY: dict[str, Any] = {
    "device_no": "T1", "rows": 10_000, "gps_rows": 0, "sampling_s": 2.0, "drive_step_s": 2.0,
    "covered_s": 20_000.0, "drive_s": 3600.0,
    "charge_s": 2400.0, "park_s": 14_000.0, "distance_km": 50.0, "speed_km": 50.0,
    "drive_km": 50.0, "drive_out_kwh": 11.0, "drive_in_kwh": 1.0, "drive_ext_temp_c": 21.0,
    "counter_km": 50.0, "counter_out_kwh": 11.0, "counter_in_kwh": 1.0, "soc_km": 50.0, "soc_drop_pct": 15.0,
    "charge_in_kwh": 10.0, "cold_fast_charge_kwh": 0.0, "pke_m2_s2": 14_500.0, "pke_km": 50.0,
    "harsh_accel": 0, "harsh_brake": 0, "harsh_km": 0.0, "low_soc_events": 0, "soc_min_pct": 40.0, "soc_max_pct": 80.0,
    "cells": 96, "modules": 16,
}  # fmt: skip


def days(count: int = DAYS, **columns: Any) -> pd.DataFrame:
    """DAILY rows; a scalar is the same every day, NaN where nothing is said."""
    start = START_MS + DAY_MS * np.arange(count)
    times = {"first_ms": start, "last_ms": start + 80_000_000}
    dates = pd.to_datetime(start, unit="ms").strftime("%Y-%m-%d")
    known = {**_DAY, **times, "date": dates, **columns}
    return pd.DataFrame({name: known.get(name, np.nan) for name in DAILY.names}, index=range(count))


def charges(count: int = 20, **columns: Any) -> pd.DataFrame:
    """SESSIONS rows of charges from 30 to 70 % by AC at 20 °C, every third day."""
    start = START_MS + 3 * DAY_MS * np.arange(count)
    known: dict[str, Any] = {
        "device_no": "T1", "kind": "charge", "start_ms": start, "end_ms": start + 14_400_000, "inferred": 0,
        "start_soc_pct": 30.0, "end_soc_pct": 70.0, "in_kwh": 28.0, "mode": "ac", "max_kw": 7.0, "median_kw": 7.0,
        "max_c_rate": 0.1, "min_temp_c": 18.0, "mean_temp_c": 20.0, "max_temp_c": 22.0,
    } | columns  # fmt: skip
    return pd.DataFrame({name: known.get(name, np.nan) for name in SESSIONS.names}, index=range(count))


def at(shape: tuple[int, ...], *places: tuple[Any, float]) -> Reals:
    """Zeros with amounts at some places."""
    filled = np.zeros(shape)
    for place, amount in places:
        filled[place] = amount
    return filled


def temperatures(*seconds_at: tuple[float, float]) -> Reals:
    """Seconds by TEMPERATURE_BINS from (°C, seconds)."""
    return at(
        (TEMPERATURE_BINS.count,),
        *((int((warm - TEMPERATURE_BINS.low) // TEMPERATURE_BINS.step), s) for warm, s in seconds_at),
    )


def rest_spread(*rows_at: tuple[float, float, float]) -> Reals:
    """Rows at rest from (SOC %, spread mV, rows)."""
    return at(
        (SOC_BINS.count, SPREAD_MV_BINS.count),
        *(((int(soc // SOC_BINS.step), int(mv // SPREAD_MV_BINS.step)), rows) for soc, mv, rows in rows_at),
    )


def rest_curve(mv_per_pct: float = CURVE_MV_PER_PCT, rows: float = 50.0, base_mv: float = 3300.0) -> dict[str, Reals]:
    """A straight rest voltage over SOC, `rows` rows at every percent."""
    return {"rest_cell_n": np.full(101, rows), "rest_cell_mv": rows * (base_mv + mv_per_pct * np.arange(101.0))}


def day_arrays(**arrays: Reals) -> dict[str, Reals]:
    """DAY_ARRAYS merged over the days; those not named are the unremarkable car's, or zero."""
    empty = {
        one.name: np.zeros([96 if size == "cells" else 16 if size == "modules" else int(size) for size in one.shape])
        for one in DAY_ARRAYS
    }
    usual = {
        "park_temp_s": temperatures((25, 840_000)),
        "drive_temp_s": temperatures((25, 216_000)),
        "charge_temp_s": temperatures((25, 144_000)),
        "module_spread_s": at((SPREAD_C_BINS.count,), (4, 1_200_000)),
        "soc_park_s": at((SOC_BINS.count,), (12, 4_000_000)),
        "speed_s": at((52,), (10, 216_000)),
        "rest_spread_n": rest_spread(*((soc, mv, 100) for soc in range(50, 95, 5) for mv in (8, 10))),
        **rest_curve(),
    }
    return {**empty, **usual, **arrays}


def history(
    car: CarType = CAR,
    days: pd.DataFrame = days(),  # noqa: B008  (never modified)
    sessions: pd.DataFrame = charges(),  # noqa: B008  (never modified)
    **arrays: Reals,
) -> History:
    """An unremarkable vehicle, except for what is given."""
    return History("T1", car, days, sessions, day_arrays(**arrays))


def empty_history(car: CarType = CAR) -> History:
    """A vehicle of which nothing came."""
    return History("T1", car, days(0), charges(0), {})


def middling_history() -> History:
    """A vehicle that loses some points, but not all, in every part of every metric."""
    mixed = charges(
        20,
        mode=["dc"] * 8 + ["ac"] * 12,
        median_kw=[110.0] * 8 + [7.0] * 12,
        max_c_rate=[1.6] * 8 + [0.1] * 12,
        mean_temp_c=[5.0] + [20.0] * 19,
    )
    some_days = days(
        sampling_s=1.0, drive_step_s=1.0,
        counter_out_kwh=12.0, drive_out_kwh=12.0, soc_drop_pct=16.0, pke_m2_s2=20_000.0, harsh_accel=6,
        harsh_brake=2, harsh_km=50.0, cold_fast_charge_kwh=0.5, low_soc_events=[1] * 5 + [0] * 55,
        drive_ext_temp_c=[5.0] * 20 + [21.0] * 20 + [30.0] * 20,
    )  # fmt: skip
    return history(
        days=some_days,
        sessions=mixed,
        park_temp_s=temperatures((30, 990_000), (46, 3_000)),
        module_spread_s=at((SPREAD_C_BINS.count,), (9, 1_200_000)),
        soc_park_s=at((SOC_BINS.count,), (12, 3_200_000), (18, 800_000)),
        rest_spread_n=rest_spread(*((soc, mv, 100) for soc in range(50, 95, 5) for mv in (30, 35))),
    )
