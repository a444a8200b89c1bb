"""What really happened in a simulated fleet, as small tables beside the data."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from baas.simulated import TRUTH_FOLDER

#: the marker in it is written last; a fleet without it is not whole
FOLDER = TRUTH_FOLDER


def local(time_s: int) -> str:
    """Local time as text."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def month_of(time_s: int) -> str:
    """Local month as text."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m")


@dataclass(frozen=True)
class VehicleLine:
    """One vehicle: what it is and how its feed errs. fade is the mean over the period, in percent of rated per year."""

    device_no: str
    car_type: str
    car_type_file: str
    model_year: int
    chemistry: str
    cells: int
    rated_ah: float
    usage: str
    driving_style: str
    city: str
    current_sign: str
    soc_mode: str
    soh_mode: str
    current_gain: float
    parked_every_s: int
    soh_start_pct: float
    soh_end_pct: float
    fade_pct_per_year: float
    distance_km: float


@dataclass(frozen=True)
class CapacityLine:
    """True capacity at 25 °C in the middle of a month: mean cell, weakest cell [Ah] and share of rated [%]."""

    device_no: str
    month: str
    pack_no: int
    capacity_ah: float
    weakest_cell_ah: float
    soh_pct: float
    bms_soh_mode: str


@dataclass(frozen=True)
class DayLine:
    """One local day: distance, energy at the battery, charge through it."""

    device_no: str
    date: str
    km: float
    drive_out_kwh: float
    drive_in_kwh: float
    ac_kwh: float
    dc_kwh: float
    other_out_kwh: float
    in_ah: float
    out_ah: float


@dataclass(frozen=True)
class SessionLine:
    """One drive or charge. Energy at the battery; unplugged_time is when the cable came off."""

    device_no: str
    kind: str
    mode: str
    start_time: str
    end_time: str
    start_soc_pct: float
    end_soc_pct: float
    km: float
    in_kwh: float
    out_kwh: float
    site_id: str
    unplugged_time: str


@dataclass(frozen=True)
class SiteLine:
    """A place with chargers."""

    site_id: str
    lat: float
    lng: float
    ac_kw: float
    dc_kw: float


@dataclass(frozen=True)
class FaultLine:
    """A fault of a vehicle; cell and probe numbers count from 1, empty when it concerns none."""

    device_no: str
    fault: str
    start_time: str
    end_time: str
    value: float
    unit: str
    cell_no: int | None
    probe_no: int | None
    meaning: str


@dataclass(frozen=True)
class FileLine:
    """A written file or archive member: data rows in it, repeats among them, and broken ones among them."""

    file: str
    device_no: str
    kind: str
    rows: int
    duplicate: int
    broken: int


@dataclass(frozen=True)
class VehicleTruth:
    """Everything true about one vehicle."""

    vehicle: VehicleLine
    capacity: tuple[CapacityLine, ...]
    days: tuple[DayLine, ...]
    sessions: tuple[SessionLine, ...]
    sites: tuple[SiteLine, ...]
    faults: tuple[FaultLine, ...]
    files: tuple[FileLine, ...]


def _write(path: Path, line: type, lines: Iterable[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([item.name for item in fields(line)])
        writer.writerows(["" if value is None else value for value in astuple(entry)] for entry in lines)


def write_truth(folder: Path, vehicles: Sequence[VehicleTruth]) -> None:
    """All tables of a fleet into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    sites = {site.site_id: site for truth in vehicles for site in truth.sites}
    _write(folder / "vehicles.csv", VehicleLine, (truth.vehicle for truth in vehicles))
    _write(folder / "capacity_monthly.csv", CapacityLine, (line for truth in vehicles for line in truth.capacity))
    _write(folder / "daily.csv", DayLine, (line for truth in vehicles for line in truth.days))
    _write(folder / "sessions.csv", SessionLine, (line for truth in vehicles for line in truth.sessions))
    _write(folder / "sites.csv", SiteLine, (sites[name] for name in sorted(sites)))
    _write(folder / "faults.csv", FaultLine, (line for truth in vehicles for line in truth.faults))
    _write(folder / "files.csv", FileLine, (line for truth in vehicles for line in truth.files))
