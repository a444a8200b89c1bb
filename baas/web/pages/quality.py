"""Data quality and collection: what came, what did not, and what was left out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from baas.cars.devices import device_key
from baas.web import charts, days, marks
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.loading import Row
from baas.web.pages import cells, quality_files
from baas.web.parts import Block, Cell, Head, Key, Page, Tile
from baas.web.select import chosen_vehicles, is_filtered, ordered, paged, sort_state, sortable, vehicle_filters
from baas.web.silence import quiet_h, silent
from baas.web.view import View, num, share, when
from baas.web.words import listed, word

#: days in the calendar of collection; chosen: a quarter
CALENDAR_DAYS = 92
#: share of a day lost [%] up to which it counts as whole, in part, poor; chosen: a quarter of an hour, six hours
DAY_BORDERS = ((1.0, "c4"), (25.0, "c3"), (60.0, "c2"), (100.0, "c1"))
_FILTERS = ("q", "type", "grade", "status")
#: vehicles on one page, each with a row in three tables; chosen: half of what a plain list shows
_PAGE_ROWS = 25
_SHOWN_GAPS = 12


def quality(view: View, fleet: Fleet, db: sqlite3.Connection | None) -> Page:
    """The page for a choice of vehicles."""
    rows = chosen_vehicles(view, fleet)
    known = [fleet.quality[key] for row in rows if (key := device_key(row["device_no"])) in fleet.quality]
    name, falling = sort_state(view, "completeness_pct")
    sorted_rows = ordered(known, lambda row: row.get(name), falling=falling)
    shown, pager = paged(view, sorted_rows, _PAGE_ROWS)
    blocks = [
        replace(_vehicles(view, fleet, shown), pager=pager),
        _signals(view, fleet, shown),
    ]
    if db is not None and shown:
        blocks += [_calendar(view, fleet, db, shown)] if view.wants("calendar") else []
        blocks.append(_gaps(view, fleet, db))
    blocks += quality_files.blocks(view, fleet)
    return Page(
        name="quality",
        question=view.say("데이터가 빠짐없이 들어오고 있는가?", "Do the data arrive whole?"),
        sentence=_sentence(view, fleet, known),
        tiles=_tiles(view, fleet, known),
        blocks=tuple(block for block in blocks if block.rows or block.empty),
        filters=vehicle_filters(view, fleet),
        clear=view.link("/quality") if is_filtered(view, _FILTERS) else "",
        simulated=simulated_note(view, fleet, [row["device_no"] for row in known]),
        kept=(("sort", view.arg("sort")),),
    )


def _sentence(view: View, fleet: Fleet, known: Sequence[Row]) -> str:
    if not known:
        return view.say("조건에 맞는 차량이 없습니다.", "No vehicle fits the filters.")
    quiet = [row for row in known if silent(row["last_time"], fleet.last_time)]
    poor = [row for row in known if (row["completeness_pct"] or 0.0) < 80]
    return view.say(
        f"{num(len(known))}대 중 {num(len(poor))}대는 완전성이 80 % 미만이고,"
        f" {num(len(quiet))}대는 마지막 수신 후 24시간이 지났습니다.",
        f"Of {num(len(known))} vehicles {num(len(poor))} are less than 80 % complete"
        f" and {num(len(quiet))} have been silent for over 24 hours.",
    )


def _tiles(view: View, fleet: Fleet, known: Sequence[Row]) -> tuple[Tile, ...]:
    rows = fleet.about.get("rows") or {}
    sources = fleet.sources
    read = sources.total("rows_read") or rows.get("read")
    repeated, rejected = sources.total("rows_duplicate"), sources.total("rows_rejected")
    fresh = [row for row in known if not silent(row["last_time"], fleet.last_time)]
    complete = sorted(row["completeness_pct"] for row in known if row["completeness_pct"] is not None)
    return (
        Tile(
            view.say("24시간 안에 수신", "Sent within 24 h"),
            f"{num(len(fresh))} / {num(len(known))}",
            view.say("가장 최근 수신 기준", "before the latest row"),
            view.link(sort="-last_time"),
        ),
        Tile(
            view.say("완전성 중앙값", "Median completeness"),
            num(complete[len(complete) // 2] if complete else None, 0, "%"),
            view.say(
                f"가장 낮은 차량 {num(complete[0] if complete else None)} %",
                f"lowest {num(complete[0] if complete else None)} %",
            ),
            view.link(sort="completeness_pct"),
        ),
        Tile(
            view.say("읽은 행", "Rows read"),
            num(read),
            view.say(f"파일 {num(len(sources.files))}개", f"{num(len(sources.files))} files"),
            "#conservation",
        ),
        Tile(
            view.say("중복 행", "Duplicate rows"),
            num(repeated),
            num(share(repeated, read or 0), 2, "%"),
            "#conservation",
        ),
        Tile(
            view.say("제외한 행", "Rejected rows"),
            num(rejected),
            num(share(rejected, read or 0), 2, "%"),
            "#files",
            "poor" if rejected else "",
        ),
        Tile(
            view.say("문제 있는 파일", "Files with faults"),
            num(sources.odd),
            "",
            "#files",
            "poor" if sources.odd else "",
        ),
    )


def freshness(view: View, last_time: str | None, latest: str) -> Cell:
    """How long a vehicle has been quiet, as words and a dot."""
    hours = quiet_h(last_time, latest)
    if hours is None:
        return Cell("–", None, mark=marks.dot("quiet"))
    tone = "good" if hours <= 24 else "poor" if hours <= 24 * 7 else "bad"
    text = (
        view.say("24시간 이내", "within 24 h")
        if hours <= 24
        else view.say(f"{num(hours / 24)}일 조용함", f"silent {num(hours / 24)} d")
    )
    return Cell(text, round(hours, 1), mark=marks.dot(tone), tone="nowrap")


def _vehicles(view: View, fleet: Fleet, shown: Sequence[Row]) -> Block:
    """What came of each vehicle."""
    heads = (
        Head("device_no", view.say("차량", "Vehicle")),
        Head("last_time", view.say("마지막 수신", "Last row")),
        Head("fresh", view.say("신선도", "Freshness")),
        Head("completeness_pct", view.say("완전성", "Complete"), "%", numeric=True),
        Head("days", view.say("일수", "Days"), numeric=True),
        Head("sampling_s", view.say("간격", "Step"), "s", numeric=True),
        Head("rows_used", view.say("사용한 행", "Rows used"), numeric=True),
        Head("rows_duplicate", view.say("중복", "Duplicate"), numeric=True),
        Head("rows_rejected", view.say("제외", "Rejected"), numeric=True),
        Head("current_sign", view.say("원자료 전류 부호", "Sign of raw current")),
        Head("cells", view.say("셀", "Cells"), numeric=True),
        Head("modules", view.say("온도 센서", "Probes"), numeric=True),
    )

    def line(row: Row) -> tuple[Cell, ...]:
        sure = share(row["current_sign_confidence"] or 0.0, 1.0)
        return (
            cells.device(view, row["device_no"], "data"),
            Cell(when(row["last_time"]), row["last_time"], tone="nowrap"),
            freshness(view, row["last_time"], fleet.last_time),
            Cell(
                num(row["completeness_pct"]),
                row["completeness_pct"],
                mark=marks.bar(row["completeness_pct"], tone="steel"),
            ),
            cells.number(row["days"]),
            cells.number(row["sampling_s"]),
            cells.number(row["rows_used"]),
            cells.number(row["rows_duplicate"]),
            cells.number(row["rows_rejected"]),
            Cell(
                word(view, row["current_sign"]),
                row["current_sign"],
                extra=view.say(f"확신 {num(sure)} %", f"{num(sure)} % sure"),
            ),
            cells.number(row["cells"]),
            cells.number(row["modules"]),
        )

    return Block(
        "vehicles",
        view.say("차량별 수집", "Collection by vehicle"),
        _sort_some(view, heads),
        tuple(line(row) for row in shown),
    )


def _sort_some(view: View, heads: Sequence[Head]) -> tuple[Head, ...]:
    """Sorting links on the columns that are numbers or times of the table itself."""
    linked = sortable(view, heads, "completeness_pct")
    return tuple(old if old.key == "fresh" else new for old, new in zip(heads, linked, strict=True))


def _signals(view: View, fleet: Fleet, shown: Sequence[Row]) -> Block:
    """Which vehicle sends which signal."""
    names = [str(name) for name in fleet.documents.get("signals", ())]
    heads = (Head("device_no", view.say("차량", "Vehicle")), *(Head(name, name) for name in names))
    present, absent = view.say("있음", "sent"), view.say("없음", "absent")
    table = []
    for row in shown:
        missing = set((row["missing_signals"] or "").split())
        marked = [
            Cell(
                "○" if name in missing else "●",
                absent if name in missing else present,
                tone="sigx" if name in missing else "sig1",
            )
            for name in names
        ]
        table.append((cells.device(view, row["device_no"], "data"), *marked))
    note = view.say(
        "● 들어온 신호, ○ 한 번도 오지 않은 신호. 없는 신호는 0이 아니라 빈 값으로 둡니다.",
        "● sent, ○ never came. What never came stays missing, it is never taken as 0.",
    )
    return Block(
        "signals",
        view.say("신호 × 차량", "Signals by vehicle"),
        heads if names else (),
        tuple(table) if names else (),
        note=note,
    )


def day_tone(day: Mapping[str, object]) -> str:
    """The class of a vehicle-day by the share of it that was lost."""
    lost = 100 * float(str(day["lost_gap_s"] or 0)) / 86_400
    return next((tone for most, tone in DAY_BORDERS if lost < most), DAY_BORDERS[-1][1])


def day_keys(view: View) -> tuple[Key, ...]:
    """Legend of the calendars of collection."""
    return (
        Key("c4", view.say("유실 1 % 미만", "under 1 % lost")),
        Key("c3", view.say("25 % 미만", "under 25 %")),
        Key("c2", view.say("60 % 미만", "under 60 %")),
        Key("c1", view.say("60 % 이상", "60 % or more")),
        Key("none", view.say("자료 없음", "no data")),
    )


def _calendar(view: View, fleet: Fleet, db: sqlite3.Connection, shown: Sequence[Row]) -> Block:
    """One strip of days for each vehicle shown."""
    last = date.fromisoformat((fleet.last_time or "1970-01-01")[:10])
    axis = [(last - timedelta(days=back)).isoformat() for back in range(CALENDAR_DAYS - 1, -1, -1)]
    known = days.days_of_many(db, [row["device_no"] for row in shown], axis[0], axis[-1])
    tones = {(str(day["device_no"]), str(day["date"])): day_tone(day) for day in known}
    heads = (
        Head("device_no", view.say("차량", "Vehicle")),
        Head("days", view.say("수신 일수", "Days sent"), numeric=True),
        Head("strip", f"{axis[0]} → {axis[-1]}"),
    )
    table = []
    for row in shown:
        levels = [tones.get((device_key(row["device_no"]), day), "none") for day in axis]
        sent = sum(level != "none" for level in levels)
        label = view.say(f"{len(axis)}일 중 {sent}일 수신", f"{sent} of {len(axis)} days sent")
        table.append(
            (
                cells.device(view, row["device_no"], "data"),
                cells.number(sent),
                Cell(
                    "",
                    "".join("0" if level == "none" else level[1] for level in levels),
                    mark=charts.days_strip(levels, label),
                ),
            )
        )
    note = listed([f"{key.label}" for key in day_keys(view)])
    return Block("calendar", view.say("수집 달력", "Calendar of collection"), heads, tuple(table), note=note, more=())


def _gaps(view: View, fleet: Fleet, db: sqlite3.Connection) -> Block:
    shown_names = {device_key(row["device_no"]): row["device_no"] for row in fleet.vehicles}
    heads = (
        Head("device_no", view.say("차량", "Vehicle")),
        Head("date", view.say("날짜", "Date")),
        Head("lost_h", view.say("유실", "Lost"), "h", numeric=True),
        Head("gap_km", view.say("공백 구간 주행", "Driven unseen"), "km", numeric=True),
    )
    rows = tuple(
        (
            cells.device(view, shown_names.get(str(day["device_no"]), str(day["device_no"])), "data"),
            cells.plain(str(day["date"])),
            cells.number(float(day["value"] or 0), 1),
            cells.number(float(day["gap_km"] or 0), 1),
        )
        for day in view.shown(days.worst_days(db), _SHOWN_GAPS)
    )
    note = view.say(
        "주행거리계나 SOC가 변했는데 자료가 없는 시간입니다. 서 있던 것이 확인되는 공백은 세지 않습니다.",
        "Time without data over which odometer or SOC changed."
        " Gaps in which the vehicle demonstrably stood are not counted.",
    )
    return Block(
        "gaps",
        view.say("유실이 큰 날", "Days that lost most"),
        heads,
        rows,
        note=note,
        empty=view.say("유실된 시간이 없습니다.", "No time was lost."),
        width="half",
    )
