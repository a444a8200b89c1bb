"""Delimiters, headers, lists, files without header: what a member is told to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import line, read_path, same, table

from baas.ingest.formats import normalised

ROWS = table(*[line(no) for no in range(8)])


@pytest.mark.parametrize("delimiter", ["|", "\t", ";"])
def test_delimiters_change_nothing(read, delimiter: str) -> None:
    assert same(read(ROWS.replace(",", delimiter)).signals, read(ROWS).signals)


def test_a_psql_dump_is_read_as_the_table_it_shows(read) -> None:
    header, *rows = [text.split(",") for text in ROWS.splitlines()]
    widths = [max(map(len, column)) + 3 for column in zip(header, *rows, strict=True)]
    shown = ["|".join(f" {item:>{wide}} " for item, wide in zip(row, widths, strict=True)) for row in (header, *rows)]
    shown.insert(1, "+".join("-" * (wide + 2) for wide in widths))
    done = read("\n".join([*shown, f"({len(rows)} rows)", ""]))
    assert same(done.signals, read(ROWS).signals)
    assert done.report.rows_read == len(rows)


@pytest.mark.parametrize(
    "header",
    [
        "DEVICE_NO,TIME,PACK_VOLT,PACK_CURRENT,SOC,ODOMETER,CELL_V_001,CELL_V_002,MOD_TEMP_01",
        "deviceNo,time,packVolt,packCurrent,soc,odometer,cellVolt1,cellVolt2,modTemp1",
        "Device No,Time,Pack Volt,Pack Current,SOC,Odometer,cell_volt_1,cell_volt_2,mod_temp_1",
        "device-id, time ,pack_voltage,current,soc,mileage,cell 1,cell 2,temperature 1",
        'clientid,savedtime,pack_v,current,"soc",mileage,cell_voltage_1,cell_voltage_2,module_temp_1',
    ],
)
def test_spellings_of_headers_change_nothing(read, header: str) -> None:
    done = read(ROWS.replace(ROWS.splitlines()[0], header))
    assert done.report.unknown_columns == ()
    assert same(done.signals, read(ROWS).signals)


@given(st.text(max_size=20))
def test_a_header_name_is_normalised_once_and_for_all(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


def listed(cells: str, modules: str = '"26.5"', delimiter: str = ",") -> str:
    header = "device_no,time,pack_volt,pack_current,soc,odometer,cell_volt_list,mod_temp_list"
    rows = [f"{text.rsplit(',', 3)[0]},{cells},{modules}" for text in ROWS.splitlines()[1:]]
    if delimiter != ",":
        rows = [
            ",".join(text.split(",")[:6]).replace(",", delimiter) + f"{delimiter}{cells}{delimiter}{modules}"
            for text in rows
        ]
    return "\n".join((header.replace(",", delimiter), *rows)) + "\n"


@pytest.mark.parametrize(
    ("cells", "delimiter"),
    [
        ('"4.047,4.04"', ","),
        ('"4.047, 4.04"', ","),
        ('"4.047;4.04"', ","),
        ('"4.047 4.04"', ","),
        ('"4.047  4.04 "', ","),
        ('"[4.047, 4.04]"', ","),
        ("[4.047,4.04]", ","),
        ("4.047 4.04", ","),
        ("4.047;4.04", ","),
        ('"4.047,4.04,"', ","),
        ("4.047,4.04", "|"),
        ("{4.047,4.04}", "|"),
        ("[4.047, 4.04]", "|"),
        ("4,047;4,04", "|"),
        ('"4.047,4.04"', ";"),
        ('"4,047;4,04"', ";"),
    ],
)
def test_spellings_of_lists_change_nothing(read, cells: str, delimiter: str) -> None:
    done = read(listed(cells, delimiter=delimiter))
    assert done.report.message_en == ""
    assert same(done.signals, read(ROWS).signals)


def test_lists_may_change_their_length_and_have_gaps(read) -> None:
    rows = [
        '0120,2023-01-31 12:00:00,"4.0,4.1,4.2"',
        '0120,2023-01-31 12:00:01,"4.0,,4.2"',
        '0120,2023-01-31 12:00:02,""',
    ]
    done = read(table(*rows, header="device_no,time,cell_volt_list"))
    assert done.signals.cells_mv.tolist() == [[4000, 4100, 4200], [4000, 32767, 4200], [32767] * 3]


def test_a_list_longer_than_a_pack_is_rejected(read) -> None:
    row = f'0120,2023-01-31 12:00:00,"{",".join(["4.0"] * 193)}"'
    done = read(table(row, '0120,2023-01-31 12:00:01,"4.0"', header="device_no,time,cell_volt_list"))
    assert done.report.rejected == {"too_many_cells": 1}


def test_a_decimal_comma_is_read_where_another_delimiter_parts_the_fields(read) -> None:
    assert same(read(ROWS.replace(",", ";").replace(".", ",")).signals, read(ROWS).signals)


def test_every_column_of_the_raw_list_form_is_known(read) -> None:
    from baas.tables import feed

    single = {column.name for column in (*feed.CELLS, *feed.MODULES)}
    names = [name for name in feed.BMS.names if name not in single]
    assert len(names) + 2 >= 67
    values = {"device_no": "0120", "time": "2023-01-31 12:00:00", "msg_time": "2023-01-31 12:00:00"}
    row = ",".join(values.get(name, "7") for name in names) + ',"4.0,4.1","20,21"'
    done = read(table(row, header=",".join(names) + ",cell_volt_list,mod_temp_list"))
    assert done.report.message_en == ""
    assert set(done.signals.columns) == {*feed.BMS_NUMBERS, "msg_time"}


GPS = [
    f"0120000000{no % 2}|2023-01-31 12:00:{no:02d}|90||0.9|37.4979{no:02d}|127.0276123|A|OBD|{no}|1" for no in range(20)
]


@pytest.mark.parametrize("junk", [[], ["0"], ["export of 2023", "column1"]])
@pytest.mark.parametrize("shape", ["{}", '"{}"', "{}|"])
def test_positions_without_header_are_told_by_their_order(read, junk: list[str], shape: str) -> None:
    done = read("\n".join([*junk, *(shape.format(text) for text in GPS)]) + "\n", name="gps_x.csv")
    assert (done.report.status, done.report.format, done.report.rows_read, done.rows) == ("read", "feed_gps", 20, 20)
    assert done.signals.kind == "gps"
    assert done.signals.column("lat")[3] == 37.497903
    assert done.signals.column("lng")[3] == 127.0276123
    assert np.isnan(done.signals.column("fuel_pct")).all()


def test_positions_with_header_are_told_by_it(read) -> None:
    rows = "\n".join(
        ["device_no,time,lon,lat,speed", *(f"0120,2023-01-31 12:00:{no:02d},127.1,37.5,{no}" for no in range(5))]
    )
    done = read(rows)
    assert (done.report.format, done.signals.column("lng")[0]) == ("feed_gps", 127.1)


def test_lines_before_a_header_are_no_rows(read) -> None:
    done = read("Fleet export\n2023-02-01;Seoul\n\n" + ROWS)
    assert (done.rows, done.report.rows_read) == (8, 8)


def test_the_car_type_comes_from_the_name_when_no_column_says_it(read) -> None:
    assert read(ROWS, name="KONA EV.result.csv").signals.car_types == {"01200000001": "KONA EV"}
    typed = table(*[f"{line(no)},EV6" for no in range(3)], header=table().strip() + ",car_type")
    assert read(typed, name="x/NIRO.result.csv").signals.car_types == {"01200000001": "EV6"}
    assert read(ROWS, name="KONA EV.csv").signals.car_types == {}


def test_the_device_comes_from_the_name_when_no_column_says_it(read, tmp_path) -> None:
    bare = "\n".join(text.split(",", 1)[1] for text in ROWS.splitlines()) + "\n"
    assert read(bare, name="bms.01200000077.2023-01.csv").signals.devices == ("01200000077",)
    folder = tmp_path / "in" / "01200000078" / "2023-01"
    folder.mkdir(parents=True)
    (folder / "bms.csv").write_text(bare)
    assert read_path(tmp_path / "in").signals.devices == ("01200000078",)
    done = read(bare, name="other/bms.csv")
    assert (done.report.status, done.rows) == ("foreign", 0)
    assert "no device number" in done.report.message_en


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("a,b,c\n1,2,3\n", "foreign"),
        ("device_no,name\n0120,x\n", "foreign"),
        ("just some words\n", "foreign"),
        ("\n\n  \n", "empty"),
        (table(), "empty"),
        ("device_no,days,efficiency_km_per_kwh,mean_temp_c\n0120,3,5.1,22\n", "table"),
    ],
)
def test_a_file_that_is_no_telemetry_says_what_it_is(read, data: str, status: str) -> None:
    done = read(data)
    assert (done.report.status, done.rows, done.report.rows_read) == (status, 0, 0)
    assert done.report.message_ko
    assert done.report.message_en


def test_vehicle_values_are_a_table_by_name(read) -> None:
    assert read("device,a\n0120,1\n", name="battery_results.csv").report.status == "table"


def test_headers_may_change_within_a_file(read) -> None:
    other = "\n".join(["\ufefftime|device_no|soc", *(f"23-01-31 13:00:{no:02d}|0999|{no}" for no in range(9))])
    done = read(ROWS + other + "\n" + ROWS)
    assert (done.rows, done.report.rows_read) == (25, 25)
    assert done.signals.column("soc")[8:17].tolist() == list(range(9))
