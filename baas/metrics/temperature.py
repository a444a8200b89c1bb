"""How hot the battery lives: ageing stress of its temperatures, cold fast charging, spread between its modules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.cars import CarType
from baas.history import History
from baas.maths.histogram import step_in_bins, weighted_mean, weighted_quantile
from baas.metrics import NAN, Cohort, Mark, Metric, Part, Values, combined, number, piecewise
from baas.schema import Column
from baas.tables.days import SPREAD_C_BINS, TEMPERATURE_BINS, Bins

#: ko: 온도가 노화를 앞당기는 정도(활성화 에너지) [J/mol]: 미국 NREL의 배터리 수명 모델 BLAST-Lite, DENSO 50 Ah NMC622
#: 셀의 보관 노화
#: en: How strongly warmth speeds up ageing (activation energy) [J/mol]: NREL (USA), battery life models BLAST-Lite,
#: calendar ageing of the DENSO 50 Ah NMC622 cell
ACTIVATION_J_MOL = 37_000.0
#: inner: gas constant, CODATA 2018
GAS_J_MOL_K = 8.314462618
#: inner: 25 °C and 0 °C in kelvin
REFERENCE_K, ZERO_C_K = 298.15, 273.15
#: ko: 뜨겁다고 보는 온도 [°C]: 정함: 위 수명 모델로 25 °C의 두 배 반 넘게 빨리 늙는 온도
#: en: Temperature counted as hot [°C]: chosen: where the life model above ages more than two and a half times as fast
#: as at 25 °C
HOT_C = 45.0
#: ko: 온도 열화 배율에 따른 점수 [배 → 점]: 25 °C에서 가장 오래감: ZSW, Journal of Power Sources 594 (2024) 233948.
#: 0점이 되는 값은 정함(45 °C에 머문 것과 비슷)
#: en: Points by ageing rate from temperature [times → points]: cells live longest near 25 °C: ZSW, Journal of Power
#: Sources 594 (2024) 233948. Where it reaches 0 is chosen, about that of living at 45 °C
STRESS_ANCHORS = ((1.0, 100.0), (2.5, 0.0))
#: ko: 추울 때 빠르게 충전한 비율에 따른 점수 [% → 점]: 정함: 찬 셀을 빠르게 충전하면 리튬이 석출됨(ZSW 2024: 25 °C
#: 아래에서는 석출이 노화를 이끎)
#: en: Points by share of energy charged cold and fast [% → points]: chosen: fast charging of cold cells plates
#: lithium (ZSW 2024: below 25 °C plating leads the ageing)
COLD_CHARGE_ANCHORS = ((0.0, 100.0), (20.0, 0.0))
#: ko: 모듈 온도 편차에 따른 점수 [°C → 점]: 정함: 공개된 정상 차량 기록에서 잰 편차는 95 %의 시간 동안 2~3 °C 아래
#: en: Points by temperature spread between modules [°C → points]: chosen: in published records of healthy vehicles it
#: stays below 2 to 3 °C for 95 % of the time
SPREAD_ANCHORS = ((3.0, 100.0), (8.0, 0.0))
#: ko: 뜨거운 시간의 비율에 따른 점수 [% → 점]: 정함: 드문 일이어야 하므로 적은 비율로도 0점
#: en: Points by share of hot time [% → points]: chosen: it should hardly happen, so that a small share already costs
#: all
HOT_ANCHORS = ((0.0, 100.0), (1.0, 0.0))
#: ko: 부분별 비중(열화 배율, 추울 때 빠른 충전, 모듈 편차, 뜨거운 시간) [%]: 정함: 열화 배율만이 매 시간 쌓이고,
#: 나머지는 거기에 더해지는 예외
#: en: Weights (ageing rate, cold fast charging, spread of modules, hot time) [%]: chosen: only the ageing rate grows
#: with every hour, the others are exceptions on top of it
STRESS_WEIGHT, COLD_CHARGE_WEIGHT, SPREAD_WEIGHT, HOT_WEIGHT = 45.0, 25.0, 20.0, 10.0
#: ko: 필요한 온도 기록 [시간]: 정함: 하루치는 있어야 한 번의 주행이 아니라 배터리가 지내는 온도를 봄
#: en: Recorded time needed [h]: chosen: a day, as less shows one trip, not how the battery lives
LEAST_HOURS = 24.0
#: ko: 필요한 기간 [일]: 정함: 일주일
#: en: Days needed from first to last row [days]: chosen: a week
LEAST_DAYS = 7.0
#: ko: 추울 때 충전을 보는 데 필요한 충전량 [kWh]: 정함: 작은 배터리의 5분의 2쯤. 더 적으면 비율이 우연임
#: en: Charge energy needed for the share of cold charging [kWh]: chosen: about two fifths of a small battery; on less
#: the share is luck
LEAST_CHARGE_KWH = 20.0
#: ko: 온도를 아는 충전 시간의 비율 [×100 %]: 정함: 절반
#: en: Share of the charging time whose temperature is known [×100 %]: chosen: half
LEAST_KNOWN_SHARE = 0.5
#: ko: 함대 안 순위를 말하는 데 필요한 차량 [대]: 정함: 더 적으면 순위가 뜻이 없음. 기후는 운전자 탓이 아니므로 순위는
#: 점수와 따로 보여 줌
#: en: Vehicles needed to tell a rank in the fleet [vehicles]: chosen: among fewer a rank says nothing; climate is not
#: the driver's doing, so that the rank is told beside the score
LEAST_FLEET = 30
#: inner: probes that send whole degrees fill every second bin of 0.5 °C
COARSEST_SPREAD_BINS = 2

COLUMNS = (
    Column("mean_temp_c", "float", "°C", "mean battery temperature over recorded time", "평균 배터리 온도", -40, 90),
    Column("temperature_stress", "float", "", "mean ageing rate relative to 25 °C", "온도 열화 배율", 0),
    Column("temperature_hot_pct", "float", "%", "recorded time above 45 °C", "45 °C 초과 시간", 0, 100),
    Column(
        "temperature_cold_charge_pct", "float", "%", "energy charged below 10 °C above 0.3 C", "저온 고속 충전", 0, 100
    ),
    Column("temperature_charge_kwh", "float", "kWh", "charge energy that share rests on", "온도 판정 충전량", 0),
    Column(
        "temperature_spread_c", "float", "°C", "warmest less coldest probe, 95 % of time below", "모듈 온도 편차", 0, 90
    ),
    Column("temperature_spread_h", "float", "h", "time that spread rests on", "모듈 온도 편차 기록", 0),
    Column("temperature_recorded_h", "float", "h", "time with a battery temperature", "온도 기록 시간", 0),
    Column("temperature_parked_pct", "float", "%", "part of it parked", "온도 기록 중 주차", 0, 100),
    Column("temperature_span_days", "float", "d", "days from first to last row", "온도 기간", 0),
)


def ageing_rate(temperature_c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calendar ageing relative to 25 °C, by Arrhenius.

    >>> ageing_rate(np.array([25.0, 35.0, 45.0])).round(2).tolist()
    [1.0, 1.62, 2.56]
    """
    inverse_k = 1 / REFERENCE_K - 1 / (temperature_c + ZERO_C_K)
    return np.asarray(np.exp(ACTIVATION_J_MOL / GAS_J_MOL_K * inverse_k))


def _seconds(history: History, name: str, bins: Bins) -> NDArray[np.float64]:
    found = history.arrays.get(name)
    return np.zeros(bins.count) if found is None or not len(found) else np.asarray(found, dtype=np.float64)


def _lived(history: History) -> dict[str, float]:
    """Mean temperature, stress and hot share over parked, driving and charging time together."""
    parked = _seconds(history, "park_temp_s", TEMPERATURE_BINS)
    seconds = (
        parked
        + _seconds(history, "drive_temp_s", TEMPERATURE_BINS)
        + _seconds(history, "charge_temp_s", TEMPERATURE_BINS)
    )
    low_c = TEMPERATURE_BINS.low + TEMPERATURE_BINS.step * np.arange(TEMPERATURE_BINS.count, dtype=np.float64)
    middle_c = low_c + TEMPERATURE_BINS.step / 2
    total = float(seconds.sum())
    return {
        "mean_temp_c": weighted_mean(middle_c, seconds),
        "temperature_stress": weighted_mean(ageing_rate(middle_c), seconds),
        "temperature_hot_pct": 100 * weighted_mean((low_c >= HOT_C).astype(np.float64), seconds),
        "temperature_recorded_h": total / 3600,
        "temperature_parked_pct": 100 * float(parked.sum()) / total if total > 0 else NAN,
    }


def _spread(history: History) -> dict[str, float]:
    """Spread between the probes that 95 % of the time stays below; nothing from a single probe.

    Whole-degree readings are taken as sent, finer ones at the middle of their bin.
    """
    seconds = _seconds(history, "module_spread_s", SPREAD_C_BINS)
    probes = history.days["modules"].dropna()
    if not len(probes) or probes.max() < 2:
        seconds = np.zeros_like(seconds)
    coarse = step_in_bins(seconds, COARSEST_SPREAD_BINS) > 1
    values_c = SPREAD_C_BINS.low + SPREAD_C_BINS.step * (
        np.arange(SPREAD_C_BINS.count, dtype=np.float64) + (0 if coarse else 0.5)
    )
    return {
        "temperature_spread_c": weighted_quantile(values_c, seconds, 0.95),
        "temperature_spread_h": float(seconds.sum()) / 3600,
    }


def _cold_charging(history: History) -> dict[str, float]:
    """Share of the charge energy that went in cold and fast, over the days that know both.

    Without the rated Ah of the type no current is fast, without temperatures no charge is cold: then it is not known.
    """
    known_s = float(_seconds(history, "charge_temp_s", TEMPERATURE_BINS).sum())
    if history.car.rated_ah is None or not known_s > LEAST_KNOWN_SHARE * history.sum("charge_s"):
        return {"temperature_cold_charge_pct": NAN, "temperature_charge_kwh": NAN}
    days = history.days[["charge_in_kwh", "cold_fast_charge_kwh"]].dropna()
    energy, cold = float(days["charge_in_kwh"].sum()), float(days["cold_fast_charge_kwh"].sum())
    share = 100 * min(1.0, max(0.0, cold / energy)) if energy > 0 else NAN
    return {"temperature_cold_charge_pct": share, "temperature_charge_kwh": energy if len(days) else NAN}


def measure(history: History) -> Values:
    """The columns of this metric for one vehicle."""
    span = history.span_days if len(history.days) else NAN
    return {**_lived(history), **_spread(history), **_cold_charging(history), "temperature_span_days": span}


def _parts(values: Values) -> list[Part]:
    """The four parts of the mark; a part without its sample is not measured.

    The stress is decisive: it is the only part that grows with every hour, the others are exceptions on top of it.
    """
    hot = number(values, "temperature_hot_pct")
    cold = _with_sample(values, "temperature_cold_charge_pct", "temperature_charge_kwh", LEAST_CHARGE_KWH)
    spread = _with_sample(values, "temperature_spread_c", "temperature_spread_h", LEAST_HOURS)
    return [
        _stress_part(values),
        Part(
            COLD_CHARGE_WEIGHT,
            piecewise(cold, COLD_CHARGE_ANCHORS),
            cold,
            "%",
            f"10 °C 미만 0.3 C 초과 충전 {cold:.1f} %(기준 0 %)",
            f"{cold:.1f} % of charge energy below 10 °C above 0.3 C (limit 0 %)",
        ),
        Part(
            SPREAD_WEIGHT,
            piecewise(spread, SPREAD_ANCHORS),
            spread,
            "°C",
            f"모듈 온도 편차 95% 값 {spread:.1f} °C(기준 3.0 °C)",
            f"spread between modules, 95th percentile, {spread:.1f} °C (limit 3.0 °C)",
        ),
        Part(
            HOT_WEIGHT,
            piecewise(hot, HOT_ANCHORS),
            hot,
            "%",
            f"45 °C 초과 시간 {hot:.2f} %(기준 0 %)",
            f"{hot:.2f} % of time above 45 °C (limit 0 %)",
        ),
    ]


def _stress_part(values: Values) -> Part:
    stress, mean = number(values, "temperature_stress"), number(values, "mean_temp_c")
    average = (f", 평균 {mean:.1f} °C", f", mean {mean:.1f} °C") if np.isfinite(mean) else ("", "")
    return Part(
        STRESS_WEIGHT,
        piecewise(stress, STRESS_ANCHORS),
        stress,
        "",
        f"온도 열화 배율 {stress:.2f}배(기준 1.00배, 25 °C{average[0]})",
        f"ageing rate from temperature {stress:.2f} (limit 1.00, that of 25 °C{average[1]})",
    )


def _with_sample(values: Values, name: str, sample: str, least: float) -> float:
    """The value where its sample is large enough, else NaN."""
    return number(values, name) if number(values, sample) >= least else NAN


def _rank(values: Values, cohort: Cohort) -> tuple[str, str]:
    """Share of the fleet that lives cooler: climate is not the driver's doing, so it is told beside the mark."""
    stress = number(values, "temperature_stress")
    fleet = cohort.numbers("temperature_stress", "fleet")
    fleet = fleet[np.isfinite(fleet)]
    if len(fleet) < LEAST_FLEET or not np.isfinite(stress):
        return "", ""
    cooler = 100 * float(np.mean(fleet < stress))
    return f", 함대 {len(fleet)}대 중 {cooler:.0f} %보다 높음", f", above {cooler:.0f} % of {len(fleet)} vehicles"


def score(values: Values, car: CarType, cohort: Cohort) -> Mark:  # noqa: ARG001  (no limit depends on the car type)
    """Points for the temperatures the battery lives at."""
    hours, span = number(values, "temperature_recorded_h"), number(values, "temperature_span_days")
    if not (hours >= LEAST_HOURS and span >= LEAST_DAYS):
        seen = np.nan_to_num(np.array([hours, span]))
        return Mark(
            NAN,
            f"배터리 온도 기록 {seen[0]:.1f}시간, {seen[1]:.1f}일"
            f"(필요 {LEAST_HOURS:.0f}시간, {LEAST_DAYS:.0f}일)이라 평가 불가",
            f"not assessed: battery temperature recorded for {seen[0]:.1f} h in {seen[1]:.1f} days"
            f" (needs {LEAST_HOURS:.0f} h, {LEAST_DAYS:.0f} days)",
        )
    points, measured = combined(_parts(values))
    if not np.isfinite(points) or not np.isfinite(number(values, "temperature_stress")):
        return Mark(
            NAN,
            f"온도 열화 배율이 없어 평가 불가(온도 기록 {hours:,.0f}시간)",
            f"not assessed: no ageing rate from temperature ({hours:,.0f} h recorded)",
        )
    worst, rank = measured[0], _rank(values, cohort)
    return Mark(
        points,
        f"{worst.reason_ko}, 온도 기록 {hours:,.0f}시간{rank[0]}",
        f"{worst.reason_en}, {hours:,.0f} h recorded{rank[1]}",
        worst.value,
        worst.unit,
    )


METRIC = Metric(
    name="temperature",
    title_ko="온도",
    title_en="Temperature",
    weight=20,
    columns=COLUMNS,
    better={
        "temperature_stress": "lower",
        "temperature_hot_pct": "lower",
        "temperature_cold_charge_pct": "lower",
        "temperature_spread_c": "lower",
    },
    measure=measure,
    score=score,
    what_ko="배터리가 어떤 온도에서 지내는지 봅니다. 25 °C에 견준 열화 속도, 추울 때 빠르게 한 충전, 모듈 사이의 온도"
    " 차, 뜨거웠던 시간입니다.",
    what_en="The temperatures the battery lives at: ageing rate relative to 25 °C, fast charging in the cold, spread"
    " between its modules, time spent hot.",
    source_ko="미국 NREL 배터리 수명 모델 BLAST-Lite(DENSO 50 Ah NMC622); ZSW, Journal of Power Sources 594 (2024)"
    " 233948",
    source_en="NREL (USA), battery life models BLAST-Lite (DENSO 50 Ah NMC622); ZSW, Journal of Power Sources 594"
    " (2024) 233948",
)
