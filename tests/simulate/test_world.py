import numpy as np
import pytest

from baas.simulate.world import altitude_m, cities, road


def test_the_way_back_is_the_way_there():
    city = cities(3)[1]
    there, back = road(city.depot, city.sites[2]), road(city.sites[2], city.depot)
    assert there.length_m == pytest.approx(back.length_m)
    assert there.x_km[::-1].tolist() == back.x_km.tolist()
    assert back.along_m[0] == 0


@pytest.mark.parametrize("number", range(10))
def test_roads_are_longer_than_the_bird_flies_but_not_twice(number):
    city = cities(5)[0]
    site = city.sites[number]
    straight = np.hypot(site.x_km - city.depot.x_km, site.y_km - city.depot.y_km) * 1000
    assert straight < road(city.depot, site).length_m < 1.7 * straight


def test_a_seed_is_a_world():
    assert cities(1) == cities(1)
    assert cities(1) != cities(2)


def test_the_nearest_charger_is_the_nearest():
    city = cities(1)[2]
    assert city.nearest_site(city.sites[4]) == city.sites[4]


def test_hills_can_be_driven():
    along = np.arange(0, 60, 0.05)
    climb = np.diff(altitude_m(along, 0.7 * along)) / (50 * np.hypot(1, 0.7))
    assert np.abs(climb).max() < 0.06
