"""Fleet overview: who needs attention today, and why."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from baas.cars.devices import device_key
from baas.web import days, marks
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.loading import Row
from baas.web.pages import cells, fleet_days
from baas.web.parts import NO_MARK, Block, Cell, Head, Key, Page, Tile
from baas.web.select import NO_GRADE, chosen_vehicles, is_filtered, type_name, vehicle_filters
from baas.web.silence import silent
from baas.web.view import View, num, when
from baas.web.words import GRADES, SEVERITIES, grade_label, line_title, listed, told, word

#: vehicles and findings named on the overview; chosen: what fits on a screen
_NAMED, _TOLD_FINDINGS, _NAMED_TYPES = 10, 8, 12
_FILTERS = ("q", "type", "grade", "status")


def overview(view: View, fleet: Fleet, db: sqlite3.Connection | None) -> Page:
    """The page for a choice of vehicles."""
    rows = chosen_vehicles(view, fleet)
    urgent = [row for row in rows if _is_urgent(fleet, row)]
    blocks = [_look_now(view, fleet, rows, db), _grades_by_type(view, rows), _latest_findings(view, fleet, rows)]
    if db is not None:
        blocks += fleet_days.blocks(view, db, fleet)
    return Page(
        name="overview",
        question=view.say("오늘 살펴볼 차량은?", "Which vehicles need attention today?"),
        sentence=_sentence(view, fleet, rows, urgent),
        blocks=tuple(blocks),
        tiles=_tiles(view, fleet, rows, urgent),
        filters=vehicle_filters(view, fleet),
        clear=view.link("/") if is_filtered(view, _FILTERS) else "",
        simulated=simulated_note(view, fleet, [row["device_no"] for row in rows]),
    )


def _criticals(fleet: Fleet, row: Row) -> int:
    found = fleet.findings_of.get(device_key(row["device_no"]), ())
    return sum(finding["severity"] == "critical" for finding in found)


def _is_urgent(fleet: Fleet, row: Row) -> bool:
    """Whether a vehicle is graded D or has a critical finding."""
    return row["grade"] == "D" or _criticals(fleet, row) > 0


def _sentence(view: View, fleet: Fleet, rows: Sequence[Row], urgent: Sequence[Row]) -> str:
    if not rows:
        return view.say("조건에 맞는 차량이 없습니다.", "No vehicle fits the filters.")
    if not urgent:
        return view.say(
            f"{num(len(rows))}대 가운데 D 등급이나 위험 발견이 있는 차량은 없습니다.",
            f"None of {num(len(rows))} vehicles is graded D or has a critical finding.",
        )
    worst = _by_urgency(fleet, urgent)[0]
    return view.say(
        f"{num(len(rows))}대 중 {num(len(urgent))}대가 D 등급이거나 위험 발견이 있습니다."
        f" 가장 급한 차량은 {worst['device_no']}입니다: {told(view, worst, 'main_reason')}.",
        f"{num(len(urgent))} of {num(len(rows))} vehicles are graded D or have a critical finding."
        f" Most urgent is {worst['device_no']}: {told(view, worst, 'main_reason')}.",
    )


def _by_urgency(fleet: Fleet, rows: Sequence[Row]) -> list[Row]:
    """Critical findings first, then the lowest total; vehicles without a score last."""
    return sorted(
        rows,
        key=lambda row: (
            -_criticals(fleet, row),
            row["total_score"] is None,
            row["total_score"] or 0.0,
            row["device_no"],
        ),
    )


def _tiles(view: View, fleet: Fleet, rows: Sequence[Row], urgent: Sequence[Row]) -> tuple[Tile, ...]:
    scored = [row for row in rows if row["grade"]]
    grades = Counter(row["grade"] for row in rows)
    severities = Counter(
        finding["severity"] for row in rows for finding in fleet.findings_of.get(device_key(row["device_no"]), ())
    )
    quiet = [row for row in rows if silent(row["last_time"], fleet.last_time)]
    car_type = view.arg("type")
    told_grades = listed([f"{letter} {num(grades[letter])}" for letter in GRADES if letter])
    spread = fleet.spreads.get(
        (car_type if car_type and car_type != "-" else "*" if not car_type else "", "total_score")
    )
    low_high = f"{num(spread['p25'], 1)}–{num(spread['p75'], 1)}" if spread else ""
    return (
        Tile(
            view.say("지금 살펴볼 차량", "Look at now"),
            num(len(urgent)),
            view.say("D 등급 또는 위험 발견", "grade D or critical finding"),
            view.link("/vehicles", type=car_type, grade="D"),
            "bad" if urgent else "good",
        ),
        Tile(
            view.say("평가한 차량", "Vehicles scored"),
            num(len(scored)),
            view.say(f"평가 불가 {num(len(rows) - len(scored))}대", f"{num(len(rows) - len(scored))} not assessed"),
            view.link("/vehicles", type=car_type, grade=NO_GRADE if len(rows) > len(scored) else None),
        ),
        Tile(
            view.say("등급", "Grades"),
            told_grades,
            "",
            view.link("/vehicles", type=car_type, sort="total_score"),
            "grades",
            marks.stacked({f"g{letter or 'x'}": grades[letter] for letter in GRADES}, told_grades),
        ),
        Tile(
            view.say("총점 중앙값", "Median score"),
            num(spread["p50"] if spread else None, 1),
            view.say(f"절반이 {low_high}", f"half lie in {low_high}") if spread else "",
            view.link("/types"),
        ),
        Tile(
            view.say("이상·알림", "Findings"),
            num(sum(severities.values())),
            listed([f"{word(view, name)} {num(severities[name])}" for name in SEVERITIES if severities[name]]),
            view.link("/findings", type=car_type),
            "bad" if severities["critical"] else "",
        ),
        Tile(
            view.say("24시간 넘게 조용함", "Silent over 24 h"),
            num(len(quiet)),
            view.say("가장 최근 수신 기준", "before the latest row"),
            view.link("/quality", sort="last_time"),
            "poor" if quiet else "",
        ),
    )


def _look_now(view: View, fleet: Fleet, rows: Sequence[Row], db: sqlite3.Connection | None) -> Block:
    named = view.shown(_by_urgency(fleet, rows), _NAMED)
    weeks = days.score_weeks(db, [row["device_no"] for row in named]) if db is not None and named else {}
    has_history = any(len(values) > 1 for values in weeks.values())
    heads = [
        Head("device_no", view.say("차량", "Vehicle")),
        Head("grade", view.say("등급", "Grade")),
        Head("total_score", view.say("총점", "Score"), numeric=True),
        Head("loss", view.say("가장 큰 감점", "Largest loss")),
        Head("history", view.say("추이", "Trend")),
        Head("reason", view.say("사유", "Reason")),
    ]
    table = [_look_row(view, fleet, row, weeks.get(device_key(row["device_no"]), [])) for row in named]
    kept, shown = (
        cells.kept_columns(heads, table)
        if has_history
        else (
            tuple(head for head in heads if head.key != "history"),
            tuple(tuple(cell for head, cell in zip(heads, row, strict=True) if head.key != "history") for row in table),
        )
    )
    return Block(
        "look-now",
        view.say("지금 살펴볼 차량", "Vehicles to look at now"),
        kept,
        shown,
        width="two",
        empty=view.say("조건에 맞는 차량이 없습니다.", "No vehicle fits the filters."),
        more=(Cell(view.say("모든 차량 보기", "All vehicles"), href=view.link("/vehicles", sort="total_score")),),
    )


def _look_row(view: View, fleet: Fleet, row: Row, history: Sequence[float | None]) -> list[Cell]:
    lines = [line for line in fleet.lines.get(device_key(row["device_no"]), ()) if line["points_lost"]]
    worst = max(lines, key=lambda line: line["points_lost"], default=None)
    loss = f"{line_title(view, fleet.documents, worst['line'])} {num(-worst['points_lost'], 1)}" if worst else ""
    change = marks.spark(history, view.say("주별 총점", "score by week"), 0, 100) if len(history) > 1 else NO_MARK
    name = cells.device(view, row["device_no"])
    return [
        Cell(name.text, name.value, name.href, tone="id", extra=type_name(view, row["car_type"])),
        cells.grade(view, row),
        cells.points(row["total_score"], fleet.borders),
        cells.plain(loss),
        Cell("", history[-1] if len(history) > 1 else None, mark=change),
        cells.plain(told(view, row, "main_reason")),
    ]


def _grades_by_type(view: View, rows: Sequence[Row]) -> Block:
    heads = (
        Head("car_type", view.say("차종", "Car type")),
        Head("vehicles", view.say("대수", "Vehicles"), numeric=True),
        Head("grades", view.say("등급 분포", "Grades")),
    )
    by_type: dict[str, Counter[str]] = {}
    for row in rows:
        by_type.setdefault(row["car_type"], Counter())[row["grade"]] += 1
    table = []
    for name, grades in sorted(by_type.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        words = listed([f"{letter or '–'} {num(grades[letter])}" for letter in GRADES if grades[letter]])
        table.append(
            (
                Cell(type_name(view, name), name, view.link("/vehicles", type=name or "-")),
                cells.number(sum(grades.values())),
                Cell(
                    words, words, mark=marks.stacked({f"g{letter or 'x'}": grades[letter] for letter in GRADES}, words)
                ),
            )
        )
    legend = tuple(Key(f"g{letter or 'x'}", grade_label(view, letter)) for letter in GRADES)
    return Block(
        "grades-by-type",
        view.say("차종별 등급", "Grades by car type"),
        heads,
        tuple(view.shown(table, _NAMED_TYPES)),
        width="third",
        note=listed([key.label for key in legend]),
        more=(Cell(view.say("차종 비교", "Compare car types"), href=view.link("/types")),),
    )


def _latest_findings(view: View, fleet: Fleet, rows: Sequence[Row]) -> Block:
    shown = {device_key(row["device_no"]) for row in rows}
    found = [finding for finding in fleet.findings if device_key(finding["device_no"]) in shown]
    rank = {name: at for at, name in enumerate(SEVERITIES)}
    latest = sorted(found, key=lambda finding: finding["last_time"] or "", reverse=True)
    first = {(finding["device_no"], finding["check"]): finding for finding in reversed(latest)}
    worst = sorted(first.values(), key=lambda finding: rank.get(finding["severity"], 9))[:_TOLD_FINDINGS]
    heads = (
        Head("severity", view.say("심각도", "Severity")),
        Head("device_no", view.say("차량", "Vehicle")),
        Head("message", view.say("설명", "What")),
        Head("last_time", view.say("마지막", "Last")),
    )
    table = tuple(
        (
            cells.severity(view, finding["severity"]),
            cells.device(view, finding["device_no"], "findings"),
            cells.plain(told(view, finding, "message")),
            Cell(when(finding["last_time"]), finding["last_time"], tone="nowrap"),
        )
        for finding in worst
    )
    return Block(
        "latest-findings",
        view.say("먼저 볼 이상·알림", "Findings to read first"),
        heads,
        table,
        empty=view.say("이상이 없습니다.", "No findings."),
        more=(Cell(view.say(f"전체 {num(len(found))}건", f"All {num(len(found))}"), href=view.link("/findings")),),
    )
