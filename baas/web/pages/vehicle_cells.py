"""The cells of one vehicle: deviation from the pack's median at rest, week by week, module by module."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from baas.web import charts, days
from baas.web.pages import cells
from baas.web.parts import Block, Cell, Figure, Head, Key
from baas.web.view import View, num

#: columns drawn at most; longer histories put several weeks into one; chosen: what a screen can show
_MOST_COLUMNS = 54
#: cells named in the table; chosen: enough to see whether one stands alone
_NAMED = 10

Reals = NDArray[np.float64]


def blocks(view: View, db: sqlite3.Connection, device_no: str, per_module: int) -> list[Block]:
    """Heatmap and table of the cells that lie furthest off; nothing where cells never rested."""
    weeks = days.cell_weeks(db, device_no)
    if not weeks:
        return []
    count = max(len(arrays["dev_mv"]) for _, _, arrays in weeks)
    each = -(-len(weeks) // _MOST_COLUMNS)
    groups = [weeks[at : at + each] for at in range(0, len(weeks), each)]
    means = [_mean(group, count) for group in groups]
    labels = [group[0][0] for group in groups]
    lowest = sum((_padded(arrays["low_n"], count) for _, _, arrays in weeks), np.zeros(count))
    return [_map(view, labels, means, count, per_module), _worst(view, weeks, lowest, count, per_module)]


def _padded(values: Reals, count: int) -> Reals:
    return np.concatenate([values, np.zeros(count - len(values))])


def _mean(group: Sequence[tuple[str, int, dict[str, Reals]]], count: int) -> list[float | None]:
    """Mean deviation of every cell over some weeks [mV]."""
    rows = sum(rows for _, rows, _ in group)
    sums = sum((_padded(arrays["dev_mv"], count) for _, _, arrays in group), np.zeros(count))
    return [float(value) for value in sums / rows]


def _cell_name(cell: int, per_module: int) -> str:
    """Number of a cell, with its module where modules are known; both from 1."""
    return f"{cell + 1} (M{cell // per_module + 1})" if per_module > 1 else str(cell + 1)


def _map(
    view: View, labels: Sequence[str], means: Sequence[Sequence[float | None]], count: int, per_module: int
) -> Block:
    heads = (
        Head("cell_no", view.say("셀", "Cell"), numeric=True),
        *(Head(week, week, "mV", numeric=True) for week in labels),
    )
    flat = [(abs(value), cell) for week in means for cell, value in enumerate(week) if value is not None]
    most, cell = max(flat)
    summary = view.say(
        f"가장 크게 벗어난 셀은 {cell + 1}번, 중앙값에서 {num(most, 1)} mV (SOC 30 % 이상 정지 상태의 주 평균)",
        f"Cell {cell + 1} lies furthest off, {num(most, 1)} mV from the median (weekly means at rest above 30 % SOC)",
    )
    steps = [f"{step:g}" for step in charts.CELL_STEPS_MV]
    legend = (
        Key("n5", f"−{steps[4]} mV"),
        Key("n3", f"−{steps[2]}"),
        Key("n1", f"−{steps[0]}"),
        Key("h0", "0"),
        Key("p1", f"+{steps[0]}"),
        Key("p3", f"+{steps[2]}"),
        Key("p5", f"+{steps[4]} mV"),
    )
    drawing = charts.cell_map(means, count, per_module, summary)
    modules = view.say(f"가로선: 모듈({per_module}셀)", f"lines: modules of {per_module}") if per_module > 1 else ""
    figure = Figure(
        drawing,
        summary,
        legend=legend,
        left=(view.say("셀 1", "cell 1"), modules, view.say(f"셀 {count}", f"cell {count}")),
        below=(labels[0], labels[len(labels) // 2], labels[-1]),
        wide=True,
    )
    # the screen shows the drawing, the download has every number
    return Block(
        "cells",
        view.say("셀 × 주", "Cells by week"),
        heads,
        _numbers(means, count) if view.is_download else (),
        figure=figure,
        width="two",
        empty=" ",
        note=view.say("중앙값보다 낮으면 파랑, 높으면 주황입니다.", "Blue lies below the median, orange above."),
    )


def _numbers(means: Sequence[Sequence[float | None]], count: int) -> tuple[tuple[Cell, ...], ...]:
    """Every number of the drawing, a row a cell."""
    return tuple(
        (Cell(str(cell + 1), cell + 1), *(cells.number(week[cell], 1) for week in means)) for cell in range(count)
    )


def _worst(
    view: View, weeks: Sequence[tuple[str, int, dict[str, Reals]]], lowest: Reals, count: int, per_module: int
) -> Block:
    """Cells furthest off over the whole period, how often each was the lowest, and how it moved."""
    quarter = max(len(weeks) // 4, 1)
    mean, first, last = (
        np.array(_mean(part, count), dtype=np.float64) for part in (weeks, weeks[:quarter], weeks[-quarter:])
    )
    share = 100 * lowest / lowest.sum() if lowest.sum() else np.zeros(count)
    order = np.argsort(-np.abs(mean), kind="stable").tolist()
    heads = (
        Head("cell_no", view.say("셀", "Cell")),
        Head("mean_mv", view.say("평균 편차", "Mean off"), "mV", numeric=True),
        Head("change_mv", view.say("처음→최근", "First to last"), "mV", numeric=True),
        Head("lowest_pct", view.say("최저였던 비율", "Lowest"), "%", numeric=True),
    )

    def line(cell: int) -> tuple[Cell, ...]:
        change = float(last[cell] - first[cell]) if len(weeks) > 1 else None
        return (
            Cell(_cell_name(cell, per_module), cell + 1),
            cells.number(float(mean[cell]), 1),
            cells.number(change, 1),
            cells.number(float(share[cell]), 1),
        )

    return Block(
        "worst-cells",
        view.say("가장 벗어난 셀", "Cells furthest off"),
        heads,
        tuple(line(int(cell)) for cell in view.shown(order, _NAMED)),
        width="third",
        note=view.say(
            "처음→최근: 기간의 첫 4분의 1과 마지막 4분의 1의 차이.",
            "First to last: last quarter of the period less the first.",
        ),
    )
