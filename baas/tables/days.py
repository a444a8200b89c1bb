"""Tables between the stages: sessions, vehicle-days and the arrays that a vehicle-day carries.

Time inside is UTC epoch milliseconds; a day is a local calendar day. Current is positive while charging.
An interval is the time from one row to the next row of the same vehicle; it belongs to the day of its first row and is
"covered" when it is no longer than `COVERED_GAP_S`. What lies across longer gaps is kept apart, never mixed in.
"""

from dataclasses import dataclass
from typing import Literal

from baas.schema import Column, Table

#: longest step between two rows over which power is integrated; chosen: the slowest thinned feeds send once a minute,
#: and a trip split of 300 s is what Korean users of the feed apply
COVERED_GAP_S = 300.0
#: longest step over which a change of speed still tells how a car is driven: positive kinetic energy keeps its meaning
#: up to 10 s (research, methods 0, finding 6); chosen: 2 s of tolerance
PKE_STEP_S = 12.0
#: a collector sends a step late or early by up to this; chosen: half of the finest step of the feed (1 s)
STEP_JITTER_S = 0.5

SESSIONS = Table(
    "sessions",
    "one drive, charge or rest of one vehicle",
    ("device_no", "start_ms"),
    (
        Column("device_no", "text", "", "device number", "단말 번호"),
        Column("kind", "text", "", "drive, charge or rest", "구분"),
        Column("start_ms", "time", "", "first row, UTC epoch milliseconds", "시작"),
        Column("end_ms", "time", "", "last row, UTC epoch milliseconds", "종료"),
        Column("rows", "int", "", "rows inside", "행 수"),
        Column("inferred", "flag", "", "1 when only seen as a step of SOC across a gap", "추정 여부"),
        Column("covered_s", "float", "s", "time in covered intervals", "수집 시간"),
        Column("start_soc_pct", "float", "%", "SOC at the start", "시작 SOC"),
        Column("end_soc_pct", "float", "%", "SOC at the end", "종료 SOC"),
        Column("min_soc_pct", "float", "%", "lowest SOC", "최저 SOC"),
        Column("max_soc_pct", "float", "%", "highest SOC", "최고 SOC"),
        Column("in_ah", "float", "Ah", "charge put in, integral of positive current", "충전 전류량"),
        Column("out_ah", "float", "Ah", "charge taken out, integral of negative current", "방전 전류량"),
        Column("in_kwh", "float", "kWh", "energy put in, integral of positive voltage times current", "충전 전력량"),
        Column("out_kwh", "float", "kWh", "energy taken out, same integral", "방전 전력량"),
        Column("counter_in_kwh", "float", "kWh", "energy put in by the vehicle's own counter", "계수기 충전 전력량"),
        Column(
            "counter_out_kwh", "float", "kWh", "energy taken out by the vehicle's own counter", "계수기 방전 전력량"
        ),
        Column("distance_km", "float", "km", "odometer distance", "주행 거리"),
        Column("speed_km", "float", "km", "integral of speed over covered intervals", "속도 적분 거리"),
        Column("mode", "text", "", "charging: ac, dc or unknown", "충전 방식"),
        Column("max_kw", "float", "kW", "charging: highest power", "최대 출력"),
        Column("median_kw", "float", "kW", "charging: median power", "중앙 출력"),
        Column("max_c_rate", "float", "1/h", "charging: highest current over rated capacity", "최대 C-rate"),
        Column("min_temp_c", "float", "°C", "lowest mean module temperature", "최저 온도"),
        Column("mean_temp_c", "float", "°C", "mean module temperature", "평균 온도"),
        Column("max_temp_c", "float", "°C", "highest mean module temperature", "최고 온도"),
        Column("ext_temp_c", "float", "°C", "mean outside temperature", "외기 온도"),
        Column("start_cell_mv", "float", "mV", "median cell voltage in the first row", "시작 셀 전압"),
        Column("end_cell_mv", "float", "mV", "median cell voltage in the last row", "종료 셀 전압"),
        Column("lat", "float", "°", "latitude at the start, from GPS", "위도"),
        Column("lng", "float", "°", "longitude at the start, from GPS", "경도"),
    ),
)

DAILY = Table(
    "daily",
    "one local day of one vehicle, from its own rows",
    ("device_no", "date"),
    (
        Column("device_no", "text", "", "device number", "단말 번호"),
        Column("date", "date", "", "local calendar day", "날짜"),
        Column("rows", "int", "", "usable BMS rows", "BMS 행 수"),
        Column("gps_rows", "int", "", "usable GPS rows", "GPS 행 수"),
        Column("first_ms", "time", "", "first row", "첫 시각"),
        Column("last_ms", "time", "", "last row", "마지막 시각"),
        Column("sampling_s", "float", "s", "median step between rows, covered intervals only", "수집 간격"),
        Column("drive_step_s", "float", "s", "the same while driving; missing without driving", "주행 수집 간격"),
        Column("covered_s", "float", "s", "time in covered intervals", "수집 시간"),
        Column("still_gap_s", "float", "s", "time in gaps over which odometer and SOC stood still", "정지 공백"),
        Column("lost_gap_s", "float", "s", "time in gaps over which something happened unseen", "유실 공백"),
        Column("drive_s", "float", "s", "covered time driving", "주행 시간"),
        Column("charge_s", "float", "s", "covered time charging", "충전 시간"),
        Column("park_s", "float", "s", "covered time neither driving nor charging", "주차 시간"),
        Column("odometer_first_km", "float", "km", "first valid odometer reading", "첫 주행거리계"),
        Column("odometer_last_km", "float", "km", "last valid odometer reading", "마지막 주행거리계"),
        Column("distance_km", "float", "km", "odometer distance between rows of this day", "주행 거리"),
        Column("gap_km", "float", "km", "part of it that lies across gaps", "공백 구간 거리"),
        Column("speed_km", "float", "km", "integral of speed over covered intervals", "속도 적분 거리"),
        Column("speed_odometer_km", "float", "km", "odometer distance over the same intervals", "같은 구간 주행거리"),
        Column("gps_km", "float", "km", "length of the GPS path", "GPS 거리"),
        Column("soc_first_pct", "float", "%", "first SOC", "첫 SOC"),
        Column("soc_last_pct", "float", "%", "last SOC", "마지막 SOC"),
        Column("soc_min_pct", "float", "%", "lowest SOC", "최저 SOC"),
        Column("soc_max_pct", "float", "%", "highest SOC", "최고 SOC"),
        Column("bms_soh_pct", "float", "%", "median SOH told by the BMS", "BMS SOH"),
        Column(
            "drive_km", "float", "km", "odometer distance over driving intervals that have power", "전력 측정 주행 거리"
        ),
        Column("drive_out_kwh", "float", "kWh", "energy taken out over those intervals, V x I", "주행 방전"),
        Column("drive_in_kwh", "float", "kWh", "energy recovered over those intervals, V x I", "회생 충전"),
        Column(
            "drive_ext_temp_c", "float", "°C", "mean outside (else module) temperature while driving", "주행 중 기온"
        ),
        Column(
            "counter_km", "float", "km", "odometer distance over drives that have energy counters", "계수기 주행 거리"
        ),
        Column("counter_out_kwh", "float", "kWh", "counter energy taken out over those drives", "계수기 방전"),
        Column("counter_in_kwh", "float", "kWh", "counter energy recovered over those drives", "계수기 회생"),
        Column("soc_km", "float", "km", "odometer distance over drives that have SOC at both ends", "SOC 주행 거리"),
        Column("soc_drop_pct", "float", "%", "SOC used over those drives", "SOC 사용량"),
        Column("charge_in_kwh", "float", "kWh", "energy put in while charging, V x I", "충전량"),
        Column("cold_fast_charge_kwh", "float", "kWh", "part of it below 10 °C and above 0.3 C", "저온 고속 충전량"),
        Column("pke_m2_s2", "float", "m²/s²", "sum of positive changes of squared speed", "양의 운동에너지 합"),
        Column("pke_km", "float", "km", "speed distance over the same intervals", "양의 운동에너지 거리"),
        Column("harsh_accel", "int", "", "harsh accelerations; only at steps of 1.5 s or less", "급가속"),
        Column("harsh_brake", "int", "", "harsh brakings; only at steps of 1.5 s or less", "급감속"),
        Column("harsh_km", "float", "km", "distance over which harsh events could be counted", "급조작 측정 거리"),
        Column("low_soc_events", "int", "", "times SOC fell below 10 %", "저 SOC 진입"),
        Column("insulation_min_kohm", "float", "kΩ", "lowest insulation resistance as sent", "최저 절연 저항"),
        Column("insulation_median_kohm", "float", "kΩ", "median insulation resistance as sent", "절연 저항"),
        Column("charges_first", "float", "", "first reading of the charge counter", "충전 횟수 처음"),
        Column("charges_last", "float", "", "last reading of the charge counter", "충전 횟수 마지막"),
        Column("quick_charges_first", "float", "", "first reading of the quick-charge counter", "급속 횟수 처음"),
        Column("quick_charges_last", "float", "", "last reading of the quick-charge counter", "급속 횟수 마지막"),
        Column("cells", "int", "", "cells in series that send", "직렬 셀 수"),
        Column("modules", "int", "", "trusted module temperature probes", "모듈 온도 센서 수"),
        Column("lat", "float", "°", "last latitude", "위도"),
        Column("lng", "float", "°", "last longitude", "경도"),
    ),
)


def limits_class(body: str) -> Literal["car", "truck"]:
    """Whose limits of harsh driving apply to a body: those of cars, also where it is not known, else of trucks."""
    return "car" if body in ("", "car") else "truck"


@dataclass(frozen=True)
class DayArray:
    """An array that a vehicle-day carries; arrays of several days merge by `merge`."""

    name: str
    shape: tuple[int | str, ...]
    unit: str
    doc: str
    merge: Literal["sum", "max"] = "sum"


@dataclass(frozen=True)
class Bins:
    """Equal bins: bin k covers [low + k step, low + (k + 1) step); values outside go to the end bins."""

    low: float
    step: float
    count: int


TEMPERATURE_BINS = Bins(-30.0, 1.0, 110)  # °C, mean of the trusted probes
SPREAD_C_BINS = Bins(0.0, 0.5, 60)  # °C, warmest minus coldest trusted probe
SOC_BINS = Bins(0.0, 5.0, 20)  # %
SPEED_BINS = Bins(0.0, 5.0, 52)  # km/h
ACCELERATION_BINS = Bins(-6.0, 0.25, 48)  # m/s², change of speed over the step
SPREAD_MV_BINS = Bins(0.0, 2.0, 150)  # mV, highest minus lowest cell
SOC_DECILES = 10
#: a row is "at rest" for cell voltages when the current is below this C-rate (research: |I| < 0.05 C)
REST_C_RATE = 0.05

DAY_ARRAYS = (
    DayArray("park_temp_s", (110,), "s", "parked time by TEMPERATURE_BINS"),
    DayArray("drive_temp_s", (110,), "s", "driving time by TEMPERATURE_BINS"),
    DayArray("charge_temp_s", (110,), "s", "charging time by TEMPERATURE_BINS"),
    DayArray("module_spread_s", (60,), "s", "time by SPREAD_C_BINS"),
    DayArray("soc_park_s", (20,), "s", "parked time by SOC_BINS, gaps in which nothing changed included"),
    DayArray("soc_gap_low_s", (20,), "s", "parked time in other gaps by the lowest SOC it can have had, SOC_BINS"),
    DayArray("soc_gap_high_s", (20,), "s", "the same time by the highest SOC it can have had, SOC_BINS"),
    DayArray("speed_s", (52,), "s", "driving time by SPEED_BINS"),
    DayArray("accel_n", (48,), "", "driving intervals by ACCELERATION_BINS"),
    DayArray("rest_spread_n", (20, 150), "", "rows at rest by SOC_BINS and SPREAD_MV_BINS"),
    DayArray("rest_cell_n", (101,), "", "rows at rest by whole percent of SOC"),
    DayArray("rest_cell_mv", (101,), "mV", "sum of the median cell voltage of those rows"),
    DayArray("cell_dev_n", (10,), "", "rows at rest by SOC decile"),
    DayArray("cell_dev_mv", (10, "cells"), "mV", "sum of cell minus median cell over those rows"),
    DayArray("cell_low_n", ("cells",), "", "rows at rest in which the cell is the lowest"),
    DayArray("cell_high_n", ("cells",), "", "rows at rest in which the cell is the highest"),
    DayArray("step_a2", (1,), "A²", "sum of squared current steps above 0.2 C"),
    DayArray("step_a_mv", ("cells",), "A mV", "sum of current step times cell voltage step"),
    DayArray("module_n", ("modules",), "", "readings of each probe"),
    DayArray("module_sum_c", ("modules",), "°C", "sum of readings of each probe"),
    DayArray("module_max_c", ("modules",), "°C", "highest reading of each probe", "max"),
)
