"""Who drives when and where to, and when they charge: one day at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from baas.simulate.portable import Draws

HOUR = 3600
Legs = list["Leg"]


@dataclass(frozen=True)
class Leg:
    """A way to a place (index into the vehicle's places, 0 is the base), its earliest second of day, and the stay."""

    place: int
    not_before_s: int
    stay_s: int


@dataclass(frozen=True)
class Usage:
    """A way of using a car. km_per_year before the simulated period; reach_km: spread of its places about the base.

    plug_below: SOC at which it is plugged in at the base in any case; plug_chance otherwise. reserve: SOC below which
    no trip may end; dc_to: SOC at which DC charging stops. charge_to: SOC limits of AC charging with their weights.
    fills_before_home: the last way home leads by a DC charger.
    """

    name: str
    day: Callable[[int, Draws], Legs]
    km_per_year: float
    reach_km: float
    from_depot: bool
    home_charger: float
    plug_below: float
    plug_chance: float
    reserve: float
    dc_to: float
    charge_to: tuple[tuple[float, float], ...]
    fills_before_home: bool = False


def _at(hour: float, spread: float, draws: Draws) -> int:
    return int(max(hour + spread * draws.gauss(0, 1), 0.1) * HOUR)


def _commuter(weekday: int, draws: Draws) -> Legs:
    if weekday < 5:
        legs = [Leg(1, _at(7.6, 0.4, draws), 8 * HOUR), Leg(0, _at(18.2, 0.7, draws), 900)]
        if draws.chance(0.25):
            legs += [Leg(2 + draws.below(4), _at(19.8, 0.4, draws), int(draws.between(900, 5400))), Leg(0, 0, 0)]
        return legs
    if not draws.chance(0.65):
        return []
    place = 9 + draws.below(2) if draws.chance(0.22) else 2 + draws.below(7)
    return [Leg(place, _at(10.5, 1.2, draws), int(draws.between(1.5, 4.5) * HOUR)), Leg(0, 0, 0)]


def _pool(weekday: int, draws: Draws) -> Legs:
    if weekday >= 5 and draws.chance(0.7):
        return []
    legs, hour = [], 8.7 + draws.between(0, 1.5)
    for _ in range(1 + draws.below(3)):
        place = 9 + draws.below(2) if draws.chance(0.12) else 1 + draws.below(8)
        legs += [Leg(place, int(hour * HOUR), int(draws.between(0.3, 2.0) * HOUR)), Leg(0, 0, 900)]
        hour += draws.between(2.0, 3.5)
    return legs


def _delivery(weekday: int, draws: Draws) -> Legs:
    if weekday == 6:
        return []
    legs = [Leg(1 + draws.below(8), _at(7.8, 0.3, draws), 600)]
    legs += [Leg(1 + draws.below(8), 0, int(draws.between(180, 780))) for _ in range(6 + draws.below(7))]
    legs += [Leg(0, 0, int(draws.between(1800, 4200)))]
    legs += [Leg(1 + draws.below(8), 0, int(draws.between(180, 780))) for _ in range(4 + draws.below(7))]
    return [*legs, Leg(0, 0, 0)]


def _taxi(_weekday: int, draws: Draws) -> Legs:
    if draws.chance(0.12):
        return []
    start = _at(6.5, 0.8, draws)
    rides = 9 + draws.below(9)
    legs = [Leg(1 + draws.below(8), start if k == 0 else 0, int(draws.between(120, 1300))) for k in range(rides)]
    if draws.chance(0.12):
        legs.insert(rides // 2, Leg(9 + draws.below(2), 0, 600))
    return [*legs, Leg(0, 0, 0)]


def _sales(weekday: int, draws: Draws) -> Legs:
    if weekday >= 5 and draws.chance(0.6):
        return []
    start = _at(8.2, 0.5, draws)
    if draws.chance(0.45):
        return [Leg(9 + draws.below(2), start, int(draws.between(1.0, 4.0) * HOUR)), Leg(0, 0, 0)]
    legs = [Leg(1 + draws.below(8), start if k == 0 else 0, int(draws.between(0.5, 2) * HOUR)) for k in range(3)]
    return [*legs, Leg(0, 0, 0)]


_SOME_FULL = ((0.8, 0.5), (0.9, 0.25), (1.0, 0.25))
#: chosen: yearly distances of Korean commuters, company cars, delivery trucks and taxis
USAGES: Mapping[str, Usage] = {
    usage.name: usage
    for usage in (
        Usage("commuter", _commuter, 14000, 6.0, False, 0.75, 0.45, 0.25, 0.12, 0.80, _SOME_FULL),
        Usage("pool", _pool, 20000, 8.0, True, 1.0, 0.60, 0.35, 0.12, 0.80, ((0.8, 0.4), (1.0, 0.6))),
        Usage("delivery", _delivery, 24000, 3.5, True, 1.0, 0.75, 0.7, 0.10, 0.85, ((1.0, 0.8), (0.9, 0.2))),
        Usage("taxi", _taxi, 60000, 6.0, False, 0.45, 0.70, 0.6, 0.15, 0.85, ((1.0, 0.6), (0.9, 0.4))),
        Usage("sales", _sales, 35000, 8.0, False, 0.6, 0.60, 0.4, 0.12, 0.82, _SOME_FULL),
        Usage("careful", _commuter, 14000, 6.0, False, 1.0, 0.75, 0.6, 0.2, 0.8, ((0.8, 0.6), (0.85, 0.4))),
        Usage("careless", _pool, 20000, 6.0, False, 0.0, 0.0, 0.0, 0.05, 1.0, ((1.0, 1.0),), True),
        Usage("abusive", _taxi, 60000, 6.0, False, 0.0, 0.0, 0.0, 0.045, 1.0, ((1.0, 1.0),), True),
    )
}
