"""SIGNALS -> CLEAN: one row per time, impossible values missing, charging positive; every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from baas.clean.cells import clean_cells
from baas.clean.counters import clean_counters
from baas.clean.modules import clean_modules
from baas.clean.notes import Note
from baas.clean.odometer import Odometer, clean_odometer
from baas.clean.path import CleanPath, clean_path
from baas.clean.ranges import checked_columns, filler_note
from baas.clean.rows import order_of_rows
from baas.clean.sign import Evidence, Sign, evidence, sign_and_notes
from baas.clean.spikes import without_spikes
from baas.clean.stuck import without_stuck
from baas.clean.stuck_soc import without_stuck_soc
from baas.clean.zero_soc import spurious_zeros
from baas.maths.cells import CellRows, cell_rows
from baas.signals import Signals
from baas.tables.feed import BMS

__all__ = ["Clean", "CleanPath", "clean", "clean_path", "used_and_repeated"]

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Clean:
    """One vehicle-month, n rows in order of time, one row per moment.

    columns: float64[n] by feed name, ranges applied, `pack_current` positive while charging (all missing when the sign
    is unknown). rises: float64[n] by counter, what it counted since its last reading. cells_mv: int16[n x series].
    cell: per-row cell statistics. module_c: float64[n x trusted probes].
    """

    device_no: str
    time_ms: NDArray[np.int64]
    columns: Mapping[str, Reals]
    rises: Mapping[str, Reals]
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

    def rise(self, name: str) -> Reals:
        """Rise of a counter, or all missing where the feed does not send it."""
        found = self.rises.get(name)
        return np.full(len(self), np.nan) if found is None else found

    @cached_property
    def mean_module_c(self) -> Reals:
        """Mean of the trusted probes of each row [°C]; where there are none, the mean of the sent extremes."""
        if self.module_c.shape[1]:
            known = np.isfinite(self.module_c)
            count = known.sum(axis=1)
            return np.where(count, np.where(known, self.module_c, 0).sum(axis=1) / np.maximum(count, 1), np.nan)
        return (self.column("mod_max_temp") + self.column("mod_min_temp")) / 2

    @cached_property
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
    missing = np.full(len(rows), np.nan)
    columns, rises, notes = _possible(rows)
    found = evidence(columns, rows.time_ms)
    current = columns.get("pack_current", missing)
    sign, sign_notes = sign_and_notes(found, hint, current, rows.time_ms)
    if "pack_current" in columns:
        columns["pack_current"] = current * sign.factor
    odometer = clean_odometer(columns.get("odometer", missing), rows.time_ms)
    cells = clean_cells(rows.cells_mv, columns.get("pack_volt", missing), rows.time_ms)
    modules = clean_modules(rows.modules_c, rows.time_ms)
    result = Clean(
        rows.devices[rows.device[0]], rows.time_ms, columns, rises, odometer, cells.cells_mv, cell_rows(cells.cells_mv),
        modules.temperatures_c, modules.probes, sign, found,
    )  # fmt: skip
    return result, [*notes, *sign_notes, *odometer.notes, *cells.notes, *modules.notes]


def _possible(rows: Signals) -> tuple[dict[str, Reals], dict[str, Reals], list[Note]]:
    """Columns with what cannot be missing, the rises of the counters, and notes; the sign of current is still raw."""
    time_ms, missing = rows.time_ms, np.full(len(rows), np.nan)
    columns, notes = checked_columns(rows.columns, BMS, time_ms)
    if "soc" in columns:
        soc = columns["soc"]
        zero = spurious_zeros(soc, columns.get("pack_volt", missing), time_ms)
        notes += filler_note(BMS["soc"], time_ms, soc, zero)
        columns["soc"] = np.where(zero, np.nan, soc)
    columns, spikes = without_spikes(columns, BMS, time_ms)
    columns, stuck = without_stuck(columns, time_ms)
    if "soc" in columns:
        columns["soc"], stuck_soc = without_stuck_soc(columns["soc"], columns.get("pack_current", missing), time_ms)
        stuck += stuck_soc
    columns, rises, breaks = clean_counters(columns, time_ms)
    return columns, rises, [*notes, *spikes, *stuck, *breaks]
