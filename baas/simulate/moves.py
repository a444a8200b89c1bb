"""Driving, charging and standing: each turns a wish into an event and lives it through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from baas.simulate.charge import charge_profile
from baas.simulate.drive import climate_kw, driven
from baas.simulate.gauge import corrected
from baas.simulate.life import live
from baas.simulate.passing import pack_of
from baas.simulate.portable import Array, Draws
from baas.simulate.state import DAY_S, Event, Life, Stretch, Written
from baas.simulate.unseen import VARIANTS, pass_unseen, unseen_trip
from baas.simulate.vehicle import Vehicle
from baas.simulate.weather import Weather
from baas.simulate.world import Place, road

_RESTS = 14  # random stream
_NONE: Array = np.zeros(0)
#: parked rows are at least this far apart [s], and the awake tail after a drive lasts this long [s]; chosen
PARK_STEP_S, TAIL_S = 60, 180
#: hours with dense traffic and how much slower it is; chosen
RUSH = ((7, 9), (17, 19))
RUSH_PACE = 0.82
#: no trip takes longer [s]; chosen: 110 km in the densest traffic
LONGEST_TRIP_S = 4 * 3600


@dataclass(frozen=True)
class Scene:
    """What stays the same through the journey of one vehicle. written: the days that go into files."""

    vehicle: Vehicle
    weather: Weather
    written: Written

    def is_seen(self, start_s: int, end_s: int) -> bool:
        """Whether any day between two times is written."""
        first = self.vehicle.first_s
        days = range((start_s - first) // DAY_S, (end_s - first) // DAY_S + 1)
        return any(self.written.has(day) for day in days)

    def lived(self, life: Life, event: Event) -> Stretch:
        """The event lived through; in totals only when none of its rows is sent."""
        if len(event.sent):
            return live(self.vehicle, life, event, self.weather)
        return pass_unseen(self.vehicle, life, event, self.weather, 0.0)

    @property
    def charge_step_s(self) -> int:
        """Grid of charges: the largest whole part of the interval that is at most 10 s."""
        interval = self.vehicle.interval_s
        return max(step for step in range(1, 11) if interval % step == 0)


def plug(
    scene: Scene, life: Life, charger_kw: float, *, dc: bool, until: float, leave_s: int, draws: Draws
) -> Iterator[Stretch]:
    """A charge and the time the cable stays in afterwards."""
    vehicle, step_s = scene.vehicle, scene.charge_step_s
    goal = until if until >= 0.99 else until - (life.told_soc - life.charge.soc)
    pack = pack_of(vehicle, life.age)
    power = charge_profile(
        vehicle.kind, pack, charger_kw, dc=dc, start=life.charge.soc, end=goal,
        temp_c=life.warmth.mean_c, step_s=step_s,
    )[: max((leave_s - life.time_s) // step_s, 0)]  # fmt: skip
    if len(power) < 6:
        return
    every = max(vehicle.interval_s, vehicle.thin.charge_s if vehicle.thin else 0) // step_s
    is_seen = scene.is_seen(life.time_s, life.time_s + len(power) * step_s)
    sent = np.arange(every - 1, len(power) if is_seen else 0, every, dtype=np.intp)
    event = Event("charge", "dc" if dc else "ac", step_s, power, sent, True, _NONE, _NONE, _NONE, _NONE)
    stretch = scene.lived(life, event)
    told = corrected(
        vehicle, stretch.end, rested_s=0, full=until >= 0.99 and stretch.end.charge.soc > 0.97, draws=draws
    )
    stretch = replace(stretch, end=replace(stretch.end, told_soc=told))
    yield stretch
    life = stretch.end
    linger = int(draws.between(0, 900)) if dc else int((leave_s - life.time_s) * draws.between(0.3, 1.0))
    yield from stand(scene, life, min(life.time_s + linger, leave_s), plugged=True, kw=0.0)


def drive(scene: Scene, life: Life, goal: Place, draws: Draws) -> Stretch:
    """One trip."""
    vehicle = scene.vehicle
    hour = life.time_s % DAY_S // 3600
    crowd = RUSH_PACE if any(first <= hour < last for first, last in RUSH) else 1.0
    outside = float(scene.weather.outside_c(np.array([float(life.time_s)]))[0])
    if not scene.is_seen(life.time_s, life.time_s + LONGEST_TRIP_S):
        return _drive_unseen(scene, life, goal, crowd, outside, draws)
    trip = driven(
        vehicle.kind, road(life.place, goal), vehicle.style, crowd, outside, life.charge.soc, life.warmth.mean_c, draws
    )
    every = vehicle.interval_s
    sent = np.arange(every - 1, len(trip.speed_ms), every, dtype=np.intp)
    event = Event("drive", "", 1, trip.power_kw, sent, False, trip.speed_ms, trip.along_m / 1000, trip.x_km, trip.y_km)
    stretch = live(vehicle, life, event, scene.weather)
    return replace(stretch, end=replace(stretch.end, place=goal))


def _drive_unseen(scene: Scene, life: Life, goal: Place, crowd: float, outside_c: float, draws: Draws) -> Stretch:
    vehicle = scene.vehicle
    variant = draws.below(VARIANTS) + VARIANTS * vehicle.index
    traction_kw, length_m = unseen_trip(vehicle.kind, life.place, goal, vehicle.style, crowd, variant)
    power = traction_kw - climate_kw(outside_c, len(traction_kw))
    event = Event("drive", "", 1, power, np.zeros(0, dtype=np.intp), False, _NONE, _NONE, _NONE, _NONE)
    stretch = pass_unseen(vehicle, life, event, scene.weather, length_m / 1000)
    return replace(stretch, end=replace(stretch.end, place=goal))


def parked_rows(vehicle: Vehicle, steps: int, step_s: int, *, is_awake: bool, is_plugged: bool) -> NDArray[np.intp]:
    """The steps of a stand at which a row is sent: a short tail after arriving, then the vehicle's own rhythm."""
    after_s = step_s * np.arange(1, steps + 1)
    every, tail_s = vehicle.parked_every_s, TAIL_S
    if vehicle.thin:
        every, tail_s = vehicle.thin.plugged_s if is_plugged else vehicle.thin.park_s, step_s
    sent = after_s <= tail_s
    if every or is_awake:
        sent = sent | (after_s % (step_s if is_awake else max(every, step_s)) == 0)
    return np.flatnonzero(sent)


def stand(scene: Scene, life: Life, until: int, *, plugged: bool, kw: float) -> Iterator[Stretch]:
    """Standing still until about a time; nothing when that is less than a step away."""
    vehicle = scene.vehicle
    step_s = max(PARK_STEP_S, vehicle.interval_s)
    steps = (until - life.time_s) // step_s
    if steps < 1:
        return
    steps_seen = steps if scene.is_seen(life.time_s, until) else 0
    sent = parked_rows(vehicle, steps_seen, step_s, is_awake=kw > 0, is_plugged=plugged)
    event = Event("park", "", step_s, np.full(steps, -kw), sent, plugged, _NONE, _NONE, _NONE, _NONE)
    stretch = scene.lived(life, event)
    told = corrected(
        vehicle,
        stretch.end,
        rested_s=steps * step_s,
        full=False,
        draws=vehicle.draws(_RESTS, life.time_s % 2**31),
    )
    yield replace(stretch, end=replace(stretch.end, told_soc=told))
