"""What was found in vehicles and data: one sentence an episode, the worst first."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from baas.cars.devices import device_key
from baas.web import marks
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.loading import Row
from baas.web.pages import cells
from baas.web.parts import Block, Cell, Filter, Head, Option, Page, Tile
from baas.web.select import car_types, is_filtered, ordered, paged, sort_state, sortable, type_name
from baas.web.view import View, num, when
from baas.web.words import KINDS, SEVERITIES, told, word

_FILTERS = ("q", "severity", "kind", "check", "type")
_RANK = {name: at for at, name in enumerate(SEVERITIES)}
_DEFAULT_SORT = "severity"


def findings(view: View, fleet: Fleet, db: sqlite3.Connection | None = None) -> Page:  # noqa: ARG001  (one shape for all)
    """The page for a choice of findings."""
    type_of = {device_key(row["device_no"]): row["car_type"] for row in fleet.vehicles}
    rows = _chosen(view, fleet, type_of)
    count = Counter(row["severity"] for row in rows)
    return Page(
        name="findings",
        question=view.say("무엇이 이상하고, 얼마나 급한가?", "What is wrong, and how urgent is it?"),
        sentence=_sentence(view, rows),
        tiles=tuple(
            Tile(
                word(view, name),
                num(count[name]),
                view.say(
                    f"차량 {num(len({row['device_no'] for row in rows if row['severity'] == name}))}대",
                    f"{num(len({row['device_no'] for row in rows if row['severity'] == name}))} vehicles",
                ),
                view.link(severity=name, page=None),
                f"t-{name}" if count[name] else "t-none",
                marks.severity(name),
            )
            for name in SEVERITIES
        ),
        blocks=(_list(view, rows, type_of), _by_check(view, rows)),
        filters=_filters(view, fleet),
        clear=view.link("/findings") if is_filtered(view, _FILTERS) else "",
        simulated=simulated_note(view, fleet, sorted({row["device_no"] for row in rows})),
        kept=(("sort", view.arg("sort")),),
    )


def _chosen(view: View, fleet: Fleet, type_of: dict[str, str]) -> list[Row]:
    words = view.arg("q").casefold().split()
    exact = {name: view.arg(name) for name in ("severity", "kind", "check") if view.arg(name)}
    car_type = view.arg("type")
    return [
        row
        for row in fleet.findings
        if all(row[name] == value for name, value in exact.items())
        and (not car_type or type_of.get(device_key(row["device_no"]), "") == ("" if car_type == "-" else car_type))
        and all(
            part in f"{row['device_no']} {row['check']} {row['message']} {row['message_en']}".casefold()
            for part in words
        )
    ]


def _sentence(view: View, rows: Sequence[Row]) -> str:
    if not rows:
        return view.say("조건에 맞는 이상이 없습니다.", "No finding fits the filters.")
    critical = [row for row in rows if row["severity"] == "critical"]
    vehicles = len({row["device_no"] for row in rows})
    check, most = Counter(row["check"] for row in rows).most_common(1)[0]
    return view.say(
        f"차량 {num(vehicles)}대에서 {num(len(rows))}건, 그중 위험 {num(len(critical))}건."
        f" 가장 잦은 것은 {word(view, check)} {num(most)}건입니다.",
        f"{num(len(rows))} findings on {num(vehicles)} vehicles, {num(len(critical))} of them critical."
        f" Most frequent: {word(view, check)}, {num(most)}.",
    )


def _filters(view: View, fleet: Fleet) -> tuple[Filter, ...]:
    every = Option("", view.say("전체", "all"))

    def options(name: str, known: Sequence[str]) -> tuple[Option, ...]:
        return (every, *(Option(item, word(view, item), view.arg(name) == item) for item in known))

    checks = sorted({row["check"] for row in fleet.findings})
    kinds = [kind for kind in KINDS if any(row["kind"] == kind for row in fleet.findings)]
    types = (every, *(Option(t or "-", type_name(view, t), view.arg("type") == (t or "-")) for t in car_types(fleet)))
    return (
        Filter(
            "q", view.say("검색", "Search"), text=view.arg("q"), place=view.say("단말 번호·설명", "device or words")
        ),
        Filter("severity", view.say("심각도", "Severity"), options("severity", SEVERITIES)),
        Filter("kind", view.say("분류", "Kind"), options("kind", kinds)),
        Filter("check", view.say("검사", "Check"), options("check", checks)),
        Filter("type", view.say("차종", "Car type"), types),
    )


def finding_heads(view: View) -> list[Head]:
    """Columns of a table of findings, without the vehicle."""
    return [
        Head("severity", view.say("심각도", "Severity")),
        Head("check", view.say("검사", "Check")),
        Head("message", view.say("설명", "What")),
        Head("count", view.say("횟수", "Count"), numeric=True),
        Head("first_time", view.say("처음", "First")),
        Head("last_time", view.say("마지막", "Last")),
    ]


def finding_cells(view: View, row: Row) -> list[Cell]:
    """One finding as cells of `finding_heads`."""
    return [
        cells.severity(view, row["severity"]),
        Cell(word(view, row["check"]), row["check"]),
        cells.plain(told(view, row, "message")),
        cells.number(row["count"]),
        Cell(when(row["first_time"]), row["first_time"], tone="nowrap"),
        Cell(when(row["last_time"]), row["last_time"], tone="nowrap"),
    ]


def by_severity(row: Row) -> int:
    """Order of severities, the worst first."""
    return _RANK.get(row["severity"], len(_RANK))


def _list(view: View, rows: Sequence[Row], type_of: dict[str, str]) -> Block:
    name, falling = sort_state(view, _DEFAULT_SORT)
    key = by_severity if name == "severity" else (lambda row: row.get(name) or None)
    latest = sorted(rows, key=lambda row: row["last_time"] or "", reverse=True)
    sorted_rows = ordered(latest, key, falling=falling)
    shown, pager = paged(view, sorted_rows)

    def line(row: Row) -> tuple[Cell, ...]:
        vehicle = cells.device(view, row["device_no"], "findings")
        car_type = type_name(view, type_of.get(device_key(row["device_no"]), ""))
        first, *others = finding_cells(view, row)
        return first, Cell(vehicle.text, vehicle.value, vehicle.href, tone="id", extra=car_type), *others

    first, *others = finding_heads(view)
    heads = (first, Head("device_no", view.say("차량", "Vehicle")), *others)
    return Block(
        "findings",
        view.say("이상·알림", "Findings"),
        sortable(view, heads, _DEFAULT_SORT),
        tuple(line(row) for row in shown),
        pager=pager,
        empty=view.say("조건에 맞는 이상이 없습니다.", "No finding fits the filters."),
    )


def _by_check(view: View, rows: Sequence[Row]) -> Block:
    heads = (
        Head("check", view.say("검사", "Check")),
        Head("kind", view.say("분류", "Kind")),
        *(Head(name, word(view, name), numeric=True) for name in SEVERITIES),
        Head("vehicles", view.say("차량", "Vehicles"), numeric=True),
    )
    counted = Counter((row["kind"], row["check"], row["severity"]) for row in rows)
    checks = Counter((row["kind"], row["check"]) for row in rows)
    table = tuple(
        (
            Cell(word(view, check), check, view.link(check=check, page=None)),
            Cell(word(view, kind), kind),
            *(cells.number(counted[kind, check, name] or None) for name in SEVERITIES),
            cells.number(len({row["device_no"] for row in rows if row["check"] == check})),
        )
        for (kind, check), _ in checks.most_common()
    )
    return Block("by-check", view.say("검사별", "By check"), heads, table)
