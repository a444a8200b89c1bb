from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from baas.simulate.faults import FaultRule
from baas.simulate.gauge import corrected
from baas.simulate.journey import born, journey
from baas.simulate.kinds import kinds
from baas.simulate.plan import USAGES
from baas.simulate.portable import Draws
from baas.simulate.vehicle import vehicle
from baas.simulate.weather import Weather
from tests.simulate.conftest import SEED, order

FIRST = order(Path()).first_s


def car(index=0, days=10, rule=None, vehicles=7):
    return vehicle(SEED, index, vehicles, FIRST, days, 10, rule)


def life(index=0, days=10, rule=None):
    found = car(index, days, rule)
    return found, list(journey(found, Weather(SEED, found.city_no, FIRST, days)))


def test_a_small_fleet_has_every_type_and_a_large_one_the_shares():
    assert {car(index).kind.key for index in range(7)} == {kind.key for kind in kinds()}
    drawn = [car(index, vehicles=500).kind.key for index in range(500)]
    assert drawn.count("ev6_lr_77") / 500 == pytest.approx(kinds()[0].share, abs=0.06)


def test_shares_of_types_make_a_whole():
    assert sum(kind.share for kind in kinds()) == pytest.approx(1)


def test_healthy_packs_spread_as_recorded_ones_do():
    ranges = [np.ptp(car(index).spread(0).charge) * 900 for index in range(40)]  # 9 mV per percent
    assert 10 < np.median(ranges) < 40


def test_a_new_pack_is_fitted_once_and_is_new():
    rule = FaultRule("pack_replacement", 1.0, 0.5, 0.0, None)
    _, stretches = life(rule=rule)
    losses = [stretch.start.age.loss for stretch in stretches]
    assert losses[0] > 0.01
    assert losses[-1] < 0.005
    assert {stretch.start.pack_no for stretch in stretches} == {0, 1}


def test_a_leaking_cell_falls_behind_its_neighbours():
    rule = FaultRule("self_discharge_cell", 1.0, 0.1, 20.0, None)
    found, stretches = life(index=2, rule=rule)
    number = found.fault.cell_no - 1
    fallen = stretches[0].start.shift[number] - stretches[-1].end.shift[number]
    assert fallen == pytest.approx(20e-3 * 24 * 9 / found.kind.capacity_ah, rel=0.15)


def test_who_abuses_charges_fast_to_the_top_and_drives_to_the_bottom():
    rule = FaultRule("abusive_charging", 1.0, 0.0, 0.0, None)
    _, stretches = life(index=2, rule=rule)
    charges = [stretch for stretch in stretches if stretch.event.kind == "charge"]
    assert {stretch.event.mode for stretch in charges} == {"dc"}
    assert max(stretch.end.charge.soc for stretch in charges) > 0.97
    assert min(stretch.start.charge.soc for stretch in charges) < 0.15


def test_v2l_draws_from_the_parked_car_and_others_do_not():
    rule = FaultRule("v2l", 1.0, 0.0, 2.5, None)
    drawn = [
        sum(
            day.out_kwh
            for index in range(3)
            for stretch in life(index, rule=given)[1]
            for day in stretch.days
            if day.kind == "park"
        )
        for given in (rule, None)
    ]
    assert drawn[0] > 1
    assert drawn[1] == 0


@pytest.mark.parametrize("usage", USAGES.values(), ids=USAGES)
def test_every_week_has_trips_and_ends_at_the_base(usage):
    week = [usage.day(weekday, Draws(2, weekday)) for weekday in range(7)]
    assert sum(map(len, week)) >= 6
    assert all(legs[-1].place == 0 for legs in week if legs)
    assert all(0 <= leg.place <= 10 for legs in week for leg in legs)


def test_a_counting_gauge_corrects_itself_only_when_full():
    found = car(0)
    counting = replace(found, gauge=replace(found.gauge, soc_mode="coulomb"))
    looking = replace(found, gauge=replace(found.gauge, soc_mode="corrected", voltage_bias=0.0))
    state = replace(born(found), told_soc=0.4)
    assert corrected(counting, state, rested_s=9999, full=False, draws=Draws(1)) == 0.4
    assert abs(corrected(looking, state, rested_s=9999, full=False, draws=Draws(1)) - 0.4) > 0.02
    assert corrected(looking, state, rested_s=60, full=False, draws=Draws(1)) == 0.4
    assert corrected(counting, state, rested_s=0, full=True, draws=Draws(1)) == 1.0


def test_winters_are_cold_and_afternoons_warm():
    year = Weather(1, 0, 0, 365)
    hours = np.arange(0, 365 * 24) * 3600.0
    warm = year.outside_c(hours)
    assert warm[: 31 * 24].mean() < 3
    assert warm[200 * 24 : 231 * 24].mean() > 22
    by_hour = warm.reshape(365, 24).mean(axis=0)
    assert by_hour.argmin() in (4, 5, 6)
    assert by_hour.argmax() in (15, 16, 17, 18)
