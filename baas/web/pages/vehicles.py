"""All vehicles: sort, filter, find one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from baas.cars.devices import device_key
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.loading import Row
from baas.web.pages import cells
from baas.web.parts import Block, Cell, Head, Page
from baas.web.select import (
    chosen_vehicles,
    is_filtered,
    ordered,
    paged,
    sort_state,
    sortable,
    type_name,
    vehicle_filters,
)
from baas.web.view import View, num, when
from baas.web.words import GRADES, grade_label, metric_titles, told, word

_FILTERS = ("q", "type", "grade", "status")
_DEFAULT_SORT = "device_no"


def vehicles(view: View, fleet: Fleet, db: sqlite3.Connection | None = None) -> Page:  # noqa: ARG001  (one shape for all)
    """The page for a choice of vehicles, in the order asked for."""
    rows = chosen_vehicles(view, fleet)
    name, falling = sort_state(view, _DEFAULT_SORT)
    columns = _columns(view, fleet)
    by = {head.key: key for head, key, _ in columns}.get(name, lambda row: row["device_no"])
    sorted_rows = ordered(rows, by, falling=falling)
    shown, pager = paged(view, sorted_rows)
    table = [[cell(row) for _, _, cell in columns] for row in shown]
    heads, kept = cells.kept_columns([head for head, _, _ in columns], table)
    block = Block(
        "vehicles",
        view.say("차량 목록", "Vehicles"),
        sortable(view, heads, _DEFAULT_SORT),
        kept,
        pager=pager,
        empty=view.say("조건에 맞는 차량이 없습니다.", "No vehicle fits the filters."),
    )
    return Page(
        name="vehicles",
        question=view.say("어떤 차량이 어떤 상태인가?", "How is each vehicle?"),
        sentence=_sentence(view, fleet, rows),
        blocks=(block,),
        filters=vehicle_filters(view, fleet),
        clear=view.link("/vehicles", sort=view.arg("sort")) if is_filtered(view, _FILTERS) else "",
        simulated=simulated_note(view, fleet, [row["device_no"] for row in shown]),
        kept=(("sort", view.arg("sort")),),
    )


def _sentence(view: View, fleet: Fleet, rows: Sequence[Row]) -> str:
    grades = Counter(row["grade"] for row in rows)
    told_grades = ", ".join(f"{grade_label(view, letter)} {num(grades[letter])}" for letter in GRADES if grades[letter])
    total = num(len(fleet.vehicles))
    if not rows:
        return view.say(f"{total}대 가운데 조건에 맞는 차량이 없습니다.", f"None of {total} vehicles fits the filters.")
    return view.say(
        f"{total}대 중 {num(len(rows))}대: {told_grades}.", f"{num(len(rows))} of {total} vehicles: {told_grades}."
    )


Column = tuple[Head, Callable[[Row], Any], Callable[[Row], Cell]]


def _columns(view: View, fleet: Fleet) -> list[Column]:
    """Head, what to sort by, and how a cell looks, column by column."""

    def plain(key: str, label: str, digits: int, unit: str = "") -> Column:
        return (Head(key, label, unit, numeric=True), lambda row: row[key], lambda row: cells.number(row[key], digits))

    def points(key: str, label: str) -> Column:
        head = Head(key, label, numeric=True)
        return head, lambda row: row[key], lambda row: cells.points(row[key], fleet.borders)

    titles = metric_titles(view, fleet.documents)
    grade_at = {letter: at for at, letter in enumerate(GRADES)}
    return [
        (
            Head("device_no", view.say("차량", "Vehicle")),
            lambda row: row["device_no"],
            lambda row: cells.device(view, row["device_no"]),
        ),
        (
            Head("car_type", view.say("차종", "Car type")),
            lambda row: row["car_type"].casefold() or None,
            lambda row: Cell(type_name(view, row["car_type"]), row["car_type"]),
        ),
        (
            Head("model_year", view.say("연식", "Year"), numeric=True),
            lambda row: row["model_year"],
            lambda row: Cell(f"{row['model_year']:.0f}" if row["model_year"] else "–", row["model_year"]),
        ),
        (
            Head("grade", view.say("등급", "Grade")),
            lambda row: grade_at.get(row["grade"]),
            lambda row: cells.grade(view, row),
        ),
        points("total_score", view.say("총점", "Score")),
        *(points(f"{name}_score", title) for name, title in titles.items()),
        plain("cell_imbalance_v", view.say("셀 편차", "Cell spread"), 3, "V"),
        plain("efficiency_km_per_kwh", view.say("전비", "Efficiency"), 2, "km/kWh"),
        plain("distance_km", view.say("주행", "Distance"), 0, "km"),
        (
            Head("findings", view.say("이상", "Findings"), numeric=True),
            lambda row: _findings(fleet, row),
            lambda row: Cell(
                num(_findings(fleet, row)), _findings(fleet, row), view.vehicle(row["device_no"], "findings")
            ),
        ),
        (
            Head("completeness_pct", view.say("완전성", "Complete"), "%", numeric=True),
            lambda row: _complete(fleet, row),
            lambda row: cells.number(_complete(fleet, row)),
        ),
        (
            Head("last_time", view.say("마지막 수신", "Last row")),
            lambda row: row["last_time"],
            lambda row: Cell(when(row["last_time"]), row["last_time"], tone="nowrap"),
        ),
        (
            Head("main_reason", view.say("주요 사유", "Main reason")),
            lambda row: told(view, row, "main_reason"),
            lambda row: Cell(
                told(view, row, "main_reason"),
                told(view, row, "main_reason"),
                tone="long",
                extra=word(view, row["status"]) if row["status"] == "not_assessed" else "",
            ),
        ),
    ]


def _findings(fleet: Fleet, row: Row) -> int:
    return len(fleet.findings_of.get(device_key(row["device_no"]), ()))


def _complete(fleet: Fleet, row: Row) -> float | None:
    found = fleet.quality.get(device_key(row["device_no"]))
    return found["completeness_pct"] if found else None
