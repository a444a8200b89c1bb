import numpy as np
import pytest

from baas.simulate.battery import Charge, flow
from baas.simulate.charge import charge_profile, charging_kw
from baas.simulate.kinds import kinds
from tests.simulate.packs import fresh_pack

EV6, KONA = kinds()[0], kinds()[2]


def charged(kind, charger_kw, *, dc, start, end, temp_c=25.0):
    pack = fresh_pack(kind)
    power = charge_profile(kind, pack, charger_kw, dc=dc, start=start, end=end, temp_c=temp_c, step_s=10)
    _, state = flow(pack, Charge(start, 0, 0), power, np.full(len(power), temp_c), 10)
    return power, state.soc


@pytest.mark.parametrize(("charger_kw", "dc"), [(7.0, False), (50.0, True), (350.0, True)])
def test_a_charge_ends_where_it_should(charger_kw, dc):
    for kind in kinds():
        assert charged(kind, charger_kw, dc=dc, start=0.2, end=0.8)[1] == pytest.approx(0.8, abs=0.02)


def test_neither_charger_nor_car_gives_more_than_it_can():
    assert charged(EV6, 7.0, dc=False, start=0.1, end=1.0)[0].max() <= 7.0
    assert charged(EV6, 50.0, dc=True, start=0.1, end=0.8)[0].max() <= 50.0
    assert charged(KONA, 350.0, dc=True, start=0.1, end=0.8)[0].max() <= 77.0


def test_a_strong_charger_is_faster_and_a_cold_pack_slower():
    slow, fast = (len(charged(EV6, kw, dc=True, start=0.1, end=0.8)[0]) for kw in (50.0, 350.0))
    cold = len(charged(EV6, 350.0, dc=True, start=0.1, end=0.8, temp_c=-5.0)[0])
    assert fast < slow
    assert fast * 10 < 25 * 60
    assert cold > 1.5 * fast


def test_power_fades_near_full():
    assert charging_kw(EV6, 7.0, dc=False, soc=0.99, temp_c=20) < 0.5 * charging_kw(
        EV6, 7.0, dc=False, soc=0.9, temp_c=20
    )


def test_a_full_pack_is_not_charged():
    pack = fresh_pack(EV6)
    assert len(charge_profile(EV6, pack, 7.0, dc=False, start=0.8, end=0.8, temp_c=20, step_s=10)) == 0
