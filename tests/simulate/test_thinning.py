from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from baas.simulate.bms import reported
from baas.simulate.journey import journey
from baas.simulate.rows import stacked
from baas.simulate.state import Written
from baas.simulate.text import NOTHING
from baas.simulate.thinning import SAMPLE, THIN
from baas.simulate.vehicle import vehicle
from baas.simulate.weather import Weather
from tests.simulate.conftest import SEED, order

FIRST = order(Path()).first_s
DAYS = 20


def lived(thin=None, written=None):
    car = replace(vehicle(SEED, 1, 7, FIRST, DAYS, 10, None), thin=thin, parked_every_s=60)
    return car, list(journey(car, Weather(SEED, car.city_no, FIRST, DAYS), written))


def rows_of(car, stretches):
    return stacked([rows for stretch in stretches if (rows := reported(car, stretch, 0.0)) is not None])


@pytest.fixture(scope="module")
def whole():
    return lived()


def test_a_thin_feed_has_fewer_rows_and_the_same_life(whole):
    car, stretches = lived(THIN)
    assert stretches[-1].end.totals.out_kwh == pytest.approx(whole[1][-1].end.totals.out_kwh, rel=1e-3)
    assert len(rows_of(car, stretches)) < 0.6 * len(rows_of(*whole))


def test_thin_rows_carry_cells_often_enough_and_no_others():
    car, stretches = lived(THIN)
    rows = rows_of(car, stretches)
    has_cells = rows.cells_mv[:, 0] > 0
    assert (rows.cells_mv[has_cells] > 1000).all()
    assert not rows.cells_mv[~has_cells].any()
    assert 0.03 < has_cells.mean() < 0.6
    assert set(rows.columns) == set(THIN.columns)
    assert (np.diff(rows.time_s[has_cells]) < 3 * THIN.parked_cells_s).mean() > 0.99


def test_rare_columns_come_with_the_cells():
    car, stretches = lived(SAMPLE["lean"])
    rows = rows_of(car, stretches)
    values, _ = rows.columns["ext_temp"]
    assert not (values[rows.cells_mv[:, 0] == 0] != NOTHING).any()
    assert (values != NOTHING).any()


def test_days_that_nobody_sees_are_lived_in_balance(whole):
    car, stretches = lived(written=Written(5))
    unseen = [stretch for stretch in stretches if not len(stretch.event.sent)]
    assert len(unseen) > 0.5 * len(stretches)
    for stretch in unseen:
        start, end = stretch.start.totals, stretch.end.totals
        moved = (stretch.end.charge.soc - stretch.start.charge.soc) * stretch.pack.capacity_ah
        assert moved == pytest.approx(end.in_ah - start.in_ah - end.out_ah + start.out_ah, rel=1e-3, abs=1e-6)
        assert sum(day.out_kwh for day in stretch.days) == pytest.approx(end.out_kwh - start.out_kwh)
    last, first = stretches[-1].end, stretches[0].start
    assert last.odometer_km - first.odometer_km == pytest.approx(
        sum(day.km for stretch in stretches for day in stretch.days), rel=1e-3
    )
    assert last.totals.out_kwh == pytest.approx(whole[1][-1].end.totals.out_kwh, rel=0.08)
    assert last.age.loss == pytest.approx(whole[1][-1].end.age.loss, abs=2e-4)
    assert car.days == DAYS


def test_rows_are_the_same_on_days_that_are_seen_from_the_first_on(whole):
    some = rows_of(*lived(written=Written(5)))
    first_day = some.time_s < FIRST + 86_400
    assert some.cells_mv[first_day].tolist() == rows_of(*whole).cells_mv[: first_day.sum()].tolist()
