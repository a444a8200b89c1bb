"""Events on days that nobody will see: the same life in totals, without a value for every second.

Voltage is held at its value half-way through the event, so charge, energy and SOC stay in balance; slow voltage drops
and the height of the land are left out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from baas.simulate.battery import OCV_LOW, OCV_STEP, Charge, Flow, Pack
from baas.simulate.drive import BASE_KW, Style, battery_kw, speed_profile, traction_scale
from baas.simulate.faults import cell_factors
from baas.simulate.kinds import Kind
from baas.simulate.passing import after, pack_of
from baas.simulate.portable import Array, Draws
from baas.simulate.state import DAY_S, DaySum, Event, Life, Stretch
from baas.simulate.thermal import Warmth, cooled_slowly, heat_kw, warmed
from baas.simulate.vehicle import Vehicle
from baas.simulate.weather import Weather
from baas.simulate.world import Place, road

_TRIP = 13  # random stream
#: ways in which the same trip may go; chosen
VARIANTS = 3
#: grid of temperatures [s]; chosen: packs change by less than a degree in this time
_COARSE_S = 600
_NONE: Array = np.zeros(0)
_NO_FLOW = Flow(_NONE, _NONE, _NONE, _NONE, _NONE)
_NO_TIMES = np.zeros(0, dtype=np.int64)


@lru_cache(maxsize=4096)
def unseen_trip(kind: Kind, start: Place, goal: Place, style: Style, crowd: float, variant: int) -> tuple[Array, float]:
    """Traction and recuperation [kW] at each second of a trip on flat land, without climate, and its length [m]."""
    length_m = road(start, goal).length_m
    speed = speed_profile(length_m, style, crowd, Draws(variant, _TRIP, round(length_m)))
    return battery_kw(kind, speed, np.zeros(len(speed)), traction_scale(kind), 0.6, 15.0) - BASE_KW, length_m


def _temperature(vehicle: Vehicle, life: Life, event: Event, pack: Pack, weather: Weather) -> tuple[float, Warmth]:
    """Mean temperature of the pack during the event and its warmth at the end."""
    span_s = len(event.power_kw) * event.step_s
    steps = max(1, span_s // _COARSE_S)
    step_s = span_s / steps
    outside = weather.during(life.time_s, step_s, steps)
    if event.kind == "park":
        means, _, warmth = cooled_slowly(life.warmth, outside, step_s)
    else:
        made = heat_kw(event.power_kw, vehicle.kind.nominal_kwh, pack.drop_v, 3.6, life.warmth.mean_c)
        means, _, warmth = warmed(
            life.warmth, np.full(steps, float(made.mean())), float(outside[0]), vehicle.kind.nominal_kwh, step_s,
            coolant=True, heater=event.mode == "dc",
        )  # fmt: skip
    return float(means.mean()), warmth


def pass_unseen(vehicle: Vehicle, life: Life, event: Event, weather: Weather, km: float) -> Stretch:
    """The event in totals; the stretch has no rows. km: distance driven."""
    pack = pack_of(vehicle, life.age)
    hours = event.step_s / 3600
    in_kwh = float(np.maximum(event.power_kw, 0).sum()) * hours
    net_kwh = float(event.power_kw.sum()) * hours
    middle = life.charge.soc + net_kwh / 2 / vehicle.kind.nominal_kwh
    place = min(max(round((middle - OCV_LOW) / OCV_STEP), 0), len(pack.ocv) - 1)
    ah_per_kwh = 1000 / (pack.cells * float(pack.ocv[place]))
    moved_ah = net_kwh * ah_per_kwh
    temp_c, warmth = _temperature(vehicle, life, event, pack, weather)
    start = life.totals
    sums = (
        start.in_ah + in_kwh * ah_per_kwh, start.out_ah + (in_kwh - net_kwh) * ah_per_kwh,
        start.in_kwh + in_kwh, start.out_kwh + in_kwh - net_kwh,
    )  # fmt: skip
    charge = Charge(life.charge.soc + moved_ah / pack.capacity_ah, 0.0, 0.0)
    end = after(vehicle, life, event, sums, charge=charge, warmth=warmth, temp_c=temp_c, km=km)
    gauge = vehicle.gauge
    told_ah = moved_ah * (1 + gauge.gain) + gauge.offset_a * (event.kind != "park") * len(event.power_kw) * hours
    told = life.told_soc + told_ah / (pack.capacity_ah * gauge.belief)
    factors = cell_factors(vehicle.fault, life.time_s, life.spread.capacity, life.spread.resistance)
    end = replace(end, told_soc=told)
    sums_of_days = _day_sums(life, end, event, km)
    return Stretch(event, life, end, pack, _NO_TIMES, _NO_FLOW, *(_NONE,) * 10, factors, sums_of_days)


def _day_sums(life: Life, end: Life, event: Event, km: float) -> tuple[DaySum, ...]:
    """Totals of the event, spread evenly in time over the days it touches."""
    sums = (
        km, end.totals.in_kwh - life.totals.in_kwh, end.totals.out_kwh - life.totals.out_kwh,
        end.totals.in_ah - life.totals.in_ah, end.totals.out_ah - life.totals.out_ah,
    )  # fmt: skip
    span_s = end.time_s - life.time_s
    found = []
    for day in range(life.time_s // DAY_S, (end.time_s - 1) // DAY_S + 1):
        inside_s = min(end.time_s, (day + 1) * DAY_S) - max(life.time_s, day * DAY_S)
        found.append(DaySum(day, event.kind, event.mode, *(value * inside_s / span_s for value in sums)))
    return tuple(found)
