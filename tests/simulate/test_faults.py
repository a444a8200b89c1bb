import numpy as np
import pytest

from baas.errors import BaasError
from baas.simulate.faults import (
    FAULTS,
    Fault,
    assigned,
    cell_factors,
    cell_leak_soc_per_s,
    insulation_kohm,
    load_rules,
    odometer_shown_km,
    placed,
)  # fmt: skip
from baas.simulate.portable import Draws

DAY = 86_400
TRUE_KM = np.array([100.0, 110.0, 120.0])
TIMES = np.array([0, 10 * DAY, 20 * DAY])


def fault(name, value, start=5 * DAY, end=30 * DAY, cell_no=3):
    return Fault(name, start, end, value, cell_no=cell_no)


def test_the_default_table_has_every_fault():
    assert {rule.name for rule in load_rules("default")} == set(FAULTS)
    assert load_rules("none") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[no_such_fault]\nvalue = 1", "no_such_fault"),
        ("[weak_cell]\nshare = 0.1", "value"),
        ("[weak_cell]\nvalue = 1\nshare = 3", "share"),
        ("[weak_cell", "TOML"),
        ("weak_cell = 1", "weak_cell"),
    ],
)
def test_a_wrong_fault_table_says_what_is_wrong(tmp_path, text, told):
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaasError, match=told) as raised:
        load_rules(str(path))
    assert "faults.toml" in str(raised.value)
    in_korean = raised.value.told("ko")
    assert "faults.toml" in in_korean
    assert told in in_korean
    assert any("가" <= letter <= "힣" for letter in in_korean)


def test_a_fault_table_that_is_not_there_is_told():
    with pytest.raises(BaasError, match=r"nowhere\.toml"):
        load_rules("nowhere.toml")


def test_a_own_fault_table_is_read(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("[silent_days]\nvalue = 0\nshare = 0.5\nstart = 0.2\ndays = 3", encoding="utf-8")
    (rule,) = load_rules(str(path))
    assert (rule.name, rule.share, rule.days) == ("silent_days", 0.5, 3.0)


def test_shares_are_met_and_no_vehicle_has_two():
    rules = load_rules("default")
    chosen = assigned(rules, 1, 1000)
    names = [rule.name for rule in chosen.values()]
    assert abs(names.count("self_discharge_cell") - 30) <= 1
    assert len(chosen) < 1000


def test_a_small_fleet_gets_no_more_faults_than_vehicles():
    assert len(assigned(load_rules("default") * 20, 1, 3)) <= 3


def test_faults_lie_in_the_period_and_in_the_pack():
    for rule in load_rules("default"):
        found = placed(rule, 0, 30, 96, 8, Draws(4))
        assert 0 <= found.start_s < found.end_s <= 30 * DAY
        assert (1 <= found.cell_no <= 96) == rule.name.endswith("_cell")
        assert (1 <= found.probe_no <= 8) == (rule.name in ("hot_module", "stuck_sensor"))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("odometer_rollback", 50.0, [100, 60, 70]),
        ("odometer_freeze", 0.0, [100, 105, 105]),
        ("odometer_reset", 0.0, [100, 5, 15]),
        ("odometer_jump", 4000.0, [100, 4110, 4120]),
        ("odometer_scale", 2.0, [100, 115, 135]),
    ],
)
def test_each_odometer_fault_shows_what_it_says(name, value, shown):
    assert odometer_shown_km(fault(name, value), TIMES, TRUE_KM, 105.0).tolist() == shown


def test_a_healthy_odometer_shows_the_truth():
    assert odometer_shown_km(None, TIMES, TRUE_KM, 0.0) is TRUE_KM
    assert odometer_shown_km(fault("weak_cell", 9), TIMES, TRUE_KM, 0.0) is TRUE_KM


def test_a_leak_takes_charge_from_one_cell_only_since_its_start():
    leaking = fault("self_discharge_cell", 10.0)
    rate = cell_leak_soc_per_s(leaking, 6 * DAY, 5, 100.0)
    assert rate[2] * DAY * 100 == pytest.approx(0.24)  # 10 mA for a day
    assert np.delete(rate, 2).tolist() == [0, 0, 0, 0]
    assert not cell_leak_soc_per_s(leaking, 4 * DAY, 5, 100.0).any()
    assert not cell_leak_soc_per_s(None, 6 * DAY, 5, 100.0).any()


def test_a_weak_cell_loses_capacity_and_a_bad_weld_gains_resistance():
    ones = np.ones(5)
    assert cell_factors(fault("weak_cell", 10.0), 35 * DAY, ones, ones)[0][2] == 1
    assert cell_factors(fault("weak_cell", 10.0, end=99 * DAY), 35 * DAY, ones, ones)[0].tolist() == [1, 1, 0.9, 1, 1]
    assert cell_factors(fault("high_resistance_cell", 1.8), 29 * DAY, ones, ones)[1].tolist() == [1, 1, 1.8, 1, 1]
    assert cell_factors(None, 0, ones, ones)[1] is ones


def test_insulation_falls_only_with_its_fault():
    falling = fault("insulation_drop", 90.0)
    assert insulation_kohm(falling, 29 * DAY, 1500) == 90
    assert 90 < insulation_kohm(falling, 9 * DAY, 1500) < 1500
    assert insulation_kohm(falling, 4 * DAY, 1500) == insulation_kohm(None, 29 * DAY, 1500) == 1500
