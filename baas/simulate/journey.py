"""From a day's plan to events: when to charge, where, and what to do in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from baas.simulate.ageing import Age
from baas.simulate.battery import Charge
from baas.simulate.moves import PARK_STEP_S, Scene, drive, plug, stand
from baas.simulate.plan import Leg
from baas.simulate.portable import Draws
from baas.simulate.state import DAY_S, Life, Stretch, Totals, Written
from baas.simulate.thermal import Warmth
from baas.simulate.vehicle import Vehicle
from baas.simulate.weather import Weather
from baas.simulate.world import Place, road

_DAY, _START = 10, 11  # random streams
#: trips are planned with this much more energy than certified; chosen
MARGIN = 1.35


def born(vehicle: Vehicle) -> Life:
    """The vehicle at the start of the period: parked at its base."""
    draws = vehicle.draws(_START)
    soc = draws.between(0.5, 0.9)
    spread = vehicle.spread(0)
    return Life(
        time_s=vehicle.first_s,
        place=vehicle.base,
        odometer_km=vehicle.start_odometer_km,
        charge=Charge(soc, 0.0, 0.0),
        told_soc=soc + draws.gauss(0, 0.005),
        warmth=Warmth(12.0, 0.0),
        age=vehicle.start_age,
        shift=spread.charge,
        totals=Totals(),
        spread=spread,
        pack_no=0,
    )


def journey(vehicle: Vehicle, weather: Weather, written: Written | None = None) -> Iterator[Stretch]:
    """Everything that happens to a vehicle in its period, in order of time; rows only on written days."""
    scene, life = Scene(vehicle, weather, written or Written()), born(vehicle)
    for day in range(vehicle.days):
        midnight = vehicle.first_s + day * DAY_S
        for stretch in _day(scene, life, midnight):
            yield stretch
            life = stretch.end
        life = _with_new_pack(vehicle, life)
    if life.time_s < vehicle.end_s:
        yield from stand(scene, life, vehicle.end_s, plugged=False, kw=0.0)


def _with_new_pack(vehicle: Vehicle, life: Life) -> Life:
    """The state after a pack replacement that is due, else the same state."""
    fault = vehicle.fault
    if fault is None or fault.name != "pack_replacement" or life.pack_no or not fault.at(life.time_s):
        return life
    spread = vehicle.spread(1)
    charge = Charge(0.55, 0.0, 0.0)
    return replace(
        life, age=Age(0.003, 0.0), spread=spread, shift=spread.charge, pack_no=1, charge=charge, told_soc=0.55
    )


def _day(scene: Scene, life: Life, midnight: int) -> Iterator[Stretch]:
    """The events of one day's plan; what is not done at midnight goes on into the next day."""
    vehicle = scene.vehicle
    draws = vehicle.draws(_DAY, (midnight - vehicle.first_s) // DAY_S)
    legs = vehicle.usage.day((midnight // DAY_S + 3) % 7, draws)
    for leg in legs:
        earliest = max(midnight + leg.not_before_s, life.time_s + 60)
        if earliest >= vehicle.end_s - 3600:
            return
        for stretch in _leg(scene, life, leg, earliest, draws):
            yield stretch
            life = stretch.end


def _leg(scene: Scene, life: Life, leg: Leg, earliest: int, draws: Draws) -> Iterator[Stretch]:
    """Wait (charging if there is a plug), fetch energy if needed, drive, and stay as long as planned."""
    vehicle, goal = scene.vehicle, scene.vehicle.places[leg.place]
    for stretch in _wait(scene, life, earliest, draws):
        yield stretch
        life = stretch.end
    if goal == life.place:
        return
    fills = vehicle.usage.fills_before_home and goal == vehicle.base and life.told_soc < 0.9
    if fills or life.told_soc < _needed(vehicle, life.place, goal):
        for stretch in _fetch(scene, life, goal, draws):
            yield stretch
            life = stretch.end
    trip = drive(scene, life, goal, draws)
    yield trip
    yield from _stay(scene, trip.end, leg.stay_s, draws)


def _stay(scene: Scene, life: Life, stay_s: int, draws: Draws) -> Iterator[Stretch]:
    if life.place == scene.vehicle.base or stay_s < PARK_STEP_S:
        return  # the wait before the next leg decides what happens at the base
    kw = _drawn_kw(scene.vehicle, life, stay_s, draws)
    yield from stand(scene, life, life.time_s + stay_s, plugged=False, kw=kw)


def _drawn_kw(vehicle: Vehicle, life: Life, stay_s: int, draws: Draws) -> float:
    """Power drawn from the parked car by whoever uses vehicle-to-load [kW]."""
    fault = vehicle.fault
    if fault is None or fault.name != "v2l" or not fault.at(life.time_s) or stay_s < 2400:
        return 0.0
    spare = life.charge.soc - 0.45 - fault.value * stay_s / 3600 / vehicle.kind.nominal_kwh
    return fault.value * draws.between(0.5, 1.0) if spare > 0 and draws.chance(0.6) else 0.0


def _needed(vehicle: Vehicle, start: Place, goal: Place) -> float:
    """Told SOC needed to get there and keep the reserve."""
    km = road(start, goal).length_m / 1000
    return vehicle.usage.reserve + MARGIN * km / (vehicle.kind.certified_km_per_kwh * vehicle.kind.nominal_kwh)


def _fetch(scene: Scene, life: Life, goal: Place, draws: Draws) -> Iterator[Stretch]:
    """A detour to the public DC charger nearest to here, as often as energy is lacking."""
    vehicle = scene.vehicle
    site = vehicle.city.nearest_site(life.place)
    if site != life.place:
        trip = drive(scene, life, site, draws)
        yield trip
        life = trip.end
    lack = _needed(vehicle, site, goal) + 0.05
    until = min(max(vehicle.usage.dc_to, lack), 1.0)
    pause = _stand_briefly(scene, life, draws)
    yield from pause
    life = pause[-1].end if pause else life
    yield from plug(scene, life, site.dc_kw, dc=True, until=until, leave_s=life.time_s + 4 * 3600, draws=draws)


def _stand_briefly(scene: Scene, life: Life, draws: Draws) -> list[Stretch]:
    return list(stand(scene, life, life.time_s + PARK_STEP_S * (1 + draws.below(3)), plugged=False, kw=0.0))


def _wait(scene: Scene, life: Life, until: int, draws: Draws) -> Iterator[Stretch]:
    """Standing until a time; at the base, plugged in when the usage says so."""
    vehicle, usage = scene.vehicle, scene.vehicle.usage
    wants = life.told_soc < usage.plug_below or draws.chance(usage.plug_chance)
    if life.place == vehicle.base and vehicle.base.ac_kw > 0 and wants and until - life.time_s > 1800:
        goal = usage.charge_to[draws.pick([weight for _, weight in usage.charge_to])][0]
        if life.told_soc < goal - 0.03:
            pause = _stand_briefly(scene, life, draws)
            yield from pause
            life = pause[-1].end
            for stretch in plug(scene, life, vehicle.base.ac_kw, dc=False, until=goal, leave_s=until, draws=draws):
                yield stretch
                life = stretch.end
    yield from stand(scene, life, until, plugged=False, kw=0.0)
