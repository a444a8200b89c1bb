"""How the vehicle is charged and parked: fast charging, parking full, running empty, charging fast when cold or hot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from baas.cars import CarType
from baas.history import History
from baas.maths.parked_soc import parked_seconds, share_above
from baas.metrics import NAN, Cohort, Mark, Metric, Part, Values, combined, number, piecewise, text
from baas.schema import Column

#: ko: 부분별 비중(급속 비중, 가득 찬 채 주차, 거의 비움, 춥거나 더울 때 급속) [×100 %]: 정함: 늘 쌓이는 앞의 둘이
#: 가끔 생기는 뒤의 둘보다 무거움
#: en: Weights (DC share, parking full, running empty, DC in cold or heat) [×100 %]: chosen: the first two add up all
#: the time, the last two now and then
DC_WEIGHT, FULL_WEIGHT, EMPTY_WEIGHT, STRESS_WEIGHT = 0.35, 0.35, 0.15, 0.15
#: ko: 급속 충전 비중에 따른 점수 [% → 점]: Geotab 2026(전기차 22,700대): 급속 12 % 미만은 연 1.5 %, 40 %를 넘고 100
#: kW도 넘으면 연 3.0 % 줄었음. 점수는 정함
#: en: Points by share of DC charging [% → points]: Geotab 2026 (22,700 EVs): 1.5 % lost a year below 12 % DC, 3.0 %
#: above 40 % DC at more than 100 kW. Points chosen
DC_ANCHORS = ((12.0, 100.0), (40.0, 60.0), (80.0, 30.0))
#: ko: 가득 찬 채 주차한 시간의 비율에 따른 점수 [% → 점]: Keil 외(2016): 보관 중 노화는 SOC에 비례하지 않고 계단처럼
#: 늘어남. 그래서 높은 구간의 시간만 셈. 점수는 정함
#: en: Points by share of time parked full [% → points]: Keil et al. (2016): ageing at rest rises in steps of SOC, not
#: in proportion, so that time in the high band counts. Points chosen
FULL_ANCHORS = ((5.0, 100.0), (20.0, 70.0), (50.0, 30.0))
#: ko: 30일에 거의 비운 횟수에 따른 점수 [회 → 점]: 정함: 가끔은 피할 수 없으나 매주라면 습관
#: en: Points by times nearly empty in 30 days [times → points]: chosen: now and then cannot be helped, every week is
#: a habit
EMPTY_ANCHORS = ((0.0, 100.0), (4.0, 60.0), (12.0, 0.0))
#: ko: 춥거나 더울 때 급속 충전한 비율에 따른 점수 [% → 점]: 정함: 추우면 리튬 석출, 더우면 노화가 빨라지므로 몇
#: 번만으로도 점수를 잃음
#: en: Points by share of DC charges in the cold or the heat [% → points]: chosen: cold plates lithium and heat speeds
#: up ageing, so that a few already cost points
STRESS_ANCHORS = ((0.0, 100.0), (10.0, 60.0), (30.0, 0.0))
#: ko: 급속 출력이 높을 때 더 깎는 점수 [kW → 점]: Geotab 2026: 100 kW를 넘는 급속이 더 빨리 줄였음. 깎는 점수는 정함.
#: 1 kW 차이로 점수가 뛰지 않게 서서히 늘림
#: en: What high power of DC charging costs on top [kW → points]: Geotab 2026: batteries charged above 100 kW lost
#: more. Points chosen, rising slowly so that no kilowatt makes a jump
POWER_ANCHORS = ((100.0, 0.0), (120.0, 10.0))
#: ko: 배터리 크기에 견준 충전 속도(C-rate)가 높을 때 더 깎는 점수 [C → 점]: 정함: 작은 배터리는 낮은 출력에서도 같은
#: 부담을 받음
#: en: What a high C-rate of DC charging costs on top [C → points]: chosen: a small battery bears the same burden at
#: less power
C_RATE_ANCHORS = ((1.5, 0.0), (1.8, 10.0))
#: ko: 높은 출력이 모두 반영되는 급속 비중 [%]: 정함: 급속이 드물면 그 출력도 조금만 반영
#: en: DC share from which high power counts in full [%]: chosen: where DC is rare its power counts little
COUNTS_FULLY_FROM_PCT = 12.0
#: ko: 가득 찼다고 보는 SOC [%]: 정함: Keil 외(2016)가 보인 높은 구간 안
#: en: SOC counted as full [%]: chosen: within the high band of Keil et al. (2016)
FULL_SOC_PCT = 90.0
#: ko: 급속 충전에 춥다고 보는 배터리 온도 [°C]: 정함: 리튬이 석출되기 쉬운 온도
#: en: Battery temperature too cold for DC charging [°C]: chosen: where lithium plates easily
COLD_C = 10.0
#: ko: 급속 충전에 덥다고 보는 배터리 온도 [°C]: 정함: 충전으로 더 데워지면 노화가 빨라지는 온도
#: en: Battery temperature too hot for DC charging [°C]: chosen: where the warmth of charging speeds up ageing
HOT_C = 40.0
#: ko: 필요한 기간 [일]: 정함: 두 주에는 모든 요일이 두 번 들어감
#: en: Days needed from first to last row [days]: chosen: two weeks hold every weekday twice
LEAST_DAYS = 14.0
#: ko: 필요한 충전 [회]: 정함: 더 적으면 비율을 말할 수 없음
#: en: Charges needed [charges]: chosen: on fewer a share is not worth telling
LEAST_CHARGES = 5
#: ko: 필요한 주차 시간 [시간]: 정함: 하루치
#: en: Parked time needed [h]: chosen: a day
LEAST_PARKED_H = 24.0
#: ko: 가득 찬 채 주차한 비율의 가장 큰 오차 [±%]: 정함: 점수표 첫 두 값의 거리. 더 불확실하면 평가에서 뺌
#: en: Most uncertainty of the share parked full [±%]: chosen: the distance of the first two values of its table;
#: beyond it the share is left out
MOST_OFF_PCT = 15.0
#: inner: chosen: what does not show in whole percent need not be told
LEAST_OFF_TOLD_PCT = 0.5
#: ko: 급속·완속을 모르는 충전량의 한도 [%]: 정함: 절반을 넘으면 급속 비중을 알 수 없음
#: en: Most energy of unknown mode, AC or DC [%]: chosen: beyond half the DC share could be anything
MOST_UNKNOWN_PCT = 50.0

COLUMNS = (
    Column("charging_dc_pct", "float", "%", "share of energy, else of charges, charged by DC", "급속 비중", 0, 100),
    Column("charging_dc_basis", "text", "", "what that share is of: energy or count", "급속 비중 근거"),
    Column("charging_unknown_pct", "float", "%", "energy charged in unknown mode", "방식 미상 비중", 0, 100),
    Column("charging_charges", "int", "", "charges seen or counted by the vehicle", "충전 횟수", 0),
    Column("charging_dc_kw", "float", "kW", "median power of the DC charges", "급속 중앙 출력", 0, 600),
    Column(
        "charging_dc_c_rate", "float", "1/h", "median of the highest C-rates of the DC charges", "급속 C-rate", 0, 20
    ),
    Column("charging_full_pct", "float", "%", "parked time above 90 % SOC", "90 % 초과 주차", 0, 100),
    Column("charging_full_within_pct", "float", "%", "how far that share can be off", "90 % 초과 주차 오차", 0, 50),
    Column("charging_parked_h", "float", "h", "parked time, seen or in gaps with known SOC around", "주차 시간", 0),
    Column("charging_empty_per_30d", "float", "1/30 d", "times SOC fell below 10 % per 30 days", "저 SOC 진입", 0),
    Column("charging_stress_pct", "float", "%", "charges by DC below 10 or above 40 °C", "저온·고온 급속", 0, 100),
    Column("charging_stress_charges", "int", "", "charges that share rests on", "저온·고온 판정 충전", 0),
    Column("charging_span_days", "float", "d", "days from first to last row", "충전 기간", 0),
)


def _charges(history: History) -> pd.DataFrame:
    """Charges with `mode` as text and `gained`, the energy put in as percent of SOC.

    SOC is the one measure that every charge has, seen or inferred, and within one vehicle it is proportional to
    energy. Only where no charge has it does the energy counter, else the integral of power, take its place.
    """
    charges = history.sessions[history.sessions["kind"] == "charge"]
    numbers = charges[
        ["start_soc_pct", "end_soc_pct", "counter_in_kwh", "in_kwh", "median_kw", "max_c_rate", "mean_temp_c"]
    ].apply(pd.to_numeric, errors="coerce")
    gained = (numbers["end_soc_pct"] - numbers["start_soc_pct"]).clip(lower=0)
    if not gained.sum() > 0:
        gained = numbers["counter_in_kwh"].fillna(numbers["in_kwh"]).clip(lower=0)
    mode = charges["mode"].where(charges["mode"].isin(["ac", "dc"]), "unknown").astype(str)
    return pd.DataFrame(numbers.assign(mode=mode, gained=gained))


def _counted(history: History, name: str) -> float:
    """Rise of a counter of the vehicle from its first to its last reading; NaN without two or when it fell."""
    days = np.asarray(history.days[[f"{name}_first", f"{name}_last"]].dropna(), dtype=np.float64)
    rise = float(days[-1, 1] - days[0, 0]) if len(days) else NAN
    return rise if rise >= 0 else NAN


def _dc_share(history: History, charges: pd.DataFrame) -> dict[str, float | str]:
    """DC share of the energy of known mode; where most of it is of unknown mode, of the charges that were counted."""
    by_mode = charges.groupby("mode")["gained"].sum()
    dc, ac, unknown = (float(by_mode.get(mode, 0.0)) for mode in ("dc", "ac", "unknown"))
    total = dc + ac + unknown
    unknown_pct = 100 * unknown / total if total > 0 else NAN
    if dc + ac > 0 and unknown_pct <= MOST_UNKNOWN_PCT:
        return {
            "charging_dc_pct": 100 * dc / (dc + ac),
            "charging_dc_basis": "energy",
            "charging_unknown_pct": unknown_pct,
        }
    counted, quick = _counted(history, "charges"), _counted(history, "quick_charges")
    if counted >= LEAST_CHARGES and quick <= counted:
        return {
            "charging_dc_pct": 100 * quick / counted,
            "charging_dc_basis": "count",
            "charging_unknown_pct": unknown_pct,
        }
    return {"charging_dc_pct": NAN, "charging_dc_basis": "", "charging_unknown_pct": unknown_pct}


def _stress(charges: pd.DataFrame, knows_rated_ah: bool) -> dict[str, float]:
    """Power of the DC charges, and the share of all charges of known mode that were DC in the cold or the heat.

    C-rates mean something only where the rated Ah of the type are known.
    """
    dc = charges[charges["mode"] == "dc"]
    rates = dc["max_c_rate"].dropna() if knows_rated_ah else dc["max_c_rate"].iloc[:0]
    known = charges[(charges["mode"] != "unknown") & charges["mean_temp_c"].notna()]
    harmful = (known["mode"] == "dc") & ((known["mean_temp_c"] < COLD_C) | (known["mean_temp_c"] > HOT_C))
    return {
        "charging_dc_kw": float(dc["median_kw"].median()) if dc["median_kw"].notna().any() else NAN,
        "charging_dc_c_rate": float(rates.median()) if len(rates) else NAN,
        "charging_stress_pct": 100 * float(harmful.mean()) if len(known) else NAN,
        "charging_stress_charges": float(len(known)),
    }


def measure(history: History) -> Values:
    """The columns of this metric for one vehicle."""
    charges = _charges(history)
    span = history.span_days if len(history.days) else NAN
    knows_soc = history.days["soc_min_pct"].notna().any()
    full_pct, within_pct = share_above(history.arrays, FULL_SOC_PCT)
    return {
        **_dc_share(history, charges),
        **_stress(charges, history.car.rated_ah is not None),
        "charging_full_pct": full_pct,
        "charging_full_within_pct": within_pct,
        "charging_parked_h": float(parked_seconds(history.arrays).sum()) / 3600,
        "charging_charges": float(np.fmax(len(charges), _counted(history, "charges"))),
        "charging_empty_per_30d": history.sum("low_soc_events") / span * 30 if knows_soc else NAN,
        "charging_span_days": span,
    }


def _dc_part(values: Values) -> Part:
    """Points of the DC share, less what high power costs; `basis` says whether of energy or of charges."""
    share, power = number(values, "charging_dc_pct"), number(values, "charging_dc_kw")
    costs = (piecewise(power, POWER_ANCHORS), piecewise(number(values, "charging_dc_c_rate"), C_RATE_ANCHORS))
    cost = max((each for each in costs if np.isfinite(each)), default=0.0)
    points = piecewise(share, DC_ANCHORS) - cost * min(1.0, max(0.0, share) / COUNTS_FULLY_FROM_PCT)
    counted = text(values, "charging_dc_basis") == "count"
    of_ko, of_en = ("충전 횟수", "charges") if counted else ("충전량", "energy")
    at_ko, at_en = (f", 중앙 출력 {power:.0f} kW", f", median {power:.0f} kW") if np.isfinite(power) else ("", "")
    return Part(
        DC_WEIGHT,
        max(0.0, points) if np.isfinite(points) else NAN,
        share,
        "%",
        f"급속 비중 {of_ko} {share:.0f} %(기준 {DC_ANCHORS[0][0]:.0f} %{at_ko})",
        f"{share:.0f} % of {of_en} by DC (limit {DC_ANCHORS[0][0]:.0f} %{at_en})",
    )


def _full_part(values: Values) -> Part:
    share, hours = number(values, "charging_full_pct"), number(values, "charging_parked_h")
    off = number(values, "charging_full_within_pct")
    told = f"{share:.0f}±{off:.0f} %" if off >= LEAST_OFF_TOLD_PCT else f"{share:.0f} %"
    return Part(
        FULL_WEIGHT,
        piecewise(share, FULL_ANCHORS) if hours >= LEAST_PARKED_H and not off > MOST_OFF_PCT else NAN,
        share,
        "%",
        f"SOC 90 % 초과 주차 {told}(기준 {FULL_ANCHORS[0][0]:.0f} %), 주차 {hours:,.0f}시간",
        f"parked above 90 % SOC {told} of the time (limit {FULL_ANCHORS[0][0]:.0f} %), {hours:,.0f} h parked",
    )


def _parts(values: Values, car: CarType) -> list[Part]:
    """The parts that apply: LFP cells may, even should, be charged full, so parking full is no part of theirs.

    DC share and parking full carry 0.35 each; `combined` asks for half of what applies, so that one of them must be
    known, and with LFP the DC share.
    """
    empty, stress = number(values, "charging_empty_per_30d"), number(values, "charging_stress_pct")
    charges = number(values, "charging_stress_charges")
    parts = [
        _dc_part(values),
        _full_part(values),
        Part(
            EMPTY_WEIGHT,
            piecewise(empty, EMPTY_ANCHORS),
            empty,
            "1/30 d",
            f"SOC 10 % 미만 30일당 {empty:.1f}회(기준 0회)",
            f"SOC below 10 % {empty:.1f} times per 30 days (limit 0)",
        ),
        Part(
            STRESS_WEIGHT,
            piecewise(stress, STRESS_ANCHORS) if charges >= LEAST_CHARGES else NAN,
            stress,
            "%",
            f"10 °C 미만·40 °C 초과 급속 {stress:.0f} %(기준 0 %)",
            f"{stress:.0f} % of charges by DC below 10 or above 40 °C (limit 0 %)",
        ),
    ]
    return [parts[0], *parts[2:]] if car.chemistry == "LFP" else parts


def _unknown(values: Values, car: CarType) -> tuple[str, str]:
    """What is said of the shares that are not known well enough to count."""
    unknown, off = number(values, "charging_unknown_pct"), number(values, "charging_full_within_pct")
    ko, en = "", ""
    if not np.isfinite(number(values, "charging_dc_pct")):
        ko, en = (
            (f", 방식 미상 {unknown:.0f} %라 급속 비중 제외", f", DC share left out ({unknown:.0f} % of unknown mode)")
            if np.isfinite(unknown)
            else (", 급속 비중 알 수 없음", ", DC share unknown")
        )
    if off > MOST_OFF_PCT and car.chemistry != "LFP":
        ko += f", 충전이 공백에 가려 오차 ±{off:.0f} %라 주차 SOC 제외"
        en += f", parking full left out (gaps hide charges: ±{off:.0f} %)"
    return ko, en


def score(values: Values, car: CarType, cohort: Cohort) -> Mark:  # noqa: ARG001  (ageing is judged absolutely)
    """Points for charging and parking."""
    span, charges = number(values, "charging_span_days"), number(values, "charging_charges")
    if not (span >= LEAST_DAYS and charges >= LEAST_CHARGES):
        seen = np.nan_to_num(np.array([span, charges]))
        return Mark(
            NAN,
            f"{seen[0]:.0f}일, 충전 {seen[1]:.0f}회(필요 {LEAST_DAYS:.0f}일, {LEAST_CHARGES}회)라 평가 불가",
            f"not assessed: charges seen: {seen[1]:.0f} (needs {LEAST_CHARGES}),"
            f" days: {seen[0]:.0f} (needs {LEAST_DAYS:.0f})",
        )
    points, measured = combined(_parts(values, car))
    missing = _unknown(values, car)
    if not np.isfinite(points):
        return Mark(
            NAN,
            f"급속 비중과 주차 SOC 중 잴 수 있는 것이 부족해 평가 불가(충전 {charges:.0f}회{missing[0]})",
            f"not assessed: too little known of DC share and parked SOC ({charges:.0f} charges{missing[1]})",
        )
    worst, lfp = measured[0], car.chemistry == "LFP"
    return Mark(
        points,
        f"{worst.reason_ko}, {span:.0f}일 충전 {charges:.0f}회{missing[0]}{', LFP라 만충 주차 제외' if lfp else ''}",
        f"{worst.reason_en}, {charges:.0f} charges in {span:.0f} days{missing[1]}"
        f"{', parking full does not count for LFP' if lfp else ''}",
        worst.value,
        worst.unit,
    )


METRIC = Metric(
    name="charging_pattern",
    title_ko="충전 습관",
    title_en="Charging pattern",
    weight=20,
    columns=COLUMNS,
    better={
        "charging_dc_pct": "lower",
        "charging_dc_kw": "lower",
        "charging_dc_c_rate": "lower",
        "charging_full_pct": "lower",
        "charging_empty_per_30d": "lower",
        "charging_stress_pct": "lower",
    },
    measure=measure,
    score=score,
    what_ko="급속 충전의 비중, 가득 찬 채 세워 둔 시간, 거의 비운 횟수, 춥거나 더울 때의 급속 충전을 봅니다.",
    what_en="Share of DC charging, time parked full, times nearly empty, and DC charging in the cold or the heat.",
    source_ko="Geotab 전기차 배터리 건강 분석(22,700대, 2026); Keil 외, Journal of The Electrochemical Society 163"
    " (2016) A1872. 점수 구간은 이를 바탕으로 정함",
    source_en="Geotab, analysis of EV battery health (22,700 vehicles, 2026); Keil et al., Journal of The"
    " Electrochemical Society 163 (2016) A1872; anchors chosen from these",
    note_ko="주차 시간은 서 있는 동안 보낸 자료와, 주행거리가 늘지 않은 공백을 셉니다. 공백 안에 충전이 숨어 있으면"
    " SOC는 양 끝 사이에 있었으므로, 양 끝이 모두 기준보다 높으면 전부, 모두 낮으면 0, 아니면 절반을 가득 찬 시간으로"
    " 치고 오차를 함께 적습니다. 차가 움직인 공백은 세지 않습니다. LFP 배터리는 완충이 해롭지 않으므로 가득 찬 채"
    " 주차는 보지 않습니다.",
    note_en="Parked time is what was sent while standing, and gaps over which the odometer did not move. Where a"
    " charge hides in such a gap its SOC lay between that of both ends: all of it counts as full when both are above"
    " the limit, none when both are below, else half of it, and the share is told with how far it can be off. Gaps in"
    " which the vehicle went away count as nothing. LFP batteries may be charged full, so that parking full is no part"
    " of theirs.",
)
