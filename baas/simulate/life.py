"""The life of one vehicle, one event after the other: a drive, a charge, or standing still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from baas.simulate.battery import Flow, Pack, flow
from baas.simulate.faults import cell_factors
from baas.simulate.passing import after, pack_of
from baas.simulate.portable import Array
from baas.simulate.state import DAY_S, DaySum, Event, Life, Stretch
from baas.simulate.thermal import Warmth, cooled_slowly, heat_kw, warmed
from baas.simulate.vehicle import Vehicle
from baas.simulate.weather import Weather


def _temperatures(
    vehicle: Vehicle, life: Life, event: Event, pack: Pack, outside_c: Array
) -> tuple[Array, Array, Warmth]:
    """Mean temperature and unevenness of the pack on the grid, and the state at the end."""
    if event.kind == "park" and not event.power_kw.any():
        return cooled_slowly(life.warmth, outside_c, event.step_s)
    made = heat_kw(event.power_kw, vehicle.kind.nominal_kwh, pack.drop_v, 3.6, life.warmth.mean_c)
    return warmed(
        life.warmth, made, float(outside_c[0]), vehicle.kind.nominal_kwh, event.step_s,
        coolant=True, heater=event.mode == "dc",
    )  # fmt: skip


def _running(values: Array, first: float, step_s: int) -> Array:
    return first + np.cumsum(np.maximum(values, 0)) * (step_s / 3600)


def live(vehicle: Vehicle, life: Life, event: Event, weather: Weather) -> Stretch:
    """The event lived through."""
    count, step_s = len(event.power_kw), event.step_s
    ends = life.time_s + step_s * np.arange(1, count + 1, dtype=np.int64)
    outside = weather.during(life.time_s, step_s, count)
    pack = pack_of(vehicle, life.age)
    mean_c, uneven_c, warmth = _temperatures(vehicle, life, event, pack, outside)
    through, charge = flow(pack, life.charge, event.power_kw, mean_c, step_s)
    current, power = through.current_a, through.current_a * through.cell_v * (pack.cells / 1000)
    in_ah, out_ah = _running(current, life.totals.in_ah, step_s), _running(-current, life.totals.out_ah, step_s)
    in_kwh, out_kwh = _running(power, life.totals.in_kwh, step_s), _running(-power, life.totals.out_kwh, step_s)
    along = event.along_km if len(event.along_km) else np.zeros(count)
    gauge = vehicle.gauge
    moved_ah = np.cumsum(current * (1 + gauge.gain) + gauge.offset_a * (event.kind != "park")) * (step_s / 3600)
    told = life.told_soc + moved_ah / (pack.capacity_ah * gauge.belief)
    km = float(along[-1])
    sums = (float(in_ah[-1]), float(out_ah[-1]), float(in_kwh[-1]), float(out_kwh[-1]))
    end = after(vehicle, life, event, sums, charge=charge, warmth=warmth, temp_c=float(mean_c.mean()), km=km)
    rows = event.sent
    speed = event.speed_ms[rows] * 3.6 if len(event.speed_ms) else np.zeros(len(rows))
    return Stretch(
        event=event,
        start=life,
        end=replace(end, told_soc=float(told[-1])),
        pack=pack,
        time_s=ends[rows],
        flow=Flow(
            current[rows], through.soc[rows], through.drop_ohm_v[rows], through.drop_slow_v[rows], through.cell_v[rows]
        ),
        told_soc=told[rows],
        in_ah=in_ah[rows],
        out_ah=out_ah[rows],
        in_kwh=in_kwh[rows],
        out_kwh=out_kwh[rows],
        speed_kmh=speed,
        odometer_km=life.odometer_km + along[rows],
        mean_c=mean_c[rows],
        uneven_c=uneven_c[rows],
        outside_c=outside[rows],
        factors=cell_factors(vehicle.fault, life.time_s, life.spread.capacity, life.spread.resistance),
        days=_day_sums(life, event, ends, along, (in_kwh, out_kwh, in_ah, out_ah)),
    )


def _day_sums(
    life: Life, event: Event, ends: NDArray[np.int64], along: Array, running: tuple[Array, Array, Array, Array]
) -> tuple[DaySum, ...]:
    """Sums per local day; a step belongs to the day in which it ends, at midnight still to the day before."""
    days = (ends - 1) // DAY_S
    starts = (life.totals.in_kwh, life.totals.out_kwh, life.totals.in_ah, life.totals.out_ah)
    found: list[DaySum] = []
    first, before = 0, (0.0, *starts)
    for day in range(int(days[0]), int(days[-1]) + 1):
        last = int(np.searchsorted(days, day, side="right"))
        if last == first:
            continue
        in_now, out_now, in_ah_now, out_ah_now = (float(values[last - 1]) for values in running)
        now = (float(along[last - 1]), in_now, out_now, in_ah_now, out_ah_now)
        km, in_kwh, out_kwh, in_ah, out_ah = (a - b for a, b in zip(now, before, strict=True))
        found.append(DaySum(day, event.kind, event.mode, km, in_kwh, out_kwh, in_ah, out_ah))
        first, before = last, now
    return tuple(found)
