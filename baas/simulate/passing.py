"""What an event leaves behind in a vehicle: counters, age, and the drift of its cells against one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from baas.simulate.ageing import Age, aged
from baas.simulate.battery import DROP_V, Charge, Pack, ocv_table
from baas.simulate.faults import cell_leak_soc_per_s
from baas.simulate.portable import Array
from baas.simulate.state import Event, Life
from baas.simulate.thermal import Warmth
from baas.simulate.vehicle import Vehicle

#: a pack is held at this SOC when its cells are level; chosen: makers balance near full
LEVEL_SOC = 0.9
#: passive balancing above LEVEL_SOC takes this share of what is uneven per hour, up to this rate; chosen: 0.1 A on
#: 100 Ah, a tenth of the time
BALANCE_PER_H, BALANCE_MOST_PER_H = 0.02, 1.0e-4
#: cells are bled only when they stand higher than the low ones by this much [SOC]; chosen: 10 mV near full
BALANCE_FROM = 0.011


def pack_of(vehicle: Vehicle, age: Age) -> Pack:
    """The pack as it is at that age."""
    kind = vehicle.kind
    ohm, fast, slow = (drop * age.resistance_factor for drop in DROP_V[kind.chemistry])
    ocv = ocv_table(kind.chemistry, *kind.window)
    return Pack(kind.cells, kind.capacity_ah * (1 - age.loss), ocv, (ohm, fast, slow))


def after(
    vehicle: Vehicle, life: Life, event: Event, sums: tuple[float, float, float, float], *,
    charge: Charge, warmth: Warmth, temp_c: float, km: float,
) -> Life:  # fmt: skip
    """The state at the end of an event: counters, age, and the drift of cells against one another."""
    span_s = len(event.power_kw) * event.step_s
    in_ah, out_ah, in_kwh, out_kwh = sums
    turned = (in_ah - life.totals.in_ah + out_ah - life.totals.out_ah) / 2 / vehicle.kind.capacity_ah
    rate = 2 * turned / (span_s / 3600)
    soc = (life.charge.soc + charge.soc) / 2
    kwh_in = in_kwh - life.totals.in_kwh
    totals = replace(
        life.totals, in_ah=in_ah, out_ah=out_ah, in_kwh=in_kwh, out_kwh=out_kwh,
        ac_kwh=life.totals.ac_kwh + (kwh_in if event.mode == "ac" else 0.0),
        dc_kwh=life.totals.dc_kwh + (kwh_in if event.mode == "dc" else 0.0),
        charges=life.totals.charges + (event.mode != ""),
        quick_charges=life.totals.quick_charges + (event.mode == "dc"),
        awake_s=life.totals.awake_s + (0 if event.kind == "park" else span_s),
    )  # fmt: skip
    leak = cell_leak_soc_per_s(vehicle.fault, life.time_s, vehicle.kind.cells, vehicle.kind.capacity_ah)
    return replace(
        life,
        time_s=life.time_s + span_s,
        odometer_km=life.odometer_km + km,
        charge=charge,
        warmth=warmth,
        age=aged(life.age, vehicle.kind.chemistry, vehicle.pace, span_s, temp_c, soc, turned, rate),
        shift=balanced(life.shift, soc, span_s) - leak * span_s,
        totals=totals,
    )


def balanced(shift: Array, soc: float, span_s: float) -> Array:
    """Cells that stand far too high are bled a little while the pack is nearly full."""
    if soc < LEVEL_SOC:
        return shift
    hours = span_s / 3600
    excess = np.maximum(shift - float(np.sort(shift)[len(shift) // 4]) - BALANCE_FROM, 0)
    bled = np.minimum(excess * min(BALANCE_PER_H * hours, 1.0), BALANCE_MOST_PER_H * hours)
    return shift - bled + float(bled.sum()) / len(bled)
