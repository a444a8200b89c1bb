"""Made-up feeds with known answers, as `Signals`.

`signals(...)` makes rows from plain lists. `journey(...)` makes a day of driving, charging and parking whose SOC,
odometer, energy counters and cell voltages follow exactly from current and speed: every sum has one right answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from baas.cars import CarTypes
from baas.clean import Clean, clean, used_and_repeated
from baas.clean.activity import Intervals, intervals
from baas.partition import Context, Listed, Partition, PartitionResult, process
from baas.sessions import sessions
from baas.signals import MISSING_MV, Signals, concatenate
from baas.tables.feed import DOUBLE_PRECISION

#: 2023-06-05 00:00 in Seoul
START_MS = 1_685_890_800_000
HOUR = 3600
RATED_AH = 100.0
#: resistance of the made-up pack [ohm]
OHM = 0.05
ZONE = "Asia/Seoul"
CONTEXT = Context(ZONE, CarTypes(()))


def signals(
    time_s: ArrayLike,
    *,
    device: str = "0123",
    kind: Any = "bms",
    source: ArrayLike = 0,
    cells_mv: ArrayLike | None = None,
    modules_c: ArrayLike | None = None,
    car_type: str = "",
    start_ms: int = START_MS,
    **columns: ArrayLike,
) -> Signals:
    """Rows at seconds after `start_ms`; a scalar is the same in every row."""
    times = start_ms + np.rint(1000 * np.asarray(time_s, dtype=float)).astype(np.int64)
    n = len(times)

    def filled(values: ArrayLike, dtype: Any) -> NDArray:
        return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=dtype), (n,)))

    return Signals(
        kind,
        (device,),
        np.zeros(n, dtype=np.int32),
        times,
        filled(source, np.int32),
        {
            name: filled(values, np.float64 if name in DOUBLE_PRECISION else np.float32)
            for name, values in columns.items()
        },
        np.zeros((n, 0), np.int16) if cells_mv is None else np.asarray(cells_mv, dtype=np.int16).reshape(n, -1),
        np.zeros((n, 0), np.float32) if modules_c is None else np.asarray(modules_c, dtype=np.float32).reshape(n, -1),
        {device: car_type} if car_type else {},
    )


@dataclass(frozen=True)
class Phase:
    """So many seconds of one current (charging positive) and one speed; `sent` is False for a gap in the feed."""

    seconds: float
    amps: float
    kmh: float
    sent: bool = True
    fast: int = 0
    slow: int = 0


def drive(minutes: float, kmh: float = 60.0, amps: float = -50.0) -> Phase:
    """Steady driving."""
    return Phase(60 * minutes, amps, kmh)


def park(minutes: float, amps: float = 0.0) -> Phase:
    """Standing with the logger on."""
    return Phase(60 * minutes, amps, 0.0)


def charge(minutes: float, amps: float = 40.0, *, fast: int = 0, slow: int = 1) -> Phase:
    """Standing at a charger."""
    return Phase(60 * minutes, amps, 0.0, fast=fast, slow=slow)


def unseen(phase: Phase) -> Phase:
    """The same, while nothing is sent."""
    return Phase(phase.seconds, phase.amps, phase.kmh, False, phase.fast, phase.slow)


@dataclass(frozen=True)
class Trip:
    """Exact integrals up to each row of a journey."""

    ah: NDArray
    in_kwh: NDArray
    out_kwh: NDArray
    km: NDArray


def journey(
    *phases: Phase,
    step_s: float = 10.0,
    soc: float = 60.0,
    odometer: float = 10_000.0,
    pack_volt: float = 350.0,
    cells: int = 100,
    modules: int = 3,
    decimals: int = 6,
    start_ms: int = START_MS,
    **columns: ArrayLike,
) -> Signals:
    """Rows every `step_s` of the phases one after another; the last row closes the last phase.

    Current and speed are the phase's own in every row of it, so that the trapezoid between two phases is their mean,
    and SOC (of RATED_AH), odometer and counters are integrals of exactly that. Columns replace those made here; a
    column given as None is not sent.
    """
    time, amps, kmh, sent, fast, slow = _rows(phases, step_s)
    volts = pack_volt + OHM * amps
    trip = integrals(time, amps, kmh, volts)
    level = np.round(soc + 100 * trip.ah / RATED_AH, decimals)
    made: dict[str, Any] = {
        "pack_current": amps,
        "pack_volt": volts,
        "soc": level,
        "emobility_spd": kmh,
        "odometer": np.round(odometer + trip.km, decimals),
        "cumul_pw_chrgd": np.round(1000 + trip.in_kwh, decimals),
        "cumul_pw_dischrgd": np.round(2000 + trip.out_kwh, decimals),
        "fast_chrg_port_conn": fast,
        "slow_chrg_port_conn": slow,
        "ext_temp": np.full(len(time), 20.0),
    } | columns
    kept = {
        name: np.broadcast_to(np.asarray(values, dtype=float), (len(time),))[sent]
        for name, values in made.items()
        if values is not None
    }
    matrix = np.minimum(np.rint(1000 * volts[sent, None] / max(cells, 1)), 4200) + np.zeros((int(sent.sum()), cells))
    warm = 25.0 + np.arange(modules) + np.zeros((int(sent.sum()), modules))
    return signals(time[sent], cells_mv=matrix, modules_c=warm, start_ms=start_ms, **kept)


def _rows(phases: Sequence[Phase], step_s: float) -> tuple[NDArray, ...]:
    """Time, current, speed, sent, fast and slow flag of each row."""
    starts = np.concatenate(([0.0], np.cumsum([phase.seconds for phase in phases])))
    time = np.arange(0, starts[-1] + step_s / 2, step_s)
    at = np.minimum(np.searchsorted(starts, time, side="right") - 1, len(phases) - 1)
    names = ("amps", "kmh", "sent", "fast", "slow")
    amps, kmh, sent, fast, slow = (np.array([getattr(phase, name) for phase in phases])[at] for name in names)
    return time, amps.astype(float), kmh.astype(float), sent.astype(bool), fast, slow


def integrals(time: NDArray, amps: NDArray, kmh: NDArray, volts: NDArray) -> Trip:
    """Trapezoids of current, power and speed up to each row."""
    hours = np.diff(time) / HOUR
    mean = (amps[:-1] + amps[1:]) / 2
    power = (amps[:-1] * volts[:-1] + amps[1:] * volts[1:]) / 2000

    def passed(rate: NDArray) -> NDArray:
        return np.concatenate(([0.0], np.cumsum(rate * hours)))

    speed = (kmh[:-1] + kmh[1:]) / 2
    return Trip(passed(mean), passed(np.maximum(power, 0)), passed(np.maximum(-power, 0)), passed(speed))


def fixes(time_s: ArrayLike, lat: ArrayLike, lng: ArrayLike, **columns: ArrayLike) -> Signals:
    """GPS rows."""
    return signals(time_s, kind="gps", lat=lat, lng=lng, **columns)


def cleaned(rows: Signals) -> Clean:
    """Rows in any order as CLEAN."""
    return clean(used_and_repeated(rows)[0])[0]


def notes(rows: Signals) -> list[Any]:
    """What cleaning notices."""
    return clean(used_and_repeated(rows)[0])[1]


def checks(rows: Signals) -> set[tuple[str, str]]:
    """(check, signal) of all notes."""
    return {(note.check, note.signal) for note in notes(rows)}


def steps_of(rows: Signals) -> tuple[Clean, Intervals]:
    """CLEAN and what the vehicle did in each of its steps."""
    one = cleaned(rows)
    return one, intervals(one, RATED_AH)


def sessions_of(rows: Signals) -> pd.DataFrame:
    """SESSIONS of the rows."""
    one, steps = steps_of(rows)
    return sessions(one, steps, None, RATED_AH)


def processed(*parts: Signals, context: Context = CONTEXT, listed: Listed = Listed()) -> PartitionResult:  # noqa: B008
    """A vehicle-month of BMS and GPS parts through the whole chain."""
    whole = [part.source.max(initial=0) for part in parts]
    members = tuple(f"member {k}" for k in range(int(max(whole, default=0)) + 1))
    bms = tuple(part for part in parts if part.kind == "bms")
    gps = tuple(part for part in parts if part.kind == "gps")
    return process(Partition("123", "2023-06", bms, gps, members, listed), context)


def assert_same(one: PartitionResult, other: PartitionResult) -> None:
    """Equal to the last bit: days, arrays, sessions, notes, sign, rows used."""
    pd.testing.assert_frame_equal(one.days, other.days, check_exact=True)
    pd.testing.assert_frame_equal(one.sessions, other.sessions, check_exact=True)
    assert len(one.arrays) == len(other.arrays)
    for mine, theirs in zip(one.arrays, other.arrays, strict=True):
        assert set(mine) == set(theirs)
        for name in mine:
            np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)
    assert list(map(repr, one.notes)) == list(map(repr, other.notes))  # as text, because NaN is not NaN
    assert (one.sign, one.evidence, one.sent, one.told_type) == (
        other.sign,
        other.evidence,
        other.sent,
        other.told_type,
    )
    assert sum(one.used.values()) == sum(other.used.values())


def split(rows: Signals, places: Sequence[int]) -> list[Signals]:
    """Rows cut into parts before the given places."""
    borders = [0, *sorted(places), len(rows)]
    return [rows.take(slice(a, b)) for a, b in pairwise(borders)]


def shuffled(rows: Signals, seed: int) -> Signals:
    """The same rows in another order."""
    return rows.take(np.random.default_rng(seed).permutation(len(rows)))


def joined(*parts: Signals) -> Signals:
    """Parts as one."""
    return concatenate(parts)


def widened(rows: Signals, cells: int) -> Signals:
    """The same rows with padding columns of missing cells."""
    wide = np.full((len(rows), cells), MISSING_MV)
    wide[:, : rows.cells_mv.shape[1]] = rows.cells_mv
    return Signals(**{**rows.__dict__, "cells_mv": wide})


def with_columns(rows: Signals, **columns: ArrayLike) -> Signals:
    """The same rows with columns replaced (None: not sent)."""
    made = {
        name: np.broadcast_to(np.asarray(v, dtype=np.float64), (len(rows),)).copy()
        for name, v in columns.items()
        if v is not None
    }
    rest = {name: v for name, v in rows.columns.items() if name not in columns}
    return Signals(**{**rows.__dict__, "columns": rest | made})
