"""An odometer that only counts driving: zeros, late packets, spikes, rollbacks, resets and jumps taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.tables.feed import BMS

Reals = NDArray[np.float64]

#: a fall of at most this is a late packet or a stale reading after a stop, not a rollback; chosen: the largest seen in
#: real recordings is 3 km (a log written late), and readings step by 0.1 or 1 km
LATE_PACKET_KM = 5.0
#: a fall to below this share of the reading before is a reset
RESET_SHARE = 0.1
#: faster than any car of the fleet; chosen above the 180 km/h that public checks of the feed use, because a 1 km step
#: within one sample is rounding
FASTEST_KMH = 260.0
ROUNDING_KM = 2.0
#: an odometer that is late may catch up with what was driven unseen, but with no more than this; chosen: more than a car
#: drives between two charges and a day of rest
MOST_CATCH_UP_KM = 1000.0
#: before the first row of a month anything may have happened; chosen: the first hour may catch up with it
FIRST_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Odometer:
    """reading_km [n]: never falls inside a stretch, NaN where not trusted; step_km [n]: driving since the last
    trusted reading, 0 in the first; notes: rollbacks, resets, jumps.
    """

    reading_km: Reals
    step_km: Reals
    notes: tuple[Note, ...]


def _without_spikes(values: Reals) -> Reals:
    """Readings with those missing that differ from the median of the five around them; rising readings never do."""
    if len(values) < 5:
        return values
    padded = np.concatenate((values[:1], values[:1], values, values[-1:], values[-1:]))
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    return np.where(np.abs(values - around) > LATE_PACKET_KM, np.nan, values)


def clean_odometer(odometer: Reals, time_ms: NDArray[np.int64]) -> Odometer:
    """Trusted readings and driving steps of one vehicle in order of time; zeros are already missing."""
    reading = np.full(len(odometer), np.nan)
    step = np.zeros(len(odometer))
    known = np.flatnonzero(np.isfinite(odometer))
    values = _without_spikes(odometer[known])
    known, values = known[np.isfinite(values)], values[np.isfinite(values)]
    if not len(known):
        return Odometer(reading, step, ())
    change = np.diff(values)
    hours = np.diff(time_ms[known]) / 3_600_000
    too_fast = np.flatnonzero(change > FASTEST_KMH * hours + ROUNDING_KM)
    jumped = np.zeros(len(change), dtype=bool)
    jumped[too_fast] = [not _catches_up(values, time_ms[known], int(k) + 1) for k in too_fast]
    fell = change < -LATE_PACKET_KM
    starts = np.concatenate(([0], np.flatnonzero(jumped | fell) + 1))
    for start, end in zip(starts, np.append(starts[1:], len(values)), strict=True):
        top = np.maximum.accumulate(values[start:end])
        reading[known[start:end]] = top
        step[known[start + 1 : end]] = np.diff(top)
    notes = [_note(values, known, time_ms, int(k)) for k in np.flatnonzero(jumped | fell)]
    return Odometer(reading, step, tuple(notes))


def _catches_up(values: Reals, time_ms: NDArray[np.int64], k: int) -> bool:
    """Whether reading k only catches up: some earlier reading lies far enough back for the way to be drivable."""
    earlier = (values[k] - values[:k] <= MOST_CATCH_UP_KM) & (values[:k] <= values[k])
    hours = (time_ms[k] - time_ms[:k]) / 3_600_000
    drivable = values[k] - values[:k] <= FASTEST_KMH * hours + ROUNDING_KM
    begins = time_ms[k] - time_ms[0] <= FIRST_HOUR_MS
    return bool((earlier & (drivable | begins)).any())


def _note(values: Reals, known: NDArray[np.intp], time_ms: NDArray[np.int64], k: int) -> Note:
    before, after = float(values[k]), float(values[k + 1])
    first, last = int(time_ms[known[k]]), int(time_ms[known[k + 1]])
    column = BMS["odometer"]
    check, value = ("odometer_jump", after - before)
    if after < before:
        check, value = (
            ("odometer_reset", before) if after < RESET_SHARE * before else ("odometer_rollback", before - after)
        )
    return Note(check, "warning", first, last, 1, value, "km", column.name, column.ko)
