"""Data dictionary and method of scoring, both read from the code and from the run itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from baas.schema import Table
from baas.tables.days import DAILY, DAY_ARRAYS, SESSIONS
from baas.tables.feed import BMS, GPS
from baas.tables.results import RESULT_TABLES
from baas.web import marks
from baas.web.fleet import Fleet
from baas.web.pages import cells
from baas.web.parts import Block, Cell, Fact, Filter, Head, Page
from baas.web.view import View, num
from baas.web.words import grade_label, grade_word

#: rules that have a block of their own, whose note they are
_TOLD_ELSEWHERE = ("GRADES", "DEDUCTIONS")
#: kinds of vehicles by which a limit differs
_KINDS = {"car": ("승용", "car"), "truck": ("화물", "truck")}


def dictionary(view: View, fleet: Fleet, db: sqlite3.Connection | None = None) -> Page:  # noqa: ARG001  (one shape for all)
    """Every column of every table: meaning, unit, range."""
    words = view.arg("q").casefold()
    blocks = [_table(view, table, words) for table in (*RESULT_TABLES, DAILY, SESSIONS, BMS, GPS)]
    blocks.append(_arrays(view, words))
    kept = tuple(block for block in blocks if block.rows)
    count = sum(len(block.rows) for block in kept)
    return Page(
        name="dictionary",
        question=view.say("이 숫자는 무엇을 뜻하는가?", "What does this number mean?"),
        sentence=view.say(
            f"표 {num(len(kept))}개, 열 {num(count)}개. 프로그램이 값을 검사할 때 쓰는 바로 그 정의입니다.",
            f"{num(count)} columns in {num(len(kept))} tables, the very definitions by which values are checked.",
        ),
        blocks=kept,
        filters=(
            Filter(
                "q", view.say("검색", "Search"), text=view.arg("q"), place=view.say("열 이름·뜻", "name or meaning")
            ),
        ),
        clear=view.link("/dictionary") if words else "",
        anchors=tuple(Fact(block.title, "", f"#{block.id}") for block in kept),
    )


def _table(view: View, table: Table, words: str) -> Block:
    heads = (
        Head("column", view.say("열", "Column")),
        Head("meaning", view.say("뜻", "Meaning")),
        Head("unit", view.say("단위", "Unit")),
        Head("range", view.say("가능한 범위", "Possible range")),
        Head("kind", view.say("종류", "Kind")),
    )
    rows = tuple(
        (
            Cell(column.name, column.name, tone="code"),
            Cell(view.say(column.ko, column.doc), extra=column.doc if view.lang == "ko" else ""),
            cells.plain(column.unit),
            Cell(_range(column.low, column.high), _range(column.low, column.high) or ""),
            Cell(column.dtype, column.dtype, tone="code"),
        )
        for column in table
        if words in f"{column.name} {column.ko} {column.doc}".casefold()
    )
    return Block(table.name, table.name, heads, rows, note=view.say(f"한 행: {table.grain}", f"One row: {table.grain}"))


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}".replace("-", "−")


def _arrays(view: View, words: str) -> Block:
    heads = (
        Head("array", view.say("배열", "Array")),
        Head("meaning", view.say("뜻", "Meaning")),
        Head("shape", view.say("크기", "Shape")),
        Head("unit", view.say("단위", "Unit")),
    )
    rows = tuple(
        (
            Cell(array.name, array.name, tone="code"),
            cells.plain(array.doc),
            cells.plain(" × ".join(map(str, array.shape))),
            cells.plain(array.unit),
        )
        for array in DAY_ARRAYS
        if words in f"{array.name} {array.doc}".casefold()
    )
    return Block(
        "arrays",
        "day arrays",
        heads,
        rows,
        note=view.say("하루마다 저장하는 배열", "Arrays that each vehicle-day carries"),
    )


def methods(view: View, fleet: Fleet, db: sqlite3.Connection | None = None) -> Page:  # noqa: ARG001  (one shape for all)
    """How points come about: weights, limits with their reasons, grades, deduction."""
    told = fleet.documents.get("methods") or {}
    metrics = told.get("metrics", [])
    blocks = [_weights(view, metrics), _grades(view, told), _deduction(view, told)] if told else []
    blocks += [_limits(view, metric) for metric in metrics]
    if told:
        blocks.append(_rules(view, "rules", view.say("그 밖의 규칙", "Other rules"), told["rules"]))
    return Page(
        name="methods",
        question=view.say("점수는 어떻게 나오는가?", "How does a score come about?"),
        sentence=view.say(
            f"항목 {num(len(metrics))}개의 점수를 가중 평균하고 연식 감점을 뺍니다."
            " 자료가 없는 항목은 평가하지 않으며 좋은 점수로 치지 않습니다.",
            f"The points of {num(len(metrics))} metrics are averaged by weight, less a deduction for age."
            " What has no data is not assessed and never counts as good.",
        )
        if told
        else view.say("이 실행에는 평가 방법 기록이 없습니다.", "This run does not tell its methods."),
        blocks=tuple(blocks),
        anchors=tuple(Fact(block.title, "", f"#{block.id}") for block in blocks),
    )


def _weights(view: View, metrics: Sequence[Mapping[str, Any]]) -> Block:
    total = sum(metric["weight"] for metric in metrics) or 1
    heads = (
        Head("metric", view.say("항목", "Metric")),
        Head("weight", view.say("가중치", "Weight"), "%", numeric=True),
        Head("what", view.say("무엇을 재는가", "What it measures")),
        Head("source", view.say("근거", "Source")),
    )
    rows = tuple(
        (
            Cell(view.say(metric["title_ko"], metric["title_en"]), metric["name"], f"#{metric['name']}"),
            cells.number(100 * metric["weight"] / total),
            _said(view, metric, "what"),
            _said(view, metric, "source"),
        )
        for metric in metrics
    )
    return Block("weights", view.say("항목과 가중치", "Metrics and weights"), heads, rows)


def _grades(view: View, told: Mapping[str, Any]) -> Block:
    heads = (
        Head("grade", view.say("등급", "Grade")),
        Head("name", view.say("이름", "Name")),
        Head("least", view.say("총점 이상", "From"), view.say("점", "points"), numeric=True),
    )
    rows = tuple(
        (
            Cell("", letter, mark=marks.grade(letter, grade_label(view, letter))),
            cells.plain(grade_word(view, letter)),
            cells.number(least),
        )
        for letter, least, _ in told["grades"]
    )
    return Block("grades", view.say("등급 경계", "Grades"), heads, rows, _why(view, told, "GRADES"), width="half")


def _deduction(view: View, told: Mapping[str, Any]) -> Block:
    heads = (
        Head("age", view.say("차령", "Age"), view.say("년", "years"), numeric=True),
        Head("points", view.say("감점", "Deduction"), view.say("점", "points"), numeric=True),
    )
    rows = tuple((cells.number(age, 1), cells.number(points, 1)) for age, points in told["deductions"])
    return Block(
        "deduction",
        view.say("연식 감점", "Deduction for age"),
        heads,
        rows,
        width="half",
        note=f"{view.say('사이는 직선으로 잇습니다.', 'Straight lines in between.')} {_why(view, told, 'DEDUCTIONS')}",
    )


def _why(view: View, told: Mapping[str, Any], name: str) -> str:
    """The reason of one of the rules."""
    return next((_say(view, rule, "why") for rule in told["rules"] if rule["name"] == name), "")


def _limits(view: View, metric: Mapping[str, Any]) -> Block:
    title = view.say(metric["title_ko"], metric["title_en"])
    return _rules(view, metric["name"], title, metric["limits"], _say(view, metric, "note"))


def _rules(view: View, name: str, title: str, rules: Sequence[Mapping[str, Any]], note: str = "") -> Block:
    heads = (
        Head("name", view.say("기준", "Limit")),
        Head("value", view.say("값", "Value")),
        Head("unit", view.say("단위", "Unit")),
        Head("why", view.say("까닭", "Why")),
    )
    rows = tuple(
        (
            cells.plain(_say(view, rule, "name")),
            _whole(_value(view, rule["value"])),
            _whole(_say(view, rule, "unit")),
            _said(view, rule, "why"),
        )
        for rule in rules
        if rule["name"] not in _TOLD_ELSEWHERE
    )
    return Block(name, title, heads, rows, note)


def _say(view: View, told: Mapping[str, Any], word: str) -> str:
    """A text of the run in the language of the page; empty in a run that does not tell it."""
    return str(view.say(told.get(f"{word}_ko", ""), told.get(f"{word}_en", "")))


def _said(view: View, told: Mapping[str, Any], word: str) -> Cell:
    text = _say(view, told, word)
    return Cell(text, text, tone="long")


def _whole(text: str) -> Cell:
    """A value or unit whose pairs are not torn apart at the end of a line."""
    return Cell(text.replace(" → ", "\u00a0→\u00a0"), text)


def _value(view: View, value: Any) -> str:
    """A constant as people read it: pairs as arrows, lists by commas."""
    if isinstance(value, (list, tuple)):
        pairs = value and all(isinstance(part, (list, tuple)) and len(part) == 2 for part in value)
        return (
            " · ".join(f"{_value(view, part[0])} → {_value(view, part[1])}" for part in value)
            if pairs
            else ", ".join(_value(view, part) for part in value)
        )
    return (
        f"{value:g}".replace("-", "−")
        if isinstance(value, (int, float))
        else view.say(*_KINDS.get(value, (value,) * 2))
    )
