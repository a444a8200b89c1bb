"""Questions to the store of one run: days, sessions, weeks of cells. Rows as they lie there; nothing is computed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from numpy.typing import NDArray

from baas.cars.devices import device_key
from baas.maths.day_arrays import merge_arrays, unpack_arrays

Record = Mapping[str, float | int | str | None]

#: vehicle-days that one page reads at most; chosen: ten years of one vehicle, a quarter of fifty
_MOST_DAYS = 5000
_FLEET_SUMS = (
    "vehicles",
    "rows",
    "distance_km",
    "drive_km",
    "drive_out_kwh",
    "drive_in_kwh",
    "charge_in_kwh",
    "covered_s",
    "still_gap_s",
    "lost_gap_s",
)


def _rows(db: sqlite3.Connection, query: str, given: Sequence[object] = ()) -> list[Record]:
    return [dict(row) for row in db.execute(query, given)]


def fleet_days(db: sqlite3.Connection, car_type: str | None, days: int) -> list[Record]:
    """Sums of the fleet, or of one car type, for the last days that have any, in order of date."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in _FLEET_SUMS)
    where = "" if car_type is None else "WHERE car_type = ?"
    given = () if car_type is None else (car_type,)
    query = f"SELECT date, {sums} FROM fleet_days {where} GROUP BY date ORDER BY date DESC LIMIT {int(days)}"  # noqa: S608
    return _rows(db, query, given)[::-1]


def vehicle_days(db: sqlite3.Connection, device_no: str, columns: Sequence[str]) -> list[Record]:
    """Days of a vehicle in order of date, with these columns of DAILY."""
    names = ", ".join(f'"{name}"' for name in ("date", *columns))
    query = f"SELECT {names} FROM daily WHERE device_no = ? ORDER BY date LIMIT {_MOST_DAYS}"  # noqa: S608
    return _rows(db, query, (device_key(device_no),))


def days_of_many(db: sqlite3.Connection, devices: Sequence[str], first: str, last: str) -> list[Record]:
    """What was sent and lost by vehicle and day, for some vehicles."""
    marks = ",".join("?" * len(devices))
    query = (
        "SELECT device_no, date, rows, covered_s, still_gap_s, lost_gap_s FROM daily"  # noqa: S608
        f" WHERE device_no IN ({marks}) AND date BETWEEN ? AND ?"
    )
    return _rows(db, query, (*map(device_key, devices), first, last))


def sessions(db: sqlite3.Connection, device_no: str, kind: str, most: int, since_ms: int = 0) -> list[Record]:
    """The last sessions of one kind of a vehicle, the latest first."""
    query = "SELECT * FROM sessions WHERE device_no=? AND start_ms>=? AND kind=? ORDER BY start_ms DESC LIMIT ?"
    return _rows(db, query, (device_key(device_no), since_ms, kind, most))


def starts(db: sqlite3.Connection, device_no: str, kind: str, most: int = 2000) -> list[int]:
    """Starts of the last sessions of one kind of a vehicle, UTC epoch milliseconds."""
    query = "SELECT start_ms FROM sessions WHERE device_no=? AND kind=? ORDER BY start_ms DESC LIMIT ?"
    return [row[0] for row in db.execute(query, (device_key(device_no), kind, most))]


def sessions_since(db: sqlite3.Connection, device_no: str, since_ms: int) -> list[Record]:
    """Start, end and kind of every session of a vehicle from a time on."""
    query = (
        "SELECT kind, start_ms, end_ms, inferred FROM sessions WHERE device_no=? AND start_ms>=?"
        " ORDER BY start_ms LIMIT 4000"
    )
    return _rows(db, query, (device_key(device_no), since_ms))


def session_months(db: sqlite3.Connection, device_no: str) -> list[Record]:
    """Sessions of a vehicle by month, kind and way of charging."""
    query = (
        "SELECT month, kind, mode, count(*) AS sessions, sum(in_kwh) AS in_kwh, sum(distance_km) AS distance_km,"
        " sum(end_ms - start_ms) / 3600000.0 AS hours FROM sessions WHERE device_no=? AND kind IN ('drive', 'charge')"
        " GROUP BY 1, 2, 3 ORDER BY 1"
    )
    return _rows(db, query, (device_key(device_no),))


def cell_weeks(db: sqlite3.Connection, device_no: str) -> list[tuple[str, int, dict[str, NDArray]]]:
    """(Monday, rows at rest, sums per cell) of a vehicle, weeks that span two months put together."""
    weeks: dict[str, tuple[int, list[Mapping[str, NDArray]]]] = {}
    for week, rows, blob in db.execute(
        "SELECT week, rows, arrays FROM cell_weeks WHERE device_no=? ORDER BY week, month", (device_key(device_no),)
    ):
        so_far, parts = weeks.get(week, (0, []))
        weeks[week] = (so_far + rows, [*parts, unpack_arrays(blob)])
    return [(week, rows, _added(parts)) for week, (rows, parts) in sorted(weeks.items())]


def _added(parts: Sequence[Mapping[str, NDArray]]) -> dict[str, NDArray]:
    """Sums per cell of several parts; a part with fewer cells adds nothing to the others."""
    whole = dict(parts[0])
    for part in parts[1:]:
        for name, values in part.items():
            longer, shorter = (whole[name], values) if len(whole[name]) >= len(values) else (values, whole[name])
            whole[name] = longer.copy()
            whole[name][: len(shorter)] += shorter
    return whole


def month_arrays(db: sqlite3.Connection, device_no: str) -> dict[str, NDArray]:
    """DAY_ARRAYS of a vehicle over all its months."""
    query = "SELECT arrays FROM vehicle_months WHERE device_no=? ORDER BY month"
    return merge_arrays([unpack_arrays(row[0]) for row in db.execute(query, (device_key(device_no),))])


def score_weeks(db: sqlite3.Connection, devices: Sequence[str], most: int = 26) -> dict[str, list[float | None]]:
    """Total scores of some vehicles, week by week, by device without leading zeros; the last weeks only."""
    marks = ",".join("?" * len(devices))
    found: dict[str, list[float | None]] = {}
    query = f"SELECT device_no, total_score FROM score_weeks WHERE device_no IN ({marks}) ORDER BY device_no, week"  # noqa: S608
    for device, total in db.execute(query, tuple(map(device_key, devices))):
        found.setdefault(device, []).append(total)
    return {device: values[-most:] for device, values in found.items()}


def worst_days(db: sqlite3.Connection) -> list[Record]:
    """Vehicle-days of the fleet with the most time lost."""
    return _rows(db, "SELECT device_no, date, value, gap_km FROM worst_days WHERE kind='lost_gap' ORDER BY value DESC")


def type_warmth(db: sqlite3.Connection) -> list[Record]:
    """Distance and energy of each car type by outside temperature."""
    return _rows(db, "SELECT car_type, warmth_c, drive_km, drive_kwh FROM type_warmth ORDER BY car_type, warmth_c")


def temperature_days(db: sqlite3.Connection, device_no: str, zone: str) -> list[Record]:
    """Lowest, mean and highest battery temperature by local day, from the sessions that begin on it."""
    last = db.execute("SELECT max(start_ms) FROM sessions WHERE device_no=?", (device_key(device_no),)).fetchone()[0]
    if last is None:
        return []
    offset = datetime.fromtimestamp(last / 1000, ZoneInfo(zone)).utcoffset() or timedelta()
    query = (
        "SELECT date((start_ms + ?) / 1000, 'unixepoch') AS date, min(min_temp_c) AS low_c, max(max_temp_c) AS high_c,"
        " sum(mean_temp_c * covered_s) / sum(CASE WHEN mean_temp_c IS NULL THEN NULL ELSE covered_s END) AS mean_c"
        " FROM sessions WHERE device_no=? AND mean_temp_c IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return _rows(db, query, (int(offset.total_seconds() * 1000), device_key(device_no)))
