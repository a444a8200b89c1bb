"""How a trip is driven and what it costs: speed second by second, then power at the battery."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from baas.simulate.kinds import Kind
from baas.simulate.portable import Array, Draws, curve, exp, lagged, resampled
from baas.simulate.world import Road, altitude_m


@dataclass(frozen=True)
class Style:
    """How somebody drives: typical acceleration and braking [m/s²], their spread, and speed against the traffic's."""

    name: str
    accel: float
    brake: float
    spread: float
    pace: float
    restless_kmh: float


#: chosen after recorded drives at 1 s (BMW i3): acceleration 1st and 99th percentile -1.7 and 1.9 m/s²; positive
#: kinetic energy at 10 s 0.18 to 0.40 m/s²
STYLES = {
    "calm": Style("calm", 0.80, 0.85, 0.30, 0.95, 1.4),
    "normal": Style("normal", 1.05, 1.15, 0.35, 1.0, 2.2),
    "brisk": Style("brisk", 1.45, 1.55, 0.40, 1.05, 3.4),
    "harsh": Style("harsh", 2.20, 2.40, 0.45, 1.13, 6.0),
}


@dataclass(frozen=True)
class Traffic:
    """What a kind of road does to speed: target speeds and spread [km/h], holding time [s], share of stops."""

    speed_kmh: float
    spread_kmh: float
    hold_s: float
    stops: float
    wait_s: float


#: chosen: Korean city traffic means about 25 km/h, arterials 45, expressways 95
TOWN = Traffic(38.0, 13.0, 14.0, 0.31, 24.0)
ARTERIAL = Traffic(62.0, 12.0, 28.0, 0.13, 28.0)
HIGHWAY = Traffic(96.0, 8.0, 70.0, 0.005, 10.0)


def _stretch(length_m: float, traffic: Traffic, style: Style, crowd: float, draws: Draws) -> tuple[Array, Array]:
    """Durations [s] and end speeds [m/s] of straight speed changes and holds that cover about `length_m`."""
    count = int(length_m / (traffic.speed_kmh / 3.6 * traffic.hold_s) * 2.2) + 4
    aim = (traffic.speed_kmh * style.pace + traffic.spread_kmh * draws.normal(count)) * crowd / 3.6
    stop = draws.uniform(count) < traffic.stops
    aim = np.where(stop, 0.0, np.maximum(aim, 12 / 3.6))
    hold = np.where(stop, traffic.wait_s, traffic.hold_s) * (0.25 + 1.5 * draws.uniform(count))
    before = np.concatenate([[0.0], aim[:-1]])
    vigour = np.maximum(1 + style.spread * draws.normal(count), 0.35)
    slow_at_speed = 1.0 / (1.0 + np.maximum(aim, before) / 28.0)
    change = np.abs(aim - before) / np.where(aim > before, style.accel * 1.7 * slow_at_speed, style.brake) / vigour
    covered = np.cumsum(change * (aim + before) / 2 + hold * aim)
    keep = int(np.searchsorted(covered, length_m)) + 1
    durations = np.stack([change, hold], axis=1)[:keep].reshape(-1)
    return np.maximum(durations, 0.5), np.repeat(aim[:keep], 2)


def speed_profile(length_m: float, style: Style, crowd: float, draws: Draws) -> Array:
    """Speed [m/s] at each second of a trip of exactly `length_m`, standing at both ends.

    crowd: 1 on free roads, less in rush hours. Long trips run town, arterial, highway, arterial, town.
    """
    parts = _parts(length_m)
    chains = [_stretch(length, traffic, style, crowd, draws) for length, traffic in parts]
    durations = np.concatenate([[20 + 20 * draws.one()], *(chain[0] for chain in chains)])
    speeds = np.concatenate([[0.0, 0.0], *(chain[1] for chain in chains)])
    times = np.concatenate([[0.0], np.cumsum(durations)])
    speed = resampled(np.arange(int(times[-1]) + 1.0), times, speeds)
    restless = lagged(draws.normal(len(speed)).astype(np.float64), 0.0, 0.88) * (3.9 * style.restless_kmh / 3.6)
    speed = np.maximum(speed + restless * np.minimum(speed / 8.0, 1.0), 0.0)
    return _ended(_smooth(speed), length_m, style.brake * 0.8)


def _parts(length_m: float) -> list[tuple[float, Traffic]]:
    town, arterial = min(length_m, 5000.0) / 2, min(max(length_m - 5000.0, 0.0), 12000.0) / 2
    highway = max(length_m - 17000.0, 0.0)
    chain = [(town, TOWN), (arterial, ARTERIAL), (highway, HIGHWAY), (arterial, ARTERIAL), (town, TOWN)]
    return [(length, traffic) for length, traffic in chain if length > 0]


def _smooth(speed: Array) -> Array:
    """Mean over three seconds: feet do not jump."""
    padded = np.concatenate([speed[:1], speed, speed[-1:]])
    mean: Array = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    return mean


def _ended(speed: Array, length_m: float, brake: float) -> Array:
    """The profile cut near `length_m`, braked to a stand for some seconds, stretched to the exact length."""
    covered = np.cumsum(speed)
    last = min(int(np.searchsorted(covered, 0.985 * length_m - 15)), len(speed) - 1)
    fall = speed[last] - brake * np.arange(1, int(speed[last] / brake) + 1)
    whole = np.concatenate([speed[: last + 1], fall, np.zeros(20)])
    return whole * (length_m / max(float(whole.sum()), 1.0))


@dataclass(frozen=True)
class Trip:
    """A driven trip, one value a second: speed [m/s], battery power [kW, charging positive], distance [m], position."""

    speed_ms: Array
    power_kw: Array
    along_m: Array
    x_km: Array
    y_km: Array


#: air [kg/m³], gravity [m/s²], rolling resistance; chosen: low-resistance tyres on Korean asphalt
AIR, GRAVITY, ROLLING = 1.2, 9.81, 0.0095
#: battery to wheel and back; chosen: published motor and gear maps near 0.9
TO_WHEEL, FROM_WHEEL = 0.88, 0.80
#: strongest recuperation [1/h] and the speed below which brakes take over [m/s]; chosen
REGEN_C_RATE, REGEN_FADES_MS = 1.3, 4.0
#: electronics, lights and pumps while driving [kW]; chosen
BASE_KW = 0.35


def wheel_kw(kind: Kind, speed_ms: Array, climb_m: Array) -> Array:
    """Power at the wheels [kW] for a speed at each second and the climb during it."""
    change = np.diff(speed_ms, prepend=0.0)
    middle = speed_ms - change / 2
    force = kind.mass_kg * 1.04 * change + 0.5 * AIR * kind.drag_area_m2 * middle * middle
    return (force * middle + kind.mass_kg * GRAVITY * (ROLLING * middle + climb_m)) / 1000


def battery_kw(kind: Kind, speed_ms: Array, climb_m: Array, scale: float, soc: float, temp_c: float) -> Array:
    """Traction and recuperation at the battery [kW, charging positive]."""
    wheel = wheel_kw(kind, speed_ms, climb_m)
    most = REGEN_C_RATE * kind.nominal_kwh * curve(soc, ((0.9, 1.0), (0.97, 0.25), (1.0, 0.02))) * _cold_share(temp_c)
    back = np.minimum(-np.minimum(wheel, 0) * FROM_WHEEL * np.minimum(speed_ms / REGEN_FADES_MS, 1.0), most)
    return back - np.maximum(wheel, 0) / TO_WHEEL * scale


def _cold_share(temp_c: float) -> float:
    """Share of the charging power that a pack of this temperature takes."""
    return curve(temp_c, ((-15, 0.1), (0, 0.35), (10, 0.7), (18, 1.0)))


def climate_kw(outside_c: float, seconds: int) -> Array:
    """Heating or cooling of the cabin [kW]: a strong start that falls within minutes to what holds the temperature."""
    if outside_c < 20:
        steady, boost = min(0.075 * (20 - outside_c), 2.8), min(0.13 * (20 - outside_c), 3.0)
    else:
        steady, boost = min(0.10 * max(outside_c - 22, 0.0), 1.6), min(0.15 * max(outside_c - 24, 0.0), 1.5)
    fall = lagged(np.zeros(seconds), 1.0, exp(-1 / 420.0))
    return steady + boost * fall


@lru_cache(maxsize=32)
def traction_scale(kind: Kind) -> float:
    """Factor on traction that makes normal driving at 20 °C use what the car is certified for, 5 % less.

    chosen: drivers in mild weather do a little better than the Korean label, which is corrected for heat and cold.
    """
    draws = Draws(0, 7)
    used_kwh = back_kwh = km = 0.0
    for length_m in (4000.0, 8000.0, 8000.0, 12000.0, 12000.0, 30000.0):
        speed = speed_profile(length_m, STYLES["normal"], 1.0, draws)
        power = battery_kw(kind, speed, np.zeros(len(speed)), 1.0, 0.6, 25.0)
        used_kwh -= float(np.minimum(power, 0).sum()) / 3600
        back_kwh += float(np.maximum(power, 0).sum() - BASE_KW * len(speed)) / 3600
        km += length_m / 1000
    wanted_kwh = km / (1.05 * kind.certified_km_per_kwh)
    return round((wanted_kwh + back_kwh) / used_kwh, 4)


def driven(
    kind: Kind, way: Road, style: Style, crowd: float, outside_c: float, soc: float, temp_c: float, draws: Draws
) -> Trip:
    """A trip along a road."""
    speed = speed_profile(way.length_m, style, crowd, draws)
    along = np.minimum(np.cumsum(speed), way.length_m)
    x, y = resampled(along, way.along_m, way.x_km), resampled(along, way.along_m, way.y_km)
    climb = np.diff(altitude_m(x, y), prepend=float(altitude_m(way.x_km[:1], way.y_km[:1])[0]))
    power = battery_kw(kind, speed, climb, traction_scale(kind), soc, temp_c)
    return Trip(speed, power - BASE_KW - climate_kw(outside_c, len(speed)), along, x, y)
