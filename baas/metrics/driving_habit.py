"""How the vehicle is driven: energy put into speed per metre, and harsh events where the rows follow closely enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from baas.cars import CarType
from baas.history import History
from baas.maths.histogram import weighted_mean, weighted_quantile
from baas.metrics import NAN, Cohort, Mark, Metric, Part, Values, combined, number, piecewise
from baas.schema import Column
from baas.tables.days import PKE_STEP_S, SPEED_BINS, STEP_JITTER_S, limits_class

#: ko: 필요한 주행 거리 [km]: 정함: 하루 이틀의 길과 교통이 아니라 운전을 보려면 이만큼은 필요
#: en: Distance needed [km]: chosen: less shows the roads and the traffic of a day or two, not the driving
LEAST_KM = 50.0
#: ko: 자기 운전이 절반 반영되는 거리 [km]: 정함: 짧은 기록은 우연이 크므로 중앙값 운전자 쪽으로 당김
#: en: Distance at which own driving counts half [km]: chosen: luck weighs much in short records, so that they are
#: drawn towards the median driver
SHRINK_KM = 300.0
#: ko: 더 부드러운 운전자의 비율에 따른 점수 [×100 % → 점]: 정함: 같은 차종 안에서의 순위로 매김
#: en: Points by share of drivers that are gentler [×100 % → points]: chosen: ranked among vehicles of the same type
PERCENTILE_POINTS = ((0.10, 100.0), (0.35, 85.0), (0.60, 70.0), (0.80, 55.0), (0.99, 0.0))
#: ko: 중앙값 운전자의 점수 [점]: 위 점수표에서 나온 값
#: en: Points of the median driver [points]: follows from the table above
MEDIAN_POINTS = piecewise(0.5, PERCENTILE_POINTS)
#: ko: 순위를 매기는 데 필요한 같은 차종 [대]: 정함: 더 적으면 순위가 뜻이 없어 참고 주행과 견줌
#: en: Vehicles of one type needed for a ranking [vehicles]: chosen: among fewer a rank says nothing, and reference
#: drives take their place
LEAST_OF_TYPE = 30
#: ko: 함께 견줄 수 있는 수집 간격의 차이 [배]: 정함: 이만큼 달라도 값은 1할쯤만 움직임
#: en: How far steps between rows may differ within a comparison [times]: chosen: so much moves the value by about a
#: tenth
STEP_FACTOR = 1.5
#: in stretches of 5 km, 44 of them, speed at 0.1 s thinned to the step; printed by benchmarks/pke_reference.py
#: ko: 참고 주행의 양의 운동에너지(수집 간격마다, 위 점수표의 비율 순) [초 → m/s²]: 뮌헨 공대의 BMW i3 공개 기록
#: 13회(257 km)에서 계산
#: en: Positive kinetic energy of reference drives (for each step between rows, at the shares above) [s → m/s²]:
#: computed from 13 published drives of a BMW i3 (257 km, Technical University of Munich)
REFERENCE_PKE = {
    1.0: (0.186, 0.301, 0.410, 0.512, 0.696),
    2.0: (0.171, 0.290, 0.393, 0.494, 0.681),
    5.0: (0.129, 0.262, 0.331, 0.429, 0.619),
    10.0: (0.101, 0.209, 0.271, 0.356, 0.524),
}
#: ko: 점수 구간의 최소 간격, 참고 주행 대비 [×100 %]: 정함: 모두 비슷하게 운전하는 곳에서 작은 흔들림이 점수 차가
#: 되지 않게 함
#: en: Least distance of anchors, of that of the reference [×100 %]: chosen: so that a fleet that drives alike does
#: not turn noise into marks
LEAST_GAP_SHARE = 0.1
#: taxi 32.07/1.43 + 2.79/1.94 and 32.07 + 2.79; truck 14.8/2.41 + 6.33/1.57 and 14.8 + 6.33. Cars are judged as
#: taxis, vans as trucks, by whose limits they are counted
#: ko: 급가속·급감속 횟수(무사고 운전자, 사고 운전자) [회/100 km]: 국토교통부·한국교통안전공단 보도자료(2022-05-20)의
#: 택시와 화물차 값. 승용차는 택시와, 승합·화물차는 화물차와 견줌
#: en: Harsh accelerations and brakings (drivers without accidents, with accidents) [1/100 km]: Ministry of Land,
#: Infrastructure and Transport with the Korea Transportation Safety Authority, press release of 2022-05-20, taxis and
#: trucks. Cars are compared with taxis, vans with trucks
HARSH_OF_DRIVERS = {"car": (23.9, 34.9), "truck": (10.2, 21.1)}
#: ko: 부분별 비중(양의 운동에너지, 급가속·급감속) [×100 %]: 정함: 서로 다른 것을 말하므로 반씩
#: en: Weights (positive kinetic energy, harsh events) [×100 %]: chosen: each half says something the other does not
PKE_WEIGHT, HARSH_WEIGHT = 0.5, 0.5
#: ko: 고속 주행으로 세는 속도 [km/h]: 국내 고속도로의 제한 속도를 넘기 시작하는 값. 참고로 보여 줄 뿐 점수에는 넣지
#: 않음
#: en: Speed counted as fast [km/h]: speeding on Korean motorways starts here; told for information, no part of the
#: score
FAST_KMH = 110.0

COLUMNS = (
    Column("driving_pke_m_s2", "float", "m/s²", "positive kinetic energy per distance", "양의 운동에너지", 0, 20),
    Column("driving_pke_km", "float", "km", "distance it rests on", "양의 운동에너지 거리", 0),
    Column("driving_step_s", "float", "s", "median step while driving, by that distance", "운전 수집 간격", 0),
    Column("driving_harsh_per_100km", "float", "1/100 km", "harsh accelerations and brakings", "급가속·급감속", 0),
    Column("driving_harsh_km", "float", "km", "distance over which they could be counted", "급조작 거리", 0),
    Column("driving_mean_kmh", "float", "km/h", "mean speed while driving", "평균 속도", 0, 300),
    Column("driving_fast_pct", "float", "%", "driving time at 110 km/h or more", "110 km/h 이상 시간", 0, 100),
    Column("driving_slow_pct", "float", "%", "driving time below 5 km/h", "5 km/h 미만 시간", 0, 100),
)


def _profile(history: History) -> dict[str, float]:
    """Speed profile, which any step between rows can show."""
    found = history.arrays.get("speed_s")
    seconds = np.zeros(SPEED_BINS.count) if found is None or not len(found) else np.asarray(found, dtype=np.float64)
    low_kmh = SPEED_BINS.low + SPEED_BINS.step * np.arange(SPEED_BINS.count, dtype=np.float64)
    return {
        "driving_mean_kmh": weighted_mean(low_kmh + SPEED_BINS.step / 2, seconds),
        "driving_fast_pct": 100 * weighted_mean((low_kmh >= FAST_KMH).astype(np.float64), seconds),
        "driving_slow_pct": 100 * weighted_mean((low_kmh < SPEED_BINS.step).astype(np.float64), seconds),
    }


def _step(days: pd.DataFrame, weight: str) -> float:
    """Median step between rows while driving [s], days weighted by a column; parked and charging rows have no say."""
    known = days.dropna(subset=["drive_step_s", weight])
    steps, weights = (np.asarray(known[name], dtype=np.float64) for name in ("drive_step_s", weight))
    return weighted_quantile(steps, weights, 0.5)


def measure(history: History) -> Values:
    """The columns of this metric for one vehicle; PKE from the days whose rows follow closely enough.

    Harsh events are counted by the day table where rows follow within 1.5 s, so that their distance tells of them; no
    rate is given below the distance that is judged, where one event more or less would change it many times over.
    """
    is_close = history.days["drive_step_s"] <= PKE_STEP_S + STEP_JITTER_S
    days = history.days[is_close].dropna(subset=["pke_m2_s2", "pke_km"])
    km = float(days["pke_km"].sum())
    close = history.days.dropna(subset=["harsh_accel", "harsh_brake", "harsh_km"])
    harsh_km = float(close["harsh_km"].sum())
    events = float(close["harsh_accel"].sum() + close["harsh_brake"].sum())
    return {
        "driving_pke_m_s2": float(days["pke_m2_s2"].sum()) / (1000 * km) if km > 0 else NAN,
        "driving_pke_km": km if km > 0 else NAN,
        "driving_step_s": _step(days, "pke_km") if km > 0 else _step(history.days, "drive_s"),
        "driving_harsh_per_100km": 100 * events / harsh_km if harsh_km >= LEAST_KM else NAN,
        "driving_harsh_km": harsh_km if harsh_km > 0 else NAN,
        **_profile(history),
    }


def _reference(step_s: float) -> list[float]:
    """PKE of the reference drives at the percentiles, between the steps of the table straight over log step."""
    steps, columns = np.log(list(REFERENCE_PKE)), zip(*REFERENCE_PKE.values(), strict=True)
    return [float(np.interp(np.log(step_s), steps, column)) for column in columns]


def _spaced(limits: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Rising limits at least `gaps` apart."""
    spaced = [limits[0]]
    for limit, gap in zip(limits[1:], gaps, strict=True):
        spaced.append(max(limit, spaced[-1] + gap))
    return spaced


def _pke_limits(step_s: float, cohort: Cohort) -> tuple[list[float], int]:
    """PKE at the percentiles, and the vehicles of the same type and a like step they come from; 0 for the reference."""
    reference = _reference(step_s)
    steps, km = cohort.numbers("driving_step_s"), cohort.numbers("driving_pke_km")
    alike = (steps <= step_s * STEP_FACTOR) & (steps >= step_s / STEP_FACTOR) & (km >= LEAST_KM)
    found = cohort.numbers("driving_pke_m_s2")[alike]
    found = found[np.isfinite(found)]
    if len(found) < LEAST_OF_TYPE:
        return reference, 0
    limits = [float(limit) for limit in np.quantile(found, [share for share, _ in PERCENTILE_POINTS])]
    return _spaced(limits, [LEAST_GAP_SHARE * gap for gap in np.diff(reference)]), len(found)


def _pke_part(values: Values, cohort: Cohort) -> Part:
    pke, step = number(values, "driving_pke_m_s2"), number(values, "driving_step_s")
    limits, vehicles = _pke_limits(step, cohort)
    anchors = [(limit, points) for limit, (_, points) in zip(limits, PERCENTILE_POINTS, strict=True)]
    among = (f"동일 차종 {vehicles}대", f"{vehicles} of its type") if vehicles else ("참고 주행", "reference drives")
    return Part(
        PKE_WEIGHT,
        piecewise(pke, anchors),
        pke,
        "m/s²",
        f"양의 운동에너지 {pke:.3f} m/s²({among[0]} 기준 {limits[1]:.3f}, 간격 {step:.0f} s)",
        f"positive kinetic energy {pke:.3f} m/s² (limit {limits[1]:.3f} from {among[1]}, {step:.0f} s steps)",
    )


def _harsh_part(values: Values, car: CarType) -> Part:
    rate, km = number(values, "driving_harsh_per_100km"), number(values, "driving_harsh_km")
    without, with_accident = HARSH_OF_DRIVERS[limits_class(car.body)]
    anchors = ((0.0, 100.0), (without / 2, 85.0), (without, 70.0), (with_accident, 55.0), (2 * with_accident, 0.0))
    return Part(
        HARSH_WEIGHT,
        piecewise(rate, anchors) if km >= LEAST_KM else NAN,
        rate,
        "1/100 km",
        f"급가속·급감속 {rate:.1f}회/100 km(기준 {without / 2:.1f}회)",
        f"{rate:.1f} harsh events per 100 km (limit {without / 2:.1f})",
    )


def _refusal(km: float, step: float) -> Mark | None:
    """Why there is no mark, if so."""
    if step > PKE_STEP_S + STEP_JITTER_S:
        return Mark(
            NAN,
            f"수집 간격 {step:.0f} s에서는 운전 습관을 잴 수 없음({PKE_STEP_S:.0f} s 이하 필요)",
            f"not assessed: driving habit is not measurable at {step:.0f} s (needs {PKE_STEP_S:.0f} s or less)",
        )
    if not (km >= LEAST_KM and step > 0):
        seen = km if np.isfinite(km) else 0.0
        return Mark(
            NAN,
            f"속도를 잰 주행 {seen:,.0f} km(필요 {LEAST_KM:.0f} km)라 평가 불가",
            f"not assessed: {seen:,.0f} km driven with known speed (needs {LEAST_KM:.0f} km)",
        )
    return None


def score(values: Values, car: CarType, cohort: Cohort) -> Mark:
    """Points for driving; short distances are drawn towards the median driver."""
    km, step = number(values, "driving_pke_km"), number(values, "driving_step_s")
    if (refusal := _refusal(km, step)) is not None:
        return refusal
    pke = _pke_part(values, cohort)
    own, measured = combined([pke, _harsh_part(values, car)])
    if not np.isfinite(own) or not np.isfinite(pke.points):
        return Mark(
            NAN,
            f"양의 운동에너지가 없어 평가 불가(주행 {km:,.0f} km)",
            f"not assessed: no positive kinetic energy ({km:,.0f} km driven)",
        )
    weight = km / (km + SHRINK_KM)
    worst = measured[0]
    return Mark(
        weight * own + (1 - weight) * MEDIAN_POINTS,
        f"{worst.reason_ko}, 주행 {km:,.0f} km(반영 {100 * weight:.0f} %, 나머지는 중앙값 {MEDIAN_POINTS:.0f}점)",
        f"{worst.reason_en}, {km:,.0f} km driven (counts {100 * weight:.0f} %, the rest is the median's"
        f" {MEDIAN_POINTS:.0f} points)",
        worst.value,
        worst.unit,
    )


METRIC = Metric(
    name="driving_habit",
    title_ko="운전 습관",
    title_en="Driving habit",
    weight=15,
    columns=COLUMNS,
    better={"driving_pke_m_s2": "lower", "driving_harsh_per_100km": "lower"},
    measure=measure,
    score=score,
    what_ko="속도를 올리는 데 쓴 에너지(양의 운동에너지)를 달린 거리로 나누어 보고, 1초 간격 자료에서는"
    " 급가속·급감속도 셉니다.",
    what_en="The energy put into gaining speed (positive kinetic energy) per distance; with rows every second, harsh"
    " accelerations and brakings as well.",
    source_ko="국토교통부·한국교통안전공단 운행기록장치 위험운전 기준과 사고 운전자 비교(2022-05), 뮌헨 공대의 BMW i3"
    " 공개 주행 기록",
    source_en="Dangerous-driving criteria for digital tachographs and comparison of drivers with accidents, Ministry"
    " of Land, Infrastructure and Transport with the Korea Transportation Safety Authority (2022-05); published drives"
    " of a BMW i3, Technical University of Munich",
    note_ko="수집 간격이 길면 급가속·급감속은 보이지 않으므로 세지 않고, 더 길면 운전 습관을 평가하지 않습니다.",
    note_en="With longer steps between rows harsh events go unseen and are not counted; with still longer ones driving"
    " is not assessed.",
)
