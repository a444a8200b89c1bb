"""battery_results.csv: the vehicle table of measured values before scoring, written by a run and able to start one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from baas.cars import CarTypes, KnownCars, clean_device_no
from baas.errors import BaasError
from baas.metrics import Values, all_metrics
from baas.schema import Column, Table
from baas.score import Vehicle
from baas.tables.results import VEHICLE_SCORES

VALUES_FILE = "battery_results.csv"
_ABOUT = ("device_no", "car_type", "model_year", "first_time", "last_time", "days", "distance_km")
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def values_table() -> Table:
    """The table: what a vehicle is, then the columns of every metric."""
    about = tuple(VEHICLE_SCORES[name] for name in _ABOUT)
    measured = tuple(column for metric in all_metrics() for column in metric.columns)
    return Table("battery_results", "one vehicle", ("device_no",), (*about, *measured))


def values_row(vehicle: Vehicle) -> dict[str, Any]:
    """One row of the table; `car_type` names the variant that the data told, so that it is understood alone."""
    about = {name: getattr(vehicle, name) for name in _ABOUT if name != "car_type"}
    return {**about, "car_type": vehicle.car.label, **vehicle.values}


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BaasError(
        f"{path}: neither UTF-8 nor CP949; save it as CSV UTF-8",
        f"{path}: UTF-8도 CP949도 아닙니다. CSV UTF-8로 저장하십시오",
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, TIME_FORMAT)  # local time by contract
    except ValueError:
        return None


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def _type_name(told: str, listed: str, car_types: CarTypes) -> str:
    """The type as the table tells it, unless a list names another family: the table knows the variant."""
    if not listed or (told and car_types.find(told).name == car_types.find(listed).name):
        return told or listed
    return listed


def _values(row: Mapping[str, str], columns: tuple[Column, ...]) -> Values:
    """Values of all metrics as they were measured; what the row lacks is not measured."""
    return {
        column.name: _number(row.get(column.name) or "") if column.is_number else (row.get(column.name) or "")
        for column in columns
    }


def read_values(path: Path, known: KnownCars, car_types: CarTypes) -> list[Vehicle]:
    """Vehicles of a battery_results.csv, ready to be scored. Raises BaasError where it has no device numbers."""
    rows = list(csv.DictReader(io.StringIO(_decoded(path), newline="")))
    if not rows or "device_no" not in rows[0]:
        raise BaasError(
            f"{path}: has no column device_no or no rows; write it with vehicle_battery_scorer.py",
            f"{path}: device_no 열이나 행이 없습니다. vehicle_battery_scorer.py로 만드십시오",
        )
    columns = tuple(column for metric in all_metrics() for column in metric.columns)
    vehicles = []
    for row in rows:
        device, _ = clean_device_no(row["device_no"] or "")
        if not device:
            continue
        listed = known.of(device)
        year = _number(row.get("model_year") or "")
        model_year = listed.model_year if listed and listed.model_year else (int(year) if year == year else None)
        name = _type_name(row.get("car_type") or "", listed.car_type if listed else "", car_types)
        days, driven = _number(row.get("days") or ""), _number(row.get("distance_km") or "")
        vehicles.append(
            Vehicle(
                device, car_types.find(name, model_year), model_year, _time(row.get("first_time") or ""),
                _time(row.get("last_time") or ""), int(days) if days == days else 0, driven,
                _values(row, columns),
            )
        )  # fmt: skip
    return vehicles
