"""What the store holds of each vehicle -> its history, its values and its data quality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.cars import CarTypes, KnownCars
from baas.clean.causes import findings
from baas.clean.insulation import insulation_drop
from baas.clean.sign import Evidence, Sign, decide
from baas.findings import Finding
from baas.history import History
from baas.maths.day_arrays import merge_arrays
from baas.mileage import distance
from baas.months import evidence_of, notes_of, rows_of_days
from baas.partition import Listed, car_of
from baas.store import Store

#: signals whose absence costs a metric or a check; the data-quality table names those that never came
EXPECTED_SIGNALS = (
    "soc", "pack_current", "pack_volt", "odometer", "emobility_spd", "cells", "modules", "ext_temp", "soh",
    "cumul_pw_chrgd", "cumul_pw_dischrgd", "fast_chrg_port_conn", "slow_chrg_port_conn", "chrg_cable_conn",
)  # fmt: skip
#: odometer and SOC steps over which a vehicle still counts as not moved between two months, as inside a month
_STILL_KM, _STILL_PCT = 0.999, 1.0


@dataclass(frozen=True)
class Vehicle:
    """One vehicle of the run: device number as shown, listing, history, distance, findings, row counts, sign.

    used, repeated: rows of the period that was asked for; outside: rows of the input that lie outside of it.
    sign: of the raw feed, by all that was ever sent. sent: signals that came in the months of the period.
    """

    device_no: str
    listed: Listed
    told_type: str
    history: History
    distance_km: float
    findings: tuple[Finding, ...]
    used: int
    repeated: int
    outside: int
    sign: Sign
    completeness_pct: float
    sent: frozenset[str]


def completeness_pct(days: pd.DataFrame) -> float:
    """Share of the time from first to last row that was sent or in which the vehicle demonstrably stood still [%]."""
    span_s = (days["last_ms"].max() - days["first_ms"].min()) / 1000
    if not span_s > 0:
        return 100.0
    lost = float(days["lost_gap_s"].sum())
    month = days["date"].str[:7].to_numpy()
    border = np.flatnonzero(month[1:] != month[:-1])
    before, after = days.iloc[border], days.iloc[border + 1]
    hidden = (after["first_ms"].to_numpy() - before["last_ms"].to_numpy()) / 1000
    moved = np.abs(after["odometer_first_km"].to_numpy() - before["odometer_last_km"].to_numpy()) > _STILL_KM
    used = ~(np.abs(after["soc_first_pct"].to_numpy() - before["soc_last_pct"].to_numpy()) <= _STILL_PCT)
    return float(np.clip(100 * (1 - (lost + hidden[moved | used].sum()) / span_s), 0, 100))


@dataclass(frozen=True)
class _Period:
    """The local days that a run asks for, "YYYY-MM-DD", both included."""

    first: str
    last: str

    @staticmethod
    def of(first: date | None, last: date | None) -> _Period:
        return _Period(first.isoformat() if first else "", (last or date.max).isoformat())

    def holds(self, days: pd.DataFrame) -> NDArray[np.bool_]:
        """Which days lie in it."""
        return ((days["date"] >= self.first) & (days["date"] <= self.last)).to_numpy(dtype=bool)


def vehicle(
    key: str, store: Store, shown: str, known: KnownCars, car_types: CarTypes, first: date | None, last: date | None
) -> Vehicle | None:
    """One vehicle with the days of the period asked for; None when it has none."""
    days, arrays = store.days(key)
    period = _Period.of(first, last)
    keep = period.holds(days)
    if not keep.any():
        return None
    drops = insulation_drop(days, keep)
    days, arrays = days[keep].reset_index(drop=True), [arrays[k] for k in np.flatnonzero(keep)]
    start, end = float(days["first_ms"].min()), float(days["last_ms"].max())
    sessions = store.sessions(key)
    sessions = sessions[(sessions["start_ms"] >= start) & (sessions["start_ms"] <= end)].reset_index(drop=True)
    months = store.about_partitions(key)
    abouts = [about for _, about in months]
    car = known.of(key)
    listed = Listed(car.car_type, car.model_year) if car else Listed()
    told = _most(about["told_type"] for about in abouts)
    series = int(days["cells"].max()) if len(days) else 0
    history = History(shown, car_of(listed, told, series, car_types), days, sessions, merge_arrays(arrays))
    driven = distance(days)
    notes = [note.within(period.first, period.last) for about in abouts for note in notes_of(about)]
    inside = [*(note for note in notes if note), *driven.notes, *drops]
    used, repeated, outside = _rows(abouts, period)
    sent = frozenset(name for month, about in months if (days["date"].str[:7] == month).any() for name in about["sent"])
    return Vehicle(
        shown, listed, told, history, driven.total_km, findings(inside, shown), used, repeated, outside,
        _sign(abouts), completeness_pct(days), sent,
    )  # fmt: skip


def _rows(abouts: Sequence[Mapping[str, Any]], period: _Period) -> tuple[int, int, int]:
    """Rows of the period that are used, rows of it that repeat a moment, and rows outside of it."""
    inside = [rows_of_days(about, period.first, period.last) for about in abouts]
    used, repeated = sum(rows[0] for rows in inside), sum(rows[1] for rows in inside)
    every = sum(sum(about[kind].values()) for about in abouts for kind in ("used", "repeated"))
    return used, repeated, every - used - repeated


def _most(names: Iterator[str] | Any) -> str:
    told = [name for name in names if name]
    return max(sorted(set(told)), key=told.count) if told else ""


def _sign(abouts: Sequence[Mapping[str, Any]]) -> Sign:
    """The sign of the device's raw feed over all months."""
    return decide(sum((evidence_of(about) for about in abouts), Evidence({})))
