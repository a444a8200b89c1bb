"""Small simulated fleets that several tests look at."""

from datetime import date
from pathlib import Path

import pytest

from baas.simulate.faults import load_rules
from baas.simulate.fleet import simulate
from baas.simulate.journey import journey
from baas.simulate.months import Order
from baas.simulate.state import Written
from baas.simulate.vehicle import vehicle
from baas.simulate.weather import Weather

START = date(2026, 3, 25)  # so that eight days cross the end of a month
VEHICLES, DAYS, SEED = 7, 8, 41


def order(out: Path, **changes) -> Order:
    plain = {
        "out": out, "vehicles": VEHICLES, "days": DAYS, "seed": SEED, "start": START, "interval_s": 10,
        "mess": False, "written": Written(), "rules": load_rules("default"), "jobs": 1,
    }  # fmt: skip
    return Order(**(plain | changes))


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    """Folder and truth of a tidy fleet, one vehicle of each type."""
    out = tmp_path_factory.mktemp("clean") / "fleet"
    return out, simulate(order(out))


@pytest.fixture(scope="session")
def messy(tmp_path_factory):
    """The same fleet in untidy files."""
    out = tmp_path_factory.mktemp("messy") / "fleet"
    return out, simulate(order(out, mess=True))


@pytest.fixture(scope="session")
def lived():
    """A taxi and everything it lives through in eight days, no fault."""
    first_s = order(Path()).first_s
    car = vehicle(SEED, 2, VEHICLES, first_s, DAYS, 10, None)
    return car, list(journey(car, Weather(SEED, car.city_no, first_s, DAYS)))
