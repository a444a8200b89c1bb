"""Fixed words of the result files in the languages of the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from baas.web.view import View

GRADES = ("A", "B", "C", "D", "")
SEVERITIES = ("critical", "warning", "info")
KINDS = ("battery", "mileage", "charging", "data")
STATUSES = ("scored", "provisional", "not_assessed")

_GRADE = {
    "A": ("매우 좋음", "very good"),
    "B": ("좋음", "good"),
    "C": ("보통", "fair"),
    "D": ("나쁨", "poor"),
    "": ("평가 불가", "not assessed"),
}
_WORDS = {
    "critical": ("위험", "critical"),
    "warning": ("경고", "warning"),
    "info": ("참고", "info"),
    "battery": ("배터리", "battery"),
    "mileage": ("주행거리", "mileage"),
    "charging": ("충전", "charging"),
    "data": ("데이터", "data"),
    "scored": ("평가", "scored"),
    "provisional": ("잠정", "provisional"),
    "not_assessed": ("평가 불가", "not assessed"),
    "model_year": ("연식 감점", "Model year"),
    "safety_cap": ("안전 상한", "Safety cap"),
    "coverage_cap": ("평가 범위 상한", "Coverage cap"),
    "charge_positive": ("충전이 +", "charging is +"),
    "discharge_positive": ("방전이 +", "discharging is +"),
    "unknown": ("알 수 없음", "unknown"),
    "drive": ("주행", "drive"),
    "charge": ("충전", "charge"),
    "rest": ("주차", "rest"),
    "ac": ("완속", "AC"),
    "dc": ("급속", "DC"),
    "read": ("읽음", "read"),
    "empty": ("빈 파일", "empty"),
    "skipped": ("건너뜀", "skipped"),
    "foreign": ("다른 자료", "other content"),
    "table": ("결과표", "table"),
    "unreadable": ("읽을 수 없음", "unreadable"),
    "archive_limit": ("압축 한도 초과", "archive too large"),
    "out_of_range": ("범위를 벗어난 값", "out of range"),
    "filler": ("채움값", "filler values"),
    "spike": ("튀는 값", "spikes"),
    "counter_break": ("계수기 끊김", "counter break"),
    "stuck_sensor": ("멈춘 센서", "stuck sensor"),
    "silent": ("수신 없음", "silent"),
    "clock_jump": ("시계 이상", "clock jump"),
    "sign_unsure": ("전류 부호 불확실", "current sign unsure"),
    "cell_sum_mismatch": ("셀 합과 팩 전압 불일치", "cell sum mismatch"),
    "self_discharge_cell": ("자가방전 셀", "self-discharging cell"),
    "weak_cell": ("약한 셀", "weak cell"),
    "high_resistance_cell": ("저항이 큰 셀", "high-resistance cell"),
    "cell_imbalance": ("셀 불균형", "cell imbalance"),
    "hot_module": ("뜨거운 모듈", "hot module"),
    "thermal_event": ("급격한 온도 상승", "thermal event"),
    "voltage_collapse": ("전압 붕괴", "voltage collapse"),
    "insulation_drop": ("절연 저항 저하", "insulation drop"),
    "soc_error": ("SOC 오차", "SOC error"),
    "soh_disagreement": ("SOH 불일치", "SOH disagreement"),
    "knee": ("급격한 열화", "knee"),
    "pack_replaced": ("배터리 교체", "pack replaced"),
    "odometer_rollback": ("주행거리 감소", "odometer rollback"),
    "odometer_reset": ("주행거리 초기화", "odometer reset"),
    "odometer_freeze": ("주행거리 멈춤", "odometer freeze"),
    "odometer_jump": ("주행거리 급증", "odometer jump"),
    "odometer_scale": ("주행거리 단위 이상", "odometer scale"),
    "gps_conflict": ("GPS와 불일치", "conflict with GPS"),
    "frequent_dc": ("잦은 급속 충전", "frequent DC"),
    "parked_full": ("완충 상태 주차", "parked full"),
    "deep_discharge": ("과방전", "deep discharge"),
    "hot_or_cold_dc": ("고온·저온 급속 충전", "DC when hot or cold"),
}


def word(view: View, name: str) -> str:
    """A fixed word of the result files as people read it; an unknown one as it is written."""
    return view.say(*_WORDS[name]) if name in _WORDS else name.replace("_", " ")


def grade_word(view: View, letter: str) -> str:
    """The name of a grade."""
    return view.say(*_GRADE.get(letter, _GRADE[""]))


def grade_label(view: View, letter: str) -> str:
    """A grade as it is read aloud."""
    return f"{letter} {grade_word(view, letter)}".strip()


def told(view: View, row: Any, name: str) -> str:
    """A text column that has a twin in English: `name` and `name_en`."""
    other = row.get(f"{name}_en") or ""
    return str(row.get(name) or other) if view.lang == "ko" else str(other or row.get(name) or "")


def reason(view: View, row: Any) -> str:
    """The reason of a score line."""
    return str(row["reason_ko"] if view.lang == "ko" else row["reason_en"] or row["reason_ko"])


def metric_titles(view: View, documents: Any) -> dict[str, str]:
    """Metric name -> title, by falling weight, as the run knows them."""
    metrics = (documents.get("methods") or {}).get("metrics", ())
    return {metric["name"]: view.say(metric["title_ko"], metric["title_en"]) for metric in metrics}


def line_title(view: View, documents: Any, line: str) -> str:
    """The title of a score line: a metric's, or that of a deduction or cap."""
    return metric_titles(view, documents).get(line) or word(view, line)


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence in a row."""
    return " · ".join(part for part in parts if part)


_TONES = {"A": "good", "B": "fair", "C": "poor", "D": "bad", "": "quiet"}

#: grade letters with the least points of each, the best first, as the run tells them
Borders = Sequence[tuple[str, float]]


def grade_tone(letter: str) -> str:
    """The class that colours a grade."""
    return _TONES.get(letter, "quiet")


def score_tone(points: float | None, borders: Borders) -> str:
    """The class that colours points of 100, by the borders of the grades."""
    if points is None:
        return "quiet"
    return next((grade_tone(letter) for letter, least in borders if points >= least), "")
