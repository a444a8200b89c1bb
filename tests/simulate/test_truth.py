import csv
from dataclasses import fields

import pytest

from baas.simulate import truth as tables
from tests.simulate.conftest import DAYS


def rows(folder, name):
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("vehicles", tables.VehicleLine), ("capacity_monthly", tables.CapacityLine), ("daily", tables.DayLine),
        ("sessions", tables.SessionLine), ("sites", tables.SiteLine), ("faults", tables.FaultLine),
        ("files", tables.FileLine),
    ],
)  # fmt: skip
def test_every_table_is_written_with_its_columns(clean, name, line):
    found = rows(clean[0], name)
    assert found
    assert list(found[0]) == [item.name for item in fields(line)]


def test_days_cover_the_period_and_their_km_are_the_distance(clean):
    folder, truths = clean
    for truth in truths:
        assert truth.days[0].date == "2026-03-25"
        assert len(truth.days) in (DAYS, DAYS + 1)  # a drive may go on past the last midnight
        assert sum(day.km for day in truth.days) == pytest.approx(truth.vehicle.distance_km, rel=1e-3)
    assert len(rows(folder, "daily")) == sum(len(truth.days) for truth in truths)


def test_sessions_hold_the_energy_of_the_days(clean):
    for truth in clean[1]:
        charged = sum(line.in_kwh for line in truth.sessions if line.kind == "charge")
        assert charged == pytest.approx(sum(day.ac_kwh + day.dc_kwh for day in truth.days), rel=1e-3)
        driven = sum(line.km for line in truth.sessions)
        assert driven == pytest.approx(truth.vehicle.distance_km, rel=1e-3)


def test_capacity_is_told_for_every_month_and_falls(clean):
    for truth in clean[1]:
        assert [line.month for line in truth.capacity] == ["2026-03", "2026-04"]
        assert all(line.weakest_cell_ah < line.capacity_ah for line in truth.capacity)
        if len({line.pack_no for line in truth.capacity}) == 1:
            assert truth.capacity[1].capacity_ah < truth.capacity[0].capacity_ah
            assert truth.vehicle.fade_pct_per_year > 0


def test_charging_sessions_name_a_site_that_is_listed(clean):
    folder, truths = clean
    sites = {row["site_id"] for row in rows(folder, "sites")}
    used = {line.site_id for truth in truths for line in truth.sessions if line.kind == "charge"}
    assert used == sites
    for line in (line for truth in truths for line in truth.sessions if line.kind == "charge"):
        assert line.unplugged_time >= line.end_time > line.start_time


def test_faults_are_listed_with_their_start(clean):
    folder, truths = clean
    assert len(rows(folder, "faults")) == sum(len(truth.faults) for truth in truths) > 0


def test_signs_are_told_for_every_vehicle(clean):
    flipped = {line.device_no for truth in clean[1] for line in truth.faults if line.fault == "flipped_current_sign"}
    for truth in clean[1]:
        expected = "charge_positive" if truth.vehicle.device_no in flipped else "discharge_positive"
        assert truth.vehicle.current_sign == expected
