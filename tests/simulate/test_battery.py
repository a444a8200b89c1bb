import numpy as np
import pytest

from baas.simulate.battery import DROP_V, OCV_LOW, OCV_STEP, Charge, Pack, flow, ocv_table


def pack(chemistry="NMC", capacity_ah=100.0, window=(0.03, 0.97)) -> Pack:
    return Pack(96, capacity_ah, ocv_table(chemistry, *window), DROP_V[chemistry])


def ocv(soc, chemistry="NMC") -> float:
    return float(pack(chemistry).ocv[round((soc - OCV_LOW) / OCV_STEP)])


def lived(power_kw, temp_c=25.0, step_s=1.0, soc=0.5):
    power = np.asarray(power_kw, dtype=np.float64)
    return flow(pack(), Charge(soc, 0.0, 0.0), power, np.full(len(power), temp_c), step_s)


DRIVE = -30 + 45 * np.sin(np.arange(1800) / 20)


@pytest.mark.parametrize("chemistry", ["NMC", "LFP"])
def test_more_charge_never_means_less_voltage(chemistry):
    assert (np.diff(pack(chemistry).ocv) >= 0).all()


def test_lfp_is_flat_where_nmc_is_not():
    assert ocv(0.55, "LFP") - ocv(0.45, "LFP") < 0.01 < 0.04 < ocv(0.55) - ocv(0.45)


def test_soc_is_the_charge_that_went_through():
    found, end = lived(DRIVE)
    ah_in, ah_out = found.charge_ah(1.0)
    assert (end.soc - 0.5) * 100.0 == pytest.approx(ah_in - ah_out, rel=1e-9)


def test_voltage_times_current_is_the_power_asked_for():
    found, _ = lived(DRIVE)
    assert np.abs(found.current_a * found.cell_v * 96 / 1000 - DRIVE).max() < 1e-3 * np.abs(DRIVE).max()


def test_energy_is_lost_on_the_way_through():
    found, end = lived(np.concatenate([np.full(1800, -30.0), np.full(1760, 30.0)]))
    energy_in, energy_out = found.energy_kwh(96, 1.0)
    assert energy_in == pytest.approx(30 * 1760 / 3600, rel=1e-3)
    assert energy_out == pytest.approx(15.0, rel=1e-3)
    assert end.soc < 0.5 - 0.002


def test_cold_packs_sag_more():
    warm, cold = (lived(np.full(60, -40.0), temp)[0].cell_v[-1] for temp in (25.0, -5.0))
    assert cold < warm - 0.02


def test_a_pack_at_rest_returns_to_its_open_circuit_voltage():
    found, end = lived(np.concatenate([np.full(300, -60.0), np.zeros(3 * 3600)]))
    assert found.cell_v[310] < found.cell_v[-1]
    assert found.cell_v[-1] == pytest.approx(ocv(end.soc), abs=0.001)
