"""The feed's own columns, by the feed's names: the diagnostic set of the maker, one row a measurement.

Units and all-ones sentinels follow from the width of each diagnostic field (0.1 V in 16 bits ends at 6553.5 ...).
"""

from baas.schema import Column, Table
from baas.tables.declare import flag, number, text, time, whole

MOST_CELLS = 192
MOST_MODULES = 18

#: readings that mean "no value", by resolution and width in bits of the diagnostic field: all ones, and zero fills
_HALVES_8 = (127.5,)
_TENTHS_8 = (25.5,)
_ONES_8_OR_ZERO = (0, 255)
_DEGREES = (127, -128)
_DEGREES_FROM_40 = (-40, 127, -128)
_HALF_DEGREES = (-40, 87.5, 127, -128)
_HALF_DEGREES_UNSIGNED = (-40, 87.5)
_HUNDREDTHS_16 = (655.35,)
_TENTHS_16 = (6553.5,)
_ONES_16 = (65535,)
_TENTHS_32 = (429496729.5,)
_ONES_32 = (4294967295,)

_BMS = (
    text("device_no", "device number, text, never a number", "단말 번호"),
    text("measured_month", "month of the export the row was written in", "측정 월"),
    time("time", "time of measurement, naive local time unless it carries an offset", "측정 시각"),
    time("msg_time", "time at which the message reached the collector", "수신 시각"),
    text("msg_id", "message identifier of the collector", "메시지 번호"),
    whole("seq", "sequence number of the message", "메시지 순번", 0),
    text("vin", "vehicle identification number", "차대번호"),
    text("car_type", "car type, where the feed itself tells it", "차종"),
    time("start_time", "start of the running trip or charge", "시작 시각"),
    number("acceptable_chrg_pw", "kW", "charging power the battery accepts", "충전 가능 출력", 0, 600, _HUNDREDTHS_16),
    number(
        "acceptable_dischrg_pw",
        "kW",
        "discharging power the battery can give",
        "방전 가능 출력",
        0,
        600,
        _HUNDREDTHS_16,
    ),
    number("airbag_hwire_duty", "%", "duty of the airbag hard-wire signal", "에어백 하드와이어 듀티", 0, 100),
    number("altitude", "m", "altitude above sea level", "고도", -500, 9000),
    number(
        "batt_coolant_inlet_temp",
        "°C",
        "battery coolant inlet temperature",
        "배터리 냉각수 입구 온도",
        -30,
        80,
        _HALF_DEGREES,
    ),
    whole("batt_fan_running", "battery fan status, 0 to 9", "배터리 팬 상태", 0, 9),
    number("batt_internal_temp", "°C", "battery internal temperature", "배터리 내부 온도", -30, 80, _HALF_DEGREES),
    number("batt_ltr_rear_temp", "°C", "battery left rear temperature", "배터리 좌후방 온도", -30, 80, _HALF_DEGREES),
    number(
        "batt_pra_busbar_temp",
        "°C",
        "temperature of the power relay assembly bus bar",
        "PRA 버스바 온도",
        -30,
        120,
        _DEGREES_FROM_40,
    ),
    number("batt_pw", "kW", "battery power as sent, sign of the raw feed", "배터리 전력", -500, 500),
    flag("bms_running", "battery management system is running", "BMS 동작"),
    number(
        "cell_volt_dispersion",
        "V",
        "spread of cell voltages as sent; recomputed from the cells before use",
        "셀 전압 편차",
        0,
        0.5,
        (5.1,),
    ),
    flag("chrg_cable_conn", "charging cable is connected", "충전 케이블 연결"),
    whole("chrg_cnt", "number of charges so far", "충전 횟수", 0, None, _ONES_32),
    whole("chrg_cnt_q", "number of quick (DC) charges so far", "급속 충전 횟수", 0, None, _ONES_32),
    number("cumul_current_chrgd", "Ah", "charge put into the battery so far", "누적 충전 전류량", 0, None, _TENTHS_32),
    number(
        "cumul_current_dischrgd",
        "Ah",
        "charge taken out of the battery so far",
        "누적 방전 전류량",
        0,
        None,
        _TENTHS_32,
    ),
    number("cumul_energy_chrgd", "kWh", "energy charged so far", "누적 충전 에너지", 0, None, _TENTHS_32),
    number(
        "cumul_energy_chrgd_q",
        "kWh",
        "energy charged so far by quick (DC) charging; meaning of _q unsure",
        "누적 급속 충전 에너지",
        0,
        None,
        _TENTHS_32,
    ),
    number(
        "cumul_pw_chrgd",
        "kWh",
        "energy put into the battery so far, regeneration included",
        "누적 충전 전력량",
        0,
        None,
        _TENTHS_32,
    ),
    number(
        "cumul_pw_dischrgd", "kWh", "energy taken out of the battery so far", "누적 방전 전력량", 0, None, _TENTHS_32
    ),
    number("drive_motor_spd1", "rpm", "speed of drive motor 1", "구동 모터 1 회전수", -30000, 30000),
    number("drive_motor_spd2", "rpm", "speed of drive motor 2", "구동 모터 2 회전수", -30000, 30000),
    number("emobility_spd", "km/h", "vehicle speed", "차량 속도", 0, 260),
    number("est_chrg_time", "min", "estimated time left of the running charge", "충전 예상 시간", 0, 6000, _ONES_16),
    number("ext_temp", "°C", "outside air temperature", "외기 온도", -30, 60, _HALF_DEGREES_UNSIGNED),
    flag("fast_chrg_port_conn", "quick (DC) charging port is in use", "급속 충전 포트 연결"),
    flag("fast_chrg_relay_on", "quick (DC) charging relay is closed", "급속 충전 릴레이"),
    number("hvac_list1", "", "climate control list, first value; meaning differs between feeds", "공조 목록 1"),
    number("hvac_list2", "", "climate control list, second value; meaning differs between feeds", "공조 목록 2"),
    number(
        "insul_resistance",
        "kΩ",
        "insulation resistance as sent; some feeds use another unit",
        "절연 저항",
        0,
        60000,
        _ONES_16,
    ),
    number("int_temp", "°C", "cabin temperature", "실내 온도", -30, 80, _HALF_DEGREES_UNSIGNED),
    number(
        "inverter_capacity_volt", "V", "voltage of the inverter capacitor", "인버터 커패시터 전압", 0, 900, _TENTHS_16
    ),
    flag("main_relay_conn", "main relay is closed", "메인 릴레이"),
    number("max_cell_volt", "V", "highest cell voltage", "최고 셀 전압", 1, 4.5, (0, 5.1)),
    whole(
        "max_cell_volt_no", "number of the cell with the highest voltage", "최고 전압 셀 번호", 1, 192, _ONES_8_OR_ZERO
    ),
    whole("max_deter_cell_no", "number of the most deteriorated cell", "최대 열화 셀 번호", 1, 192, _ONES_8_OR_ZERO),
    number("min_cell_volt", "V", "lowest cell voltage", "최저 셀 전압", 1, 4.5, (0, 5.1)),
    whole(
        "min_cell_volt_no", "number of the cell with the lowest voltage", "최저 전압 셀 번호", 1, 192, _ONES_8_OR_ZERO
    ),
    number(
        "min_deter",
        "%",
        "smallest deterioration value of the battery management system",
        "최소 열화",
        0,
        100,
        _TENTHS_16,
    ),
    whole("min_deter_cell_no", "number of the least deteriorated cell", "최소 열화 셀 번호", 1, 192, _ONES_8_OR_ZERO),
    number("mod_avg_temp", "°C", "mean module temperature", "모듈 평균 온도", -30, 80, _DEGREES),
    number("mod_max_temp", "°C", "highest module temperature", "모듈 최고 온도", -30, 80, _DEGREES),
    number("mod_min_temp", "°C", "lowest module temperature", "모듈 최저 온도", -30, 80, _DEGREES),
    number("odometer", "km", "odometer reading", "주행거리계", 0.1, 2000000, (0, 16777215, 1677721.5)),
    number(
        "op_time",
        "s",
        "operating time of the battery management system so far; some feeds send hours",
        "누적 동작 시간",
        0,
        None,
        _ONES_32,
    ),
    number(
        "pack_current",
        "A",
        "battery current; sign of the raw feed differs between devices, inside the product charging is positive",
        "배터리 전류",
        -1000,
        1000,
        (3276.7, -3276.8, 3276.8),
    ),
    number("pack_volt", "V", "battery voltage", "배터리 전압", 50, 1000, (0, 6553.5)),
    flag("slow_chrg_port_conn", "slow (AC) charging port is in use", "완속 충전 포트 연결"),
    number("soc", "%", "state of charge of the battery management system", "충전 상태(BMS)", 0, 100, _HALVES_8),
    number("socd", "%", "state of charge shown to the driver", "표시 충전 상태", 0, 100, _HALVES_8),
    number(
        "soh",
        "%",
        "state of health told by the battery management system",
        "배터리 건강 상태(BMS)",
        1,
        120,
        (6553.5, 0),
    ),
    number("sub_batt_volt", "V", "voltage of the 12 V battery", "보조 배터리 전압", 5, 18, _TENTHS_8),
    number("trip_chrg_pw", "kWh", "energy charged in the running trip", "트립 충전 전력량", 0, 1000, _TENTHS_16),
    number("trip_dischrg_pw", "kWh", "energy discharged in the running trip", "트립 방전 전력량", 0, 1000, _TENTHS_16),
    flag("v2l", "vehicle-to-load output is on", "V2L 사용"),
    text("chg_seg", "charge segment mark, written by some exports", "충전 구간 표시"),
    text("chg_mode", "slow or fast, written by some exports", "충전 방식"),
)

#: one cell voltage; a reading of 0 is an absent cell, 5.10 is all-ones at 0.02 V a step. Range chosen: wide enough to
#: keep a collapsed or overcharged cell visible, narrow enough to drop padding
CELL = number("cell_v", "V", "voltage of one cell", "셀 전압", 1.0, 4.5, (0.0, 5.1))
#: one module temperature; -1 is also a valid reading, so it is not a sentinel
MODULE = number("mod_temp", "°C", "temperature of one module", "모듈 온도", -30, 80, _DEGREES)

CELLS = tuple(
    number(f"cell_v_{no:03d}", "V", f"voltage of cell {no}", f"{no}번 셀 전압", CELL.low, CELL.high, CELL.missing)
    for no in range(1, MOST_CELLS + 1)
)


def module_column(no: int) -> Column:
    """The column of module probe `no`, from 1."""
    name, doc, ko = f"mod_temp_{no:02d}", f"temperature of module {no}", f"{no}번 모듈 온도"
    return number(name, "°C", doc, ko, MODULE.low, MODULE.high, MODULE.missing)


MODULES = tuple(module_column(no) for no in range(1, MOST_MODULES + 1))

BMS = Table("bms", "one measurement of one vehicle", ("device_no", "time"), (*_BMS, *CELLS, *MODULES))

GPS = Table(
    "gps",
    "one position fix of one vehicle",
    ("device_no", "time"),
    (
        text("device_no", "device number, text, never a number", "단말 번호"),
        time("time", "time of the fix, naive local time unless it carries an offset", "측정 시각"),
        text("measured_month", "month of the export the row was written in", "측정 월"),
        time("msg_time", "time at which the message reached the collector", "수신 시각"),
        whole("seq", "sequence number of the message", "메시지 순번", 0),
        number("direction", "°", "heading, clockwise from north", "진행 방향", 0, 360),
        number("fuel_pct", "%", "fuel or charge level sent by the position unit", "연료 비율", 0, 100),
        number("hdop", "", "horizontal dilution of precision", "수평 정밀도", 0, 100),
        number("lat", "°", "latitude, WGS 84", "위도", -90, 90, (0,)),
        number("lng", "°", "longitude, WGS 84", "경도", -180, 180, (0,)),
        number("altitude", "m", "altitude above sea level", "고도", -500, 9000),
        text("mode", "fix mode of the receiver", "측위 방식"),
        text("source", "origin of the fix", "측위 출처"),
        number("speed", "km/h", "speed over ground", "GPS 속도", 0, 300),
        whole("state", "state of the position unit", "단말 상태"),
    ),
)

#: columns that become arrays of numbers in memory; the rest are keys or text
BMS_NUMBERS = tuple(column.name for column in _BMS if column.is_number)
GPS_NUMBERS = tuple(column.name for column in GPS if column.is_number)
#: counters and positions lose digits in 32 bits
DOUBLE_PRECISION = frozenset(
    {"odometer", "op_time", "seq", "lat", "lng"} | {name for name in BMS_NUMBERS if name.startswith("cumul_")}
)
