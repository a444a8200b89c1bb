"""What a day says of each cell and each probe: rest deviations, ranks, current steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.clean import Clean
from baas.clean.activity import Activity, Intervals
from baas.daily.groups import Days, grouped_histogram
from baas.maths.steps import bin_numbers
from baas.signals import MISSING_MV
from baas.tables.days import REST_C_RATE, SOC_BINS, SOC_DECILES, SPREAD_MV_BINS

Reals = NDArray[np.float64]

#: current step worth asking what it does to a cell, as C-rate (research, indicator A4), and the longest step between
#: rows: beyond it diffusion, not resistance, answers
STEP_C_RATE, STEP_LONGEST_S = 0.2, 35.0
#: share of the cells that must send for a row to be compared; chosen
MOST_CELLS_SENT = 0.9


def at_rest(clean: Clean, rated_ah: float) -> NDArray[np.bool_]:
    """Rows whose current is too small to move the cells apart, and in which nearly all cells sent."""
    enough = clean.cell.count >= MOST_CELLS_SENT * max(clean.cells_mv.shape[1], 1)
    small = np.abs(clean.column("pack_current")) < REST_C_RATE * rated_ah
    rest: NDArray[np.bool_] = small & enough & (clean.cells_mv.shape[1] > 1)
    return rest


def cell_arrays(days: Days, clean: Clean, steps: Intervals, rated_ah: float) -> dict[str, NDArray]:
    """DAY_ARRAYS about cells, each [days x shape]."""
    soc = clean.column("soc")
    rows = np.flatnonzero(at_rest(clean, rated_ah) & np.isfinite(soc))
    day, soc_rest = days.number_of_row[rows], soc[rows]
    spread = bin_numbers(clean.cell.spread_mv[rows], SPREAD_MV_BINS)
    both = bin_numbers(soc_rest, SOC_BINS) * SPREAD_MV_BINS.count + spread
    once = np.ones(len(rows))
    percent = np.clip(np.rint(soc_rest), 0, 100).astype(np.intp)
    shape = (days.number, SOC_BINS.count, SPREAD_MV_BINS.count)
    arrays = {
        "rest_spread_n": grouped_histogram(day, days.number, both, shape[1] * shape[2], once).reshape(shape),
        "rest_cell_n": grouped_histogram(day, days.number, percent, 101, once),
        "rest_cell_mv": grouped_histogram(day, days.number, percent, 101, clean.cell.median_mv[rows].astype(float)),
    }
    return (
        arrays
        | _deviations(days, clean, rows, soc_rest)
        | _ranks(days, clean, rows)
        | _resistance(days, clean, steps, rated_ah)
    )


def _deviations(days: Days, clean: Clean, rows: NDArray, soc: Reals) -> dict[str, NDArray]:
    """Sum of each cell minus the median cell at rest, by SOC decile."""
    width = clean.cells_mv.shape[1]
    decile = np.clip(soc // 10, 0, SOC_DECILES - 1).astype(np.int64)
    group = days.number_of_row[rows] * SOC_DECILES + decile
    count = np.bincount(group, minlength=days.number * SOC_DECILES).astype(float)
    total = np.zeros((days.number * SOC_DECILES, width))
    if len(rows) and width:
        order = np.argsort(group, kind="stable")
        cells = clean.cells_mv[rows[order]]
        median = clean.cell.median_mv[rows[order]]
        deviation = np.where(cells == MISSING_MV, np.float32(0), cells.astype(np.float32) - median[:, None])
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        total[group[order][starts]] = np.add.reduceat(deviation, starts, axis=0, dtype=np.float64)
    return {
        "cell_dev_n": count.reshape(days.number, SOC_DECILES),
        "cell_dev_mv": total.reshape(days.number, SOC_DECILES, width),
    }


def _ranks(days: Days, clean: Clean, rows: NDArray) -> dict[str, NDArray]:
    """Rows at rest in which a cell alone is the lowest, or alone the highest."""
    width = clean.cells_mv.shape[1]
    cells = clean.cells_mv[rows]
    day = days.number_of_row[rows]
    counts = {}
    for name, extreme in (("cell_low_n", clean.cell.low_mv), ("cell_high_n", clean.cell.high_mv)):
        hit = cells == extreme[rows].astype(np.int16)[:, None]
        alone = hit.sum(axis=1) == 1
        which = hit[alone].argmax(axis=1) if width else np.zeros(0, np.intp)
        counts[name] = grouped_histogram(day[alone], days.number, which, width, np.ones(int(alone.sum())))
    return counts


def _resistance(days: Days, clean: Clean, steps: Intervals, rated_ah: float) -> dict[str, NDArray]:
    """Sums from which each cell's resistance follows: sum dI dV over sum dI squared."""
    width = clean.cells_mv.shape[1]
    jump = np.diff(clean.column("pack_current"))
    whole = (clean.cells_mv != MISSING_MV).all(axis=1)
    usable = (np.abs(jump) > STEP_C_RATE * rated_ah) & (steps.seconds <= STEP_LONGEST_S) & whole[1:] & whole[:-1]
    places = np.flatnonzero(usable & (steps.activity <= Activity.CHARGE))
    squares = np.bincount(days.number_of_step[places], weights=jump[places] ** 2, minlength=days.number)
    products = np.zeros((days.number, width))
    if len(places) and width:
        day = days.number_of_step[places]
        change = clean.cells_mv[places + 1].astype(np.float32) - clean.cells_mv[places].astype(np.float32)
        starts = np.flatnonzero(np.diff(day, prepend=-1))
        products[day[starts]] = np.add.reduceat(change * jump[places, None], starts, axis=0, dtype=np.float64)
    return {"step_a2": squares.reshape(-1, 1), "step_a_mv": products}


def module_arrays(days: Days, clean: Clean) -> dict[str, NDArray]:
    """Readings, sum and highest value of each trusted probe; columns follow the probe numbers, gaps are zero."""
    width = max(clean.probes, default=0)
    count, total = np.zeros((days.number, width)), np.zeros((days.number, width))
    highest = np.full((days.number, width), -np.inf)
    starts = np.flatnonzero(np.diff(days.number_of_row, prepend=-1))
    if width and len(starts):
        at = np.ix_(days.number_of_row[starts], np.array(clean.probes) - 1)
        known = np.isfinite(clean.module_c)
        np.add.at(count, at, np.add.reduceat(known, starts, axis=0, dtype=np.float64))
        np.add.at(total, at, np.add.reduceat(np.where(known, clean.module_c, 0.0), starts, axis=0))
        np.maximum.at(highest, at, np.fmax.reduceat(np.where(known, clean.module_c, -np.inf), starts, axis=0))
    return {"module_n": count, "module_sum_c": total, "module_max_c": highest}
