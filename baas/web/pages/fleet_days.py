"""The fleet by day: distance, efficiency, vehicles sending."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from baas.web import charts, days
from baas.web.fleet import Fleet
from baas.web.pages import cells
from baas.web.parts import Block, Figure, Head
from baas.web.select import car_types
from baas.web.view import View, num, share

#: days drawn; chosen: a quarter
_DAYS = 92


def blocks(view: View, db: sqlite3.Connection, fleet: Fleet) -> list[Block]:
    """Distance, efficiency and collection of the fleet by day."""
    asked = view.arg("type")
    car_type = None if not asked else ("" if asked == "-" else asked)
    if car_type is not None and car_type not in car_types(fleet):
        return []
    known = days.fleet_days(db, car_type, _DAYS)
    if len(known) < 2:
        return []
    return [_distance(view, known), _efficiency(view, known), _collection(view, known)]


def _ends(known: Sequence[days.Record]) -> tuple[str, ...]:
    return str(known[0]["date"]), str(known[len(known) // 2]["date"]), str(known[-1]["date"])


def _number(record: days.Record, name: str) -> float | None:
    value = record[name]
    return float(value) if isinstance(value, (int, float)) else None


def _distance(view: View, known: Sequence[days.Record]) -> Block:
    kms = [_number(day, "distance_km") or 0.0 for day in known]
    top = charts.nice_top(max(kms))
    summary = view.say(
        f"하루 평균 {num(sum(kms) / len(kms))} km, 가장 많은 날 {num(max(kms))} km",
        f"{num(sum(kms) / len(kms))} km a day on average, {num(max(kms))} km on the busiest",
    )
    drawing = charts.columns([{"one": km} for km in kms], top, summary)
    return _by_day(
        view, "distance", view.say("주행 거리", "Distance"), "distance_km", "km", known, kms, drawing, summary, top
    )


def _efficiency(view: View, known: Sequence[days.Record]) -> Block:
    values = []
    for day in known:
        km, out, back = (_number(day, name) for name in ("drive_km", "drive_out_kwh", "drive_in_kwh"))
        net = (out or 0.0) - (back or 0.0)
        values.append(km / net if km and net > 0 and km / net < 20 else None)
    told_values = [value for value in values if value is not None]
    top = charts.nice_top(max(told_values, default=1.0))
    summary = (
        view.say(f"최근 {num(told_values[-1], 2)} km/kWh", f"latest {num(told_values[-1], 2)} km/kWh")
        if told_values
        else view.say("전력을 잰 주행이 없습니다.", "No driving with measured power.")
    )
    drawing = charts.lines({"one": values}, 0, top, summary)
    return _by_day(
        view,
        "efficiency",
        view.say("전비", "Efficiency"),
        "km_per_kwh",
        "km/kWh",
        known,
        values,
        drawing,
        summary,
        top,
        2,
    )


def _collection(view: View, known: Sequence[days.Record]) -> Block:
    counts = [_number(day, "vehicles") or 0.0 for day in known]
    spent = {
        name: sum(_number(day, name) or 0.0 for day in known) for name in ("covered_s", "still_gap_s", "lost_gap_s")
    }
    lost = num(share(spent["lost_gap_s"], sum(spent.values())) or 0.0, 1)
    top = charts.nice_top(max(counts))
    summary = view.say(
        f"마지막 날 {num(counts[-1])}대 수신, 수집 시간 가운데 유실 {lost} %",
        f"{num(counts[-1])} vehicles on the last day, {lost} % of the time lost",
    )
    drawing = charts.columns([{"two": count} for count in counts], top, summary)
    return _by_day(
        view,
        "collection",
        view.say("수신 차량", "Vehicles sending"),
        "vehicles",
        "",
        known,
        counts,
        drawing,
        summary,
        top,
    )


def _by_day(
    view: View,
    name: str,
    title: str,
    key: str,
    unit: str,
    known: Sequence[days.Record],
    values: Sequence[float | None],
    drawing: Markup,
    summary: str,
    top: float,
    digits: int = 0,
) -> Block:
    """A block that shows one number a day."""
    heads = (Head("date", view.say("날짜", "Date")), Head(key, title, unit, numeric=True))
    rows = tuple(
        (cells.plain(str(day["date"])), cells.number(value, digits)) for day, value in zip(known, values, strict=True)
    )
    scale = (num(top, 0 if top >= 10 else 1, unit), num(top / 2, 0 if top >= 10 else 1), "0")
    figure = Figure(drawing, summary, left=scale, below=_ends(known), live="bar")
    return Block(name, title, heads, rows, figure=figure, width="third", folded=True, note=_note(view, known))


def _note(view: View, known: Sequence[days.Record]) -> str:
    """That days without data take no room, where there are such days."""
    first, last = (date.fromisoformat(str(known[at]["date"])) for at in (0, -1))
    whole = (last - first).days + 1 == len(known)
    return "" if whole else view.say("자료가 있는 날만 그립니다.", "Only days with data are drawn.")
