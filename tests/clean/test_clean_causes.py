"""Findings: one for each cause, in whole sentences of two languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from baas.clean.causes import findings
from baas.clean.notes import DayRows, Note
from baas.clean.sentences import SENTENCES
from baas.findings import Finding
from baas.tables.feed import BMS, CELLS, module_column

NOTE = Note("out_of_range", "info", 10, 20, 3, 999.0, "km/h", "emobility_spd", "차량 속도")
KINDS = {"data", "battery", "mileage", "charging"}


def on(note: Note, *dates: str) -> Note:
    return replace(note, days=tuple(DayRows(date, 10, 20, 1) for date in dates))


def probe(number: int, check: str = "out_of_range", **changes: object) -> Note:
    column = module_column(number)
    note = Note(check, "info", 10, 20, 3, 215.0, "°C", column.name, column.ko)
    return replace(note, **changes)  # type: ignore[arg-type]


def cell(number: int, **changes: object) -> Note:
    column = CELLS[number - 1]
    note = Note("out_of_range", "info", 10, 20, 3, 4.9, "V", column.name, column.ko, number)
    return replace(note, **changes)  # type: ignore[arg-type]


def only(*notes: Note) -> Finding:
    (one,) = findings(notes, "0123")
    return one


@pytest.mark.parametrize("count", [1, 2, 12_345])
@pytest.mark.parametrize("check", SENTENCES)
def test_every_check_tells_its_finding_in_two_languages(check: str, count: int) -> None:
    finding = only(replace(NOTE, check=check, count=count))
    assert finding.kind in KINDS
    assert (finding.device_no, finding.check, finding.count, finding.value) == ("0123", check, count, 999.0)
    assert any("가" <= letter <= "힣" for letter in finding.message_ko)
    assert not any("가" <= letter <= "힣" for letter in finding.message_en)
    assert "{" not in finding.message_ko + finding.message_en
    assert "  " not in finding.message_ko + finding.message_en
    assert finding.message_en[0].isupper() or finding.message_en[0].isdigit()
    assert not re.search(r"\b1 (reading|row|day|time)s\b", finding.message_en)
    assert not re.search(r"\b(2|12,345) (reading|row|time)\b", finding.message_en)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 reading of emobility_spd (vehicle speed) on 1 day is out of range and was left out"),
     (3, "3 readings of emobility_spd (vehicle speed) on 1 day are out of range and were left out")],
)  # fmt: skip
def test_one_reading_is_told_as_one(count: int, words: str) -> None:
    assert only(replace(NOTE, count=count)).message_en.startswith(words)


def test_a_number_without_unit_has_no_blank_behind_it() -> None:
    finding = only(replace(NOTE, unit="", value=919.0))
    assert "(예: 919)" in finding.message_ko
    assert "(for example 919)" in finding.message_en


def test_large_numbers_are_told_in_whole() -> None:
    assert "16,777,215 km/h" in only(replace(NOTE, value=16_777_215.0)).message_ko


def test_days_are_counted_once() -> None:
    both = only(on(NOTE, "2023-06-01", "2023-06-02"), on(replace(NOTE, first_ms=30), "2023-06-02", "2023-06-03"))
    assert "6개(3일)" in both.message_ko
    assert "6 readings" in both.message_en
    assert "on 3 days" in both.message_en


def test_probes_of_one_vehicle_that_send_nonsense_are_one_finding() -> None:
    one = only(probe(15, severity="warning"), probe(9, value=-40.0), probe(8, first_ms=5), probe(10, last_ms=99))
    assert (one.first_ms, one.last_ms, one.count, one.value, one.severity) == (5, 99, 12, 215.0, "warning")
    assert (one.signal, one.cell_no) == ("mod_temp", None)
    assert "모듈 온도 센서 4개(8~10, 15번)" in one.message_ko
    assert "12 readings of 4 module temperature probes (8 to 10, 15)" in one.message_en


def test_one_probe_is_called_by_its_name() -> None:
    one = only(probe(18))
    assert one.signal == "mod_temp_18"
    assert "18번 모듈 온도(mod_temp_18)" in one.message_ko


def test_probes_that_fail_in_different_ways_stay_apart() -> None:
    assert len(findings([probe(8), probe(9), probe(9, "stuck_sensor")], "0123")) == 2


def test_cells_are_one_finding_and_a_single_one_keeps_its_number() -> None:
    several = only(cell(3), cell(41), cell(40, first_ms=7))
    assert (several.signal, several.cell_no) == ("cell_v", None)
    assert "셀 3개(3, 40~41번)" in several.message_ko
    assert (only(cell(41)).cell_no, only(cell(41)).signal) == (41, "cell_v_041")


def test_many_scattered_cells_still_make_one_line() -> None:
    assert "…" in only(*(cell(number) for number in range(1, 190, 2))).message_ko


def test_signals_that_fail_in_the_same_rows_are_one_finding() -> None:
    other = replace(NOTE, signal="speed", signal_ko="GPS 속도", value=-1000.0)
    one = only(NOTE, other)
    assert one.signal == "emobility_spd speed"
    assert (one.count, one.value) == (6, -1000.0)
    assert "차량 속도(emobility_spd)·GPS 속도(speed)" in one.message_ko
    assert "emobility_spd (vehicle speed) and speed (speed over ground)" in one.message_en


def test_the_unit_is_that_of_the_number() -> None:
    volt = replace(NOTE, signal="pack_volt", signal_ko=BMS["pack_volt"].ko, value=-5000.0, unit="V")
    assert (only(NOTE, volt).value, only(NOTE, volt).unit) == (-5000.0, "V")


@pytest.mark.parametrize(
    "other",
    [replace(NOTE, signal="soc", count=4), replace(NOTE, signal="soc", last_ms=21), replace(NOTE, check="spike")],
)
def test_other_rows_or_checks_are_another_finding(other: Note) -> None:
    assert len(findings([NOTE, other], "0123")) == 2


def test_two_rollbacks_are_two_findings() -> None:
    one = replace(NOTE, check="odometer_rollback", signal="odometer")
    assert len(findings([one, replace(one, first_ms=1000, last_ms=1010)], "0123")) == 2
