"""Which vehicles a visitor asked for, in which order, and which page of them: the state that addresses carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from baas.web.fleet import Fleet
from baas.web.loading import Row
from baas.web.parts import Filter, Head, Option, Pager
from baas.web.view import View, num
from baas.web.words import GRADES, STATUSES, grade_label, word

Item = TypeVar("Item")

#: rows on one page of a table, and the most that can be asked for; chosen: a screenful or two, and a long print
PAGE_ROWS, MOST_ROWS = 50, 1000
#: in addresses: vehicles without a grade
NO_GRADE = "none"


def car_types(fleet: Fleet) -> list[str]:
    """Car types of the fleet in order of name."""
    return sorted({row["car_type"] for row in fleet.vehicles})


def type_name(view: View, car_type: str) -> str:
    """A car type as people read it."""
    return car_type or view.say("차종 미상", "unknown type")


def vehicle_filters(view: View, fleet: Fleet) -> tuple[Filter, ...]:
    """Search, car type, grade and status as fields."""
    every = Option("", view.say("전체", "all"))
    types = [Option(name or "-", type_name(view, name), view.arg("type") == (name or "-")) for name in car_types(fleet)]
    grades = [
        Option(letter or NO_GRADE, grade_label(view, letter), view.arg("grade") == (letter or NO_GRADE))
        for letter in GRADES
    ]
    states = [Option(name, word(view, name), view.arg("status") == name) for name in STATUSES]
    return (
        Filter("q", view.say("검색", "Search"), text=view.arg("q"), place=view.say("단말 번호·차종", "device or type")),
        Filter("type", view.say("차종", "Car type"), (every, *types)),
        Filter("grade", view.say("등급", "Grade"), (every, *grades)),
        Filter("status", view.say("상태", "Status"), (every, *states)),
    )


def chosen_vehicles(view: View, fleet: Fleet) -> list[Row]:
    """Vehicles that pass the filters of the address, in order of the results."""
    words = view.arg("q").casefold().split()
    car_type, grade, status = view.arg("type"), view.arg("grade"), view.arg("status")
    return [
        row
        for row in fleet.vehicles
        if (not car_type or row["car_type"] == ("" if car_type == "-" else car_type))
        and (not grade or row["grade"] == ("" if grade == NO_GRADE else grade))
        and (not status or row["status"] == status)
        and all(part in f"{row['device_no']} {row['car_type']}".casefold() for part in words)
    ]


def is_filtered(view: View, names: Sequence[str]) -> bool:
    """Whether any of these filters is set."""
    return any(view.arg(name) for name in names)


def ordered(rows: Sequence[Item], key: Callable[[Item], Any], *, falling: bool) -> list[Item]:
    """Rows by a key function; those without a value last, whatever the direction."""
    known = [row for row in rows if key(row) not in (None, "")]
    missing = [row for row in rows if key(row) in (None, "")]
    return sorted(known, key=key, reverse=falling) + missing


def sort_state(view: View, default: str) -> tuple[str, bool]:
    """Column to sort by and whether downwards; a leading minus in the address means downwards."""
    asked = view.arg("sort") or default
    return asked.removeprefix("-"), asked.startswith("-")


def sortable(view: View, heads: Sequence[Head], default: str) -> tuple[Head, ...]:
    """Heads with a link that sorts by them, the other way round on the one that sorts already."""
    name, falling = sort_state(view, default)
    return tuple(
        Head(
            head.key,
            head.label,
            head.unit,
            head.numeric,
            view.link(sort=f"-{head.key}" if (head.key == name) != falling else head.key, page=None),
            ("descending" if falling else "ascending") if head.key == name else "",
            head.note,
        )
        for head in heads
    )


def paged(view: View, rows: Sequence[Item], size: int = PAGE_ROWS) -> tuple[list[Item], Pager | None]:
    """The rows of the page asked for, and where the others are; no pager where all fit, all rows for a download."""
    if view.is_download:
        return list(rows), None
    size = view.whole("rows", size, MOST_ROWS)
    pages = max((len(rows) + size - 1) // size, 1)
    page = min(view.whole("page", 1, 10**6), pages)
    shown = list(rows[(page - 1) * size : page * size])
    if pages == 1:
        return shown, None
    first, last = num((page - 1) * size + 1), num((page - 1) * size + len(shown))
    return shown, Pager(
        view.say(f"{num(len(rows))}개 중 {first}–{last}", f"{first}–{last} of {num(len(rows))}"),
        view.link(page=page - 1 if page > 2 else None) if page > 1 else "",
        view.link(page=page + 1) if page < pages else "",
    )
