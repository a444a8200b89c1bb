"""Which way current counts: found from what cannot lie, unknown where nothing tells, never from a load."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import charge, cleaned, drive, journey, notes, park, signals, with_columns
from hypothesis import given
from hypothesis import strategies as st

from baas.clean.sign import Evidence, Sign, decide, evidence, sign_and_notes

DAY = journey(park(20), drive(60), charge(90), park(20), soc=70)
ALONE = {  # columns that are taken away so that one kind of evidence has to do
    "soc": ["cumul_pw_chrgd", "cumul_pw_dischrgd", "slow_chrg_port_conn", "fast_chrg_port_conn"],
    "counter": ["soc", "slow_chrg_port_conn", "fast_chrg_port_conn"],
    "slow_chrg_port_conn": ["soc", "cumul_pw_chrgd", "cumul_pw_dischrgd"],
}


@pytest.mark.parametrize("factor", [1, -1])
@pytest.mark.parametrize("kind", ALONE)
def test_each_kind_of_evidence_finds_the_sign_by_itself(kind: str, factor: int) -> None:
    rows = with_columns(DAY, pack_current=factor * DAY.columns["pack_current"], **dict.fromkeys(ALONE[kind]))
    one = cleaned(rows)
    assert one.sign.name == ("charge_positive" if factor > 0 else "discharge_positive")
    assert one.evidence.votes[kind] != (0.0, 0.0)
    assert one.column("pack_current")[DAY.columns["slow_chrg_port_conn"] > 0].min() > 0


@pytest.mark.parametrize("factor", [1, -1])
def test_the_pedals_find_it_where_nothing_else_is_sent(factor: int) -> None:
    time = np.arange(0, 3600, 5.0)
    amps = 80 * np.sin(time / 20)
    rows = signals(
        time, emobility_spd=60 + 40 * np.cos(time / 20), pack_current=factor * amps
    )  # speed falls as amps rise
    assert cleaned(rows).sign.name == ("charge_positive" if factor > 0 else "discharge_positive")


def test_without_evidence_the_sign_is_unknown_told_and_current_missing() -> None:
    rows = signals(np.arange(0, 600, 10), pack_current=30.0)
    assert cleaned(rows).sign == Sign("unknown", 0.5)
    assert np.isnan(cleaned(rows).column("pack_current")).all()
    assert [(note.check, note.severity) for note in notes(rows)] == [("sign_unsure", "warning")]


@pytest.mark.parametrize("current", [0.0, np.nan])
def test_a_car_through_which_nothing_flows_is_not_told(current: float) -> None:
    assert notes(signals(np.arange(0, 600, 10), pack_current=current)) == []


def test_a_load_on_a_plugged_car_says_nothing_about_the_sign() -> None:
    rows = signals(np.arange(0, 6000, 10), pack_current=-9.0, emobility_spd=0.0, chrg_cable_conn=1, v2l=1)
    assert cleaned(rows).evidence.votes["chrg_cable_conn"] == (0.0, 0.0)


def test_the_offset_of_a_sensor_is_no_evidence() -> None:
    rows = signals(np.arange(0, 6000, 10), pack_current=-0.3, emobility_spd=0.0, slow_chrg_port_conn=1)
    assert cleaned(rows).sign.name == "unknown"


votes = st.fixed_dictionaries(
    {kind: st.tuples(st.integers(0, 300), st.integers(0, 300)) for kind in ("soc", "pedal", "counter")}
)


@given(votes)
def test_turned_evidence_gives_the_turned_sign_as_surely(found: dict[str, tuple[int, int]]) -> None:
    one = decide(Evidence({kind: (float(a), float(b)) for kind, (a, b) in found.items()}))
    other = decide(Evidence({kind: (float(b), float(a)) for kind, (a, b) in found.items()}))
    assert one.confidence == other.confidence
    assert np.isnan(one.factor) == np.isnan(other.factor)
    assert 0.5 <= one.confidence <= 1
    if np.isfinite(one.factor):
        assert one.factor == -other.factor


@given(votes, votes)
def test_evidence_of_months_adds_up_in_any_order(one: dict, other: dict) -> None:
    a, b = (Evidence({kind: tuple(map(float, pair)) for kind, pair in found.items()}) for found in (one, other))
    assert a + b == b + a
    assert a + Evidence({}) == a


def test_evidence_that_disagrees_is_unsure() -> None:
    assert decide(Evidence({"soc": (30.0, 0.0), "counter": (0.0, 30.0)})).name == "unknown"
    assert decide(Evidence({"soc": (4.0, 0.0)})).name == "unknown"
    assert decide(Evidence({"soc": (5.0, 0.0)})).name == "charge_positive"


def test_the_sign_of_the_month_goes_before_the_hint_and_the_hint_before_nothing() -> None:
    sure, hint, none = Evidence({"soc": (30.0, 0.0)}), Sign("discharge_positive", 0.9), Evidence({})
    flow, time = np.full(3, 5.0), np.arange(3)
    assert sign_and_notes(sure, hint, flow, time)[0].name == "charge_positive"
    assert sign_and_notes(none, hint, flow, time) == (hint, [])
    assert sign_and_notes(none, Sign("unknown", 0.6), flow, time)[0].name == "unknown"


def test_no_rows_of_current_no_evidence() -> None:
    assert decide(evidence({}, np.arange(3))).name == "unknown"
