"""The files in results/: a contract with people and other programs."""

from baas.schema import Column, Table
from baas.tables.declare import count, number, text, time

_DEVICE = text("device_no", "device number", "단말 번호")

VEHICLE_SCORES = Table(
    "vehicle_scores",
    "one vehicle",
    ("device_no",),
    (
        _DEVICE,
        text("car_type", "car type", "차종"),
        Column("model_year", "int", "", "model year", "연식", 1990, 2100),
        time("first_time", "first row, local time", "첫 시각"),
        time("last_time", "last row, local time", "마지막 시각"),
        count("days", "days with rows", "수집 일수"),
        number("distance_km", "km", "odometer distance in the period", "주행 거리", 0),
        number("efficiency_km_per_kwh", "km/kWh", "driving efficiency", "전비", 0),
        number("efficiency_score", "points", "points for efficiency", "전비 점수", 0, 100),
        number("mean_temp_c", "°C", "mean module temperature over time", "평균 배터리 온도"),
        number("temperature_score", "points", "points for temperature", "온도 점수", 0, 100),
        number("cell_imbalance_v", "V", "spread of cell voltages at rest, 95th percentile", "셀 불균형", 0),
        number("cell_imbalance_score", "points", "points for cell imbalance", "셀 불균형 점수", 0, 100),
        number("driving_habit_score", "points", "points for driving habit", "운전 습관 점수", 0, 100),
        number("charging_pattern_score", "points", "points for charging pattern", "충전 습관 점수", 0, 100),
        number("base_score", "points", "weighted mean of the assessed metrics", "기본 점수", 0, 100),
        number("model_year_deduction", "points", "points deducted for age", "연식 감점", 0, 100),
        number("total_score", "points", "base score less the deduction", "총점", 0, 100),
        text("grade", "A, B, C, D or empty", "등급"),
        text("grade_name", "the grade in words", "등급 이름"),
        number("coverage", "share", "share of the weights that could be assessed", "평가 범위", 0, 1),
        text("status", "scored, provisional or not_assessed", "상태"),
        text("main_reason", "what costs most, with number and limit", "주요 사유"),
        text("main_reason_en", "the same in English", "주요 사유(영문)"),
    ),
)

SCORE_LINES = Table(
    "score_lines",
    "one line of one vehicle's score: a metric, the deduction or the cap",
    ("device_no", "line"),
    (
        _DEVICE,
        text("line", "metric name, model_year, safety_cap or coverage_cap", "항목"),
        number("value", "", "the deciding number", "값"),
        text("unit", "its unit", "단위"),
        number("points", "points", "points of the metric, empty when not assessed", "점수", 0, 100),
        number("weight", "share", "share of the total weight after rescaling to the assessed metrics", "가중치", 0, 1),
        number("points_lost", "points", "points this line takes from 100", "감점"),
        text("reason_ko", "why, in Korean", "사유"),
        text("reason_en", "why, in English", "사유(영문)"),
    ),
)

DATA_QUALITY = Table(
    "data_quality",
    "one vehicle",
    ("device_no",),
    (
        _DEVICE,
        count("rows_read", "rows that name this device, plus nothing else; the sum of the next four", "읽은 행"),
        count("rows_used", "rows used, of the period asked for", "사용한 행"),
        count("rows_duplicate", "rows of the period that repeat a time of the device", "중복 행"),
        count("rows_rejected", "rows refused after parsing, whatever their day", "제외한 행"),
        count("rows_outside_period", "rows outside the period asked for by --from and --to", "기간 밖 행"),
        number("sampling_s", "s", "median step between rows", "수집 간격", 0),
        number(
            "completeness_pct", "%", "share of the period that was sent or demonstrably stood still", "완전성", 0, 100
        ),
        text(
            "current_sign",
            "charge_positive, discharge_positive or unknown, of the raw feed by all its days",
            "전류 부호",
        ),
        number(
            "current_sign_confidence", "share", "how sure the sign is, 0.5 is a coin toss", "전류 부호 확신도", 0, 1
        ),
        time("first_time", "first row, local time", "첫 시각"),
        time("last_time", "last row, local time", "마지막 시각"),
        count("days", "days with rows", "수집 일수"),
        count("cells", "cells in series that send", "직렬 셀 수"),
        count("modules", "trusted module probes", "온도 센서 수"),
        count("gps_rows", "usable GPS rows", "GPS 행"),
        text("missing_signals", "signals that never came in its months, separated by spaces", "없는 신호"),
    ),
)

FILES = Table(
    "files",
    "one input file or archive member",
    ("file",),
    (
        text("file", "path inside the input, archive members after !", "파일"),
        text("sha256", "content hash", "해시"),
        text("format", "declared format that fits", "형식"),
        text("encoding", "text encoding", "인코딩"),
        count("rows_read", "data lines in the file", "읽은 행"),
        count("rows_used", "rows used, whatever the period asked for", "사용한 행"),
        count("rows_duplicate", "rows that repeat a time of a device", "중복 행"),
        count("rows_rejected", "rows refused", "제외한 행"),
        text("status", "read, empty, skipped, foreign, table, unreadable or archive_limit", "상태"),
        text("message", "what happened and what to do", "메시지"),
        text("message_en", "the same in English", "메시지(영문)"),
        text("rejected_reasons", "reason=rows, separated by spaces", "제외 사유"),
        text("unknown_columns", "columns that no declared format knows", "알 수 없는 열"),
        text("examples", "line:reason of the first rows refused, separated by spaces", "제외한 행의 예"),
    ),
)

FINDINGS = Table(
    "findings",
    "one episode",
    ("device_no", "check", "signal", "first_time", "cell_no"),
    (
        _DEVICE,
        text("kind", "data, battery, mileage or charging", "분류"),
        text("check", "name of the check", "검사"),
        text("severity", "info, warning or critical", "심각도"),
        time("first_time", "first row concerned, local time", "처음"),
        time("last_time", "last row concerned, local time", "마지막"),
        count("count", "readings, rows or events concerned", "횟수"),
        Column("cell_no", "int", "", "cell number, from 1", "셀 번호", 1, 192),
        number("value", "", "the number that tripped the check", "값"),
        text("unit", "its unit", "단위"),
        text("message", "one sentence", "설명"),
        text("message_en", "the same in English", "설명(영문)"),
        text(
            "signal",
            "column of the feed that the check looked at, several separated by spaces, mod_temp or cell_v for"
            " several probes or cells",
            "신호",
        ),
    ),
)

RESULT_TABLES = (VEHICLE_SCORES, SCORE_LINES, DATA_QUALITY, FILES, FINDINGS)
