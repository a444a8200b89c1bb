"""The feed's own columns, by the feed's names: the diagnostic set of the maker, one row a measurement.

Units and all-ones sentinels follow from the width of each diagnostic field (0.1 V in 16 bits ends at 6553.5 ...).
"""

from baas.schema import Column, Table

MOST_CELLS = 192
MOST_MODULES = 18

_BMS = (
    Column("device_no", "text", "", "device number, text, never a number", "단말 번호"),
    Column("measured_month", "text", "", "month of the export the row was written in", "측정 월"),
    Column("time", "time", "", "time of measurement, naive local time unless it carries an offset", "측정 시각"),
    Column("msg_time", "time", "", "time at which the message reached the collector", "수신 시각"),
    Column("msg_id", "text", "", "message identifier of the collector", "메시지 번호"),
    Column("seq", "int", "", "sequence number of the message", "메시지 순번", low=0),
    Column("vin", "text", "", "vehicle identification number", "차대번호"),
    Column("car_type", "text", "", "car type, where the feed itself tells it", "차종"),
    Column("start_time", "time", "", "start of the running trip or charge", "시작 시각"),
    Column(
        "acceptable_chrg_pw",
        "float",
        "kW",
        "charging power the battery accepts",
        "충전 가능 출력",
        low=0,
        high=600,
        missing=(655.35,),
    ),
    Column(
        "acceptable_dischrg_pw",
        "float",
        "kW",
        "discharging power the battery can give",
        "방전 가능 출력",
        low=0,
        high=600,
        missing=(655.35,),
    ),
    Column(
        "airbag_hwire_duty",
        "float",
        "%",
        "duty of the airbag hard-wire signal",
        "에어백 하드와이어 듀티",
        low=0,
        high=100,
    ),
    Column("altitude", "float", "m", "altitude above sea level", "고도", low=-500, high=9000),
    Column(
        "batt_coolant_inlet_temp",
        "float",
        "°C",
        "battery coolant inlet temperature",
        "배터리 냉각수 입구 온도",
        low=-30,
        high=80,
        missing=(
            -40,
            87.5,
            127,
            -128,
        ),
    ),
    Column("batt_fan_running", "int", "", "battery fan status, 0 to 9", "배터리 팬 상태", low=0, high=9),
    Column(
        "batt_internal_temp",
        "float",
        "°C",
        "battery internal temperature",
        "배터리 내부 온도",
        low=-30,
        high=80,
        missing=(
            -40,
            87.5,
            127,
            -128,
        ),
    ),
    Column(
        "batt_ltr_rear_temp",
        "float",
        "°C",
        "battery left rear temperature",
        "배터리 좌후방 온도",
        low=-30,
        high=80,
        missing=(
            -40,
            87.5,
            127,
            -128,
        ),
    ),
    Column(
        "batt_pra_busbar_temp",
        "float",
        "°C",
        "temperature of the power relay assembly bus bar",
        "PRA 버스바 온도",
        low=-30,
        high=120,
        missing=(
            -40,
            127,
            -128,
        ),
    ),
    Column("batt_pw", "float", "kW", "battery power as sent, sign of the raw feed", "배터리 전력", low=-500, high=500),
    Column("bms_running", "flag", "", "battery management system is running", "BMS 동작", low=0, high=1),
    Column(
        "cell_volt_dispersion",
        "float",
        "V",
        "spread of cell voltages as sent; recomputed from the cells before use",
        "셀 전압 편차",
        low=0,
        high=0.5,
        missing=(5.1,),
    ),
    Column("chrg_cable_conn", "flag", "", "charging cable is connected", "충전 케이블 연결", low=0, high=1),
    Column("chrg_cnt", "int", "", "number of charges so far", "충전 횟수", low=0, missing=(4294967295,)),
    Column(
        "chrg_cnt_q", "int", "", "number of quick (DC) charges so far", "급속 충전 횟수", low=0, missing=(4294967295,)
    ),
    Column(
        "cumul_current_chrgd",
        "float",
        "Ah",
        "charge put into the battery so far",
        "누적 충전 전류량",
        low=0,
        missing=(429496729.5,),
    ),
    Column(
        "cumul_current_dischrgd",
        "float",
        "Ah",
        "charge taken out of the battery so far",
        "누적 방전 전류량",
        low=0,
        missing=(429496729.5,),
    ),
    Column(
        "cumul_energy_chrgd", "float", "kWh", "energy charged so far", "누적 충전 에너지", low=0, missing=(429496729.5,)
    ),
    Column(
        "cumul_energy_chrgd_q",
        "float",
        "kWh",
        "energy charged so far by quick (DC) charging; meaning of _q unsure",
        "누적 급속 충전 에너지",
        low=0,
        missing=(429496729.5,),
    ),
    Column(
        "cumul_pw_chrgd",
        "float",
        "kWh",
        "energy put into the battery so far, regeneration included",
        "누적 충전 전력량",
        low=0,
        missing=(429496729.5,),
    ),
    Column(
        "cumul_pw_dischrgd",
        "float",
        "kWh",
        "energy taken out of the battery so far",
        "누적 방전 전력량",
        low=0,
        missing=(429496729.5,),
    ),
    Column("drive_motor_spd1", "float", "rpm", "speed of drive motor 1", "구동 모터 1 회전수", low=-30000, high=30000),
    Column("drive_motor_spd2", "float", "rpm", "speed of drive motor 2", "구동 모터 2 회전수", low=-30000, high=30000),
    Column("emobility_spd", "float", "km/h", "vehicle speed", "차량 속도", low=0, high=260),
    Column(
        "est_chrg_time",
        "float",
        "min",
        "estimated time left of the running charge",
        "충전 예상 시간",
        low=0,
        high=6000,
        missing=(65535,),
    ),
    Column(
        "ext_temp",
        "float",
        "°C",
        "outside air temperature",
        "외기 온도",
        low=-30,
        high=60,
        missing=(
            -40,
            87.5,
        ),
    ),
    Column(
        "fast_chrg_port_conn", "flag", "", "quick (DC) charging port is in use", "급속 충전 포트 연결", low=0, high=1
    ),
    Column("fast_chrg_relay_on", "flag", "", "quick (DC) charging relay is closed", "급속 충전 릴레이", low=0, high=1),
    Column(
        "hvac_list1", "float", "", "climate control list, first value; meaning differs between feeds", "공조 목록 1"
    ),
    Column(
        "hvac_list2", "float", "", "climate control list, second value; meaning differs between feeds", "공조 목록 2"
    ),
    Column(
        "insul_resistance",
        "float",
        "kΩ",
        "insulation resistance as sent; some feeds use another unit",
        "절연 저항",
        low=0,
        high=60000,
        missing=(65535,),
    ),
    Column(
        "int_temp",
        "float",
        "°C",
        "cabin temperature",
        "실내 온도",
        low=-30,
        high=80,
        missing=(
            -40,
            87.5,
        ),
    ),
    Column(
        "inverter_capacity_volt",
        "float",
        "V",
        "voltage of the inverter capacitor",
        "인버터 커패시터 전압",
        low=0,
        high=900,
        missing=(6553.5,),
    ),
    Column("main_relay_conn", "flag", "", "main relay is closed", "메인 릴레이", low=0, high=1),
    Column(
        "max_cell_volt",
        "float",
        "V",
        "highest cell voltage",
        "최고 셀 전압",
        low=1,
        high=4.5,
        missing=(
            0,
            5.1,
        ),
    ),
    Column(
        "max_cell_volt_no",
        "int",
        "",
        "number of the cell with the highest voltage",
        "최고 전압 셀 번호",
        low=1,
        high=192,
        missing=(
            0,
            255,
        ),
    ),
    Column(
        "max_deter_cell_no",
        "int",
        "",
        "number of the most deteriorated cell",
        "최대 열화 셀 번호",
        low=1,
        high=192,
        missing=(
            0,
            255,
        ),
    ),
    Column(
        "min_cell_volt",
        "float",
        "V",
        "lowest cell voltage",
        "최저 셀 전압",
        low=1,
        high=4.5,
        missing=(
            0,
            5.1,
        ),
    ),
    Column(
        "min_cell_volt_no",
        "int",
        "",
        "number of the cell with the lowest voltage",
        "최저 전압 셀 번호",
        low=1,
        high=192,
        missing=(
            0,
            255,
        ),
    ),
    Column(
        "min_deter",
        "float",
        "%",
        "smallest deterioration value of the battery management system",
        "최소 열화",
        low=0,
        high=100,
        missing=(6553.5,),
    ),
    Column(
        "min_deter_cell_no",
        "int",
        "",
        "number of the least deteriorated cell",
        "최소 열화 셀 번호",
        low=1,
        high=192,
        missing=(
            0,
            255,
        ),
    ),
    Column(
        "mod_avg_temp",
        "float",
        "°C",
        "mean module temperature",
        "모듈 평균 온도",
        low=-30,
        high=80,
        missing=(
            127,
            -128,
        ),
    ),
    Column(
        "mod_max_temp",
        "float",
        "°C",
        "highest module temperature",
        "모듈 최고 온도",
        low=-30,
        high=80,
        missing=(
            127,
            -128,
        ),
    ),
    Column(
        "mod_min_temp",
        "float",
        "°C",
        "lowest module temperature",
        "모듈 최저 온도",
        low=-30,
        high=80,
        missing=(
            127,
            -128,
        ),
    ),
    Column(
        "odometer",
        "float",
        "km",
        "odometer reading",
        "주행거리계",
        low=0.1,
        high=2000000,
        missing=(
            0,
            16777215,
            1677721.5,
        ),
    ),
    Column(
        "op_time",
        "float",
        "s",
        "operating time of the battery management system so far; some feeds send hours",
        "누적 동작 시간",
        low=0,
        missing=(4294967295,),
    ),
    Column(
        "pack_current",
        "float",
        "A",
        "battery current; sign of the raw feed differs between devices, inside the product charging is positive",
        "배터리 전류",
        low=-1000,
        high=1000,
        missing=(
            3276.7,
            -3276.8,
            3276.8,
        ),
    ),
    Column(
        "pack_volt",
        "float",
        "V",
        "battery voltage",
        "배터리 전압",
        low=50,
        high=1000,
        missing=(
            0,
            6553.5,
        ),
    ),
    Column(
        "slow_chrg_port_conn", "flag", "", "slow (AC) charging port is in use", "완속 충전 포트 연결", low=0, high=1
    ),
    Column(
        "soc",
        "float",
        "%",
        "state of charge of the battery management system",
        "충전 상태(BMS)",
        low=0,
        high=100,
        missing=(127.5,),
    ),
    Column(
        "socd", "float", "%", "state of charge shown to the driver", "표시 충전 상태", low=0, high=100, missing=(127.5,)
    ),
    Column(
        "soh",
        "float",
        "%",
        "state of health told by the battery management system",
        "배터리 건강 상태(BMS)",
        low=1,
        high=120,
        missing=(
            6553.5,
            0,
        ),
    ),
    Column(
        "sub_batt_volt",
        "float",
        "V",
        "voltage of the 12 V battery",
        "보조 배터리 전압",
        low=5,
        high=18,
        missing=(25.5,),
    ),
    Column(
        "trip_chrg_pw",
        "float",
        "kWh",
        "energy charged in the running trip",
        "트립 충전 전력량",
        low=0,
        high=1000,
        missing=(6553.5,),
    ),
    Column(
        "trip_dischrg_pw",
        "float",
        "kWh",
        "energy discharged in the running trip",
        "트립 방전 전력량",
        low=0,
        high=1000,
        missing=(6553.5,),
    ),
    Column("v2l", "flag", "", "vehicle-to-load output is on", "V2L 사용", low=0, high=1),
    Column("chg_seg", "text", "", "charge segment mark, written by some exports", "충전 구간 표시"),
    Column("chg_mode", "text", "", "slow or fast, written by some exports", "충전 방식"),
)

#: one cell voltage; a reading of 0 is an absent cell, 5.10 is all-ones at 0.02 V a step. Range chosen: wide enough to
#: keep a collapsed or overcharged cell visible, narrow enough to drop padding
CELL = Column("cell_v", "float", "V", "voltage of one cell", "셀 전압", low=1.0, high=4.5, missing=(0.0, 5.1))
#: one module temperature; -1 is also a valid reading, so it is not a sentinel
MODULE = Column(
    "mod_temp", "float", "°C", "temperature of one module", "모듈 온도", low=-30, high=80, missing=(127.0, -128.0)
)

CELLS = tuple(
    Column(
        f"cell_v_{no:03d}", "float", "V", f"voltage of cell {no}", f"{no}번 셀 전압", CELL.low, CELL.high, CELL.missing
    )
    for no in range(1, MOST_CELLS + 1)
)


def module_column(no: int) -> Column:
    """The column of module probe `no`, from 1."""
    name, doc, ko = f"mod_temp_{no:02d}", f"temperature of module {no}", f"{no}번 모듈 온도"
    return Column(name, "float", "°C", doc, ko, MODULE.low, MODULE.high, MODULE.missing)


MODULES = tuple(module_column(no) for no in range(1, MOST_MODULES + 1))

BMS = Table("bms", "one measurement of one vehicle", ("device_no", "time"), (*_BMS, *CELLS, *MODULES))

GPS = Table(
    "gps",
    "one position fix of one vehicle",
    ("device_no", "time"),
    (
        Column("device_no", "text", "", "device number, text, never a number", "단말 번호"),
        Column("time", "time", "", "time of the fix, naive local time unless it carries an offset", "측정 시각"),
        Column("measured_month", "text", "", "month of the export the row was written in", "측정 월"),
        Column("msg_time", "time", "", "time at which the message reached the collector", "수신 시각"),
        Column("seq", "int", "", "sequence number of the message", "메시지 순번", low=0),
        Column("direction", "float", "°", "heading, clockwise from north", "진행 방향", low=0, high=360),
        Column(
            "fuel_pct", "float", "%", "fuel or charge level sent by the position unit", "연료 비율", low=0, high=100
        ),
        Column("hdop", "float", "", "horizontal dilution of precision", "수평 정밀도", low=0, high=100),
        Column("lat", "float", "°", "latitude, WGS 84", "위도", low=-90, high=90, missing=(0,)),
        Column("lng", "float", "°", "longitude, WGS 84", "경도", low=-180, high=180, missing=(0,)),
        Column("altitude", "float", "m", "altitude above sea level", "고도", low=-500, high=9000),
        Column("mode", "text", "", "fix mode of the receiver", "측위 방식"),
        Column("source", "text", "", "origin of the fix", "측위 출처"),
        Column("speed", "float", "km/h", "speed over ground", "GPS 속도", low=0, high=300),
        Column("state", "int", "", "state of the position unit", "단말 상태"),
    ),
)

#: columns that become arrays of numbers in memory; the rest are keys or text
BMS_NUMBERS = tuple(column.name for column in _BMS if column.is_number)
GPS_NUMBERS = tuple(column.name for column in GPS if column.is_number)
#: counters and positions lose digits in 32 bits
DOUBLE_PRECISION = frozenset(
    {"odometer", "op_time", "seq", "lat", "lng"} | {name for name in BMS_NUMBERS if name.startswith("cumul_")}
)
