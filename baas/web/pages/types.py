"""Car types side by side: scores, the numbers behind them, efficiency by outside temperature."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from baas.web import charts, days, marks
from baas.web.fleet import Fleet
from baas.web.frame import simulated_note
from baas.web.pages import cells
from baas.web.parts import NO_MARK, Block, Cell, Figure, Head, Key, Page
from baas.web.select import car_types, type_name
from baas.web.view import View, num
from baas.web.words import GRADES, listed, metric_titles

#: fewer vehicles than this do not speak for a type (research, product 4.4)
LEAST_OF_TYPE = 5
#: distance in 5 °C below which an efficiency is not shown; chosen: 50 km is known to 2 % (metric efficiency)
_LEAST_KM = 50.0
#: types drawn in one chart; chosen: colours that can still be told apart
_DRAWN_TYPES = 5
_QUANTILES = ("p5", "p25", "p50", "p75", "p95")


def types(view: View, fleet: Fleet, db: sqlite3.Connection | None) -> Page:
    """The page of all car types."""
    names = car_types(fleet)
    counts = Counter(row["car_type"] for row in fleet.vehicles)
    names.sort(key=lambda name: (-counts[name], name))
    blocks = [_scores(view, fleet, names, counts), _numbers(view, fleet, names, counts), _metrics(view, fleet, names)]
    if db is not None:
        blocks += _warmth(view, db, names)
    return Page(
        name="types",
        question=view.say("어느 차종이 더 낫고, 무엇이 다른가?", "Which car type does better, and in what?"),
        sentence=_sentence(view, fleet, names, counts),
        blocks=tuple(blocks),
        simulated=simulated_note(view, fleet),
    )


def _quantiles(fleet: Fleet, name: str, column: str) -> tuple[float, ...] | None:
    found = fleet.spreads.get((name, column))
    return tuple(float(found[key]) for key in _QUANTILES) if found else None


def _sentence(view: View, fleet: Fleet, names: Sequence[str], counts: Counter[str]) -> str:
    enough = [name for name in names if counts[name] >= LEAST_OF_TYPE and _quantiles(fleet, name, "total_score")]
    if len(enough) < 2:
        return view.say(
            f"차종 {num(len(names))}개. {LEAST_OF_TYPE}대 이상인 차종이 둘이 안 되어 우열을 말하지 않습니다.",
            f"{num(len(names))} car types. Fewer than two have {LEAST_OF_TYPE} vehicles, so none is called better.",
        )
    medians = {name: (_quantiles(fleet, name, "total_score") or (0.0,) * 5)[2] for name in enough}
    best, worst = max(enough, key=medians.__getitem__), min(enough, key=medians.__getitem__)
    return view.say(
        f"총점 중앙값은 {type_name(view, best)} {num(medians[best], 1)}점이 가장 높고"
        f" {type_name(view, worst)} {num(medians[worst], 1)}점이 가장 낮습니다."
        " 연식과 주행 거리는 보정하지 않은 값입니다.",
        f"By median score {type_name(view, best)} leads with {num(medians[best], 1)} and"
        f" {type_name(view, worst)} trails with {num(medians[worst], 1)}; not adjusted for age and distance.",
    )


def _type_cell(view: View, name: str, counts: Counter[str]) -> Cell:
    few = view.say("표본 적음", "too few") if counts[name] < LEAST_OF_TYPE else ""
    return Cell(type_name(view, name), name, view.link("/vehicles", type=name or "-"), extra=few)


def _scores(view: View, fleet: Fleet, names: Sequence[str], counts: Counter[str]) -> Block:
    heads = (
        Head("car_type", view.say("차종", "Car type")),
        Head("vehicles", view.say("대수", "Vehicles"), numeric=True),
        Head("grades", view.say("등급", "Grades")),
        Head("p50", view.say("총점 중앙값", "Median score"), numeric=True),
        Head("spread", view.say("총점 분포", "Scores")),
    )
    rows = []
    for name in names:
        grades = Counter(row["grade"] for row in fleet.vehicles if row["car_type"] == name)
        told = listed([f"{letter or '–'} {num(grades[letter])}" for letter in GRADES if grades[letter]])
        quantiles = _quantiles(fleet, name, "total_score")
        words = f"{num(quantiles[0], 1)}–{num(quantiles[4], 1)}" if quantiles else "–"
        rows.append(
            (
                _type_cell(view, name, counts),
                cells.number(counts[name]),
                Cell(told, told, mark=marks.stacked({f"g{letter or 'x'}": grades[letter] for letter in GRADES}, told)),
                cells.number(quantiles[2] if quantiles else None, 1),
                Cell(
                    words,
                    words,
                    mark=marks.spread(quantiles, None, words, fleet.borders) if quantiles else NO_MARK,
                ),
            )
        )
    note = view.say(
        "선은 5–95 %, 상자는 25–75 %, 굵은 선은 중앙값. 세로 눈금은 등급 경계입니다.",
        "Line: 5 to 95 %, box: 25 to 75 %, bold: median. Upright ticks are the borders of the grades.",
    )
    return Block("scores", view.say("총점", "Score"), heads, tuple(rows), note=note)


def _numbers(view: View, fleet: Fleet, names: Sequence[str], counts: Counter[str]) -> Block:
    columns = (
        ("efficiency_km_per_kwh", view.say("전비", "Efficiency"), "km/kWh", 2),
        ("mean_temp_c", view.say("평균 온도", "Mean temperature"), "°C", 1),
        ("cell_imbalance_v", view.say("셀 편차", "Cell spread"), "V", 3),
        ("distance_km", view.say("주행 거리", "Distance"), "km", 0),
        ("model_year", view.say("연식", "Model year"), "", 0),
        ("coverage", view.say("평가 범위", "Coverage"), "", 2),
    )
    heads = (
        Head("car_type", view.say("차종", "Car type")),
        *(Head(key, label, unit, numeric=True) for key, label, unit, _ in columns),
    )
    rows = []
    for name in names:
        row = [_type_cell(view, name, counts)]
        for key, _, _, digits in columns:
            found = _quantiles(fleet, name, key)
            text = f"{found[2]:.0f}" if found and key == "model_year" else num(found[2] if found else None, digits)
            extra = (
                f"{num(found[1], digits)}–{num(found[3], digits)}"
                if found and key != "model_year" and counts[name] > 1
                else ""
            )
            row.append(Cell(text, found[2] if found else None, extra=extra))
        rows.append(tuple(row))
    note = view.say("중앙값, 아래는 가운데 절반의 범위.", "Medians, and below them where the middle half lies.")
    return Block("numbers", view.say("측정값", "Measured"), heads, tuple(rows), note=note)


def _metrics(view: View, fleet: Fleet, names: Sequence[str]) -> Block:
    titles = metric_titles(view, fleet.documents)
    heads = (
        Head("car_type", view.say("차종", "Car type")),
        *(Head(f"{metric}_score", title, view.say("점", "points"), numeric=True) for metric, title in titles.items()),
    )
    rows = []
    for name in names:
        row = [Cell(type_name(view, name), name)]
        for metric in titles:
            found = _quantiles(fleet, name, f"{metric}_score")
            row.append(cells.points(found[2] if found else None, fleet.borders))
        rows.append(tuple(row))
    return Block("metrics", view.say("항목별 점수 중앙값", "Median points by metric"), heads, tuple(rows))


def _warmth(view: View, db: sqlite3.Connection, names: Sequence[str]) -> list[Block]:
    """Efficiency of each type in steps of 5 °C."""
    known = [row for row in days.type_warmth(db) if float(row["drive_km"] or 0) >= _LEAST_KM]
    if not known:
        return []
    drawn = [name for name in names if any(row["car_type"] == name for row in known)][:_DRAWN_TYPES]
    steps = [int(row["warmth_c"] or 0) for row in known if row["car_type"] in drawn]
    if not steps:
        return []
    axis = list(range(min(steps), max(steps) + 5, 5))
    value = {
        (row["car_type"], row["warmth_c"]): float(row["drive_km"] or 0) / float(row["drive_kwh"] or 1) for row in known
    }
    series = {f"s{at}": [value.get((name, step)) for step in axis] for at, name in enumerate(drawn)}
    top = charts.nice_top(max(v for values in series.values() for v in values if v is not None))
    heads = (
        Head("warmth_c", view.say("기온", "Outside"), "°C", numeric=True),
        *(Head(name or "unknown", type_name(view, name), "km/kWh", numeric=True) for name in drawn),
    )
    rows = tuple(
        (
            Cell(f"{step}…{step + 5}".replace("-", "−"), step),
            *(cells.number(value.get((name, step)), 2) for name in drawn),
        )
        for step in axis
    )
    summary = view.say(
        f"기온 5 °C 구간별 주행 전비, 구간마다 {num(_LEAST_KM)} km 이상",
        f"Efficiency in steps of 5 °C, with {num(_LEAST_KM)} km or more each",
    )
    figure = Figure(
        charts.lines(series, 0, top, summary),
        summary,
        legend=tuple(Key(f"s{at}", type_name(view, name)) for at, name in enumerate(drawn)),
        left=(num(top, 1, "km/kWh"), num(top / 2, 1), "0"),
        below=(f"{axis[0]} °C".replace("-", "−"), f"{axis[-1] + 5} °C"),
    )
    return [
        Block(
            "warmth",
            view.say("기온과 전비", "Efficiency and outside temperature"),
            heads,
            rows,
            figure=figure,
            folded=True,
        )
    ]
