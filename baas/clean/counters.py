"""Cumulative counters that only count: zero fill and glitches missing, resets not counted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.clean.monotone import GLITCH, Rise, trace
from baas.clean.notes import Note, severity_of_share
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

#: chosen: 400 kW is above any charger and motor of the fleet, counters step by up to 1 kWh, and none misses more than
#: one and a half of the largest battery sold in Korea (99.8 kWh)
_ENERGY = Rise(400.0, 1.0, 1.0, 150.0)
#: chosen likewise: 1000 A is the range of the current, no battery of the fleet holds more than 400 Ah
_CHARGE = Rise(1000.0, 3.0, 3.0, 400.0)
#: chosen: more than six charges an hour cannot be; a recording falls back by 3 with late packets
_TIMES = Rise(6.0, 2.0, 5.0, 50.0)
COUNTERS: Mapping[str, Rise] = {
    "cumul_pw_chrgd": _ENERGY,
    "cumul_pw_dischrgd": _ENERGY,
    "cumul_energy_chrgd": _ENERGY,
    "cumul_energy_chrgd_q": _ENERGY,
    "cumul_current_chrgd": _CHARGE,
    "cumul_current_dischrgd": _CHARGE,
    "chrg_cnt": _TIMES,
    "chrg_cnt_q": _TIMES,
}


def clean_counters(
    columns: Mapping[str, Reals], time_ms: NDArray[np.int64]
) -> tuple[dict[str, Reals], dict[str, Reals], list[Note]]:
    """Columns with glitches of counters missing, the rise of each counter since its last reading [n], and notes.

    A rise is NaN in rows without a reading, in the first reading, and across a reset.
    """
    clean = dict(columns)
    rises: dict[str, Reals] = {}
    notes: list[Note] = []
    for name in sorted(set(columns) & set(COUNTERS)):
        clean[name], rises[name], found = _counted(name, columns[name], time_ms)
        notes += found
    return clean, rises, notes


def _counted(name: str, values: Reals, time_ms: NDArray[np.int64]) -> tuple[Reals, Reals, list[Note]]:
    known = np.flatnonzero(np.isfinite(values))
    rise = np.full(len(values), np.nan)
    if not len(known):
        return values, rise, []
    found = trace(values[known], time_ms[known], COUNTERS[name])
    good = found.chain != GLITCH
    places, chain, top = known[good], found.chain[good], found.top[good]
    reading = np.full(len(values), np.nan)
    reading[places] = top
    rise[places[1:]] = np.where(np.diff(chain) == 0, np.diff(top), np.nan)
    column = BMS[name]
    notes = []
    if not good.all():
        rows = np.zeros(len(values), dtype=bool)
        rows[known[~good]] = True
        severity = severity_of_share(rows, np.isfinite(values))
        notes.append(Note.of_rows("spike", severity, time_ms, rows, float(values[known[~good][0]]), column))
    for before, after in found.broken:
        first, last = (int(time_ms[known[place]]) for place in (before, after))
        unit, was = column.unit, float(found.top[before])
        notes.append(Note("counter_break", "info", first, last, 1, was, unit, name, column.ko))
    return reading, rise, notes
