"""How one vehicle is charged: by month, by hour and weekday, at which SOC it stands, the last sessions."""

from __future__ import annotations

from collections.abc import Sequence

from baas.maths.parked_soc import parked_seconds, share_above
from baas.tables.days import SOC_BINS
from baas.web import charts, days
from baas.web.days import Record
from baas.web.pages import cells
from baas.web.pages.axis import local, stamp
from baas.web.pages.subject import Subject
from baas.web.pages.vehicle_driving import real, soc_cell
from baas.web.parts import Block, Cell, Figure, Head, Key
from baas.web.view import View, num, when
from baas.web.words import word

_NAMED, _EXPORTED = 12, 2000
#: bins of SOC above which standing ages a battery (metric charging_pattern judges it; this only shades it)
_FULL_PCT = 90.0
_FULL_BIN = round((_FULL_PCT - SOC_BINS.low) / SOC_BINS.step)


def blocks(view: View, of: Subject) -> list[Block]:
    """Months, hours, SOC while standing, sessions."""
    found = days.sessions(of.db, of.device_no, "charge", _EXPORTED if view.is_download else _NAMED)
    return [
        *_months(view, of),
        *_standing(view, of),
        *_hours(view, days.starts(of.db, of.device_no, "charge"), of.zone),
        _list(view, found, of.zone),
    ]


def _months(view: View, of: Subject) -> list[Block]:
    known = [row for row in days.session_months(of.db, of.device_no) if row["kind"] == "charge"]
    if not known:
        return []
    months = sorted({str(row["month"]) for row in known})
    modes = [mode for mode in ("dc", "ac", "unknown") if any((row["mode"] or "unknown") == mode for row in known)]
    energy = {(str(row["month"]), str(row["mode"] or "unknown")): float(row["in_kwh"] or 0) for row in known}
    count = {(str(row["month"]), str(row["mode"] or "unknown")): float(row["sessions"] or 0) for row in known}
    tone = {"dc": "charge", "ac": "one", "unknown": "rest"}
    stacks = [{tone[mode]: energy.get((month, mode), 0.0) for mode in modes} for month in months]
    top = charts.nice_top(max(sum(stack.values()) for stack in stacks))
    total = sum(energy.values())
    summary = view.say(
        f"모두 {num(total, 0)} kWh, {num(sum(count.values()))}회",
        f"{num(total, 0)} kWh in {num(sum(count.values()))} charges",
    )
    heads = (
        Head("month", view.say("월", "Month")),
        *(Head(f"{mode}_kwh", word(view, mode), "kWh", numeric=True) for mode in modes),
        Head("sessions", view.say("횟수", "Charges"), numeric=True),
    )
    rows = tuple(
        (
            cells.plain(month),
            *(cells.number(energy.get((month, mode)), 0) for mode in modes),
            cells.number(sum(count.get((month, mode), 0.0) for mode in modes)),
        )
        for month in months
    )
    figure = Figure(
        charts.columns(stacks, top, summary),
        summary,
        tuple(Key(tone[mode], word(view, mode)) for mode in modes),
        left=(num(top, 0, "kWh"), num(top / 2, 0), "0"),
        below=(months[0], months[-1]) if len(months) > 1 else (months[0],),
    )
    title = view.say("월별 충전", "Charging by month")
    if not total:  # without current there is no energy to draw, but the charges were seen
        return [Block("charging", title, heads, rows, width="two", note=summary)]
    return [Block("charging", title, heads, rows, figure=figure, width="two", folded=True)]


def _standing(view: View, of: Subject) -> list[Block]:
    hours = parked_seconds(of.arrays) / 3600
    if not hours.sum():
        return []
    top = charts.nice_top(float(hours.max()))
    full, off = share_above(of.arrays, _FULL_PCT)
    share = f"{num(full, 0)}±{num(off, 0)}" if round(off) else num(full, 0)
    summary = view.say(
        f"주차 시간의 {share} %를 SOC {num(_FULL_PCT, 0)} % 위에서 보냈습니다",
        f"{share} % of parked time above {num(_FULL_PCT, 0)} % SOC",
    )
    starts = [int(SOC_BINS.low + SOC_BINS.step * at) for at in range(len(hours))]
    heads = (Head("from_pct", "SOC", "%", numeric=True), Head("hours_h", view.say("주차", "Parked"), "h", numeric=True))
    rows = tuple(
        (Cell(str(start), start), cells.number(float(value), 1)) for start, value in zip(starts, hours, strict=True)
    )
    drawing = charts.columns(
        [{"one": float(value)} for value in hours], top, summary, [at >= _FULL_BIN for at in range(len(hours))]
    )
    figure = Figure(drawing, summary, left=(num(top, 0, "h"), num(top / 2, 0), "0"), below=("0", "50", "100 %"))
    return [
        Block(
            "standing",
            view.say("주차 중 SOC", "SOC while parked"),
            heads,
            rows,
            figure=figure,
            width="third",
            folded=True,
        )
    ]


def _hours(view: View, starts_ms: Sequence[int], zone: str) -> list[Block]:
    """When charging begins, by weekday and hour."""
    if not starts_ms:
        return []
    counts = [[0] * 24 for _ in range(7)]
    for start_ms in starts_ms:
        start = local(start_ms, zone)
        counts[start.weekday()][start.hour] += 1
    names = view.say("월화수목금토일", "MTWTFSS")
    most = max(max(row) for row in counts)
    heads = (
        Head("weekday", view.say("요일", "Day")),
        *(Head(f"h{hour:02d}", str(hour), numeric=True) for hour in range(24)),
    )
    rows = tuple(
        (
            cells.plain(names[day]),
            *(
                Cell(num(count) if count else "", count, tone=f"q{-(-4 * count // most)}" if count else "q0")
                for count in counts[day]
            ),
        )
        for day in range(7)
    )
    note = view.say("충전을 시작한 횟수. 진할수록 잦습니다.", "Number of charges begun. Darker is more often.")
    return [
        Block(
            "charge-hours",
            view.say("요일과 시각별 충전 시작", "Charges begun by weekday and hour"),
            heads,
            rows,
            note=note,
            width="half",
        )
    ]


def _list(view: View, found: Sequence[Record], zone: str) -> Block:
    heads = (
        Head("start_time", view.say("시작", "Start")),
        Head("minutes_min", view.say("시간", "Time"), "min", numeric=True),
        Head("soc", "SOC", "%", numeric=True),
        Head("in_kwh", view.say("충전량", "Energy"), "kWh", numeric=True),
        Head("mode", view.say("방식", "Way")),
        Head("max_kw", view.say("최대", "Peak"), "kW", numeric=True),
        Head("max_temp_c", view.say("최고 온도", "Hottest"), "°C", numeric=True),
    )

    def line(charge: Record) -> tuple[Cell, ...]:
        start = stamp(charge["start_ms"], zone)
        return (
            Cell(when(start), start, tone="nowrap", extra=view.say("추정", "inferred") if charge["inferred"] else ""),
            cells.number((float(str(charge["end_ms"] or 0)) - float(str(charge["start_ms"] or 0))) / 60_000),
            soc_cell(charge),
            *(cells.number(real(charge[name]), 1) for name in ("in_kwh",)),
            Cell(word(view, str(charge["mode"] or "unknown")), charge["mode"]),
            *(cells.number(real(charge[name]), digits) for name, digits in (("max_kw", 1), ("max_temp_c", 0))),
        )

    return Block(
        "charges",
        view.say("최근 충전", "Last charges"),
        heads,
        tuple(line(charge) for charge in found),
        width="half",
        empty=view.say("충전이 없습니다.", "No charges."),
    )
