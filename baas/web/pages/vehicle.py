"""One vehicle: why it has its grade, what its cells, temperatures, trips and charges look like, what was found."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from baas.cars.devices import device_key
from baas.web import marks
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.loading import Row
from baas.web.pages import cells, vehicle_cells, vehicle_charging, vehicle_days, vehicle_driving
from baas.web.pages.findings import by_severity, finding_cells, finding_heads
from baas.web.pages.subject import subject
from baas.web.parts import Block, Cell, Fact, Head, Page
from baas.web.select import type_name
from baas.web.view import View, num, share, short, when
from baas.web.words import SEVERITIES, grade_label, line_title, listed, metric_titles, reason, score_tone, told, word

_QUANTILES = ("p5", "p25", "p50", "p75", "p95")
#: vehicles of one type from which a spread says something (research, product 4.4)
_LEAST_OF_TYPE = 5


def vehicle(view: View, fleet: Fleet, db: sqlite3.Connection | None, row: Row) -> Page:
    """The page of a vehicle."""
    key = device_key(row["device_no"])
    lines = fleet.lines.get(key, ())
    found = sorted(fleet.findings_of.get(key, ()), key=by_severity)
    blocks = [_waterfall(view, fleet, row, lines), _metrics(view, fleet, row, lines)]
    if db is not None:
        zone = str((fleet.about.get("settings") or {}).get("timezone") or "Asia/Seoul")
        car = (fleet.documents.get("car_types") or {}).get(row["car_type"]) or {}
        blocks += vehicle_cells.blocks(view, db, row["device_no"], int(car.get("readings_per_module") or 0))
        of = subject(db, row["device_no"], zone)
        for section in (vehicle_days.blocks, vehicle_driving.blocks, vehicle_charging.blocks, vehicle_days.collection):
            blocks += section(view, of)
    blocks.insert(2, _findings(view, found))
    blocks.append(_data(view, fleet, key))
    kept = tuple(block for block in blocks if block.rows or block.empty)
    before, after = _neighbours(view, fleet, row)
    return Page(
        name="vehicle",
        question=view.say(
            f"{row['device_no']}의 배터리는 건강한가?", f"How healthy is the battery of {row['device_no']}?"
        ),
        sentence=_verdict(view, row),
        statements=tuple(_statements(view, fleet, row, lines, found)),
        badge=marks.grade(row["grade"], grade_label(view, row["grade"]), 64),
        facts=tuple(_facts(view, fleet, row, key)),
        blocks=kept,
        anchors=tuple(Fact(block.title, "", f"#{block.id}") for block in kept if block.width in ("full", "two")),
        previous=before,
        next=after,
        simulated=simulated_note(view, fleet, [row["device_no"]]),
    )


def _verdict(view: View, row: Row) -> str:
    reason_told = told(view, row, "main_reason")
    if not row["grade"]:
        return view.say(
            f"자료가 모자라 평가하지 않았습니다. {reason_told}.", f"Not assessed for lack of data. {reason_told}."
        )
    label, total = grade_label(view, row["grade"]), num(row["total_score"], 1)
    if row["status"] == "provisional":
        return view.say(f"잠정 {label} 등급, 총점 {total}점.", f"Provisional grade {label}, {total} points.")
    return view.say(f"{label} 등급, 총점 {total}점.", f"Grade {label}, {total} points.")


def _statements(view: View, fleet: Fleet, row: Row, lines: Sequence[Row], found: Sequence[Row]) -> list[str]:
    """What matters most, in a few sentences."""
    said = (
        [
            view.say(
                f"가장 큰 감점: {told(view, row, 'main_reason')}.", f"Largest loss: {told(view, row, 'main_reason')}."
            )
        ]
        if row["grade"]
        else []
    )
    if next_grade := _next_grade(view, fleet, row, lines):
        said.append(next_grade)
    unknown = [
        line_title(view, fleet.documents, line["line"])
        for line in lines
        if line["points"] is None and line["line"] in metric_titles(view, fleet.documents)
    ]
    if unknown:
        said.append(view.say(f"평가하지 못한 항목: {', '.join(unknown)}.", f"Not assessed: {', '.join(unknown)}."))
    if found:
        counts = listed(
            [
                f"{word(view, name)} {num(count)}"
                for name in SEVERITIES
                if (count := sum(f["severity"] == name for f in found))
            ]
        )
        said.append(view.say(f"이상·알림 {num(len(found))}건({counts}).", f"{num(len(found))} findings ({counts})."))
    else:
        said.append(view.say("발견된 이상이 없습니다.", "Nothing was found wrong."))
    return said


def _next_grade(view: View, fleet: Fleet, row: Row, lines: Sequence[Row]) -> str:
    """How far the next better grade is, and which single line would reach it."""
    total = row["total_score"]
    better = [(letter, least) for letter, least in fleet.borders if total is not None and least > total]
    if not better or total is None:
        return ""
    letter, least = better[-1]
    need = least - total
    enough = [line for line in lines if (line["points_lost"] or 0.0) >= need and line["points"] is not None]
    lacking = view.say(f"{letter} 등급까지 {num(need, 1)}점", f"{num(need, 1)} points short of {letter}")
    if not enough:
        return view.say(
            f"{lacking}이 모자라며, 한 항목만으로는 채울 수 없습니다.", f"{lacking}; no single metric would make it up."
        )
    names = ", ".join(line_title(view, fleet.documents, line["line"]) for line in enough)
    return view.say(
        f"{lacking}이 모자랍니다. 채울 수 있는 항목: {names}.", f"{lacking}. Any of these could make it up: {names}."
    )


def _facts(view: View, fleet: Fleet, row: Row, key: str) -> list[Fact]:
    quality = fleet.quality.get(key)
    year = f"{row['model_year']:.0f}" if row["model_year"] else "–"
    facts = [
        Fact(
            view.say("차종", "Car type"),
            type_name(view, row["car_type"]),
            view.link("/vehicles", type=row["car_type"] or "-"),
        ),
        Fact(view.say("연식", "Model year"), year),
        Fact(view.say("기간", "Period"), f"{(row['first_time'] or '–')[:10]} – {(row['last_time'] or '–')[:10]}"),
        Fact(view.say("주행 거리", "Distance"), num(row["distance_km"], 0, "km")),
        Fact(view.say("평가 범위", "Coverage"), num(share(row["coverage"] or 0.0, 1.0), 0, "%")),
        Fact(view.say("마지막 수신", "Last row"), when(row["last_time"])),
    ]
    if quality:
        facts.append(Fact(view.say("완전성", "Complete"), num(quality["completeness_pct"], 0, "%"), "#data"))
    return facts


def _neighbours(view: View, fleet: Fleet, row: Row) -> tuple[Fact | None, Fact | None]:
    """The vehicles before and after in order of the results."""
    at = fleet.place[device_key(row["device_no"])]

    def fact(place: int) -> Fact | None:
        if not 0 <= place < len(fleet.vehicles):
            return None
        device = fleet.vehicles[place]["device_no"]
        return Fact(device, device, view.vehicle(device))

    return fact(at - 1), fact(at + 1)


def _waterfall(view: View, fleet: Fleet, row: Row, lines: Sequence[Row]) -> Block:
    """From 100 points down to the total, a step a line; the steps add up exactly."""
    heads = (
        Head("line", view.say("항목", "Line")),
        Head("points_lost", view.say("감점", "Lost"), numeric=True),
        Head("after", view.say("남은 점수", "Left"), numeric=True),
        Head("fall", view.say("100점에서", "From 100")),
        Head("reason", view.say("이유: 값과 기준", "Why: value and limit")),
    )
    if row["total_score"] is None:
        return Block(
            "score",
            view.say("점수 계산", "Score"),
            heads,
            (),
            empty=view.say(
                f"총점 없음. {told(view, row, 'main_reason')}", f"No total. {told(view, row, 'main_reason')}"
            ),
        )
    level, table = 100.0, []
    for line in sorted(
        lines, key=lambda line: (line["points"] is None and not line["points_lost"], -(line["points_lost"] or 0.0))
    ):
        lost = line["points_lost"] or 0.0
        before, level = level, level - lost
        tone = score_tone(line["points"], fleet.borders) if line["points"] is not None else "age" if lost else "quiet"
        name = line_title(view, fleet.documents, line["line"])
        extra = (
            ""
            if line["points"] is None
            else view.say(
                f"{num(line['points'], 1)}점 × {num(100 * (line['weight'] or 0))} %",
                f"{num(line['points'], 1)} points × {num(100 * (line['weight'] or 0))} %",
            )
        )
        table.append(
            (
                Cell(name, line["line"], extra=extra),
                Cell(num(-lost, 2) if lost else "0.00", -lost),
                cells.number(level, 2),
                Cell("", None, mark=marks.floating(level, before, tone, fleet.borders)),
                Cell(reason(view, line), reason(view, line), tone="long"),
            )
        )
    total = row["total_score"]
    table.append(
        (
            Cell(view.say("총점", "Total"), "total_score", tone="sum"),
            cells.plain(""),
            cells.number(total, 2),
            Cell("", None, mark=marks.floating(0, total, f"sum {score_tone(total, fleet.borders)}", fleet.borders)),
            Cell(grade_label(view, row["grade"]), row["grade"], tone="sum"),
        )
    )
    note = view.say(
        "100점에서 항목마다 잃은 점수를 빼면 정확히 총점이 됩니다. 세로 눈금은 등급 경계입니다.",
        "100 less the points of each line is exactly the total. Upright ticks are the borders of the grades.",
    )
    return Block(
        "score", view.say("점수는 이렇게 나왔습니다", "How the score came about"), heads, tuple(table), note=note
    )


def _metrics(view: View, fleet: Fleet, row: Row, lines: Sequence[Row]) -> Block:
    """Points of each metric among those of the same car type, or of the fleet where the type is small."""
    count = sum(other["car_type"] == row["car_type"] for other in fleet.vehicles)
    among = row["car_type"] if row["car_type"] and count >= _LEAST_OF_TYPE else "*"
    group = view.say(
        f"{type_name(view, row['car_type'])} {num(count)}대", f"{num(count)} {type_name(view, row['car_type'])}"
    )
    if among == "*":
        group = view.say(f"전체 {num(len(fleet.vehicles))}대", f"all {num(len(fleet.vehicles))} vehicles")
    by_name = {line["line"]: line for line in lines}
    heads = (
        Head("metric", view.say("항목", "Metric")),
        Head("value", view.say("측정값", "Measured"), numeric=True),
        Head("points", view.say("점수", "Points"), numeric=True),
        Head("median", view.say("비교 중앙값", "Median"), numeric=True),
        Head("among", view.say(f"{group} 가운데", f"Among {group}")),
    )
    table = []
    for name, title in metric_titles(view, fleet.documents).items():
        line, found = by_name.get(name), fleet.spreads.get((among, f"{name}_score"))
        quantiles = tuple(float(found[key]) for key in _QUANTILES) if found else None
        own = line["points"] if line else None
        label = view.say(f"{title} {num(own, 1)}점", f"{title} {num(own, 1)} points")
        value = short(line["value"], line["unit"]) if line else "–"
        table.append(
            (
                Cell(title, name, f"/methods#{name}"),
                Cell(value, line["value"] if line else None),
                cells.points(own, fleet.borders),
                cells.number(quantiles[2] if quantiles else None, 1),
                Cell(
                    "" if own is not None else view.say("평가 불가", "not assessed"),
                    None,
                    mark=marks.spread(quantiles, own, label, fleet.borders),
                ),
            )
        )
    note = view.say("◆ 이 차량, 상자 25–75 %, 선 5–95 %.", "◆ this vehicle, box 25 to 75 %, line 5 to 95 %.")
    return Block("metrics", view.say("항목별 비교", "Metric by metric"), heads, tuple(table), note=note)


def _findings(view: View, found: Sequence[Row]) -> Block:
    heads = finding_heads(view)
    return Block(
        "findings",
        view.say("이상·알림", "Findings"),
        tuple(heads),
        tuple(tuple(finding_cells(view, row)) for row in found),
        empty=view.say("발견된 이상이 없습니다.", "Nothing was found wrong."),
    )


def _data(view: View, fleet: Fleet, key: str) -> Block:
    heads = (Head("name", view.say("항목", "What")), Head("value", view.say("값", "Value")))
    row = fleet.quality.get(key)
    if row is None:
        return Block("data", view.say("데이터", "Data"), heads)
    missing = (row["missing_signals"] or "").split()
    facts = [
        (view.say("읽은 행", "Rows read"), num(row["rows_read"])),
        (
            view.say("사용·중복·제외", "Used, duplicate, rejected"),
            listed([num(row[f"rows_{name}"]) for name in ("used", "duplicate", "rejected")]),
        ),
        (view.say("수집 간격", "Step between rows"), num(row["sampling_s"], 0, "s")),
        (view.say("완전성", "Complete"), num(row["completeness_pct"], 1, "%")),
        (
            view.say("원자료 전류 부호", "Sign of raw current"),
            f"{word(view, row['current_sign'])} ({num(share(row['current_sign_confidence'] or 0.0, 1.0))} %)",
        ),
        (view.say("셀·온도 센서", "Cells and probes"), listed([num(row["cells"]), num(row["modules"])])),
        (view.say("GPS 행", "GPS rows"), num(row["gps_rows"])),
        (view.say("없는 신호", "Signals that never came"), ", ".join(missing) or view.say("없음", "none")),
    ]
    car = (fleet.documents.get("car_types") or {}).get((fleet.vehicle(key) or {}).get("car_type", "")) or {}
    if note := view.say(str(car.get("note_ko") or ""), str(car.get("note") or "")):
        facts.append((view.say("차종 정보", "Car type"), note))
    return Block(
        "data",
        view.say("데이터", "Data"),
        heads,
        tuple((cells.plain(name), cells.plain(text)) for name, text in facts),
        width="half",
    )
