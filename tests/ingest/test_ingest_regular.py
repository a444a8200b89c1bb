"""The fast way and the plain way read the same, whatever the lines and wherever the blocks end."""

import random
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import HEADER, SETTINGS, line, read_path, same

from baas.ingest import plain, regular
from baas.ingest.clock import Clock
from baas.ingest.formats import Format
from baas.ingest.layout import Layout, bind
from baas.ingest.rows import merged
from baas.ingest.shapes import Plans

SEOUL = ZoneInfo("Asia/Seoul")
BMS: Format = next(form for form in SETTINGS.formats if form.name == "feed_bms")


def layout(header: str, delimiter: str, **changes: str) -> Layout:
    found = bind(BMS, header.split(delimiter), delimiter)
    assert found is not None
    return found if not changes else Layout(**{**found.__dict__, **changes})


def check(data: bytes, form: Layout) -> int:
    """Compares both ways on every line the fast one took; how many it took."""
    parts, left, count = regular.read(data, Plans(form), Clock(SEOUL))
    lines = data.split(b"\n")[:-1]
    assert count == len(lines)
    told = [(no, plain.read_line(text, form, SEOUL)) for no, text in enumerate(lines)]
    rows = [(no, row) for no, row in told if isinstance(row, plain.Row) and no not in set(left.tolist())]
    assert not parts or [no for no, _ in rows] == merged(parts).line.tolist()
    if not rows:
        return 0
    fast, slow = merged(parts), plain.stacked(rows, form)
    assert [fast.devices[no] for no in fast.device] == [slow.devices[no] for no in slow.device]
    assert fast.time_ms.tolist() == slow.time_ms.tolist()
    np.testing.assert_array_equal(fast.msg_ms, slow.msg_ms)
    np.testing.assert_array_equal(fast.numbers, slow.numbers)
    for name, missing in (("cells_mv", 32767), ("modules_c", np.nan)):
        one, other = getattr(fast, name), getattr(slow, name)
        wide = max(one.shape[1], other.shape[1])
        pad = [np.pad(m, ((0, 0), (0, wide - m.shape[1])), constant_values=missing) for m in (one, other)]
        np.testing.assert_array_equal(*pad)
    assert dict(fast.bad) == dict(slow.bad)
    assert dict(fast.car_types) == dict(slow.car_types)
    return len(rows)


NUMBER = st.one_of(
    st.sampled_from(
        ["", "0", "3.9", "4.047", "388.32", "-41.121124", "none", "-", "x", "1e3", "3,7", " 5 ", "4047", '"', "40.5"]
    ),
    st.from_regex(r"-?[0-9]{0,9}(\.[0-9]{0,6})?", fullmatch=True),
)
TIME = st.sampled_from(
    [
        "2023-01-31 12:00:01",
        "23-01-31 12:00:01",
        " 23-1-31 7:00:01",
        "2023-01-31T12:00:01Z",
        "",
        "1970-01-01 00:00:00",
        "x",
    ]
)
DEVICE = st.sampled_from(["01200000001", "1200000001", " 0123", "'0123", "", "차량", "합계", "device_no"])
ITEMS = st.lists(st.one_of(st.sampled_from(["3.9", "4.047", "0", "", "x"]), st.just("4.05")), max_size=6)
LIST = st.builds(
    lambda items, mark, quote: quote + mark.join(items) + quote,
    ITEMS,
    st.sampled_from([",", ";", " ", ", "]),
    st.sampled_from(['"', ""]),
)
WIDE = "device_no,time,msg_time,car_type,soc,odometer,cell_v_001,cell_v_002,cell_v_004,mod_temp_01,vin"
LISTS = "device_no,time,soc,cell_volt_list,mod_temp_list"


def lines_of(fields: list, delimiter: str) -> st.SearchStrategy[list[str]]:
    usual = st.tuples(*fields).map(delimiter.join)
    return st.lists(
        st.one_of(usual, usual, usual, usual.map(lambda text: text[:-3]), st.just(""), usual.map('"{}"'.format)),
        max_size=30,
    )


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([",", "|", ";", "\t"]).flatmap(
        lambda d: st.tuples(st.just(d), lines_of([DEVICE, TIME, TIME, DEVICE, *[NUMBER] * 7], d))
    )
)
def test_single_columns_are_read_alike_both_ways(drawn: tuple[str, list[str]]) -> None:
    delimiter, lines = drawn
    check("".join(f"{text}\n" for text in lines).encode(), layout(WIDE.replace(",", delimiter), delimiter))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([",", "|", ";"]).flatmap(
        lambda d: st.tuples(st.just(d), lines_of([DEVICE, TIME, NUMBER, LIST, LIST], d))
    ),
    st.sampled_from([",", ";", " "]),
)
def test_lists_are_read_alike_both_ways(drawn: tuple[str, list[str]], mark: str) -> None:
    delimiter, lines = drawn
    check(
        "".join(f"{text}\n" for text in lines).encode(),
        layout(LISTS.replace(",", delimiter), delimiter, list_mark=mark),
    )


def test_usual_lines_are_not_left_to_the_plain_way() -> None:
    wide = "".join(f"0120,2023-01-31 12:00:{no:02d},,EV6,55.5,12345.6,4.047,4.05,,21,none\n" for no in range(60))
    assert check(wide.encode(), layout(WIDE, ",")) == 60
    lists = "".join(
        f'0120,2023-01-31 12:00:{no:02d},55.5,"{",".join(["4.047"] * (no % 3 + 1))}","21,22"\n' for no in range(60)
    )
    assert check(lists.encode(), layout(LISTS, ",")) == 60
    padded = "".join(f" 0120 | 2023-01-31 12:00:{no:02d} | 55.5 | 4.047, 4.05 | 21,22 \n" for no in range(60))
    assert check(padded.encode(), layout(LISTS.replace(",", "|"), "|")) == 60


def mixed_file(seed: int) -> bytes:
    """Rows, faults, structure, another header and another format in one file."""
    random.seed(seed)
    lines = [HEADER]
    for no in range(300):
        kind = random.random()
        lines.append(
            line(no, device=random.choice(["0120", "0121"]))
            if kind > 0.1
            else random.choice(
                ["", "(5 rows)", HEADER, "a,b", line(no) + ",x", "x" * 500, line(no, tail="1,2,x,4,5,6,7")]
            )
        )
    lines.append("device_no|time|soc|cell_volt_list")
    lines += [f"0120|23-01-31 13:{no:02d}:00|50|{{4.0,4.1,4.{no:02d}}}" for no in range(50)]
    lines.append("device_no,time,lat,lng,speed")
    lines += [f"0120,23-01-31 13:{no:02d}:00,37.5,127.0012345,{no}" for no in range(50)]
    return "\r\n".join(lines).encode("utf-8-sig")


def test_rows_do_not_depend_on_where_blocks_and_chunks_end(tmp_path) -> None:
    path = tmp_path / "mixed_0120.csv"
    for seed in range(3):
        path.write_bytes(mixed_file(seed))
        whole = read_path(path)
        assert whole.report.rejected.keys() == {"too_few_fields", "too_many_fields"}
        for block in (64, 1000, 4096, 70_000):
            split = read_path(path, block_bytes=block, chunk_bytes=block)
            assert split.reports == whole.reports
            for kind in ("bms", "gps"):
                one, other = (
                    type(read)(tuple(part for part in read.chunks if part.kind == kind), ()).signals
                    for read in (whole, split)
                )
                assert same(one, other)
