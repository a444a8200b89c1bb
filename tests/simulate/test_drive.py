import numpy as np
import pytest

from baas.simulate.drive import BASE_KW, STYLES, battery_kw, climate_kw, driven, speed_profile, traction_scale
from baas.simulate.kinds import kinds
from baas.simulate.portable import Draws
from baas.simulate.world import cities, road


def profiles(style: str) -> list[np.ndarray]:
    return [speed_profile(length, STYLES[style], 1.0, Draws(9, k)) for k in range(12) for length in (5e3, 15e3)]


def kinetic(style: str, step: int = 10) -> float:
    found = [np.maximum(np.diff(v[::step] ** 2), 0).sum() / v.sum() for v in profiles(style)]
    return float(np.mean(found))


@pytest.mark.parametrize("length_m", [300.0, 2000.0, 17_500.0, 90_000.0])
def test_a_trip_has_its_length_and_stands_at_both_ends(length_m):
    speed = speed_profile(length_m, STYLES["normal"], 1.0, Draws(3))
    assert speed.sum() == pytest.approx(length_m, rel=1e-9)
    assert speed[0] == speed[-1] == 0
    assert speed.max() * 3.6 < 190


def test_a_normal_driver_drives_as_recorded_ones_do():
    assert 0.18 < kinetic("normal") < 0.40  # BMW i3 drives at 10 s
    change = np.concatenate([np.diff(speed) for speed in profiles("normal")])
    assert 1.1 < np.percentile(change, 99) < 2.2


def test_harsh_drivers_can_be_told_from_calm_ones():
    assert kinetic("calm") < kinetic("normal") < kinetic("brisk") < kinetic("harsh")
    assert kinetic("harsh") > 1.4 * kinetic("calm")


def test_traffic_makes_trips_longer():
    free, dense = (len(speed_profile(12e3, STYLES["normal"], crowd, Draws(4))) for crowd in (1.0, 0.7))
    assert dense > free


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.key)
def test_mild_weather_gives_about_the_certified_efficiency(kind):
    used = km = 0.0
    for number, length_m in enumerate((4e3, 9e3, 14e3, 30e3)):
        speed = speed_profile(length_m, STYLES["normal"], 1.0, Draws(8, number))
        power = battery_kw(kind, speed, np.zeros(len(speed)), traction_scale(kind), 0.6, 22.0) - BASE_KW
        used, km = used - power.sum() / 3600, km + length_m / 1000
    assert km / used == pytest.approx(1.05 * kind.certified_km_per_kwh, rel=0.15)


def test_cold_and_heat_cost_energy_and_mild_air_does_not():
    assert climate_kw(20.0, 60).max() == 0
    assert climate_kw(-5.0, 1200)[-1] > 1.5
    assert climate_kw(33.0, 1200)[-1] > 0.8


def test_a_full_or_cold_pack_takes_little_back():
    speed = speed_profile(8e3, STYLES["brisk"], 1.0, Draws(5))
    flat = np.zeros(len(speed))
    back = [
        battery_kw(kinds()[2], speed, flat, 1.2, soc, temp).max() for soc, temp in ((0.6, 25), (1.0, 25), (0.6, -10))
    ]
    assert back[1] < 0.2 * back[0]
    assert back[2] < back[0]


def test_a_trip_follows_its_road():
    city = cities(1)[0]
    way = road(city.depot, city.sites[0])
    trip = driven(kinds()[0], way, STYLES["normal"], 1.0, 15.0, 0.6, 15.0, Draws(2))
    assert trip.along_m[-1] == pytest.approx(way.length_m)
    assert (trip.x_km[-1], trip.y_km[-1]) == pytest.approx((city.sites[0].x_km, city.sites[0].y_km), abs=1e-6)
    moved = np.sqrt(np.diff(trip.x_km) ** 2 + np.diff(trip.y_km) ** 2).sum() * 1000
    assert moved == pytest.approx(way.length_m, rel=0.01)
