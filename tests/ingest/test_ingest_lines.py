"""What every line of a file means, and that no line is lost."""

import numpy as np
import pytest
from reading import HEADER, TAIL, line, same, table

from baas.signals import MISSING_MV

GOOD = [line(no) for no in range(6)]


def test_a_row_becomes_the_numbers_it_holds(read) -> None:
    signals = read(table(*GOOD)).signals
    assert signals.devices == ("01200000001",)
    assert signals.column("pack_volt")[0] == np.float32(388.3)
    assert signals.column("odometer").dtype == np.float64
    assert signals.cells_mv[0].tolist() == [4047, 4040]
    assert signals.modules_c[0].tolist() == [26.5]
    assert np.diff(signals.time_ms).tolist() == [1000] * 5


REJECTED = {
    "too_many_fields": line(9) + ",1,2",
    "too_few_fields": "01200000001,2023-01-31 12:00:09,388.3",
    "no_device": line(9, device="  "),
    "no_time": f"01200000001,,{TAIL}",
    "bad_time": f"01200000001,2023-02-31 12:00:00,{TAIL}",
    "unclosed_quote": line(9, device='"01200000001'),
    "line_too_long": line(9) + "0" * 140_000,
}


@pytest.mark.parametrize("reason", REJECTED)
@pytest.mark.parametrize("block_bytes", [100, 1 << 20])
def test_a_line_that_gives_no_row_is_counted_with_its_reason_and_place(read, reason: str, block_bytes: int) -> None:
    done = read(table(*GOOD[:3], REJECTED[reason], *GOOD[3:]), block_bytes=block_bytes)
    assert done.rows == 6
    assert done.report.rejected == {reason: 1}
    assert done.report.rows_read == 7
    assert done.report.examples == ((5, reason),)
    assert reason in done.report.message_en
    assert reason in done.report.message_ko


def test_a_clock_that_was_never_set_is_a_bad_time(read) -> None:
    done = read(table(*GOOD, f"01200000001,1970-01-01 09:00:00,{TAIL}", f"01200000001,08-12-31 09:00:00,{TAIL}"))
    assert done.report.rejected == {"bad_time": 2}


def test_a_device_number_that_no_encoding_explains_is_rejected_not_guessed(read) -> None:
    data = table(*GOOD).encode() + b"0120\xff\xff\xff," + line(9).split(",", 1)[1].encode() + b"\n"
    done = read(data)
    assert done.report.rejected == {"undecodable": 1}
    assert done.rows == 6


OTHER = "01200000009"
NAMING = {
    "no_time": f"{OTHER},,{TAIL}",
    "bad_time": f"{OTHER},2023-02-31 12:00:00,{TAIL}",
    "too_many_cells": f'{OTHER},2023-01-31 12:00:09,388.3,"{",".join(["4.0"] * 200)}"',
}


@pytest.mark.parametrize("reason", NAMING)
def test_a_rejected_row_that_names_its_device_counts_for_it(read, reason: str) -> None:
    good = [line(no, device=device) for no in range(3) for device in ("01200000001", OTHER)]
    header = HEADER
    if reason == "too_many_cells":
        header = "device_no,time,pack_volt,cell_volt_list"
        good = [",".join([*row.split(",")[:3], '"4.0,4.1"']) for row in good]
    report = read(table(*good, NAMING[reason], NAMING[reason], header=header), name="export.csv").report
    assert report.rejected == {reason: 2}
    assert report.rows_of == {"01200000001": 3, OTHER: 5}
    assert report.rejected_of == {OTHER: 2}


@pytest.mark.parametrize("reason", sorted(set(REJECTED) - set(NAMING)))
def test_a_line_whose_fields_are_not_in_their_places_names_no_device(read, reason: str) -> None:
    report = read(table(*GOOD, REJECTED[reason])).report
    assert report.rejected == {reason: 1}
    assert report.rows_of == {"01200000001": 6}
    assert report.rejected_of == {}


def test_every_line_of_a_file_of_one_device_is_that_device_s(read) -> None:
    header = HEADER.removeprefix("device_no,")
    lines = [row.split(",", 1)[1] for row in GOOD]
    done = read(table(*lines, "2023-01-31 12:00:09,388.3", f"never,{TAIL}", header=header))
    assert done.report.rejected == {"too_few_fields": 1, "bad_time": 1}
    assert done.report.rows_of == {"01200000001": 8}
    assert done.report.rejected_of == {"01200000001": 2}


def test_a_column_of_nonsense_is_not_taken_for_a_fleet(read) -> None:
    lines = [f"{no},never,{TAIL}" for no in range(11_000)] + [f"{'9' * 70},never,{TAIL}"]
    report = read(table(*GOOD, *lines), name="export.csv").report
    assert report.rejected == {"bad_time": 11_001}
    assert len(report.rejected_of) == 10_000
    assert "9" * 70 not in report.rejected_of


STRUCTURE = [
    "",
    "   ",
    ",,,,,,,,",
    "-----------+-----+------",
    "(868 rows)",
    "(1 row)",
    "(868개 행)",
    "868 rows",
    "# exported 2023",
    "합계",
    "합계,,,,,,,,12",
    "총 868건",
    "Total: 868",
    "total,,,,,,,,3",
    "Summary",
    HEADER,
    HEADER.upper(),
    "\ufeff" + HEADER,
]


@pytest.mark.parametrize("text", STRUCTURE)
def test_rules_footers_blank_lines_and_repeated_headers_are_no_rows(read, text: str) -> None:
    done = read(table(*GOOD[:3], text, *GOOD[3:], text))
    assert (done.rows, done.report.rows_read, dict(done.report.rejected)) == (6, 6, {})


def test_a_car_called_total_is_a_car(read) -> None:
    done = read(table(*[line(no, device="Total-EV1") for no in range(6)]))
    assert done.signals.devices == ("Total-EV1",)


def test_a_truncated_last_line_is_told_from_a_short_line(read) -> None:
    done = read(table(*GOOD) + "01200000001,2023-01-31 12:0")
    assert done.report.rejected == {"truncated": 1}
    wide = (
        "device_no,time,cell_volt_list\n"
        + '0120,2023-01-31 12:00:00,"4.0,4.1"\n' * 3
        + '0120,2023-01-31 12:00:01,"4.0,4'
    )
    assert read(wide).report.rejected == {"truncated": 1}
    assert read(table(*GOOD, "01200000001,2023-01-31 12:0")).report.rejected == {"too_few_fields": 1}


def test_a_last_line_without_line_end_is_a_row(read) -> None:
    assert read(table(*GOOD).rstrip()).rows == 6


def test_a_value_that_is_no_number_is_missing_and_counted_and_its_row_is_kept(read) -> None:
    done = read(table(*GOOD, line(7, tail="n/a,broken,82.5,x,4.047,oops,hot"), line(8, tail="none,-,NaN,null,,-,")))
    assert (done.rows, done.report.rows_rejected) == (8, 0)
    assert done.report.message_en == (
        "values that are no numbers, left empty: cell_v 1, mod_temp 1, odometer 1, pack_current 1"
    )
    assert np.isnan(done.signals.column("pack_current")[6:]).all()
    assert done.signals.cells_mv[6].tolist() == [4047, MISSING_MV]
    assert np.isnan(done.signals.modules_c[6]).all()


def test_a_cell_reading_too_large_for_the_matrix_is_counted_not_wrapped(read) -> None:
    done = read(table(*GOOD, line(7, tail="388,0,82,5,4047,33.0,20")))
    assert done.signals.cells_mv[6].tolist() == [MISSING_MV, MISSING_MV]
    assert "cell_v 2" in done.report.message_en


@pytest.mark.parametrize(
    ("sent", "device"),
    [
        (" 0123 ", "0123"),
        ("'0123", "0123"),
        ('="0123"', "0123"),
        ('"=""0123"""', "0123"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("1.2E+10", "1.2E+10"),
        ("차량-7", "차량-7"),
    ],
)
def test_device_numbers_stay_text_as_sent(read, sent: str, device: str) -> None:
    done = read(table(*[line(no, device=sent) for no in range(4)]))
    assert done.signals.devices == (device,)


def test_the_delimiter_behind_the_last_field_is_no_field(read) -> None:
    done = read(table(*[text + "," for text in GOOD]))
    assert done.rows == 6
    assert same(done.signals, read(table(*GOOD)).signals)


def test_quotes_around_every_field_change_nothing(read) -> None:
    quoted = "\n".join(",".join(f'"{item}"' for item in text.split(",")) for text in (HEADER, *GOOD)) + "\n"
    assert same(read(quoted).signals, read(table(*GOOD)).signals)


def test_unknown_columns_are_named_once_and_their_values_left_alone(read) -> None:
    lines = [f"{text},7,hello,9" for text in GOOD]
    done = read(table(*lines, header=HEADER + ",turbo,Unnamed: 0,turbo"))
    assert done.report.unknown_columns == ("turbo",)
    assert "turbo" in done.report.message_ko
    assert same(done.signals, read(table(*GOOD)).signals)


def test_text_columns_of_the_feed_are_known_and_may_say_anything(read) -> None:
    header = "device_no,time,vin,int_temp,soc"
    done = read(table(*[f'0120,2023-01-31 12:00:0{no},"K,""x",AUTO,50' for no in range(3)], header=header))
    assert done.report.unknown_columns == ()
    assert "int_temp 3" in done.report.message_en
    assert done.signals.column("soc").tolist() == [50.0] * 3


def test_what_a_car_type_column_says_is_kept_by_device(read) -> None:
    lines = [f"{text},EV6" for text in GOOD] + [f"{line(9, device='0999')},코나"]
    done = read(table(*lines, header=HEADER + ",car_type"))
    assert dict(done.signals.car_types) == {"01200000001": "EV6", "0999": "코나"}


def test_times_of_reception_are_kept_to_decide_between_duplicates(read) -> None:
    header = HEADER + ",msg_time,seq"
    done = read(
        table(f"{GOOD[0]},2023-01-31 12:00:03,7", f"{GOOD[1]},1970-01-01 00:00:00,8", f"{GOOD[2]},,9", header=header)
    )
    assert done.signals.columns["msg_time"][0] - done.signals.time_ms[0] == 3000
    assert np.isnan(done.signals.columns["msg_time"][1:]).all()
    assert done.signals.columns["seq"].tolist() == [7, 8, 9]
