"""A signal that stops while its witness moves is stuck; one that rests or cruises is not."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, signals

TIME = 10.0 * np.arange(360)
CITY = 40 + 30 * np.sin(TIME / 60)
PEDAL = 60 * np.sin(TIME / 45)
SAG = 350 + 0.05 * PEDAL


def drive(**replaced: object) -> set[str]:
    columns = {"emobility_spd": CITY, "pack_current": PEDAL, "pack_volt": SAG} | replaced
    return {signal for check, signal in checks(signals(TIME, **columns)) if check == "stuck_sensor"}  # type: ignore[arg-type]


def test_a_drive_with_living_sensors_is_left_alone() -> None:
    assert drive() == set()


@pytest.mark.parametrize("amps", [-12.5, 0.0])
def test_a_current_that_does_not_follow_the_speed_is_stuck(amps: float) -> None:
    assert drive(pack_current=amps) == {"pack_current"}


def test_a_speed_that_does_not_follow_the_current_is_stuck() -> None:
    assert drive(emobility_spd=47.0) == {"emobility_spd"}


def test_a_voltage_that_does_not_follow_the_current_is_stuck() -> None:
    assert drive(pack_volt=350.0) == {"pack_volt"}


def test_a_standing_car_that_uses_power_is_not_stuck() -> None:
    assert drive(emobility_spd=0.0) == set()


def test_a_resting_car_is_not_stuck() -> None:
    assert drive(emobility_spd=0.0, pack_current=-0.3, pack_volt=351.0) == set()


def test_a_cruise_that_the_odometer_confirms_is_not_stuck() -> None:
    km = 1000 + 100 * TIME / 3600
    assert drive(emobility_spd=100.0, odometer=np.floor(km)) == set()
    assert drive(emobility_spd=100.0, odometer=np.floor(1000 + 20 * TIME / 3600)) == {"emobility_spd"}


def test_only_the_stuck_stretch_is_missing() -> None:
    speed = CITY.copy()
    speed[100:200] = 47.0
    kept = cleaned(signals(TIME, emobility_spd=speed, pack_current=PEDAL, pack_volt=SAG)).column("emobility_spd")
    assert np.flatnonzero(np.isnan(kept)).tolist() == list(range(100, 200))


@pytest.mark.parametrize(("rows", "step"), [(59, 10.0), (29, 60.0)])
def test_a_short_stretch_is_not_stuck(rows: int, step: float) -> None:
    speed = CITY.copy()
    speed[100 : 100 + rows] = 47.0
    found = checks(signals(step * np.arange(360), emobility_spd=speed, pack_current=PEDAL, pack_volt=SAG))
    assert ("stuck_sensor", "emobility_spd") not in found
