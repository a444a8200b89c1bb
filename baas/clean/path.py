"""GPS fixes that can be positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.clean.ranges import checked_columns
from baas.signals import Signals
from baas.tables.feed import GPS

Reals = NDArray[np.float64]

#: fixes with a worse dilution of precision are no positions; chosen: the limit public checks of this feed use
WORST_HDOP = 50.0


@dataclass(frozen=True)
class CleanPath:
    """GPS fixes of one vehicle-month that can be: n fixes in order of time."""

    time_ms: NDArray[np.int64]
    lat: Reals
    lng: Reals
    speed_kmh: Reals

    def __len__(self) -> int:
        return len(self.time_ms)


def clean_path(rows: Signals) -> tuple[CleanPath, list[Note]]:
    """Usable fixes of one vehicle-month (zero or impossible places left out) and what was noticed."""
    columns, notes = checked_columns(rows.columns, GPS, rows.time_ms)
    missing = np.full(len(rows), np.nan)
    lat, lng = columns.get("lat", missing), columns.get("lng", missing)
    good = np.isfinite(lat) & np.isfinite(lng) & ~(columns.get("hdop", missing) > WORST_HDOP)
    return CleanPath(rows.time_ms[good], lat[good], lng[good], columns.get("speed", missing)[good]), notes
