"""What fleet and vehicle pages need ready-made, written with a run: weeks of cells, months of arrays, spreads, methods.

Grain and meaning of each table stand in `SUMMARY_TABLES`; a page reads them and computes none of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baas.cars import CarType
from baas.cars.devices import device_key
from baas.maths.day_arrays import merge_arrays, pack_arrays, unpack_arrays
from baas.methods import methods
from baas.schema import Column, Table
from baas.score import VehicleScore
from baas.tables.declare import number, text, whole
from baas.tables.results import VEHICLE_SCORES
from baas.vehicles import EXPECTED_SIGNALS

#: the whole fleet, where a table tells of car types
WHOLE_FLEET = "*"
#: quantiles told of every number; chosen: the borders that pages draw
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
#: worst vehicle-days kept; chosen: more than a person looks through
WORST_DAYS = 300
#: deciles of SOC whose cell deviations are shown over time; chosen: below 30 % the curve is steep and any pack spreads
SHOWN_DECILES = slice(3, 10)

_DEVICE = text("device_no", "device number without leading zeros", "단말 번호")
_TYPE = text("car_type", "car type, * for the whole fleet", "차종")
_WEEK = Column("week", "date", "", "Monday of the week", "주(월요일)")

SUMMARY_TABLES = (
    Table(
        "vehicle_months",
        "one month of one vehicle",
        ("device_no", "month"),
        (
            _DEVICE,
            Column("month", "month", "", "local month", "월"),
            text("input_key", "input it rests on", "입력"),
            Column("arrays", "blob", "", "DAY_ARRAYS merged over the days of the month", "배열"),
        ),
    ),
    Table(
        "cell_weeks",
        "the part of a week that lies in one month, of one vehicle",
        ("device_no", "month", "week"),
        (
            _DEVICE,
            Column("month", "month", "", "local month", "월"),
            _WEEK,
            whole("rows", "rows at rest above 30 % SOC", "정지 행"),
            Column("arrays", "blob", "mV", "dev_mv: sum of cell minus median; low_n: times the cell is lowest", "배열"),
        ),
    ),
    Table(
        "score_spread",
        "one number over the vehicles of one car type",
        ("car_type", "name"),
        (
            _TYPE,
            text("name", "column of vehicle_scores.csv", "열"),
            whole("vehicles", "vehicles that have it", "차량 수"),
            *(number(f"p{100 * q:.0f}", "", "quantile", "분위수") for q in QUANTILES),
        ),
    ),
    Table(
        "score_weeks",
        "the last score of a vehicle in one week of data",
        ("device_no", "week"),
        (
            _DEVICE,
            _WEEK,
            number("total_score", "points", "total score", "총점"),
            text("grade", "grade", "등급"),
        ),
    ),
    Table(
        "worst_days",
        "one of the worst vehicle-days of the fleet",
        ("kind", "device_no", "date"),
        (
            text("kind", "what is bad: lost_gap", "구분"),
            _DEVICE,
            Column("date", "date", "", "local day", "날짜"),
            number("value", "h", "hours lost", "유실 시간"),
            number("gap_km", "km", "distance across the gaps", "공백 거리"),
        ),
    ),
    Table(
        "type_warmth",
        "driving of one car type in 5 °C of outside temperature",
        ("car_type", "warmth_c"),
        (
            _TYPE,
            Column("warmth_c", "int", "°C", "lower end of the 5 °C", "기온"),
            number("drive_km", "km", "distance with power", "주행 거리"),
            number("drive_kwh", "kWh", "energy out less energy recovered", "소비 전력량"),
        ),
    ),
    Table(
        "documents",
        "one document that describes the run",
        ("name",),
        (
            text("name", "methods, car_types or signals", "이름"),
            text("text", "JSON", "내용"),
        ),
    ),
)

_SQL_TYPES = {"int": "INTEGER", "float": "REAL", "blob": "BLOB"}


def write(db: sqlite3.Connection, scores: Sequence[VehicleScore]) -> None:
    """Bring every summary up to date with the day tables and scores of the run, inside its transaction."""
    for table in SUMMARY_TABLES:
        columns = ", ".join(f'"{column.name}" {_SQL_TYPES.get(column.dtype, "TEXT")}' for column in table)
        db.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({columns}, PRIMARY KEY ({', '.join(table.key)}))")
    types = {device_key(score.vehicle.device_no): score.vehicle.car.label for score in scores}
    rows = [score.row() for score in scores]
    _write_months(db)
    _write_spreads(db, rows)
    _write_score_weeks(db, scores)
    _write_worst_days(db)
    _write_warmth(db, types)
    _write_documents(db, [score.vehicle.car for score in scores])


def _put(db: sqlite3.Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608  (names of our own)


# -- months and weeks of a vehicle ----------------------------------------------------------------------------------


def _write_months(db: sqlite3.Connection) -> None:
    """Months whose days changed are summed up anew, months that are gone are dropped."""
    for name in ("vehicle_months", "cell_weeks"):
        db.execute(
            f"DELETE FROM {name} WHERE NOT EXISTS (SELECT 1 FROM partitions p"  # noqa: S608
            f" WHERE p.device_no = {name}.device_no AND p.month = {name}.month)"
        )
    stale = db.execute(
        "SELECT p.device_no, p.month, p.input_key FROM partitions p LEFT JOIN vehicle_months m"
        " ON m.device_no = p.device_no AND m.month = p.month WHERE m.input_key IS NOT p.input_key OR p.input_key = ''"
    ).fetchall()
    for device, month, input_key in stale:
        days = db.execute(
            "SELECT date, arrays FROM daily WHERE device_no=? AND date BETWEEN ? AND ? ORDER BY date",
            (device, month, f"{month}-99"),
        ).fetchall()
        write_month(db, device, month, input_key, {day: unpack_arrays(blob) for day, blob in days})


def write_month(
    db: sqlite3.Connection, device: str, month: str, input_key: str, days: Mapping[str, Mapping[str, NDArray]]
) -> None:
    """Sum up one vehicle-month from the arrays of its days (date -> arrays)."""
    _put(db, "vehicle_months", [(device, month, input_key, pack_arrays(merge_arrays(list(days.values()))))])
    db.execute("DELETE FROM cell_weeks WHERE device_no=? AND month=?", (device, month))
    _put(db, "cell_weeks", [(device, month, *week) for week in cell_weeks(days)])


def monday(day: str) -> str:
    """The Monday of the week of a date.

    >>> monday("2024-03-10")
    '2024-03-04'
    """
    parsed = date.fromisoformat(day)
    return (parsed - timedelta(days=parsed.weekday())).isoformat()


def cell_weeks(days: Mapping[str, Mapping[str, NDArray]]) -> Iterator[tuple[str, int, bytes]]:
    """(Monday, rows at rest, packed sums per cell) of each week that has rows at rest above 30 % SOC."""
    weeks: dict[str, list[Mapping[str, NDArray]]] = {}
    for day, arrays in days.items():
        if "cell_dev_n" in arrays and arrays["cell_dev_mv"].size:
            weeks.setdefault(monday(day), []).append(arrays)
    for week, parts in sorted(weeks.items()):
        merged = merge_arrays(parts)
        rows = float(merged["cell_dev_n"][SHOWN_DECILES].sum())
        if rows:
            sums = {"dev_mv": merged["cell_dev_mv"][SHOWN_DECILES].sum(axis=0), "low_n": merged["cell_low_n"]}
            yield week, int(rows), pack_arrays(sums)


# -- fleet ----------------------------------------------------------------------------------------------------------


def _quantiles(values: Sequence[float]) -> list[float]:
    return [float(value) for value in np.quantile(values, QUANTILES)]


def _write_spreads(db: sqlite3.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Quantiles of every number of VEHICLE_SCORES, by car type and over the fleet."""
    groups: dict[str, list[Mapping[str, Any]]] = {WHOLE_FLEET: list(rows)}
    for row in rows:
        groups.setdefault(str(row["car_type"]), []).append(row)
    db.execute("DELETE FROM score_spread")
    found = []
    for car_type, members in groups.items():
        for column in VEHICLE_SCORES:
            if column.is_number:
                told = [float(row[column.name]) for row in members if row[column.name] is not None]
                values = [value for value in told if np.isfinite(value)]
                if values:
                    found.append((car_type, column.name, len(values), *_quantiles(values)))
    _put(db, "score_spread", found)


def _write_score_weeks(db: sqlite3.Connection, scores: Sequence[VehicleScore]) -> None:
    """The score stands for the week of the vehicle's last row; earlier weeks stay as they were scored then."""
    _put(
        db,
        "score_weeks",
        [
            (
                device_key(score.vehicle.device_no),
                monday(score.vehicle.last_time.date().isoformat()),
                score.total if np.isfinite(score.total) else None,
                score.grade,
            )
            for score in scores
            if score.vehicle.last_time is not None
        ],
    )


def _write_worst_days(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM worst_days")
    db.execute(
        "INSERT INTO worst_days SELECT 'lost_gap', device_no, date, lost_gap_s / 3600.0, gap_km FROM daily"
        " WHERE lost_gap_s > 0 ORDER BY lost_gap_s DESC, device_no, date LIMIT ?",
        (WORST_DAYS,),
    )


def _write_warmth(db: sqlite3.Connection, types: Mapping[str, str]) -> None:
    db.execute("CREATE TEMP TABLE label_of (device_no TEXT PRIMARY KEY, label TEXT)")
    db.executemany("INSERT INTO label_of VALUES (?,?)", sorted(types.items()))
    db.execute("DELETE FROM type_warmth")
    db.execute(
        "INSERT INTO type_warmth SELECT label, 5 * CAST((drive_ext_temp_c + 100) / 5 AS INTEGER) - 100 AS warmth,"
        " sum(drive_km), sum(drive_out_kwh - drive_in_kwh) FROM daily JOIN label_of USING (device_no)"
        " WHERE drive_ext_temp_c IS NOT NULL AND drive_km > 0 AND drive_out_kwh - drive_in_kwh > 0 GROUP BY 1, 2"
    )
    db.execute("DROP TABLE label_of")


def _car(car: CarType) -> dict[str, Any]:
    """What a page tells of a car type."""
    return {**asdict(car), "label": car.label, "readings_per_module": car.readings_per_module}


def _write_documents(db: sqlite3.Connection, cars: Sequence[CarType]) -> None:
    told = {
        "methods": methods(),
        "car_types": {car.label: _car(car) for car in cars},
        "signals": list(EXPECTED_SIGNALS),
    }
    _put(db, "documents", [(name, json.dumps(value, ensure_ascii=False)) for name, value in told.items()])
