"""A fleet scored together: rows as declared, no influence of order, unknown types, missing values."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from histories import CAR, car, history, middling_history
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.cars import UNKNOWN
from baas.metrics import all_metrics
from baas.score import Vehicle, score_fleet
from baas.tables.results import SCORE_LINES, VEHICLE_SCORES

LAST = datetime(2024, 7, 1, 12)


def vehicle(values, model_year=2024, device_no="T1", a_car=CAR, last=LAST):
    return Vehicle(device_no, a_car, model_year, datetime(2024, 1, 1), last, 60, 3000.0, values)


def measured(one):
    return {name: value for metric in all_metrics() for name, value in metric.measure(one).items()}


HEALTHY = measured(history())


def test_the_rows_are_those_of_the_declared_tables():
    [score] = score_fleet([vehicle(HEALTHY)])
    assert tuple(score.row()) == VEHICLE_SCORES.names
    assert all(tuple(row) == SCORE_LINES.names for row in score.line_rows())
    assert [line.line for line in score.lines] == [*(metric.name for metric in all_metrics()), "model_year"]
    row = score.row()
    assert row["efficiency_km_per_kwh"] == HEALTHY["efficiency_km_per_kwh"]
    assert row["mean_temp_c"] == HEALTHY["mean_temp_c"]
    assert row["cell_imbalance_v"] == HEALTHY["cell_imbalance_v"]
    for name, column in ((c.name, c) for c in VEHICLE_SCORES):
        if isinstance(row[name], float) and math.isfinite(row[name]):
            assert column.low is None or row[name] >= column.low
            assert column.high is None or row[name] <= column.high


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)))
def test_no_score_depends_on_the_order_of_the_fleet(order):
    base = measured(middling_history())
    unlisted = car(certified_km_per_kwh=None)
    fleet = [
        vehicle(
            {**base, "efficiency_comfort_km_per_kwh": 3.0 + 0.37 * k, "temperature_stress": 1 + 0.1 * k},
            2018 + k,
            f"T{k}",
            unlisted,
        )
        for k in range(6)
    ]
    straight = {score.vehicle.device_no: score for score in score_fleet(fleet)}
    for score in score_fleet([fleet[k] for k in order]):
        assert score == straight[score.vehicle.device_no]


def test_vehicles_of_unknown_type_are_not_one_type():
    fleet = [vehicle(HEALTHY, device_no=f"T{k}", a_car=UNKNOWN) for k in range(5)]
    assert all(math.isnan(score.row()["efficiency_score"]) for score in score_fleet(fleet))
    unlisted = car(certified_km_per_kwh=None)
    fleet = [vehicle(HEALTHY, device_no=f"T{k}", a_car=unlisted) for k in range(5)]
    assert all(score.row()["efficiency_score"] == 85 for score in score_fleet(fleet))


def test_an_unknown_type_costs_efficiency_and_leaves_the_rest():
    [score] = score_fleet([vehicle(measured(history(car=UNKNOWN)), model_year=None, a_car=UNKNOWN)])
    assert score.coverage == 0.8
    assert score.status == "provisional"
    assert math.isfinite(score.total)
    assert score.row()["car_type"] == ""


def test_no_values_at_all_is_not_assessed():
    [score] = score_fleet([vehicle({}, last=None)])
    assert (score.status, score.coverage) == ("not_assessed", 0.0)
    assert len(score.lines) == 6


def test_scoring_twice_gives_the_same():
    fleet = [vehicle(measured(middling_history()), 2019, last=LAST + timedelta(days=k)) for k in range(3)]
    assert score_fleet(fleet) == score_fleet(fleet)
