"""A lone reading that both neighbours contradict is no measurement; a real change stays."""

from __future__ import annotations

import numpy as np
import pytest
from feeds import checks, cleaned, signals

from baas.clean.spikes import SPIKE_LIMITS, lone_spikes

LEVEL = {"soc": 60.0, "socd": 60.0, "pack_volt": 350.0, "ext_temp": 15.0, "emobility_spd": 50.0}


@pytest.mark.parametrize("name", SPIKE_LIMITS)
def test_a_lone_spike_is_missing_and_told(name: str) -> None:
    values = np.full(20, LEVEL[name])
    values[7] += SPIKE_LIMITS[name] + 1
    rows = signals(10.0 * np.arange(20), **{name: values})
    assert np.flatnonzero(np.isnan(cleaned(rows).column(name))).tolist() == [7]
    assert checks(rows) == {("spike", name)}


@pytest.mark.parametrize("name", SPIKE_LIMITS)
def test_a_step_that_stays_is_a_measurement(name: str) -> None:
    values = np.full(20, LEVEL[name])
    values[7:9] += SPIKE_LIMITS[name] + 1
    rows = signals(10.0 * np.arange(20), **{name: values})
    assert np.isfinite(cleaned(rows).column(name)).all()
    assert checks(rows) == set()


def test_rows_hours_apart_are_no_neighbours() -> None:
    soc = np.array([80.0, 30.0, 80.0, 30.0, 80.0])  # one row before and one after each charge
    assert np.isfinite(cleaned(signals(8 * 3600.0 * np.arange(5), soc=soc)).column("soc")).all()
    assert lone_spikes(soc, 10_000 * np.arange(5), 10).any()


def test_a_missing_row_between_does_not_hide_a_spike() -> None:
    soc = np.array([60, np.nan, 95, np.nan, 60, 60])
    assert lone_spikes(soc, 10_000 * np.arange(6), 10).tolist() == [False, False, True, False, False, False]


def test_two_readings_are_too_few_to_contradict() -> None:
    assert not lone_spikes(np.array([1.0, 99.0]), np.array([0, 1]), 10).any()
