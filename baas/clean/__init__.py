"""SIGNALS -> CLEAN: one row per time, impossible values missing, charging positive; every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.cells import clean_cells, clean_modules
from baas.clean.notes import Note
from baas.clean.odometer import Odometer, clean_odometer
from baas.clean.ranges import checked_columns, spurious_zero_soc
from baas.clean.rows import order_of_rows
from baas.clean.sign import Evidence, Sign, decide, evidence
from baas.clean.stuck import without_stuck
from baas.maths.cells import CellRows, cell_rows
from baas.schema import Column
from baas.signals import Signals
from baas.tables.feed import BMS, GPS

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Clean:
    """One vehicle-month, n rows in order of time, one row per moment.

    columns: float64[n] by feed name, ranges applied, `pack_current` positive while charging (all missing when the sign
    is unknown). cells_mv: int16[n x series]. cell: per-row cell statistics. module_c: float64[n x trusted probes].
    """

    device_no: str
    time_ms: NDArray[np.int64]
    columns: Mapping[str, Reals]
    odometer: Odometer
    cells_mv: NDArray[np.int16]
    cell: CellRows
    module_c: Reals
    probes: tuple[int, ...]
    sign: Sign
    evidence: Evidence

    def __len__(self) -> int:
        return len(self.time_ms)

    def column(self, name: str) -> Reals:
        """A column, or all missing where the feed does not send it."""
        found = self.columns.get(name)
        return np.full(len(self), np.nan) if found is None else found

    @property
    def mean_module_c(self) -> Reals:
        """Mean of the trusted probes of each row [°C]; where there are none, the mean of the sent extremes."""
        if self.module_c.shape[1]:
            known = np.isfinite(self.module_c)
            count = known.sum(axis=1)
            return np.where(count, np.where(known, self.module_c, 0).sum(axis=1) / np.maximum(count, 1), np.nan)
        return (self.column("mod_max_temp") + self.column("mod_min_temp")) / 2

    @property
    def module_spread_c(self) -> Reals:
        """Warmest minus coldest trusted probe of each row [°C], NaN with fewer than two."""
        if self.module_c.shape[1] >= 2:
            known = np.isfinite(self.module_c)
            high = np.where(known, self.module_c, -np.inf).max(axis=1)
            low = np.where(known, self.module_c, np.inf).min(axis=1)
            return np.where(known.sum(axis=1) >= 2, high - low, np.nan)
        return self.column("mod_max_temp") - self.column("mod_min_temp")


def used_and_repeated(signals: Signals) -> tuple[Signals, NDArray[np.int32]]:
    """Rows in order with one per moment, and the source of every repeat."""
    kept, repeats = order_of_rows(signals)
    return signals.take(kept), signals.source[repeats]


def clean(rows: Signals, hint: Sign | None = None) -> tuple[Clean, list[Note]]:
    """Cleaned rows of one vehicle-month and what was noticed.

    `rows` are in order with one per moment. `hint` is the sign of the device from its other months, used only where
    this month cannot tell.
    """
    columns, notes = checked_columns(rows.columns, BMS, rows.time_ms)
    if "soc" in columns:
        zero = spurious_zero_soc(columns["soc"], columns.get("pack_volt", np.full(len(rows), np.nan)))
        columns["soc"] = np.where(zero, np.nan, columns["soc"])
    columns, stuck = without_stuck(columns, rows.time_ms)
    found = evidence(columns, rows.time_ms)
    sign, sign_notes = _sign(found, hint, columns, rows.time_ms)
    if "pack_current" in columns:
        columns["pack_current"] = columns["pack_current"] * sign.factor
    odometer = clean_odometer(columns.get("odometer", np.full(len(rows), np.nan)), rows.time_ms)
    cells = clean_cells(rows.cells_mv, columns.get("pack_volt", np.full(len(rows), np.nan)), rows.time_ms)
    modules = clean_modules(rows.modules_c, rows.time_ms)
    result = Clean(
        rows.devices[rows.device[0]], rows.time_ms, columns, odometer, cells.cells_mv, cell_rows(cells.cells_mv),
        modules.temperatures_c, modules.probes, sign, found,
    )  # fmt: skip
    return result, [*notes, *stuck, *sign_notes, *odometer.notes, *cells.notes, *modules.notes]


def _sign(
    found: Evidence, hint: Sign | None, columns: Mapping[str, Reals], time_ms: NDArray[np.int64]
) -> tuple[Sign, list[Note]]:
    """The month's own sign, else the device's; a note when neither is sure although there is current."""
    own = decide(found)
    if np.isfinite(own.factor):
        return own, []
    if hint is not None and np.isfinite(hint.factor):
        return hint, []
    flows = np.abs(columns.get("pack_current", np.zeros(len(time_ms)))) > 0
    if not flows.any():
        return own, []
    column = Column("pack_current", "float", "", "", BMS["pack_current"].ko)
    return own, [Note.of_rows("sign_unsure", "warning", time_ms, flows, own.confidence, column)]


@dataclass(frozen=True)
class CleanPath:
    """GPS fixes of one vehicle-month that can be: n fixes in order of time."""

    time_ms: NDArray[np.int64]
    lat: Reals
    lng: Reals
    speed_kmh: Reals


#: fixes with a worse dilution of precision are no positions; chosen: the limit public checks of this feed use
WORST_HDOP = 50.0


def clean_path(rows: Signals) -> tuple[CleanPath, list[Note]]:
    """Usable fixes of one vehicle-month (zero or impossible places left out) and what was noticed."""
    columns, notes = checked_columns(rows.columns, GPS, rows.time_ms)
    missing = np.full(len(rows), np.nan)
    lat, lng = columns.get("lat", missing), columns.get("lng", missing)
    good = np.isfinite(lat) & np.isfinite(lng) & ~(columns.get("hdop", missing) > WORST_HDOP)
    return CleanPath(rows.time_ms[good], lat[good], lng[good], columns.get("speed", missing)[good]), notes
