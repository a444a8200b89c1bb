from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from baas.simulate.text import NOTHING, clock, degrees, fixed, joined, same, voltages


def read(text) -> list[str]:
    return [bytes(row[row != 0]).decode() for row in text]


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=20), st.integers(0, 6))
def test_every_number_is_written_exactly(values, decimals):
    expected = [Decimal(value).scaleb(-decimals) for value in values]
    assert [Decimal(text) for text in read(fixed(np.array(values, dtype=np.int64), decimals))] == expected


def test_decimals_are_kept_and_nothing_is_empty():
    values = np.array([5, -5, 0, 1234, NOTHING], dtype=np.int64)
    assert read(fixed(values, 2)) == ["0.05", "-0.05", "0.00", "12.34", ""]
    assert read(fixed(values, 0)) == ["5", "-5", "0", "1234", ""]


@given(st.integers(946_684_800, 4_000_000_000))
def test_clocks_agree_with_the_calendar(time_s):
    moment = datetime.fromtimestamp(time_s, UTC)
    times = np.array([time_s])
    assert read(clock(times, "YYYY-MM-DD HH:NN:SS")) == [moment.strftime("%Y-%m-%d %H:%M:%S")]
    assert read(clock(times, " YY/MM/DDTHH:NN:SS+09:00")) == [moment.strftime(" %y/%m/%dT%H:%M:%S+09:00")]


def test_cells_and_probes_become_columns():
    assert read(voltages(np.array([[3712, 4000]], dtype=np.int16), 3, ",")) == ["3.712,4.000,"]
    assert read(voltages(np.array([[3720, 4000]], dtype=np.int16), 2, " | ")) == ["3.72 | 4.00 | "]
    assert read(degrees(np.array([[-7, 0, 21]], dtype=np.int16), ",")) == ["-7,0,21,"]


def test_rows_are_joined_without_gaps():
    assert joined([same("a", 2), fixed(np.array([1, 22]), 0)], ";") == b"a;1\na;22\n"
