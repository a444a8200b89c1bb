"""Tables between the stages: sessions, vehicle-days and the arrays that a vehicle-day carries.

Time inside is UTC epoch milliseconds; a day is a local calendar day. Current is positive while charging.
An interval is the time from one row to the next row of the same vehicle; it belongs to the day of its first row and is
"covered" when it is no longer than `COVERED_GAP_S`. What lies across longer gaps is kept apart, never mixed in.
"""

from dataclasses import dataclass
from typing import Literal

from baas.schema import Column, Table
from baas.tables.declare import number, text, time, whole

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
        text("device_no", "device number", "단말 번호"),
        text("kind", "drive, charge or rest", "구분"),
        time("start_ms", "first row, UTC epoch milliseconds", "시작"),
        time("end_ms", "last row, UTC epoch milliseconds", "종료"),
        whole("rows", "rows inside", "행 수"),
        Column("inferred", "flag", "", "1 when only seen as a step of SOC across a gap", "추정 여부"),
        number("covered_s", "s", "time in covered intervals", "수집 시간"),
        number("start_soc_pct", "%", "SOC at the start", "시작 SOC"),
        number("end_soc_pct", "%", "SOC at the end", "종료 SOC"),
        number("min_soc_pct", "%", "lowest SOC", "최저 SOC"),
        number("max_soc_pct", "%", "highest SOC", "최고 SOC"),
        number("in_ah", "Ah", "charge put in, integral of positive current", "충전 전류량"),
        number("out_ah", "Ah", "charge taken out, integral of negative current", "방전 전류량"),
        number("in_kwh", "kWh", "energy put in, integral of positive voltage times current", "충전 전력량"),
        number("out_kwh", "kWh", "energy taken out, same integral", "방전 전력량"),
        number("counter_in_kwh", "kWh", "energy put in by the vehicle's own counter", "계수기 충전 전력량"),
        number("counter_out_kwh", "kWh", "energy taken out by the vehicle's own counter", "계수기 방전 전력량"),
        number("distance_km", "km", "odometer distance", "주행 거리"),
        number("speed_km", "km", "integral of speed over covered intervals", "속도 적분 거리"),
        text("mode", "charging: ac, dc or unknown", "충전 방식"),
        number("max_kw", "kW", "charging: highest power", "최대 출력"),
        number("median_kw", "kW", "charging: median power", "중앙 출력"),
        number("max_c_rate", "1/h", "charging: highest current over rated capacity", "최대 C-rate"),
        number("min_temp_c", "°C", "lowest mean module temperature", "최저 온도"),
        number("mean_temp_c", "°C", "mean module temperature", "평균 온도"),
        number("max_temp_c", "°C", "highest mean module temperature", "최고 온도"),
        number("ext_temp_c", "°C", "mean outside temperature", "외기 온도"),
        number("start_cell_mv", "mV", "median cell voltage in the first row", "시작 셀 전압"),
        number("end_cell_mv", "mV", "median cell voltage in the last row", "종료 셀 전압"),
        number("lat", "°", "latitude at the start, from GPS", "위도"),
        number("lng", "°", "longitude at the start, from GPS", "경도"),
    ),
)

DAILY = Table(
    "daily",
    "one local day of one vehicle, from its own rows",
    ("device_no", "date"),
    (
        text("device_no", "device number", "단말 번호"),
        Column("date", "date", "", "local calendar day", "날짜"),
        whole("rows", "usable BMS rows", "BMS 행 수"),
        whole("gps_rows", "usable GPS rows", "GPS 행 수"),
        time("first_ms", "first row", "첫 시각"),
        time("last_ms", "last row", "마지막 시각"),
        number("sampling_s", "s", "median step between rows, covered intervals only", "수집 간격"),
        number("drive_step_s", "s", "the same while driving; missing without driving", "주행 수집 간격"),
        number("covered_s", "s", "time in covered intervals", "수집 시간"),
        number("still_gap_s", "s", "time in gaps over which odometer and SOC stood still", "정지 공백"),
        number("lost_gap_s", "s", "time in gaps over which something happened unseen", "유실 공백"),
        number("drive_s", "s", "covered time driving", "주행 시간"),
        number("charge_s", "s", "covered time charging", "충전 시간"),
        number("park_s", "s", "covered time neither driving nor charging", "주차 시간"),
        number("odometer_first_km", "km", "first valid odometer reading", "첫 주행거리계"),
        number("odometer_last_km", "km", "last valid odometer reading", "마지막 주행거리계"),
        number("distance_km", "km", "odometer distance between rows of this day", "주행 거리"),
        number("gap_km", "km", "part of it that lies across gaps", "공백 구간 거리"),
        number("speed_km", "km", "integral of speed over covered intervals", "속도 적분 거리"),
        number("speed_odometer_km", "km", "odometer distance over the same intervals", "같은 구간 주행거리"),
        number("gps_km", "km", "length of the GPS path", "GPS 거리"),
        number("soc_first_pct", "%", "first SOC", "첫 SOC"),
        number("soc_last_pct", "%", "last SOC", "마지막 SOC"),
        number("soc_min_pct", "%", "lowest SOC", "최저 SOC"),
        number("soc_max_pct", "%", "highest SOC", "최고 SOC"),
        number("bms_soh_pct", "%", "median SOH told by the BMS", "BMS SOH"),
        number("drive_km", "km", "odometer distance over driving intervals that have power", "전력 측정 주행 거리"),
        number("drive_out_kwh", "kWh", "energy taken out over those intervals, V x I", "주행 방전"),
        number("drive_in_kwh", "kWh", "energy recovered over those intervals, V x I", "회생 충전"),
        number("drive_ext_temp_c", "°C", "mean outside (else module) temperature while driving", "주행 중 기온"),
        number("counter_km", "km", "odometer distance over drives that have energy counters", "계수기 주행 거리"),
        number("counter_out_kwh", "kWh", "counter energy taken out over those drives", "계수기 방전"),
        number("counter_in_kwh", "kWh", "counter energy recovered over those drives", "계수기 회생"),
        number("soc_km", "km", "odometer distance over drives that have SOC at both ends", "SOC 주행 거리"),
        number("soc_drop_pct", "%", "SOC used over those drives", "SOC 사용량"),
        number("charge_in_kwh", "kWh", "energy put in while charging, V x I", "충전량"),
        number("cold_fast_charge_kwh", "kWh", "part of it below 10 °C and above 0.3 C", "저온 고속 충전량"),
        number("pke_m2_s2", "m²/s²", "sum of positive changes of squared speed", "양의 운동에너지 합"),
        number("pke_km", "km", "speed distance over the same intervals", "양의 운동에너지 거리"),
        whole("harsh_accel", "harsh accelerations; only at steps of 1.5 s or less", "급가속"),
        whole("harsh_brake", "harsh brakings; only at steps of 1.5 s or less", "급감속"),
        number("harsh_km", "km", "distance over which harsh events could be counted", "급조작 측정 거리"),
        whole("low_soc_events", "times SOC fell below 10 %", "저 SOC 진입"),
        number("insulation_min_kohm", "kΩ", "lowest insulation resistance as sent", "최저 절연 저항"),
        number("insulation_median_kohm", "kΩ", "median insulation resistance as sent", "절연 저항"),
        number("charges_first", "", "first reading of the charge counter", "충전 횟수 처음"),
        number("charges_last", "", "last reading of the charge counter", "충전 횟수 마지막"),
        number("quick_charges_first", "", "first reading of the quick-charge counter", "급속 횟수 처음"),
        number("quick_charges_last", "", "last reading of the quick-charge counter", "급속 횟수 마지막"),
        whole("cells", "cells in series that send", "직렬 셀 수"),
        whole("modules", "trusted module temperature probes", "모듈 온도 센서 수"),
        number("lat", "°", "last latitude", "위도"),
        number("lng", "°", "last longitude", "경도"),
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
