"""The reference percentiles that the driving mark carries are those of the recorded drives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from baas.metrics.driving_habit import REFERENCE_PKE

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "pke_reference.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("pke_reference", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_the_metric_is_what_the_drives_give(benchmark, real_data):
    assert dict(benchmark.table(real_data / "bmw_i3")) == REFERENCE_PKE


def test_a_longer_step_shows_less_and_more_of_it_is_a_higher_percentile():
    rows = list(REFERENCE_PKE.values())
    assert all(list(row) == sorted(row) for row in rows)
    assert all((np.diff(column) < 0).all() for column in np.array(rows).T)


def test_steady_speed_has_no_positive_kinetic_energy_and_one_start_has_its_own(benchmark):
    assert benchmark.pke_m_s2(np.full(1000, 20.0), 1.0) == 0
    speed = np.concatenate((np.linspace(0, 20, 101), np.full(900, 20.0)))  # one start to 20 m/s, then 90 s at 20 m/s
    metres = 10 * 10 + 20 * 90
    assert benchmark.pke_m_s2(speed, 1.0) == pytest.approx(400 / metres, rel=0.02)


def test_stretches_are_five_kilometres_and_the_rest_is_left_out(benchmark):
    parts = benchmark.stretches(np.full(6100, 20.0))  # 12.2 km
    assert [round(part.sum() * 0.1 / 1000, 1) for part in parts] == [5.0, 5.0]
