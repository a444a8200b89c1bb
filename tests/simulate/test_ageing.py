import pytest
from hypothesis import given
from hypothesis import strategies as st

from baas.simulate.ageing import YEAR_S, Age, aged, grown_old

NEW = Age(0.0, 0.0)


def year(age=NEW, chemistry="NMC", pace=1.0, span=YEAR_S, temp=20.0, soc=0.6, turned=120.0, rate=0.3):
    return aged(age, chemistry, pace, span, temp, soc, turned, rate)


@given(st.floats(0.01, 0.99))
def test_a_year_is_the_sum_of_its_parts(share):
    part = year(span=share * YEAR_S, turned=120 * share)
    assert year(part, span=(1 - share) * YEAR_S, turned=120 * (1 - share)).loss == pytest.approx(year().loss)


def test_calendar_ageing_slows_down_and_cycling_does_not():
    first, second = year(turned=0), year(year(turned=0), turned=0)
    assert second.loss - first.loss < 0.6 * first.loss
    assert year(year()).cycle == pytest.approx(2 * year().cycle)


def test_heat_high_charge_cold_cycling_and_haste_cost_life():
    assert year(temp=38).loss > year().loss
    assert year(soc=0.97).loss > year().loss > year(soc=0.2).loss
    assert year(temp=-5).cycle > year().cycle
    assert year(rate=2.0).cycle > year().cycle
    assert year(pace=1.3).loss > year().loss


def test_lfp_lasts_longer():
    assert year(chemistry="LFP").loss < year().loss


def test_fleets_age_as_reported():
    commuter, taxi = grown_old("NMC", 1.0, 8, 40), grown_old("NMC", 1.0, 5, 170)
    assert 0.03 < commuter.loss < 0.10
    assert 0.06 < taxi.loss < 0.15
    assert taxi.resistance_factor > 1.1
