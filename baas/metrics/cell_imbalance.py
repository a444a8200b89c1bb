"""How far the cells of a battery lie apart at rest: in volts, and in percent of SOC where the own curve tells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.cars import CarType
from baas.history import History
from baas.maths.histogram import step_in_bins, weighted_mean, weighted_quantile
from baas.maths.rest_curve import rest_slopes
from baas.metrics import NAN, Cohort, Mark, Metric, Values, number, piecewise, text
from baas.schema import Column
from baas.tables.days import SOC_BINS, SPREAD_MV_BINS

SOURCE = "research, methods 8 (chosen there: no maker publishes a limit) and finding 9; product 3.4 on steps of 0.02 V"

Reals = NDArray[np.float64]

#: (spread, points): in percent of SOC, and in volts of NMC cells between 50 and 95 % SOC (methods 8)
SOC_ANCHORS = ((1.0, 100.0), (2.0, 85.0), (4.0, 70.0), (6.0, 55.0), (12.0, 0.0))
VOLT_ANCHORS = ((0.015, 100.0), (0.03, 85.0), (0.05, 70.0), (0.08, 55.0), (0.15, 0.0))
#: LFP cells, at the ends of the curve only: double the volts (methods 8)
LFP_ANCHORS = tuple((2 * volts, points) for volts, points in VOLT_ANCHORS)
#: bins of SOC judged: 50 to 95 %; for LFP up to 10 %, and above 95 % where the rows there were really at 98 % or more
NMC_BINS, LFP_LOW_BINS, LFP_TOP_BIN = slice(10, 19), slice(0, 2), 19
LFP_TOP_PCT = 98
#: chosen: of the rows in the top bin, so many must be at 98 % or more, or plateau rows would water the spread down
LFP_TOP_SHARE = 0.9
#: chosen: 20 rows must lie above the 95 % value; on fewer, few rows would look like no imbalance
LEAST_ROWS = 400
#: chosen: the own curve is used when it covers this share of the rows judged
LEAST_CURVE_SHARE = 0.8
#: cell voltages of the diagnostic feed come in steps of 0.02 V (research, formats: 8 bits / 50)
COARSEST_STEP_BINS = round(20 / SPREAD_MV_BINS.step)
#: chosen: cells are read one after another and relax, so that even equal cells show some 5 mV; that much may cost
#: nothing, wherever the curve is flat (on cells with manganese spinel it rises by 3 mV per % only)
NOISE_MV = 5.0
#: finer voltages are whole millivolts: a bin of 2 mV holds two of them, half a millivolt above its edge on average
FINE_OFFSET_MV = 0.5
#: between 50 and 95 % SOC an LFP cell rests at 3.30 to 3.34 V, an NMC cell above 3.6 V; chosen: between the two
LFP_BELOW_MV = 3450.0

COLUMNS = (
    Column("cell_imbalance_v", "float", "V", "spread of cells at rest, 95 % of rows below", "셀 불균형", 0, 5),
    Column(
        "cell_imbalance_soc_pct", "float", "%", "the same as SOC, by the vehicle's own curve", "셀 불균형(SOC)", 0, 100
    ),
    Column("cell_imbalance_basis", "text", "", "nmc_middle or lfp_ends: where on the curve", "셀 불균형 구간"),
    Column("cell_imbalance_rows", "int", "", "rows at rest it rests on", "셀 불균형 정지 행", 0),
    Column("cell_imbalance_step_v", "float", "V", "step of the cell voltages, 0 when fine", "셀 전압 단위", 0, 1),
)


def _array(history: History, name: str, shape: tuple[int, ...]) -> Reals:
    found = history.arrays.get(name)
    return np.zeros(shape) if found is None or np.shape(found) != shape else np.asarray(found, dtype=np.float64)


def _is_lfp(history: History, rows: Reals, sum_mv: Reals) -> bool:
    """From the car type, else from the rest voltage in the middle of the curve; NMC where neither tells."""
    if history.car.chemistry:
        return history.car.chemistry == "LFP"
    middle = slice(50, 95)
    return bool(rows[middle].sum() > 0 and sum_mv[middle].sum() / rows[middle].sum() < LFP_BELOW_MV)


def _judged(counts: Reals, rest_rows: Reals, lfp: bool) -> Reals:
    """Rows by SOC and spread, with the rows outside the judged stretches of the curve taken out."""
    judged = np.zeros_like(counts)
    if not lfp:
        judged[NMC_BINS] = counts[NMC_BINS]
        return judged
    judged[LFP_LOW_BINS] = counts[LFP_LOW_BINS]
    top = rest_rows[round(SOC_BINS.low + LFP_TOP_BIN * SOC_BINS.step) :].sum()
    if top > 0 and rest_rows[LFP_TOP_PCT:].sum() >= LFP_TOP_SHARE * top:
        judged[LFP_TOP_BIN] = counts[LFP_TOP_BIN]
    return judged


def _robust_spread(spread: Reals, step: Reals, rows: Reals) -> float:
    """95th percentile of a spread that is told in steps, never more than one can be sure of.

    Cells that lie 5 mV apart in truth show 20 mV whenever a step of 20 mV falls between them, so that the percentile
    alone reads up to one step high. The mean over many rests is right (the chance of a step between them is spread /
    step) where the spread is steady, and the percentile less one step is a lower bound in any case; the larger of the
    two is taken, at most the percentile itself. Fine voltages: step 0.
    """
    if not rows.sum() > 0:
        return NAN
    told = weighted_quantile(spread, rows, 0.95)
    least = weighted_quantile(np.maximum(0, spread - step), rows, 0.95)
    return max(least, min(told, weighted_mean(spread, rows)))


def measure(history: History) -> Values:
    """The columns of this metric for one vehicle; no spread on fewer rows than are judged."""
    counts = _array(history, "rest_spread_n", (SOC_BINS.count, SPREAD_MV_BINS.count))
    rest_rows, sum_mv = _array(history, "rest_cell_n", (101,)), _array(history, "rest_cell_mv", (101,))
    lfp = _is_lfp(history, rest_rows, sum_mv)
    judged = _judged(counts, rest_rows, lfp)
    bins = step_in_bins(counts.sum(axis=0), COARSEST_STEP_BINS)
    step_mv = bins * SPREAD_MV_BINS.step if bins > 1 else 0.0
    low_mv = SPREAD_MV_BINS.low + SPREAD_MV_BINS.step * np.arange(SPREAD_MV_BINS.count, dtype=np.float64)
    spread_mv = np.broadcast_to(low_mv + (0 if step_mv else FINE_OFFSET_MV), judged.shape)
    slopes = np.full(SOC_BINS.count, np.nan) if lfp else rest_slopes(rest_rows, sum_mv)
    rows = float(judged.sum())
    enough = rows >= LEAST_ROWS
    volts = _robust_spread(spread_mv.ravel(), np.full(judged.size, step_mv), judged.ravel()) / 1000
    return {
        "cell_imbalance_v": volts if enough else NAN,
        "cell_imbalance_soc_pct": _as_soc(spread_mv, step_mv, judged, slopes) if enough else NAN,
        "cell_imbalance_basis": "" if not rows else "lfp_ends" if lfp else "nmc_middle",
        "cell_imbalance_rows": rows,
        "cell_imbalance_step_v": step_mv / 1000 if rows else NAN,
    }


def _as_soc(spread_mv: Reals, step_mv: float, judged: Reals, slopes: Reals) -> float:
    """The spread in percent of SOC, over the bins whose slope is known; NaN when these are too few.

    One step of 0.02 V is 2 to 3 % of SOC. Cells that rest at the same voltage again and again may show it without
    lying apart, so that a spread of one step or none counts as no more than the border of the best grade.
    """
    known = np.isfinite(slopes)
    rows = np.where(known[:, None], judged, 0.0)
    if not rows.sum() > 0 or rows.sum() < LEAST_CURVE_SHARE * judged.sum():
        return NAN
    mv_per_pct = np.where(known, np.maximum(slopes, NOISE_MV / SOC_ANCHORS[0][0]), np.inf)[:, None]
    spread, step = spread_mv / mv_per_pct, np.broadcast_to(step_mv / mv_per_pct, judged.shape)
    percent = _robust_spread(spread.ravel(), step.ravel(), rows.ravel())
    one_step = step_mv > 0 and weighted_quantile(spread_mv.ravel(), rows.ravel(), 0.95) <= step_mv
    return min(percent, SOC_ANCHORS[1][0]) if one_step else percent


def _points(values: Values, car: CarType) -> tuple[float, str, str]:
    """Points, and the spread with its limit in both languages; NaN where the spread says nothing.

    Without the stretch of the curve, or on the plateau of an LFP cell, volts say nothing.
    """
    volts, percent = number(values, "cell_imbalance_v"), number(values, "cell_imbalance_soc_pct")
    basis = text(values, "cell_imbalance_basis")
    if basis not in ("nmc_middle", "lfp_ends") or (car.chemistry == "LFP" and basis != "lfp_ends"):
        return NAN, "", ""
    if basis == "lfp_ends":
        limit = LFP_ANCHORS[1][0]
        told = (f"{volts:.3f} V(LFP 양 끝 기준 {limit:.3f} V)", f"{volts:.3f} V (limit {limit:.3f} V at the ends, LFP)")
        return piecewise(volts, LFP_ANCHORS), *told
    if np.isfinite(percent):
        limit = SOC_ANCHORS[1][0]
        told = (f"SOC {percent:.1f} %(기준 {limit:.1f} %)", f"{percent:.1f} % of SOC (limit {limit:.1f} %)")
        volt = (f", {volts:.3f} V", f", {volts:.3f} V") if np.isfinite(volts) else ("", "")
        return piecewise(percent, SOC_ANCHORS), told[0] + volt[0], told[1] + volt[1]
    limit = VOLT_ANCHORS[1][0]
    return piecewise(volts, VOLT_ANCHORS), f"{volts:.3f} V(기준 {limit:.3f} V)", f"{volts:.3f} V (limit {limit:.3f} V)"


def _step(values: Values) -> tuple[str, str]:
    step = number(values, "cell_imbalance_step_v")
    if not step > 0:
        return "", ""
    return f", 셀 전압 {step:.2f} V 단위 반영", f", allowing for cell voltages in steps of {step:.2f} V"


def score(values: Values, car: CarType, cohort: Cohort) -> Mark:  # noqa: ARG001  (safety is judged absolutely)
    """Points for the spread of the cells at rest."""
    rows = number(values, "cell_imbalance_rows")
    where = ("10 % 이하·98 % 이상", "up to 10 % or from 98 %") if car.chemistry == "LFP" else ("50~95 %", "50 to 95 %")
    if not rows >= LEAST_ROWS:
        seen = rows if np.isfinite(rows) else 0.0
        return Mark(
            NAN,
            f"SOC {where[0]} 정지 상태 셀 전압 {seen:,.0f}행(필요 {LEAST_ROWS}행)이라 평가 불가",
            f"not assessed: {seen:,.0f} rows of cell voltages at rest at {where[1]} SOC (needs {LEAST_ROWS})",
        )
    points, told_ko, told_en = _points(values, car)
    if not np.isfinite(points):
        return Mark(
            NAN,
            f"판정할 수 있는 셀 편차가 없어 평가 불가(정지 {rows:,.0f}행)",
            f"not assessed: no spread that can be judged ({rows:,.0f} rows at rest)",
        )
    step, percent = _step(values), number(values, "cell_imbalance_soc_pct")
    as_soc = np.isfinite(percent) and text(values, "cell_imbalance_basis") == "nmc_middle"
    return Mark(
        points,
        f"정지 셀 편차 95% 값 {told_ko}, 정지 {rows:,.0f}행{step[0]}",
        f"cell spread at rest, 95th percentile, {told_en}, {rows:,.0f} rows at rest{step[1]}",
        percent if as_soc else number(values, "cell_imbalance_v"),
        "%" if as_soc else "V",
    )


METRIC = Metric(
    name="cell_imbalance",
    title_ko="셀 불균형",
    title_en="Cell imbalance",
    weight=25,
    columns=COLUMNS,
    better={"cell_imbalance_v": "lower", "cell_imbalance_soc_pct": "lower"},
    measure=measure,
    score=score,
    source=SOURCE,
)
