"""How far the vehicle goes on a kWh, against the figure its type is certified for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from baas.cars import CarType
from baas.cars.types import NUMBERS
from baas.history import History
from baas.maths.comfort import comfort_consumption
from baas.maths.histogram import weighted_mean
from baas.metrics import NAN, Cohort, Mark, Metric, Values, number, piecewise, text
from baas.schema import Column

#: ko: 공인 전비 대비 점수 [×100 % → 점]: 정함: 공인 전비를 그대로 내면 가장 좋은 등급의 경계, 그보다 1할 더 가면 만점
#: en: Points by share of the certified figure [×100 % → points]: chosen: the certified figure itself earns the border
#: of the best grade, a tenth more full marks
ANCHORS = ((0.5, 0.0), (0.7, 55.0), (0.85, 70.0), (1.0, 85.0), (1.1, 100.0))
#: ko: 필요한 주행 거리 [km]: 주행거리계는 크게는 1 km 단위로 오르므로 이만큼 달려야 2 % 안으로 알 수 있음
#: en: Distance needed [km]: odometers count in steps of 1 km at worst, so that this distance is known to 2 %
LEAST_KM = 50.0
#: ko: SOC로 잴 때 필요한 사용량 [%]: SOC는 1 % 단위로 오므로 이만큼 써야 5 % 안으로 알 수 있음
#: en: SOC used, where energy comes from SOC [%]: SOC comes in steps of 1 %, so that this much is known to 5 %
LEAST_DROP_PCT = 20.0
#: ko: 전압·전류로 잴 때 가장 긴 수집 간격 [초]: 정함: 오차를 잰 가장 긴 간격이 여기까지임
#: en: Longest step between rows for energy from voltage and current [s]: chosen: the longest step at which the error
#: was measured
LONGEST_STEP_S = 60.0
#: none measured below 10 s, so nothing is claimed below 2 s
#: ko: 수집 간격에 따라 낮게 나오는 정도 [초 → %]: 행과 행 사이의 회생 제동이 보이지 않음. BMW i3 공개 주행 기록
#: 60회(982 km)의 합계에서 잰 값이며, 설명에만 쓰고 점수는 고치지 않음
#: en: How much the figure reads low by step between rows [s → %]: recuperation between rows goes unseen. Measured on
#: the totals of 60 published drives of a BMW i3 (982 km); told beside the score, which is not changed by it
READS_LOW_PCT = ((2.0, 0.0), (10.0, 0.8), (30.0, 3.0), (60.0, 4.9))
#: ko: 비교에 필요한 같은 차종 [대]: 정함: 두 대뿐이면 서로가 서로의 기준이 됨
#: en: Vehicles of one type needed for a comparison [vehicles]: chosen: with two, each is the other's limit
LEAST_OF_TYPE = 3
_CERTIFIED = next(column for column in NUMBERS if column.name == "certified_km_per_kwh")
#: ko: 있을 수 있는 전비 [km/kWh]: 정함: 가장 낮은 공인 전비의 절반부터 가장 높은 것의 두 배까지. 벗어나면 운전이
#: 아니라 자료가 잘못된 것
#: en: Efficiency that can be true [km/kWh]: chosen: half the lowest to twice the highest certified figure; outside,
#: the data are at fault, not the driver
PLAUSIBLE_KM_PER_KWH = (0.5 * (_CERTIFIED.low or 0.0), 2 * (_CERTIFIED.high or np.inf))
#: ko: 믿는 차량의 배터리 건강도 값 [%]: 정함: 아직 달리는 차에서 있을 수 있는 범위만 씀
#: en: State of health told by the vehicle that is believed [%]: chosen: only what can be true of a vehicle that still
#: drives
PLAUSIBLE_SOH_PCT = (50.0, 100.0)

COLUMNS = (
    Column("efficiency_km_per_kwh", "float", "km/kWh", "driving efficiency as driven", "전비", *PLAUSIBLE_KM_PER_KWH),
    Column(
        "efficiency_comfort_km_per_kwh",
        "float",
        "km/kWh",
        "the same brought to 20 to 23 °C by the vehicle's own days",
        "기온 보정 전비",
        *PLAUSIBLE_KM_PER_KWH,
    ),
    Column("efficiency_basis", "text", "", "where the energy comes from: counter, power or soc", "전비 근거"),
    Column("efficiency_km", "float", "km", "distance it rests on", "전비 거리", 0),
    Column("efficiency_step_s", "float", "s", "mean step while driving, by that distance", "전비 수집 간격", 0),
    Column("efficiency_drop_pct", "float", "%", "SOC used, where the energy comes from SOC", "전비 SOC 사용량", 0),
    Column("efficiency_drive_temp_c", "float", "°C", "mean temperature while driving", "주행 중 평균 기온", -50, 90),
)


@dataclass(frozen=True)
class Source:
    """Distance and energy of the days that one way of measuring covers."""

    basis: str
    days: pd.DataFrame
    km: pd.Series
    kwh: pd.Series
    drop_pct: float = NAN

    @property
    def km_per_kwh(self) -> float:
        """Distance over energy; NaN without either or where the result cannot be true."""
        km, kwh = float(self.km.sum()), float(self.kwh.sum())
        value = km / kwh if km > 0 and kwh > 0 else NAN
        return value if PLAUSIBLE_KM_PER_KWH[0] <= value <= PLAUSIBLE_KM_PER_KWH[1] else NAN

    @property
    def is_enough(self) -> bool:
        """Whether it can be scored."""
        drop_enough = self.basis != "soc" or self.drop_pct >= LEAST_DROP_PCT
        return bool(np.isfinite(self.km_per_kwh) and float(self.km.sum()) >= LEAST_KM and drop_enough)


def _net(history: History, basis: str, km: str, out: str, back: str, longest_step_s: float) -> Source:
    """Energy taken out less energy recovered, over the days that know distance and both."""
    days = history.days[history.days["drive_step_s"].fillna(np.inf) <= longest_step_s]
    days = days.dropna(subset=[km, out, back])
    return Source(basis, days, days[km], days[out] - days[back])


def _from_soc(history: History) -> Source:
    """SOC used times usable energy, less what the BMS says the battery has aged (no ageing where it says nothing)."""
    days = history.days.dropna(subset=["soc_km", "soc_drop_pct"])
    low, high = PLAUSIBLE_SOH_PCT
    told = days["bms_soh_pct"].where(days["bms_soh_pct"].between(low, np.inf)).clip(upper=high).fillna(high)
    usable_kwh = history.car.usable_energy_kwh or NAN
    kwh = days["soc_drop_pct"] / 100 * told / 100 * usable_kwh
    return Source("soc", days, days["soc_km"], kwh, float(days["soc_drop_pct"].sum()))


def _source(history: History) -> Source | None:
    """The first way of measuring, in order of trust, that has enough to go by, else the one that saw most km."""
    sources = (
        _net(history, "counter", "counter_km", "counter_out_kwh", "counter_in_kwh", np.inf),
        _net(history, "power", "drive_km", "drive_out_kwh", "drive_in_kwh", LONGEST_STEP_S),
        _from_soc(history),
    )
    enough = [source for source in sources if source.is_enough]
    seen = sorted((s for s in sources if np.isfinite(s.km_per_kwh)), key=lambda s: -float(s.km.sum()))
    return next(iter(enough + seen), None)


def measure(history: History) -> Values:
    """The columns of this metric for one vehicle."""
    source = _source(history)
    if source is None:
        return {column.name: "" if column.dtype == "text" else NAN for column in COLUMNS}
    km, kwh, warmth, steps = (
        np.asarray(column, dtype=np.float64)
        for column in (source.km, source.kwh, source.days["drive_ext_temp_c"], source.days["drive_step_s"])
    )
    comfort = comfort_consumption(km, kwh, warmth)
    low, high = PLAUSIBLE_KM_PER_KWH
    return {
        "efficiency_km_per_kwh": source.km_per_kwh,
        "efficiency_comfort_km_per_kwh": 1 / comfort if 1 / high <= comfort <= 1 / low else NAN,
        "efficiency_basis": source.basis,
        "efficiency_km": float(km.sum()),
        "efficiency_step_s": weighted_mean(steps, km),
        "efficiency_drop_pct": source.drop_pct,
        "efficiency_drive_temp_c": weighted_mean(warmth, km),
    }


def _certified(car: CarType, cohort: Cohort) -> tuple[float, str, str]:
    """What the efficiency is held against, and its name; NaN when there is nothing."""
    if car.certified_efficiency:
        return car.certified_efficiency, "공인", "certified"
    comfort = cohort.numbers("efficiency_comfort_km_per_kwh")
    driven = np.where(np.isfinite(comfort), comfort, cohort.numbers("efficiency_km_per_kwh"))
    driven = driven[np.isfinite(driven) & (cohort.numbers("efficiency_km") >= LEAST_KM)]
    if len(driven) < LEAST_OF_TYPE:
        return NAN, "", ""
    return float(np.median(driven)), f"동일 차종 {len(driven)}대 중앙값", f"median of {len(driven)} of its type"


def _basis(values: Values) -> tuple[str, str]:
    """Where the energy comes from, and by how much that misleads."""
    basis, step = text(values, "efficiency_basis"), number(values, "efficiency_step_s")
    if basis == "power" and np.isfinite(step):
        low = piecewise(step, READS_LOW_PCT)
        return (
            f"전압·전류 적분, 간격 {step:.0f} s라 약 {low:.1f} % 낮게 나옴",
            f"integral of power at {step:.0f} s steps, reads about {low:.1f} % low",
        )
    if basis == "soc":
        drop = number(values, "efficiency_drop_pct")
        return f"SOC {drop:,.0f} % 사용량 추정", f"estimated from {drop:,.0f} % of SOC used"
    return {
        "counter": ("에너지 계수기", "energy counters"),
        "power": ("전압·전류 적분", "integral of power"),
    }.get(basis, ("근거 미기재", "basis not told"))


def _warmth(values: Values) -> tuple[str, str]:
    """Whether outside temperature is taken out of it."""
    if np.isfinite(number(values, "efficiency_comfort_km_per_kwh")):
        raw = number(values, "efficiency_km_per_kwh")
        driven = (f"(보정 전 {raw:.2f})", f" (as driven {raw:.2f})") if np.isfinite(raw) else ("", "")
        return f"기온 보정{driven[0]}", f"corrected for temperature{driven[1]}"
    mean = number(values, "efficiency_drive_temp_c")
    if np.isfinite(mean):
        return f"기온 보정 없음(주행 평균 {mean:.0f} °C)", f"not corrected for temperature (mean {mean:.0f} °C)"
    return "기온 보정 없음", "not corrected for temperature"


def _refusal(values: Values, value: float, limit: float) -> Mark | None:
    """Why there is no mark, if so."""
    km = number(values, "efficiency_km")
    if not (np.isfinite(value) and km >= LEAST_KM):
        seen = km if np.isfinite(km) else 0.0
        return Mark(
            NAN,
            f"에너지를 잰 주행 {seen:,.0f} km(필요 {LEAST_KM:.0f} km)라 평가 불가",
            f"not assessed: {seen:,.0f} km driven with known energy (needs {LEAST_KM:.0f} km)",
        )
    drop = number(values, "efficiency_drop_pct")
    if text(values, "efficiency_basis") == "soc" and not drop >= LEAST_DROP_PCT:
        drop = drop if np.isfinite(drop) else 0.0
        return Mark(
            NAN,
            f"SOC 사용량 {drop:.0f} %(필요 {LEAST_DROP_PCT:.0f} %)라 평가 불가",
            f"not assessed: {drop:.0f} % of SOC used (needs {LEAST_DROP_PCT:.0f} %)",
        )
    if not np.isfinite(limit):
        return Mark(
            NAN,
            f"공인 전비를 모르고 동일 차종이 {LEAST_OF_TYPE}대 미만이라 평가 불가"
            f"(측정 {value:.2f} km/kWh, {km:,.0f} km)",
            f"not assessed: no certified figure and fewer than {LEAST_OF_TYPE} of its type"
            f" (measured {value:.2f} km/kWh over {km:,.0f} km)",
            value,
            "km/kWh",
        )
    return None


def score(values: Values, car: CarType, cohort: Cohort) -> Mark:
    """Points for efficiency against the certified figure of the type, else against the median of its type."""
    comfort = number(values, "efficiency_comfort_km_per_kwh")
    value = comfort if np.isfinite(comfort) else number(values, "efficiency_km_per_kwh")
    limit, name_ko, name_en = _certified(car, cohort)
    if (refusal := _refusal(values, value, limit)) is not None:
        return refusal
    km, (basis_ko, basis_en), (warm_ko, warm_en) = number(values, "efficiency_km"), _basis(values), _warmth(values)
    share, full = 100 * value / limit, 100 * ANCHORS[-1][0]
    return Mark(
        piecewise(value / limit, ANCHORS),
        f"전비 {value:.2f} km/kWh({name_ko} {limit:.2f}의 {share:.0f} %, 만점 {full:.0f} %),"
        f" {km:,.0f} km, {basis_ko}, {warm_ko}",
        f"{value:.2f} km/kWh ({share:.0f} % of {name_en} {limit:.2f}, full marks at {full:.0f} %)"
        f" over {km:,.0f} km, {basis_en}, {warm_en}",
        value,
        "km/kWh",
    )


METRIC = Metric(
    name="efficiency",
    title_ko="전비",
    title_en="Efficiency",
    weight=20,
    columns=COLUMNS,
    better={"efficiency_km_per_kwh": "higher", "efficiency_comfort_km_per_kwh": "higher"},
    measure=measure,
    score=score,
    what_ko="1 kWh로 몇 km를 가는지를 그 차종의 공인 전비와 견줍니다. 공인 전비를 모르면 같은 차종의 중앙값과"
    " 견줍니다.",
    what_en="How far the vehicle goes on a kWh, against the certified figure of its type, else the median of its type.",
    source_ko="차종 자료의 국내 공인 전비. 점수 구간은 정함",
    source_en="Korean certified efficiency in the car type files; anchors chosen",
    note_ko="전력량은 차량의 누적 계수기, 전압·전류 적분, SOC 사용량 순으로 믿을 만한 것을 씁니다.",
    note_en="Energy comes from the vehicle's own counters, else from voltage and current, else from the SOC used.",
)
