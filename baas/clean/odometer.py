"""An odometer that only counts driving: zeros, late packets, glitches, rollbacks, resets and jumps taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.monotone import GLITCH, Rise, trace
from baas.clean.notes import Note, severity_of_share
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

#: a fall of at most this is a late packet or a stale reading after a stop, not a rollback; chosen: the largest seen in
#: real recordings is 3 km (a log written late), and readings step by 0.1 or 1 km
LATE_PACKET_KM = 5.0
#: a fall to below this share of the reading before is a reset (research, mileage integrity)
RESET_SHARE = 0.1
#: faster than any car of the fleet; chosen above the 180 km/h that public checks of the feed use, because a 1 km step
#: within one sample is rounding
FASTEST_KMH = 260.0
ROUNDING_KM = 2.0
#: an odometer that stood still may catch up with what was driven unseen, but with no more than this; chosen: above the
#: longest certified range sold in Korea (524 km); real recordings catch up by 6 to 55 km
MOST_CATCH_UP_KM = 600.0
ODOMETER = Rise(FASTEST_KMH, ROUNDING_KM, LATE_PACKET_KM, MOST_CATCH_UP_KM)


@dataclass(frozen=True)
class Odometer:
    """reading_km [n]: never falls inside a stretch, NaN where not trusted; step_km [n]: driving since the last
    trusted reading, 0 in the first; notes: rollbacks, resets, jumps, glitches.
    """

    reading_km: Reals
    step_km: Reals
    notes: tuple[Note, ...]


def clean_odometer(odometer: Reals, time_ms: NDArray[np.int64]) -> Odometer:
    """Trusted readings and driving steps of one vehicle in order of time; zeros are already missing."""
    reading, step = np.full(len(odometer), np.nan), np.zeros(len(odometer))
    known = np.flatnonzero(np.isfinite(odometer))
    if not len(known):
        return Odometer(reading, step, ())
    values = odometer[known]
    found = trace(values, time_ms[known], ODOMETER)
    good = found.chain != GLITCH
    places, chain, top = known[good], found.chain[good], found.top[good]
    reading[places] = top
    step[places[1:]] = np.where(np.diff(chain) == 0, np.diff(top), 0.0)
    notes = [_break_note(float(found.top[a]), float(values[b]), time_ms[known[[a, b]]]) for a, b in found.broken]
    return Odometer(reading, step, (*notes, *_glitch_note(odometer, known[~good], time_ms)))


def _glitch_note(odometer: Reals, places: NDArray[np.intp], time_ms: NDArray[np.int64]) -> list[Note]:
    if not len(places):
        return []
    rows = np.zeros(len(odometer), dtype=bool)
    rows[places] = True
    severity = severity_of_share(rows, np.isfinite(odometer))
    return [Note.of_rows("spike", severity, time_ms, rows, float(odometer[places[0]]), BMS["odometer"])]


def is_too_fast(km: Reals, hours: Reals) -> NDArray[np.bool_]:
    """Whether an odometer cannot have risen by so many km within the time between two readings."""
    return ODOMETER.too_fast(km, hours)


def break_of(before_km: float, after_km: float) -> tuple[str, float]:
    """Which check an odometer that goes from one reading to an impossible other one fails, and its number [km]."""
    if after_km >= before_km:
        return "odometer_jump", after_km - before_km
    if after_km < RESET_SHARE * before_km:
        return "odometer_reset", before_km
    return "odometer_rollback", before_km - after_km


def break_note(before_km: float, after_km: float, first_ms: int, last_ms: int) -> Note:
    """The note on such a break between two moments."""
    check, value = break_of(before_km, after_km)
    column = BMS["odometer"]
    return Note(check, "warning", first_ms, last_ms, 1, value, "km", column.name, column.ko)


def _break_note(before_km: float, after_km: float, times_ms: NDArray[np.int64]) -> Note:
    return break_note(before_km, after_km, int(times_ms[0]), int(times_ms[1]))
