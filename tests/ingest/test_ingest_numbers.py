import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.ingest.numbers import FRONT, Text, decimals, number, thousandths


def fields(sent: list[bytes]) -> tuple[Text, np.ndarray, np.ndarray]:
    ends = np.cumsum([len(item) + 1 for item in sent]) + FRONT - 1
    starts = np.concatenate([[FRONT], ends[:-1] + 1])
    return Text.of(b",".join(sent)), starts.astype(np.int64), ends.astype(np.int64)


def bits(value: float) -> bytes:
    return b"nan" if math.isnan(value) else struct.pack("<d", value)


ODD_SPELLINGS = [
    b"",
    b"-",
    b".",
    b"-.",
    b"5.",
    b".5",
    b"-.5",
    b"+1",
    b"--1",
    b"1-",
    b"1e5",
    b"-2E-3",
    b"none",
    b"NaN",
    b"abc",
    b"1.2.3",
    b"/",
    b"1/2",
    b"1:2",
    b"0",
    b"-0",
    b"00",
    b"0.0",
    b"12345678",
    b"-12345678",
    b"123456789",
    b"9007199254740993",
    b"99999999999999999",
    b"12.345.6789",
    b" 1",
    b"1 ",
    b"\x801",
    b"1_0",
    b"0x10",
    b"inf",
    b"1e400",
    b"3,7",
    b"true",
]
DECIMALS = st.from_regex(rb"-?[0-9]{0,10}(\.[0-9]{0,9})?", fullmatch=True)
BYTES = st.binary(max_size=18).filter(lambda sent: b"," not in sent)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(DECIMALS, BYTES, st.sampled_from(ODD_SPELLINGS)), min_size=1, max_size=40))
def test_many_fields_read_at_once_are_what_float_says_of_each(sent: list[bytes]) -> None:
    values, odd = decimals(*fields(sent))
    for item, value, left in zip(sent, values, odd, strict=True):
        if not left:
            told = number(item)
            assert told is not None, item
            assert bits(told) == bits(value), item


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(DECIMALS, st.sampled_from(ODD_SPELLINGS)), min_size=1, max_size=40))
def test_cells_read_at_once_are_the_rounded_thousandfold(sent: list[bytes]) -> None:
    mv, odd = thousandths(*fields(sent))
    for item, value, left in zip(sent, mv, odd, strict=True):
        if not left:
            assert value == round(float(item) * 1000), item


def test_usual_spellings_are_read_at_once() -> None:
    sent = [
        b"388.32",
        b"-0.313",
        b"0",
        b"51119",
        b"-41.121124",
        b"429496729.5",
        b"100000.5",
        b"4480919",
        b"65535",
        b"5.",
    ]
    values, odd = decimals(*fields(sent))
    assert not odd.any()
    assert values.tolist() == [float(item) for item in sent]
    mv, odd = thousandths(*fields([b"4.047", b"4.04", b"4.0", b"4", b"0", b"5.10"]))
    assert mv.tolist() == [4047, 4040, 4000, 4000, 0, 5100]
    assert not odd.any()


@pytest.mark.parametrize("sent", [b"", b"-", b"none", b"NULL", b"NaN", b"N/A", b" ", b"na", b"\\N", b'""'])
def test_words_for_missing_are_missing_not_wrong(sent: bytes) -> None:
    told = number(sent)
    assert told is not None
    assert math.isnan(told)


@pytest.mark.parametrize("sent", [b"abc", b"1_000", b"0x10", b"infinity", b"1e999", b"1.2.3", b"12V", b"=1+1", b"\xb0"])
def test_what_is_no_number_is_told_as_such(sent: bytes) -> None:
    assert number(sent) is None


def test_a_decimal_comma_is_read_only_where_commas_do_not_part_fields() -> None:
    assert number(b"3,72", True) == 3.72
    assert number(b"3,72", False) is None
    assert number(b"1,234,567", True) is None
    assert number(b"1,234.5", True) is None
