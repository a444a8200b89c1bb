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

Reals = NDArray[np.float64]

#: ko: SOC로 나타낸 셀 편차에 따른 점수 [% → 점]: 정함: 공개된 제조사 한도를 찾지 못함. 같은 전압 차도 SOC에 따라 뜻이
#: 달라, 차량 자신의 전압 곡선으로 SOC 차이로 바꾸어 매김
#: en: Points by spread of the cells in percent of SOC [% → points]: chosen: no limit published by a maker was found.
#: The same volts mean different things along the curve, so that the vehicle's own curve turns them into SOC
SOC_ANCHORS = ((1.0, 100.0), (2.0, 85.0), (4.0, 70.0), (6.0, 55.0), (12.0, 0.0))
#: ko: 전압으로 나타낸 셀 편차에 따른 점수, 곡선을 모를 때 [V → 점]: 정함: 공개 기록에서 잰 NMC 곡선은 SOC 50~95 %에서
#: 1 %마다 6~10 mV 오름. 차량의 곡선을 모르는 만큼 SOC 점수표보다 너그럽게 둠
#: en: Points by spread of the cells in volts, where the curve is not known [V → points]: chosen: on published records
#: NMC cells rise by 6 to 10 mV per % between 50 and 95 % SOC; more lenient than the table of SOC, as the vehicle's
#: own curve is not known
VOLT_ANCHORS = ((0.015, 100.0), (0.03, 85.0), (0.05, 70.0), (0.08, 55.0), (0.15, 0.0))
#: ko: LFP 셀 편차에 따른 점수, 곡선의 양 끝에서만 [V → 점]: 정함: 양 끝은 가팔라 전압 한도가 두 배. 평평한
#: 가운데에서는 전압이 아무것도 말하지 않음
#: en: Points by spread of LFP cells, at the ends of the curve only [V → points]: chosen: twice the volts, as the ends
#: are steep; on the plateau between them volts say nothing
LFP_ANCHORS = tuple((2 * volts, points) for volts, points in VOLT_ANCHORS)
#: bins of SOC judged: 50 to 95 %; for LFP up to 10 %, and above 95 % where the rows there were really at 98 % or more
NMC_BINS, LFP_LOW_BINS, LFP_TOP_BIN = slice(10, 19), slice(0, 2), 19
#: ko: LFP 위쪽 끝으로 보는 SOC [%]: 정함: 이보다 낮으면 평평한 구간이 섞임
#: en: SOC from which an LFP cell is at the upper end [%]: chosen: below it rows of the plateau come in
LFP_TOP_PCT = 98
#: ko: LFP 위쪽 끝에 있어야 하는 자료의 비율 [×100 %]: 정함: 평평한 구간의 자료가 섞이면 편차가 작아 보임
#: en: Share of the rows that must be at the upper end [×100 %]: chosen: rows of the plateau would water the spread
#: down
LFP_TOP_SHARE = 0.9
#: ko: 필요한 정지 행 [행]: 정함: 95 % 값 위에 20행은 있어야 함. 적으면 편차가 없어 보임
#: en: Rows at rest needed [rows]: chosen: 20 rows must lie above the 95 % value; on fewer there would seem to be no
#: imbalance
LEAST_ROWS = 400
#: ko: 차량 자신의 전압 곡선이 덮어야 하는 비율 [×100 %]: 정함: 덜 덮으면 전압 점수표를 씀
#: en: Share of the rows that the vehicle's own curve must cover [×100 %]: chosen: with less the table in volts is
#: used
LEAST_CURVE_SHARE = 0.8
#: inner: cell voltages of the diagnostic feed come in steps of 0.02 V (8 bits / 50)
COARSEST_STEP_BINS = round(20 / SPREAD_MV_BINS.step)
#: on cells with manganese spinel the curve rises by 3 mV per % only
#: ko: 고른 셀에서도 보이는 편차 [mV]: 정함: 셀을 차례로 재는 사이 전압이 가라앉아 이만큼은 생기므로 감점하지 않음
#: en: Spread that even equal cells show [mV]: chosen: cells are read one after another and relax meanwhile, so that
#: this much costs nothing
NOISE_MV = 5.0
#: inner: finer voltages are whole millivolts: a bin of 2 mV holds two of them, half a millivolt above its edge on
#: average
FINE_OFFSET_MV = 0.5
#: ko: 차종을 모를 때 LFP로 보는 정지 전압 [mV 미만]: 정함: SOC 50~95 %에서 LFP 셀은 3.30~3.34 V, NMC 셀은 3.6 V
#: 위에서 쉬므로 그 사이
#: en: Rest voltage taken as LFP where the type does not tell [mV, below]: chosen: between the 3.30 to 3.34 V of LFP
#: cells and the more than 3.6 V of NMC cells at 50 to 95 % SOC
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
    what_ko="쉬고 있을 때 가장 높은 셀과 가장 낮은 셀이 얼마나 떨어져 있는지 봅니다. 전압으로 재고, 차량 자신의 전압"
    " 곡선을 알면 SOC로 바꿉니다.",
    what_en="How far the highest and the lowest cell lie apart at rest: in volts, and in percent of SOC where the"
    " vehicle's own curve is known.",
    source_ko="제조사가 공개한 한도를 찾지 못해 정함. 전압 곡선의 기울기와 정상 차량의 편차는 공개된 차량 기록에서 잼",
    source_en="Chosen, as no limit published by a maker was found; slopes of the curve and spreads of healthy vehicles"
    " were measured on published vehicle records",
    note_ko="NMC 배터리는 SOC 50~95 %, LFP 배터리는 10 % 이하와 위쪽 끝에서만 봅니다. 셀 전압이 0.02 V 단위로 오는"
    " 자료에서는 그 단위만큼을 감안합니다.",
    note_en="Judged between 50 and 95 % SOC on NMC batteries, on LFP batteries up to 10 % and at the upper end only."
    " Where cell voltages come in steps of 0.02 V the step is allowed for.",
)
