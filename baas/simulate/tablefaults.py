"""What faults do to day tables that were borrowed from healthy vehicles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from baas.maths.day_arrays import pack_arrays, unpack_arrays
from baas.simulate.battery import OCV_LOW, OCV_STEP, ocv_table
from baas.simulate.faults import DAY_S, Fault, insulation_kohm, odometer_shown_km
from baas.simulate.passing import LEVEL_SOC
from baas.simulate.vehicle import Vehicle
from baas.tables.days import SOC_BINS, SOC_DECILES, SPREAD_MV_BINS

#: faults that day tables can show without rows; vehicles of another fault stay healthy
TABLE_FAULTS = (
    "self_discharge_cell", "weak_cell", "high_resistance_cell", "insulation_drop", "odometer_rollback",
    "odometer_freeze", "odometer_reset", "odometer_jump", "odometer_scale", "gps_conflict", "silent_days",
    "pack_replacement",
)  # fmt: skip
_CELL_FAULTS = ("self_discharge_cell", "weak_cell", "high_resistance_cell")
#: deviation beyond which a cell is always the lowest, and half the usual spread of the others [mV]; chosen
_ALWAYS_LOWEST_MV, _HALF_SPREAD_MV = 12.0, 9.0
_ODOMETER_KM = ("distance_km", "speed_odometer_km", "counter_km", "soc_km")
_Columns = dict[str, NDArray[np.float64]]


def with_fault_columns(
    car: Vehicle, columns: Mapping[str, NDArray[np.float64]], day: NDArray[np.int64]
) -> tuple[_Columns, NDArray[np.bool_]]:
    """DAILY numbers with the fault of the vehicle, and the days on which anything was sent. day: days since 1970."""
    found, sent = dict(columns), np.ones(len(day), dtype=bool)
    fault = car.fault
    if fault is None:
        return found, sent
    noon = day * DAY_S + DAY_S // 2
    inside = (noon >= fault.start_s) & (noon < fault.end_s)
    if fault.name == "silent_days":
        sent = ~inside
    if fault.name == "gps_conflict":
        found["gps_km"] = np.where(inside, 0.05, found["gps_km"])
    if fault.name == "insulation_drop":
        share = np.array(
            [insulation_kohm(fault, float(time), car.insulation_kohm) / car.insulation_kohm for time in noon]
        )
        for name in ("insulation_min_kohm", "insulation_median_kohm"):
            found[name] = found[name] * share
    if fault.name.startswith("odometer_"):
        found |= _odometer(fault, found, noon, inside)
    return found, sent


def _odometer(fault: Fault, columns: _Columns, noon: NDArray[np.int64], inside: NDArray[np.bool_]) -> _Columns:
    """Odometer readings and distances as the odometer shows them."""
    start_km = float(columns["odometer_first_km"][int(inside.argmax())]) if inside.any() else 0.0
    names = ("odometer_first_km", "odometer_last_km")
    shown = {name: odometer_shown_km(fault, noon, columns[name], start_km) for name in names}
    factor = {"odometer_freeze": 0.0, "odometer_scale": fault.value}.get(fault.name, 1.0)
    return shown | {name: np.where(inside, columns[name] * factor, columns[name]) for name in _ODOMETER_KM}


def slopes_mv(car: Vehicle) -> NDArray[np.float64]:
    """Rise of the open-circuit voltage per percent of SOC in the middle of each decile [mV]."""
    table = ocv_table(car.kind.chemistry, *car.kind.window)
    middle = (np.arange(SOC_DECILES) + 0.5) / SOC_DECILES
    at = np.rint((middle - OCV_LOW) / OCV_STEP).astype(np.intp)
    width = round(0.05 / OCV_STEP)
    found: NDArray[np.float64] = (table[at + width] - table[at - width]) * 1000 / 10
    return found


def deviation_mv(car: Vehicle, fault: Fault, time_s: float) -> NDArray[np.float64]:
    """How far the resting voltage of the faulty cell lies from the others, by decile of SOC [mV]."""
    middle = (np.arange(SOC_DECILES) + 0.5) / SOC_DECILES
    if fault.name == "self_discharge_cell":
        lost_ah = fault.value / 1000 * (min(time_s, fault.end_s) - fault.start_s) / 3600
        return -slopes_mv(car) * 100 * lost_ah / car.kind.capacity_ah
    if fault.name == "weak_cell":
        capacity = 1 - fault.value / 100 * fault.grown(time_s, 30)
        return slopes_mv(car) * 100 * (middle - LEVEL_SOC) * (1 / capacity - 1)
    return np.zeros(SOC_DECILES)


def with_fault_arrays(car: Vehicle, blob: bytes, day: int) -> bytes:
    """Packed day arrays with the fault of one cell; the same bytes for everybody else."""
    fault, noon = car.fault, day * DAY_S + DAY_S / 2
    if fault is None or fault.name not in _CELL_FAULTS or not fault.at(noon):
        return blob
    arrays = unpack_arrays(blob)
    if "cell_dev_mv" not in arrays:
        return blob
    cell = fault.cell_no - 1
    if fault.name == "high_resistance_cell":
        arrays["step_a_mv"][cell] *= 1 + (fault.value - 1) * fault.grown(noon, 10)
        return pack_arrays(arrays)
    off_mv = deviation_mv(car, fault, noon)
    arrays["cell_dev_mv"][:, cell] += arrays["cell_dev_n"] * off_mv
    lowest = float(arrays["cell_dev_n"][off_mv < -_ALWAYS_LOWEST_MV].sum())
    arrays["cell_low_n"] = arrays["cell_low_n"] * (1 - lowest / max(float(arrays["cell_dev_n"].sum()), 1.0))
    arrays["cell_low_n"] = np.floor(arrays["cell_low_n"])
    arrays["cell_low_n"][cell] += lowest
    arrays["rest_spread_n"] = _wider(arrays["rest_spread_n"], off_mv)
    return pack_arrays(arrays)


def _wider(spread_n: NDArray[np.float64], off_mv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows by spread, moved up by what the faulty cell adds to the spread at each SOC."""
    found = np.zeros_like(spread_n)
    last = SPREAD_MV_BINS.count - 1
    for number, row in enumerate(spread_n):
        decile = min(int(number * SOC_BINS.step // (100 / SOC_DECILES)), SOC_DECILES - 1)
        more = max(abs(float(off_mv[decile])) - _HALF_SPREAD_MV, 0.0)
        places = np.minimum(np.arange(len(row)) + round(more / SPREAD_MV_BINS.step), last)
        found[number] = np.bincount(places, weights=row, minlength=len(row))
    return found
