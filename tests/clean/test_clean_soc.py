"""SOC: zeros that no battery makes are missing, an empty battery is not; SOC that stands still while charge flows."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, notes, signals

from baas.clean.zero_soc import spurious_zeros

T = 10_000 * np.arange(60)
V = np.full(60, 350.0)


def soc(*parts: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, level) for level, count in parts])


@pytest.mark.parametrize(
    "values",
    [soc((50, 20), (0, 1), (50, 39)), soc((50, 20), (0, 15), (50, 25)), soc((0, 20), (50, 40)), soc((50, 40), (0, 20))],
    ids=["one", "many", "from the start", "to the end"],
)
def test_zeros_beside_a_charged_battery_are_missing(values: np.ndarray) -> None:
    np.testing.assert_array_equal(spurious_zeros(values, V, T), values == 0)


def test_an_empty_battery_reads_zero() -> None:
    values = np.concatenate((np.linspace(5, 0, 20), np.zeros(20), np.linspace(0, 5, 20)))
    assert not spurious_zeros(values, V, T).any()


def test_a_pack_whose_voltage_collapsed_may_be_empty_at_once() -> None:
    values = soc((50, 20), (0, 40))
    assert not spurious_zeros(values, np.where(values == 0, 250.0, 350.0), T).any()


def test_zeros_after_a_gap_may_be_true() -> None:
    values = soc((50, 20), (0, 40))
    times = T + np.where(np.arange(60) >= 20, 5 * 3_600_000, 0)
    assert not spurious_zeros(values, V, times).any()


def test_spurious_zeros_are_told() -> None:
    rows = signals(10.0 * np.arange(60), soc=soc((50, 20), (0, 15), (50, 25)), pack_volt=V)
    assert checks(rows) == {("filler", "soc")}
    assert np.isnan(cleaned(rows).column("soc")).sum() == 15


def stuck(amps: float, hours: float, soc_pct: float = 55.0) -> set[tuple[str, str]]:
    time = np.arange(0, 3600 * hours, 30)
    volts = 350 + 0.01 * np.arange(len(time))
    return checks(signals(time, pack_current=amps, soc=soc_pct, pack_volt=volts))


@pytest.mark.parametrize("amps", [50.0, -50.0])
def test_soc_that_stands_still_while_charge_flows_is_stuck(amps: float) -> None:
    assert ("stuck_sensor", "soc") in stuck(amps, 0.5)


def test_soc_that_stands_still_at_rest_is_rest() -> None:
    assert ("stuck_sensor", "soc") not in stuck(0.0, 48)


def test_the_offset_of_a_sensor_over_days_is_no_flow() -> None:
    assert ("stuck_sensor", "soc") not in stuck(-1.5, 72)


def test_less_charge_than_a_step_of_soc_says_nothing() -> None:
    assert ("stuck_sensor", "soc") not in stuck(50.0, 0.3)


def test_charge_that_goes_in_and_out_moves_no_soc() -> None:
    time = np.arange(0, 7200, 30)
    amps = 80 * np.sign(np.sin(time / 40.0 + 0.1))
    assert ("stuck_sensor", "soc") not in checks(signals(time, pack_current=amps, soc=55.0))


def test_stuck_soc_is_missing_and_the_rest_stays() -> None:
    time = np.arange(0, 7200, 30)
    level = np.where(time < 3600, 55.0, 55 + (time - 3600) / 100)
    rows = signals(time, pack_current=40.0 + 0.1 * np.sin(time), soc=level)
    kept = cleaned(rows).column("soc")
    assert np.isnan(kept[:120]).all()
    assert np.isfinite(kept[122:]).all()
    assert [note.value for note in notes(rows) if note.signal == "soc"] == [55.0]
