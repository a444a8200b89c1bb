"""Distance of a vehicle from its vehicle-days: what lies inside the days plus what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from baas.clean.notes import Note
from baas.clean.odometer import LATE_PACKET_KM, break_note, is_too_fast


@dataclass(frozen=True)
class Distance:
    """total_km: driving by the odometer, NaN where it never sent. between_km: part of it between days."""

    total_km: float
    between_km: float
    notes: tuple[Note, ...]


def distance(days: pd.DataFrame) -> Distance:
    """Odometer distance over DAILY rows in order of date; backward steps and impossible jumps are not driving.

    Falls and jumps inside a month were found when it was cleaned; here only those from one month to the next are told.
    """
    sent = days.dropna(subset=["odometer_first_km", "odometer_last_km"])
    if not len(sent):
        return Distance(float("nan"), float("nan"), ())
    step = sent["odometer_first_km"].to_numpy(float)[1:] - sent["odometer_last_km"].to_numpy(float)[:-1]
    hours = (sent["first_ms"].to_numpy(float)[1:] - sent["last_ms"].to_numpy(float)[:-1]) / 3_600_000
    months = sent["date"].str[:7].to_numpy()
    new_month = months[1:] != months[:-1]
    # inside a month readings never fall but where a chain of them breaks; from month to month a packet may be late
    fell = step < np.where(new_month, -LATE_PACKET_KM, 0.0)
    jumped = is_too_fast(step, hours)
    between = float(step[~fell & ~jumped].sum())
    found = [_note(sent.iloc[k], sent.iloc[k + 1]) for k in np.flatnonzero((fell | jumped) & new_month)]
    return Distance(max(0.0, float(sent["distance_km"].sum()) + between), between, tuple(found))


def _note(before: pd.Series, after: pd.Series) -> Note:
    was, now = float(before["odometer_last_km"]), float(after["odometer_first_km"])
    return break_note(was, now, int(before["last_ms"]), int(after["first_ms"]))
