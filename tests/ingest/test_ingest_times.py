from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.ingest.clock import Clock
from baas.ingest.numbers import FRONT, Text
from baas.ingest.times import time_ms, times_ms

SEOUL = ZoneInfo("Asia/Seoul")


def at(*parts: int, zone: timezone | ZoneInfo = SEOUL) -> int:
    return int(datetime(*parts, tzinfo=zone).timestamp() * 1000)


def together(sent: list[bytes], order: str, zone: ZoneInfo) -> list[int | None]:
    ends = np.cumsum([len(item) + 1 for item in sent]) + FRONT - 1
    starts = np.concatenate([[FRONT], ends[:-1] + 1])
    ms, good = times_ms(Text.of(b"|".join(sent)), starts, ends, order, Clock(zone))
    return [int(value) if fine else None for value, fine in zip(ms, good, strict=True)]


SPELLINGS = {
    "2017-03-31 07:12:34": at(2017, 3, 31, 7, 12, 34),
    "17-03-31 07:12:34": at(2017, 3, 31, 7, 12, 34),
    " 17-03-31  07:12:34 ": at(2017, 3, 31, 7, 12, 34),
    "17 - 3-31 7:12:34": at(2017, 3, 31, 7, 12, 34),
    "2017/03/31 07:12:34": at(2017, 3, 31, 7, 12, 34),
    "2017.03.31 07:12": at(2017, 3, 31, 7, 12),
    "2017. 3. 31. 오후 7:12:34": at(2017, 3, 31, 19, 12, 34),
    "2017-03-31 오전 12:12:34": at(2017, 3, 31, 0, 12, 34),
    "2017-03-31 07:12:34 PM": at(2017, 3, 31, 19, 12, 34),
    "2017-03-31T07:12:34.567": at(2017, 3, 31, 7, 12, 34) + 567,
    "2017-03-31 07:12:34,5": at(2017, 3, 31, 7, 12, 34) + 500,
    "2017-03-31 07:12:34.9999999": at(2017, 3, 31, 7, 12, 34) + 999,
    "2017-03-31T07:12:34Z": at(2017, 3, 31, 7, 12, 34, zone=UTC),
    "2017-03-31T07:12:34+09:00": at(2017, 3, 31, 7, 12, 34),
    "2017-03-31 07:12:34+09": at(2017, 3, 31, 7, 12, 34),
    "2017-03-31 07:12:34-0330": at(2017, 3, 31, 7, 12, 34, zone=timezone(-timedelta(hours=3, minutes=30))),
    "20170331071234": at(2017, 3, 31, 7, 12, 34),
}


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_every_spelling_of_a_moment_is_read_alone_and_among_others(encoding: str) -> None:
    sent = [text.encode(encoding) for text in SPELLINGS]
    assert [time_ms(item, "YMD", SEOUL) for item in sent] == list(SPELLINGS.values())
    assert together(sent, "YMD", SEOUL) == list(SPELLINGS.values())


WRONG = [
    "",
    "2017-03-31",
    "07:12:34",
    "2017-02-29 07:12:34",
    "2017-13-01 07:12:34",
    "2017-03-31 24:00:00",
    "x2017-03-31 07:12:34",
    "2017-03-31 07:60:00",
    "2017-03-31 07:12:60",
    "1970-01-01 09:00:00",
    "2000-01-01 00:00:00",
    "2008-12-31 00:00:00",
    "2100-06-01 00:00:00",
    "2017-03-31 13:00:00 PM",
    "device_no",
    "2017-03/31 07:12:34x",
    "0000-00-00 00:00:00",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_time_of_a_car_is_none(text: str) -> None:
    assert time_ms(text.encode(), "YMD", SEOUL) is None
    assert together([b"2017-03-31 07:12:34", text.encode(), b"2017-03-31 07:12:35"], "YMD", SEOUL)[1] is None


def test_order_and_epochs_are_declared_not_guessed() -> None:
    assert time_ms(b"06/05/2017 7:56:59", "MDY", SEOUL) == at(2017, 6, 5, 7, 56, 59)
    assert time_ms(b"06/05/2017 7:56:59", "DMY", SEOUL) == at(2017, 5, 6, 7, 56, 59)
    moment = at(2017, 6, 22, 22, 56, 59)
    assert time_ms(b"1498139819", "epoch_s", SEOUL) == moment
    assert together([b"1498139819.5", b"none"], "epoch_s", SEOUL) == [moment + 500, None]
    assert together([b"1498139819000"], "epoch_ms", SEOUL) == [moment]


def test_hours_that_a_clock_change_skips_or_repeats_are_read_one_way_always() -> None:
    zone = ZoneInfo("America/New_York")
    skipped = time_ms(b"2018-03-11 02:30:00", "YMD", zone)
    assert skipped == at(2018, 3, 11, 7, 30, zone=UTC)
    repeated = time_ms(b"2018-11-04 01:30:00", "YMD", zone)
    assert repeated == at(2018, 11, 4, 5, 30, zone=UTC)
    assert together([b"2018-11-04 01:30:00", b"2018-03-11 02:30:00"], "YMD", zone) == [repeated, skipped]


PARTS = st.tuples(
    st.sampled_from([1970, 2008, 2009, 2017, 2018, 2024, 2099]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.integers(0, 24),
    st.integers(0, 60),
    st.integers(0, 60),
)
LAYOUTS = [
    "%04d-%02d-%02d %02d:%02d:%02d",
    "%d/%d/%d %d:%d:%d",
    "%04d.%02d.%02dT%02d:%02d:%02d.25",
    "%d-%d-%d %d:%d:%d PM",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(LAYOUTS), PARTS), min_size=1, max_size=30),
    st.sampled_from(["Asia/Seoul", "America/New_York", "Australia/Lord_Howe"]),
)
def test_times_read_together_are_the_times_read_one_by_one(drawn: list, name: str) -> None:
    sent = [(layout % parts).encode() for layout, parts in drawn]
    zone = ZoneInfo(name)
    assert together(sent, "YMD", zone) == [time_ms(item, "YMD", zone) for item in sent]
