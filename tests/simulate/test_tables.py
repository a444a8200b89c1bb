"""Day tables that were borrowed agree with day tables made from rows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from baas.maths.day_arrays import unpack_arrays
from baas.simulate.donors import DAY_NUMBERS, donor, donor_order, month_result, scoring_context
from baas.simulate.faults import FaultRule
from baas.simulate.months import Order, months, vehicle_of
from baas.simulate.notebook import Notebook
from baas.simulate.state import Written
from baas.simulate.tablefleet import simulate_tables
from baas.simulate.tables import made
from baas.simulate.vehicle import Wish
from baas.store import Store
from baas.tables.days import DAILY, SESSIONS
from tests.simulate.conftest import SEED, START

KIND, USAGE, DAYS = "porter2_ev", "delivery", 14
SHIFT = SESSIONS.names.index


def fleet(count: int, days: int = DAYS, rule: FaultRule | None = None) -> Order:
    wishes = tuple(Wish(KIND, USAGE, ("calm", "normal", "brisk")[k % 3], 2022, 10, 1, None, rule) for k in range(count))
    return Order(Path(), count, days, SEED, START, 10, False, Written(), (), 1, None, wishes)


@pytest.fixture(scope="module")
def lenders():
    order = donor_order(SEED, frozenset({KIND}), weeks=2)
    return [donor(order, index) for index in range(order.vehicles)]


@pytest.fixture(scope="module")
def borrowed(lenders):
    """(days, charge noise) of vehicles made from donors."""
    days, noise = [], []
    for index in range(12):
        order = fleet(12)
        stored, truth = made(vehicle_of(order, index), lenders[index % len(lenders)])
        rows = [row for month in stored for row in month.days]
        days.append(pd.DataFrame(rows, columns=DAILY.names))
        sessions = pd.DataFrame([row for month in stored for row in month.sessions], columns=SESSIONS.names)
        noise.append(charge_noise(sessions, truth.capacity[0].capacity_ah))
    return pd.concat(days), np.concatenate(noise)


@pytest.fixture(scope="module")
def rowed():
    """The same of vehicles that went through rows."""
    order, context = fleet(4), scoring_context()
    days, noise = [], []
    for index in range(order.vehicles):
        car = vehicle_of(order, index)
        notebook = Notebook(car)
        results = [month_result(car, part, context) for part in months(order, car, notebook)]
        days += [result.days for result in results]
        capacity = notebook.closed(()).capacity[0].capacity_ah
        noise += [charge_noise(result.sessions, capacity) for result in results]
    return pd.concat(days), np.concatenate(noise)


def charge_noise(sessions: pd.DataFrame, capacity_ah: float) -> np.ndarray:
    """Charge over change of SOC against the true capacity [%] of long charges."""
    long = sessions[(sessions["kind"] == "charge") & (sessions["end_soc_pct"] - sessions["start_soc_pct"] > 25)]
    share = (long["end_soc_pct"] - long["start_soc_pct"]) / 100
    return (100 * ((long["in_ah"] - long["out_ah"]) / share / capacity_ah - 1)).to_numpy(dtype=float)


@pytest.mark.parametrize(
    "name", ["distance_km", "drive_out_kwh", "charge_in_kwh", "drive_s", "pke_m2_s2", "soc_max_pct"]
)
def test_days_agree_in_mean_and_spread(borrowed, rowed, name):
    made_days, real_days = (pd.to_numeric(side[0][name]).dropna() for side in (borrowed, rowed))
    assert made_days.mean() == pytest.approx(real_days.mean(), rel=0.25)
    assert 1 / 1.7 < made_days.std() / real_days.std() < 1.7


def test_the_noise_of_charges_agrees(borrowed, rowed):
    made_noise, real_noise = borrowed[1], rowed[1]
    assert len(made_noise) > 20
    assert abs(made_noise.mean() - real_noise.mean()) < 3
    assert 0.4 < made_noise.std() / real_noise.std() < 2.5


def test_capacity_falls_and_kilometres_follow_it(lenders):
    order = fleet(2, days=400)
    stored, truth = made(vehicle_of(order, 1), lenders[1])
    capacities = [line.capacity_ah for line in truth.capacity]
    assert np.all(np.diff(capacities) < 0)
    days = pd.DataFrame([row for month in stored for row in month.days], columns=DAILY.names)
    shown = days["odometer_last_km"].iloc[-1] - days["odometer_first_km"].iloc[0]
    assert shown == pytest.approx(truth.vehicle.distance_km, rel=0.02)
    assert (np.diff(days["first_ms"]) > 0).all()
    assert list(days["date"]) == sorted(days["date"])


def test_sessions_lie_on_the_days_they_belong_to(lenders):
    stored, _ = made(vehicle_of(fleet(2), 0), lenders[0])
    for month in stored:
        edges = {
            row[1]: (row[2 + DAY_NUMBERS.index("first_ms")], row[2 + DAY_NUMBERS.index("last_ms")])
            for row in month.days
        }
        for session in month.sessions:
            day = (
                pd.Timestamp(session[SHIFT("start_ms")], unit="ms", tz="UTC")
                .tz_convert("Asia/Seoul")
                .strftime("%Y-%m-%d")
            )
            assert edges[day][0] <= session[SHIFT("start_ms")] <= edges[day][1]
            assert session[1] in ("drive", "charge", "rest")


def test_a_leak_shows_in_the_cell_arrays_since_its_start_only(lenders):
    rule = FaultRule("self_discharge_cell", 1.0, 0.5, 20.0, None)
    sick, healthy = (made(vehicle_of(fleet(1, days=60, rule=given), 0), lenders[0])[0] for given in (rule, None))
    fault = vehicle_of(fleet(1, days=60, rule=rule), 0).fault
    first, last = ((sick[at].blobs[at], healthy[at].blobs[at]) for at in (0, -1))
    assert first[0] == first[1]
    arrays, same = (unpack_arrays(blob) for blob in last)
    gone = arrays["cell_dev_mv"] - same["cell_dev_mv"]
    assert gone[:, fault.cell_no - 1].min() < -100
    assert not np.delete(gone, fault.cell_no - 1, axis=1).any()
    assert arrays["rest_spread_n"].sum() == same["rest_spread_n"].sum()


def test_silent_days_are_missing(lenders):
    rule = FaultRule("silent_days", 1.0, 0.4, 0.0, 5.0)
    whole, silent = (made(vehicle_of(fleet(1, rule=given), 0), lenders[0])[0] for given in (None, rule))
    assert sum(len(month.days) for month in silent) < sum(len(month.days) for month in whole)


def test_a_store_is_written_whole_with_its_truth(tmp_path, lenders):
    out = tmp_path / "tables"
    order = Order(out, 3, 40, SEED, START, 10, False, Written(), (), 1, None, fleet(3).wishes)
    simulate_tables(order, lambda *_: None, tuple(lenders))
    with Store.reading(out) as store:
        assert len(store.devices()) == 3
        days, arrays = store.days(store.devices()[0])
        assert len(days) == len(arrays) > 30
        assert len(store.sessions(store.devices()[0])) > 100
    assert json.loads((out / "truth" / "simulated.json").read_text(encoding="utf-8"))["complete"]
    assert len(pd.read_csv(out / "truth" / "daily.csv")) == 3 * 40
