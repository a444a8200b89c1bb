"""What a column and a table are."""

from __future__ import annotations

import pytest

from baas.schema import UNIT_SUFFIXES, Column, Table

SOC = Column("soc", "float", "%", "state of charge", "충전 상태", 0, 100)
NAME = Column("device_no", "text", "", "device number", "단말 번호")


def test_a_table_knows_its_columns_by_name_and_in_order() -> None:
    table = Table("t", "one row", ("device_no",), (NAME, SOC))
    assert table.names == ("device_no", "soc")
    assert table["soc"] is SOC
    assert list(table) == [NAME, SOC]
    assert "soc" in table
    assert "soh" not in table


def test_a_column_named_twice_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match=r"named twice.*soc"):
        Table("t", "one row", ("soc",), (SOC, SOC))


def test_a_key_must_exist() -> None:
    with pytest.raises(ValueError, match=r"do not exist.*date"):
        Table("t", "one row", ("date",), (SOC,))


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(KeyError, match="t has no column soh"):
        Table("t", "one row", (), (SOC,))["soh"]


@pytest.mark.parametrize(
    ("dtype", "number"), [("int", True), ("float", True), ("flag", True), ("text", False), ("time", False)]
)
def test_only_numbers_have_ranges(dtype: str, number: bool) -> None:
    assert Column("x", dtype, "", "x", "엑스").is_number == number  # type: ignore[arg-type]


def test_a_suffix_means_one_unit() -> None:
    suffixes = [suffix for some in UNIT_SUFFIXES.values() for suffix in some]
    assert len(suffixes) == len(set(suffixes))
