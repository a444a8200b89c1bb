"""The files in results/: a contract with people and other programs."""

from baas.schema import Column, Table


def _text(name: str, doc: str, ko: str) -> Column:
    return Column(name, "text", "", doc, ko)


def _num(name: str, unit: str, doc: str, ko: str, low: float | None = None, high: float | None = None) -> Column:
    return Column(name, "float", unit, doc, ko, low, high)


def _count(name: str, doc: str, ko: str) -> Column:
    return Column(name, "int", "", doc, ko, 0)


def _time(name: str, doc: str, ko: str) -> Column:
    return Column(name, "time", "", doc, ko)


_DEVICE = _text("device_no", "device number", "단말 번호")

VEHICLE_SCORES = Table(
    "vehicle_scores",
    "one vehicle",
    ("device_no",),
    (
        _DEVICE,
        _text("car_type", "car type", "차종"),
        Column("model_year", "int", "", "model year", "연식", 1990, 2100),
        _time("first_time", "first row, local time", "첫 시각"),
        _time("last_time", "last row, local time", "마지막 시각"),
        _count("days", "days with rows", "수집 일수"),
        _num("distance_km", "km", "odometer distance in the period", "주행 거리", 0),
        _num("efficiency_km_per_kwh", "km/kWh", "driving efficiency", "전비", 0),
        _num("efficiency_score", "points", "points for efficiency", "전비 점수", 0, 100),
        _num("mean_temp_c", "°C", "mean module temperature over time", "평균 배터리 온도"),
        _num("temperature_score", "points", "points for temperature", "온도 점수", 0, 100),
        _num("cell_imbalance_v", "V", "spread of cell voltages at rest, 95th percentile", "셀 불균형", 0),
        _num("cell_imbalance_score", "points", "points for cell imbalance", "셀 불균형 점수", 0, 100),
        _num("driving_habit_score", "points", "points for driving habit", "운전 습관 점수", 0, 100),
        _num("charging_pattern_score", "points", "points for charging pattern", "충전 습관 점수", 0, 100),
        _num("base_score", "points", "weighted mean of the assessed metrics", "기본 점수", 0, 100),
        _num("model_year_deduction", "points", "points deducted for age", "연식 감점", 0, 100),
        _num("total_score", "points", "base score less the deduction", "총점", 0, 100),
        _text("grade", "A, B, C, D or empty", "등급"),
        _text("grade_name", "the grade in words", "등급 이름"),
        _num("coverage", "share", "share of the weights that could be assessed", "평가 범위", 0, 1),
        _text("status", "scored, provisional or not_assessed", "상태"),
        _text("main_reason", "what costs most, with number and limit", "주요 사유"),
        _text("main_reason_en", "the same in English", "주요 사유(영문)"),
    ),
)

SCORE_LINES = Table(
    "score_lines",
    "one line of one vehicle's score: a metric, the deduction or the cap",
    ("device_no", "line"),
    (
        _DEVICE,
        _text("line", "metric name, model_year, safety_cap or coverage_cap", "항목"),
        _num("value", "", "the deciding number", "값"),
        _text("unit", "its unit", "단위"),
        _num("points", "points", "points of the metric, empty when not assessed", "점수", 0, 100),
        _num("weight", "share", "share of the total weight after rescaling to the assessed metrics", "가중치", 0, 1),
        _num("points_lost", "points", "points this line takes from 100", "감점"),
        _text("reason_ko", "why, in Korean", "사유"),
        _text("reason_en", "why, in English", "사유(영문)"),
    ),
)

DATA_QUALITY = Table(
    "data_quality",
    "one vehicle",
    ("device_no",),
    (
        _DEVICE,
        _count("rows_read", "rows that name this device, plus nothing else; the sum of the next four", "읽은 행"),
        _count("rows_used", "rows used, of the period asked for", "사용한 행"),
        _count("rows_duplicate", "rows of the period that repeat a time of the device", "중복 행"),
        _count("rows_rejected", "rows refused after parsing, whatever their day", "제외한 행"),
        _count("rows_outside_period", "rows outside the period asked for by --from and --to", "기간 밖 행"),
        _num("sampling_s", "s", "median step between rows", "수집 간격", 0),
        _num(
            "completeness_pct", "%", "share of the period that was sent or demonstrably stood still", "완전성", 0, 100
        ),
        _text(
            "current_sign",
            "charge_positive, discharge_positive or unknown, of the raw feed by all its days",
            "전류 부호",
        ),
        _num("current_sign_confidence", "share", "how sure the sign is, 0.5 is a coin toss", "전류 부호 확신도", 0, 1),
        _time("first_time", "first row, local time", "첫 시각"),
        _time("last_time", "last row, local time", "마지막 시각"),
        _count("days", "days with rows", "수집 일수"),
        _count("cells", "cells in series that send", "직렬 셀 수"),
        _count("modules", "trusted module probes", "온도 센서 수"),
        _count("gps_rows", "usable GPS rows", "GPS 행"),
        _text("missing_signals", "signals that never came in its months, separated by spaces", "없는 신호"),
    ),
)

FILES = Table(
    "files",
    "one input file or archive member",
    ("file",),
    (
        _text("file", "path inside the input, archive members after !", "파일"),
        _text("sha256", "content hash", "해시"),
        _text("format", "declared format that fits", "형식"),
        _text("encoding", "text encoding", "인코딩"),
        _count("rows_read", "data lines in the file", "읽은 행"),
        _count("rows_used", "rows used, whatever the period asked for", "사용한 행"),
        _count("rows_duplicate", "rows that repeat a time of a device", "중복 행"),
        _count("rows_rejected", "rows refused", "제외한 행"),
        _text("status", "read, empty, skipped, foreign, table, unreadable or archive_limit", "상태"),
        _text("message", "what happened and what to do", "메시지"),
        _text("message_en", "the same in English", "메시지(영문)"),
        _text("rejected_reasons", "reason=rows, separated by spaces", "제외 사유"),
        _text("unknown_columns", "columns that no declared format knows", "알 수 없는 열"),
        _text("examples", "line:reason of the first rows refused, separated by spaces", "제외한 행의 예"),
    ),
)

FINDINGS = Table(
    "findings",
    "one episode",
    ("device_no", "check", "signal", "first_time", "cell_no"),
    (
        _DEVICE,
        _text("kind", "data, battery, mileage or charging", "분류"),
        _text("check", "name of the check", "검사"),
        _text("severity", "info, warning or critical", "심각도"),
        _time("first_time", "first row concerned, local time", "처음"),
        _time("last_time", "last row concerned, local time", "마지막"),
        _count("count", "readings, rows or events concerned", "횟수"),
        Column("cell_no", "int", "", "cell number, from 1", "셀 번호", 1, 192),
        _num("value", "", "the number that tripped the check", "값"),
        _text("unit", "its unit", "단위"),
        _text("message", "one sentence", "설명"),
        _text("message_en", "the same in English", "설명(영문)"),
        _text(
            "signal",
            "column of the feed that the check looked at, several separated by spaces, mod_temp or cell_v for"
            " several probes or cells",
            "신호",
        ),
    ),
)

RESULT_TABLES = (VEHICLE_SCORES, SCORE_LINES, DATA_QUALITY, FILES, FINDINGS)
