"""What the battery management reports at a row: true quantities through imperfect sensors, in feed columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.simulate.battery import OCV_LOW, OCV_STEP
from baas.simulate.charge import charging_kw
from baas.simulate.faults import insulation_kohm, odometer_shown_km
from baas.simulate.passing import LEVEL_SOC
from baas.simulate.portable import Array, Draws, curve
from baas.simulate.rows import Rows, whole
from baas.simulate.state import Stretch
from baas.simulate.text import NOTHING, Whole
from baas.simulate.vehicle import Vehicle

_NOISE = 20  # random stream
#: noise of one cell reading [mV]; chosen after recorded packs, where readings of resting cells scatter by 0.5 to 1.2 mV
CELL_NOISE_MV = 0.7
#: noise of current [A] and pack voltage [V]; chosen: below their 0.1 steps
CURRENT_NOISE_A, PACK_NOISE_V = 0.06, 0.06
#: display SOC: the driver sees this stretch of the told SOC as 0 to 100 %; chosen: makers hide some at both ends
SHOWN_LOW, SHOWN_HIGH = 0.03, 0.975
#: motor turns per km/h [rpm]; chosen: a 10.6 gear on 2.1 m wheels
RPM_PER_KMH = 84.0
#: rows lost on the way, one by one and in blocks; chosen
LOST_ROWS, LOST_BLOCKS = 0.002, 0.03
#: share of rows in which a value is not sent, by column; chosen
UNSENT = {"ext_temp": 0.003, "insul_resistance": 0.002, "odometer": 0.001, "soh": 0.002, "sub_batt_volt": 0.003}


def _with_cells(vehicle: Vehicle, stretch: Stretch) -> NDArray[np.bool_]:
    """Rows that carry cells: all, or in a thin feed the first of each span."""
    if vehicle.thin is None:
        return np.ones(len(stretch.time_s), dtype=bool)
    span_s = vehicle.thin.parked_cells_s if stretch.event.kind == "park" else vehicle.thin.cells_s
    before = np.concatenate([stretch.time_s[:1] - stretch.event.step_s, stretch.time_s[:-1]])
    return stretch.time_s // span_s > before // span_s


def cell_tenth_mv(stretch: Stretch, full: NDArray[np.bool_], draws: Draws) -> NDArray[np.int32]:
    """Cell voltages as the sensors see them, in tenths of a millivolt (rows with cells x cells)."""
    capacity, resistance = (factor.astype(np.float32) for factor in stretch.factors)
    soc = stretch.flow.soc[full].astype(np.float32)
    tilt = 1 / capacity - 1
    own = stretch.start.shift.astype(np.float32) - np.float32(LEVEL_SOC) * tilt
    charge = soc[:, None] * (1 + tilt) + own
    index = ((charge - np.float32(OCV_LOW)) * np.float32(1 / OCV_STEP)).astype(np.int32)
    table = (stretch.pack.ocv * 10_000).astype(np.float32)
    rest = np.take(table, np.clip(index, 0, len(table) - 1))
    drop = ((stretch.flow.drop_ohm_v + stretch.flow.drop_slow_v)[full] * 10_000).astype(np.float32)
    noise = draws.normal(len(soc), len(capacity)) * np.float32(CELL_NOISE_MV * 10)
    reading = (10 * stretch.start.spread.reading_mv).astype(np.float32)
    seen: NDArray[np.int32] = np.rint(rest + drop[:, None] * resistance + noise + reading).astype(np.int32)
    return seen


def _probes(vehicle: Vehicle, stretch: Stretch) -> NDArray[np.int16]:
    place, error = vehicle.probes()
    read = stretch.mean_c[:, None] + stretch.uneven_c[:, None] * place + error
    fault, time_s = vehicle.fault, stretch.time_s
    if fault and fault.probe_no:
        inside = (time_s >= fault.start_s) & (time_s < fault.end_s)
        own = read[:, fault.probe_no - 1]
        hot = own + fault.value * (1 / 3 + 2 / 3 * np.minimum(np.abs(stretch.uneven_c) / 0.6, 1.0))
        read[:, fault.probe_no - 1] = np.where(inside, fault.value if fault.name == "stuck_sensor" else hot, own)
    return np.rint(read).astype(np.int16)


def _soh_told_pct(vehicle: Vehicle, stretch: Stretch) -> float:
    """State of health as the battery management tells it [%]."""
    true = 100 * (1 - stretch.start.age.loss) + vehicle.gauge.soh_bias_pct
    told = {"honest": true, "flattering": 100 - 0.35 * (100 - true), "stuck": 100.0}[vehicle.gauge.soh_mode]
    return min(max(told, 1.0), 100.0)


def _extremes(cells_mv: NDArray[np.int16]) -> dict[str, tuple[Whole, int]]:
    high_no, low_no = cells_mv.argmax(axis=1), cells_mv.argmin(axis=1)
    row = np.arange(len(cells_mv))
    high, low = cells_mv[row, high_no].astype(np.int64), cells_mv[row, low_no].astype(np.int64)
    found = {
        "cell_volt_dispersion": (high - low, 3),
        "max_cell_volt": (high, 3),
        "max_cell_volt_no": (high_no.astype(np.int64) + 1, 0),
        "min_cell_volt": (low, 3),
        "min_cell_volt_no": (low_no.astype(np.int64) + 1, 0),
    }
    return {name: (np.where(low > 0, values, NOTHING), places) for name, (values, places) in found.items()}


def _counters(vehicle: Vehicle, stretch: Stretch) -> dict[str, tuple[Whole, int]]:
    """Running counters; what happened before the simulated period follows from the odometer at its start."""
    kind, gain = vehicle.kind, 1 + vehicle.gauge.gain
    earlier_kwh = vehicle.start_odometer_km / kind.certified_km_per_kwh * 1.25
    earlier_ah = earlier_kwh / kind.nominal_kwh * kind.capacity_ah
    start, mode, rows = stretch.start.totals, stretch.event.mode, len(stretch.time_s)
    charged = (stretch.in_kwh - start.in_kwh) * (mode != "")
    quick = 0.2 * earlier_kwh + start.dc_kwh + charged * (mode == "dc")
    all_kwh = 0.85 * earlier_kwh + start.ac_kwh + start.dc_kwh + charged
    trip = {"trip_chrg_pw": stretch.in_kwh - start.in_kwh, "trip_dischrg_pw": stretch.out_kwh - start.out_kwh}
    busy = stretch.event.kind != "park"
    return {
        "chrg_cnt": whole(round(vehicle.start_odometer_km / 150) + start.charges + (mode != ""), 0, rows),
        "chrg_cnt_q": whole(round(vehicle.start_odometer_km / 900) + start.quick_charges + (mode == "dc"), 0, rows),
        "cumul_current_chrgd": whole(earlier_ah * 1.02 + stretch.in_ah * gain, 1),
        "cumul_current_dischrgd": whole(earlier_ah + stretch.out_ah * gain, 1),
        "cumul_energy_chrgd": whole(all_kwh * gain, 1),
        "cumul_energy_chrgd_q": whole(quick * gain, 1),
        "cumul_pw_chrgd": whole(earlier_kwh * 1.04 + stretch.in_kwh * gain, 1),
        "cumul_pw_dischrgd": whole(earlier_kwh + stretch.out_kwh * gain, 1),
        "op_time": whole(
            vehicle.start_odometer_km * 110 + start.awake_s + (stretch.time_s - stretch.start.time_s) * busy, 0
        ),
        **{name: whole(values * busy * gain, 1) for name, values in trip.items()},
    }


def _switches(stretch: Stretch) -> dict[str, tuple[Whole, int]]:
    event, rows = stretch.event, len(stretch.time_s)
    drawn = event.kind == "park" and bool(event.power_kw.any())
    awake = event.kind != "park" or drawn
    flags = {
        "bms_running": awake or event.plugged,
        "chrg_cable_conn": event.plugged,
        "fast_chrg_port_conn": event.mode == "dc",
        "fast_chrg_relay_on": event.mode == "dc",
        "main_relay_conn": awake,
        "slow_chrg_port_conn": event.mode == "ac",
        "v2l": drawn,
    }
    return {name: whole(float(flag), 0, rows) for name, flag in flags.items()}


def _electrical(vehicle: Vehicle, stretch: Stretch, pack_v: Array, draws: Draws) -> dict[str, tuple[Whole, int]]:
    rows, gauge = len(stretch.time_s), vehicle.gauge
    awake = stretch.event.kind != "park" or bool(stretch.event.power_kw.any())
    sensed = stretch.flow.current_a * (1 + gauge.gain) + awake * (
        gauge.offset_a + CURRENT_NOISE_A * draws.normal(rows).astype(np.float64)
    )
    told = np.clip(stretch.told_soc, 0.0, 1.0)
    shown = np.clip((told - SHOWN_LOW) / (SHOWN_HIGH - SHOWN_LOW), 0.0, 1.0)
    soc, temp_c = float(stretch.flow.soc[0]), float(stretch.mean_c[0])
    takes = charging_kw(vehicle.kind, 400.0, dc=True, soc=soc, temp_c=temp_c)
    gives = (
        vehicle.kind.nominal_kwh
        * 3.2
        * curve(soc, ((0.0, 0.1), (0.15, 0.7), (0.3, 1.0)))
        * curve(temp_c, ((-15, 0.4), (15, 1.0)))
    )
    left_min = np.maximum(0.95 - told, 0) * vehicle.kind.nominal_kwh / 7 * 60 * (stretch.event.mode != "")
    return {
        "acceptable_chrg_pw": whole(takes, 2, rows),
        "acceptable_dischrg_pw": whole(min(gives, 300.0), 2, rows),
        "batt_pw": whole(vehicle.sign * sensed * pack_v / 1000, 1),
        "est_chrg_time": whole(left_min, 0),
        "inverter_capacity_volt": whole(pack_v * awake, 1),
        "pack_current": whole(vehicle.sign * sensed, 1),
        "pack_volt": whole(pack_v, 1),
        "soc": (whole(told * 200, 0)[0] * 5, 1),
        "socd": (whole(shown * 200, 0)[0] * 5, 1),
        "soh": whole(_soh_told_pct(vehicle, stretch), 1, rows),
        "sub_batt_volt": whole(14.3 if awake else 12.7, 1, rows),
    }


def _around(
    vehicle: Vehicle, stretch: Stretch, probes_c: NDArray[np.int16], start_km: float, draws: Draws
) -> dict[str, tuple[Whole, int]]:
    """Driving, weather and everything else."""
    rows, outside = len(stretch.time_s), stretch.outside_c
    step = vehicle.kind.odometer_step_km
    shown_km = (
        np.floor(odometer_shown_km(vehicle.fault, stretch.time_s, stretch.odometer_km, start_km) / step + 1e-6) * step
    )
    kohm = insulation_kohm(vehicle.fault, stretch.start.time_s, vehicle.insulation_kohm)
    inside_c = np.where(stretch.speed_kmh > 0, 21.5, outside + 1.5)
    mean_c = stretch.mean_c
    return {
        "airbag_hwire_duty": whole(80.0, 0, rows),
        "batt_coolant_inlet_temp": whole(mean_c - 0.5 * stretch.uneven_c, 0),
        "batt_fan_running": whole((mean_c > 32) * 2.0, 0),
        "batt_internal_temp": whole(mean_c, 0),
        "drive_motor_spd1": whole(stretch.speed_kmh * RPM_PER_KMH, 0),
        "emobility_spd": whole(stretch.speed_kmh, 1),
        "ext_temp": (whole(outside * 2, 0)[0] * 5, 1),
        "insul_resistance": whole(np.minimum(kohm * (1 + 0.02 * draws.normal(rows).astype(np.float64)), 5000), 0),
        "int_temp": (whole(inside_c * 2, 0)[0] * 5, 1),
        "max_deter_cell_no": whole(float(np.argmin(stretch.factors[0]) + 1), 0, rows),
        "min_deter": whole(min(100.0, _soh_told_pct(vehicle, stretch) + 0.8), 1, rows),
        "min_deter_cell_no": whole(float(np.argmax(stretch.factors[0]) + 1), 0, rows),
        "mod_avg_temp": whole(probes_c.sum(axis=1, dtype=np.int64) / probes_c.shape[1], 0),
        "mod_max_temp": (probes_c.max(axis=1).astype(np.int64), 0),
        "mod_min_temp": (probes_c.min(axis=1).astype(np.int64), 0),
        "odometer": whole(shown_km, 0 if step == 1 else 1),
    }


def _kept(vehicle: Vehicle, stretch: Stretch, draws: Draws) -> NDArray[np.intp]:
    """Rows that reach the collector: a few get lost, some in blocks, all of them on silent days."""
    rows = len(stretch.time_s)
    kept = draws.uniform(rows) >= LOST_ROWS
    if rows > 20 and draws.chance(LOST_BLOCKS):
        first = draws.below(rows)
        kept[first : first + 1 + draws.below(30)] = False
    fault = vehicle.fault
    if fault and fault.name == "silent_days":
        kept &= (stretch.time_s < fault.start_s) | (stretch.time_s >= fault.end_s)
    return np.flatnonzero(kept)


def reported(vehicle: Vehicle, stretch: Stretch, start_km: float) -> Rows | None:
    """The rows of one stretch that reach the collector. start_km: true odometer at the start of the vehicle's fault."""
    if not len(stretch.time_s):
        return None
    draws = vehicle.draws(_NOISE, (stretch.start.time_s - vehicle.first_s) // 10)
    full = _with_cells(vehicle, stretch)
    tenth_mv = cell_tenth_mv(stretch, full, draws)
    step = 10 * vehicle.kind.cell_step_mv
    cells_mv = np.zeros((len(stretch.time_s), tenth_mv.shape[1]), dtype=np.int16)
    cells_mv[full] = np.clip((tenth_mv + step // 2) // step, 1, 50_000 // step) * vehicle.kind.cell_step_mv
    pack_v = stretch.flow.cell_v * vehicle.kind.cells
    pack_v[full] = tenth_mv.sum(axis=1, dtype=np.int64) / 10_000
    pack_v += PACK_NOISE_V * draws.normal(len(pack_v)).astype(np.float64)
    probes_c = _probes(vehicle, stretch)
    columns = {
        **_extremes(cells_mv),
        **_counters(vehicle, stretch),
        **_switches(stretch),
        **_electrical(vehicle, stretch, pack_v, draws),
        **_around(vehicle, stretch, probes_c, start_km, draws),
    }
    for name, share in UNSENT.items():
        values, decimals = columns[name]
        columns[name] = (np.where(draws.uniform(len(values)) < share, NOTHING, values), decimals)
    for name in vehicle.thin.rare if vehicle.thin else ():
        columns[name] = (np.where(full, columns[name][0], NOTHING), columns[name][1])
    names = sorted(vehicle.thin.columns if vehicle.thin else columns)
    rows = Rows(stretch.time_s, {name: columns[name] for name in names}, cells_mv, probes_c)
    return rows.take(_kept(vehicle, stretch, draws))
