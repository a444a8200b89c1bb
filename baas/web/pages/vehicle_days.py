"""The days of one vehicle: what it did in the last fortnight, when data came, temperature and SOC by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from baas.tables.days import TEMPERATURE_BINS
from baas.web import charts, days
from baas.web.days import Record
from baas.web.pages import cells
from baas.web.pages.axis import along, axis, ends, local
from baas.web.pages.quality import day_keys, day_tone
from baas.web.pages.subject import Subject
from baas.web.parts import Block, Cell, Figure, Head, Key
from baas.web.view import View, num

#: days in the timeline; chosen: a fortnight shows the habit of a week twice
_TIMELINE_DAYS = 14
#: days in folded tables; the download has all; chosen: the fortnight of the timeline
_FOLDED_DAYS = 14
#: degrees in one column of the temperature histogram; chosen: readable on a phone
_DEGREES = 5


def blocks(view: View, of: Subject) -> list[Block]:
    """Timeline, calendar, temperature and SOC."""
    known = of.known
    if not known:
        return []
    axis_days = axis(str(known[0]["date"]), str(known[-1]["date"]))
    return [
        *_temperature(view, of, axis_days),
        _timeline(view, of),
        _soc(view, known, axis_days),
    ]


def collection(view: View, of: Subject) -> list[Block]:
    """Which days came."""
    known = of.known
    return [_calendar(view, known, axis(str(known[0]["date"]), str(known[-1]["date"])))] if known else []


def _timeline(view: View, of: Subject) -> Block:
    """Driving, charging and rest of the last fortnight, hour by hour; the rest is silence."""
    last = date.fromisoformat(str(of.known[-1]["date"]))
    shown = [(last - timedelta(days=back)).isoformat() for back in range(_TIMELINE_DAYS - 1, -1, -1)]
    since_ms = int(float(of.known[-1]["last_ms"] or 0)) - _TIMELINE_DAYS * 86_400_000
    segments: dict[str, list[tuple[float, float, str]]] = {day: [] for day in shown}
    hours: dict[str, dict[str, float]] = {day: {} for day in shown}
    for session in days.sessions_since(of.db, of.device_no, since_ms):
        start, end = local(session["start_ms"], of.zone), local(session["end_ms"], of.zone)
        while start < end:
            midnight = (start + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            stop, day = min(end, midnight), start.date().isoformat()
            if day in segments:
                at = start.hour + start.minute / 60 + start.second / 3600
                long = (stop - start).total_seconds() / 3600
                segments[day].append((at, at + long, str(session["kind"])))
                hours[day][str(session["kind"])] = hours[day].get(str(session["kind"]), 0.0) + long
            start = stop
    kinds = (
        ("drive", view.say("주행", "drive")),
        ("charge", view.say("충전", "charge")),
        ("rest", view.say("주차", "rest")),
    )
    heads = (
        Head("date", view.say("날짜", "Date")),
        *(Head(f"{kind}_h", label, "h", numeric=True) for kind, label in kinds),
    )
    rows = tuple((cells.plain(day), *(cells.number(hours[day].get(kind), 1) for kind, _ in kinds)) for day in shown)
    total = sum(sum(day.get(kind, 0.0) for day in hours.values()) for kind in ("drive",))
    summary = view.say(
        f"최근 {_TIMELINE_DAYS}일 주행 {num(total, 1)}시간",
        f"{num(total, 1)} h driven in the last {_TIMELINE_DAYS} days",
    )
    legend = (*(Key(kind, label) for kind, label in kinds), Key("rail", view.say("자료 없음", "no data")))
    figure = Figure(
        charts.timeline([segments[day] for day in shown], summary),
        summary,
        legend,
        left=(shown[0][5:], shown[-1][5:]),
        below=("0", "6", "12", "18", "24"),
    )
    return Block(
        "timeline", view.say("최근 14일", "Last 14 days"), heads, rows, figure=figure, width="half", folded=True
    )


def _calendar(view: View, known: Sequence[Record], axis_days: Sequence[str]) -> Block:
    """Which days came, and how whole."""
    tones = {str(day["date"]): day_tone(day) for day in known}
    heads = (
        Head("date", view.say("날짜", "Date")),
        Head("rows", view.say("행", "Rows"), numeric=True),
        Head("covered_h", view.say("수집", "Covered"), "h", numeric=True),
        Head("still_h", view.say("정지 공백", "Still"), "h", numeric=True),
        Head("lost_h", view.say("유실", "Lost"), "h", numeric=True),
    )

    def hours(day: Record, name: str) -> Cell:
        return cells.number(float(day[name] or 0) / 3600, 1)

    whole = tuple(
        (
            cells.plain(str(day["date"])),
            cells.number(float(day["rows"] or 0)),
            hours(day, "covered_s"),
            hours(day, "still_gap_s"),
            hours(day, "lost_gap_s"),
        )
        for day in view.latest(known, _FOLDED_DAYS)
    )
    sent = sum(day in tones for day in axis_days)
    summary = view.say(
        f"{num(len(axis_days))}일 중 {num(sent)}일 수신", f"{num(sent)} of {num(len(axis_days))} days sent"
    )
    drawing = charts.calendar(tones, date.fromisoformat(axis_days[0]), date.fromisoformat(axis_days[-1]), summary)
    figure = Figure(drawing, summary, day_keys(view), below=(axis_days[0], axis_days[-1]))
    return Block(
        "calendar",
        view.say("수집 달력", "Calendar of collection"),
        heads,
        whole,
        figure=figure,
        width="half",
        folded=True,
    )


def _temperature(view: View, of: Subject, axis_days: Sequence[str]) -> list[Block]:
    found = days.temperature_days(of.db, of.device_no, of.zone)
    blocks = [_temperature_days(view, found, axis_days)] if found else []
    kinds = [
        (kind, of.arrays[f"{kind}_temp_s"]) for kind in ("park", "charge", "drive") if f"{kind}_temp_s" in of.arrays
    ]
    if not kinds or not sum(float(seconds.sum()) for _, seconds in kinds):
        return blocks
    return [*blocks, _temperature_hours(view, dict(kinds))]


def _temperature_days(view: View, found: Sequence[Record], axis_days: Sequence[str]) -> Block:
    low, mean, high = (along(found, axis_days, name) for name in ("low_c", "mean_c", "high_c"))
    told = [value for value in (*low, *high) if value is not None]
    bottom, top = _round_scale(min(told, default=0.0), max(told, default=1.0))
    summary = view.say(
        f"배터리 온도 {num(min(told, default=None), 0)}~{num(max(told, default=None), 0)} °C",
        f"Battery between {num(min(told, default=None), 0)} and {num(max(told, default=None), 0)} °C",
    )
    heads = (
        Head("date", view.say("날짜", "Date")),
        Head("low_c", view.say("최저", "Low"), "°C", numeric=True),
        Head("mean_c", view.say("평균", "Mean"), "°C", numeric=True),
        Head("high_c", view.say("최고", "High"), "°C", numeric=True),
    )
    rows = tuple(
        (cells.plain(day), cells.number(a, 1), cells.number(b, 1), cells.number(c, 1))
        for day, a, b, c in view.latest([*zip(axis_days, low, mean, high, strict=True)], _FOLDED_DAYS)
        if b is not None
    )
    drawing = charts.band(low, high, mean, bottom, top, summary)
    figure = Figure(
        drawing,
        summary,
        (Key("one", view.say("평균", "mean")), Key("band", view.say("최저–최고", "low to high"))),
        left=(num(top, 0, "°C"), num((top + bottom) / 2, 0), num(bottom, 0)),
        below=ends(axis_days),
        live="line",
    )
    return Block(
        "temperature",
        view.say("배터리 온도", "Battery temperature"),
        heads,
        rows,
        figure=figure,
        width="two",
        folded=True,
    )


def _round_scale(low: float, high: float) -> tuple[float, float]:
    """Borders of a scale in whole tens around two values."""
    return 10.0 * (low // 10), 10.0 * -(-high // 10) if high > low else low + 10


def _temperature_hours(view: View, seconds: dict[str, np.ndarray]) -> Block:
    count = TEMPERATURE_BINS.count // _DEGREES
    hours = {
        kind: values[: count * _DEGREES].reshape(count, _DEGREES).sum(axis=1) / 3600 for kind, values in seconds.items()
    }
    whole = sum(hours.values(), np.zeros(count))
    used = np.flatnonzero(whole)
    first, last = int(used[0]), int(used[-1])
    starts = [int(TEMPERATURE_BINS.low) + _DEGREES * at for at in range(first, last + 1)]
    tone = {"park": "rest", "drive": "drive", "charge": "charge"}
    label = {"park": view.say("주차", "rest"), "drive": view.say("주행", "drive"), "charge": view.say("충전", "charge")}
    stacks = [{tone[kind]: float(values[at]) for kind, values in hours.items()} for at in range(first, last + 1)]
    top = charts.nice_top(float(whole.max()))
    most = starts[int(np.argmax(whole[first : last + 1]))]
    summary = view.say(
        f"{most}~{most + _DEGREES} °C에서 가장 오래 있었습니다",
        f"Most time was spent at {most} to {most + _DEGREES} °C",
    ).replace("-", "−")
    heads = (
        Head("from_c", view.say("온도", "From"), "°C", numeric=True),
        *(Head(f"{kind}_h", label[kind], "h", numeric=True) for kind in hours),
    )
    rows = tuple(
        (
            Cell(str(start).replace("-", "−"), start),
            *(cells.number(float(values[first + at]), 1) for values in hours.values()),
        )
        for at, start in enumerate(starts)
    )
    figure = Figure(
        charts.columns(stacks, top, summary),
        summary,
        tuple(Key(tone[kind], label[kind]) for kind in hours),
        left=(num(top, 0, "h"), num(top / 2, 0), "0"),
        below=(f"{starts[0]} °C".replace("-", "−"), f"{starts[-1] + _DEGREES} °C".replace("-", "−")),
    )
    return Block(
        "temperature-hours",
        view.say("온도별 시간", "Hours by temperature"),
        heads,
        rows,
        figure=figure,
        width="third",
        folded=True,
    )


def _soc(view: View, known: Sequence[Record], axis_days: Sequence[str]) -> Block:
    low, high = along(known, axis_days, "soc_min_pct"), along(known, axis_days, "soc_max_pct")
    middle = [None for _ in axis_days]
    full = sum(value is not None and value > 90 for value in high)
    summary = view.say(f"90 %를 넘긴 날 {num(full)}일", f"{num(full)} days above 90 %")
    heads = (
        Head("date", view.say("날짜", "Date")),
        Head("soc_min_pct", view.say("최저", "Low"), "%", numeric=True),
        Head("soc_max_pct", view.say("최고", "High"), "%", numeric=True),
    )
    rows = tuple(
        (cells.plain(day), cells.number(a, 0), cells.number(b, 0))
        for day, a, b in view.latest([*zip(axis_days, low, high, strict=True)], _FOLDED_DAYS)
        if b is not None
    )
    figure = Figure(
        charts.band(low, high, middle, 0, 100, summary),
        summary,
        (Key("band", view.say("하루 최저–최고", "low to high of the day")),),
        left=("100 %", "50", "0"),
        below=ends(axis_days),
        live="line",
    )
    return Block(
        "soc",
        view.say("하루 SOC 범위", "SOC by day"),
        heads,
        rows,
        figure=figure,
        width="half",
        folded=True,
    )
