"""How one vehicle is driven: distance by day, efficiency by month, speed, the last trips."""

from __future__ import annotations

from collections.abc import Sequence

from baas.tables.days import SPEED_BINS
from baas.web import charts, days
from baas.web.days import Record
from baas.web.pages import cells
from baas.web.pages.axis import along, axis, ends, stamp
from baas.web.pages.subject import Subject
from baas.web.parts import Block, Cell, Figure, Head
from baas.web.view import View, num, when

_SUMMED = ("distance_km", "gap_km", "drive_km", "drive_out_kwh", "drive_in_kwh", "drive_s")
#: sessions named; chosen: a fortnight of a busy car; the download has more
_NAMED, _EXPORTED = 12, 2000
_SPEED_STEP = 2
#: days in folded tables; the download has all; chosen: a fortnight
_FOLDED_DAYS = 14


def blocks(view: View, of: Subject) -> list[Block]:
    """Distance, months, speed, trips."""
    known = of.known
    if not known:
        return []
    return [
        _distance(view, known),
        *_speed(view, of),
        _months(view, known),
        _trips(view, of),
    ]


def _distance(view: View, known: Sequence[Record]) -> Block:
    axis_days = axis(str(known[0]["date"]), str(known[-1]["date"]))
    kms, gaps = along(known, axis_days, "distance_km"), along(known, axis_days, "gap_km")
    driven = [km for km in kms if km]
    top = charts.nice_top(max(driven, default=1.0))
    summary = view.say(
        f"주행한 {num(len(driven))}일, 하루 평균 {num(sum(driven) / max(len(driven), 1), 0)} km",
        f"{num(len(driven))} days driven, {num(sum(driven) / max(len(driven), 1), 0)} km on each",
    )
    heads = (
        Head("date", view.say("날짜", "Date")),
        Head("distance_km", view.say("주행", "Distance"), "km", numeric=True),
        Head("gap_km", view.say("공백 구간", "Unseen"), "km", numeric=True),
    )
    rows = tuple(
        (cells.plain(day), cells.number(km, 1), cells.number(gap, 1))
        for day, km, gap in view.latest([*zip(axis_days, kms, gaps, strict=True)], _FOLDED_DAYS)
        if km is not None
    )
    figure = Figure(
        charts.columns([{"one": km or 0.0} for km in kms], top, summary),
        summary,
        left=(num(top, 0, "km"), num(top / 2, 0), "0"),
        below=ends(axis_days),
        live="bar",
    )
    return Block(
        "driving",
        view.say("하루 주행 거리", "Distance by day"),
        heads,
        rows,
        figure=figure,
        width="two",
        folded=True,
    )


def _speed(view: View, of: Subject) -> list[Block]:
    seconds = of.arrays.get("speed_s")
    if seconds is None or not seconds.sum():
        return []
    hours = seconds[: len(seconds) // _SPEED_STEP * _SPEED_STEP].reshape(-1, _SPEED_STEP).sum(axis=1) / 3600
    last = max(at for at, value in enumerate(hours) if value) + 1
    step = int(SPEED_BINS.step) * _SPEED_STEP
    top = charts.nice_top(float(hours.max()))
    summary = view.say(
        f"주행 {num(float(hours.sum()), 1)}시간의 속도", f"Speed over {num(float(hours.sum()), 1)} h of driving"
    )
    heads = (
        Head("from_kmh", view.say("속도", "From"), "km/h", numeric=True),
        Head("hours_h", view.say("시간", "Time"), "h", numeric=True),
    )
    rows = tuple((Cell(str(step * at), step * at), cells.number(float(hours[at]), 2)) for at in range(last))
    figure = Figure(
        charts.columns([{"drive": float(value)} for value in hours[:last]], top, summary),
        summary,
        left=(num(top, 1, "h"), num(top / 2, 1), "0"),
        below=("0", num(step * last, 0, "km/h")),
    )
    return [Block("speed", view.say("속도 분포", "Speed"), heads, rows, figure=figure, width="third", folded=True)]


def _months(view: View, known: Sequence[Record]) -> Block:
    """Sums of the day table by month."""
    sums: dict[str, dict[str, float]] = {}
    for day in known:
        month = sums.setdefault(str(day["date"])[:7], dict.fromkeys(_SUMMED, 0.0) | {"days": 0.0})
        month["days"] += 1
        for name in _SUMMED:
            month[name] += float(day[name] or 0.0)
    heads = (
        Head("month", view.say("월", "Month")),
        Head("days", view.say("일수", "Days"), numeric=True),
        Head("distance_km", view.say("주행", "Distance"), "km", numeric=True),
        Head("gap_km", view.say("공백 구간", "Unseen"), "km", numeric=True),
        Head("drive_h", view.say("주행 시간", "Driving"), "h", numeric=True),
        Head("km_per_kwh", view.say("전비(전력 적분)", "Efficiency (power)"), "km/kWh", numeric=True),
        Head("regeneration_pct", view.say("회생", "Recovered"), "%", numeric=True),
    )

    def line(name: str, month: dict[str, float]) -> tuple[Cell, ...]:
        net = month["drive_out_kwh"] - month["drive_in_kwh"]
        return (
            cells.plain(name),
            cells.number(month["days"]),
            cells.number(month["distance_km"], 0),
            cells.number(month["gap_km"], 0),
            cells.number(month["drive_s"] / 3600, 1),
            cells.number(month["drive_km"] / net if net > 0 and month["drive_km"] > 0 else None, 2),
            cells.number(
                100 * month["drive_in_kwh"] / month["drive_out_kwh"] if month["drive_out_kwh"] > 0 else None, 0
            ),
        )

    rows = tuple(line(name, month) for name, month in view.shown(sorted(sums.items(), reverse=True), 13))
    return Block("months", view.say("월별 주행", "Driving by month"), heads, rows, width="half")


def _trips(view: View, of: Subject) -> Block:
    found = days.sessions(of.db, of.device_no, "drive", _EXPORTED if view.is_download else _NAMED)
    heads = (
        Head("start_time", view.say("출발", "Start")),
        Head("minutes_min", view.say("시간", "Time"), "min", numeric=True),
        Head("distance_km", view.say("거리", "Distance"), "km", numeric=True),
        Head("soc", "SOC", "%", numeric=True),
        Head("net_kwh", view.say("소비", "Used"), "kWh", numeric=True),
        Head("mean_temp_c", view.say("배터리", "Battery"), "°C", numeric=True),
    )

    def line(trip: Record) -> tuple[Cell, ...]:
        start = stamp(trip["start_ms"], of.zone)
        out, back = trip["out_kwh"], trip["in_kwh"]
        net = float(out) - float(back or 0.0) if isinstance(out, (int, float)) else None
        return (
            Cell(when(start), start, tone="nowrap", extra=view.say("추정", "inferred") if trip["inferred"] else ""),
            cells.number((float(trip["end_ms"] or 0) - float(trip["start_ms"] or 0)) / 60_000),
            cells.number(real(trip["distance_km"]), 1),
            soc_cell(trip),
            cells.number(net, 1),
            cells.number(real(trip["mean_temp_c"]), 0),
        )

    return Block(
        "trips",
        view.say("최근 주행", "Last trips"),
        heads,
        tuple(line(trip) for trip in found),
        width="half",
        empty=view.say("주행이 없습니다.", "No trips."),
    )


def real(value: object) -> float | None:
    """A number of the store; None where it has none."""
    return float(value) if isinstance(value, (int, float)) else None


def soc_cell(session: Record) -> Cell:
    """SOC at the start and the end of a session."""
    start, end = real(session["start_soc_pct"]), real(session["end_soc_pct"])
    return Cell(f"{num(start, 0)} → {num(end, 0)}", f"{num(start, 1)} → {num(end, 1)}", tone="nowrap")
