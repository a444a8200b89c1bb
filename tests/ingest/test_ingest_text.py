"""Encodings, line ends and NULs change nothing."""

import pytest
from reading import SETTINGS, line, same, table

TABLE = table(*[f"{line(no)},아이오닉5" for no in range(40)], header=table().strip() + ",차종")


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp949", "cp949"),
        ("euc-kr", "cp949"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_encodings_change_nothing(read, encoding: str, told: str, block_bytes: int) -> None:
    done = read(TABLE.encode(encoding), block_bytes=block_bytes)
    assert same(done.signals, read(TABLE).signals)
    assert done.signals.car_types == {"01200000001": "아이오닉5"}
    assert done.report.encoding == told


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
def test_a_file_of_mixed_encodings_is_read_line_by_line(read, block_bytes: int) -> None:
    half = len(TABLE) // 2
    half = TABLE.index("\n", half) + 1
    done = read(TABLE[:half].encode("utf-8") + TABLE[half:].encode("cp949"), block_bytes=block_bytes)
    assert same(done.signals, read(TABLE).signals)
    assert done.report.encoding == "utf-8+cp949"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("block_bytes", [64, 65, 66, 1 << 20])
def test_line_ends_change_nothing(read, end: str, block_bytes: int) -> None:
    assert same(read(TABLE.replace("\n", end), block_bytes=block_bytes).signals, read(TABLE).signals)


def test_nuls_are_dropped(read) -> None:
    data = TABLE.encode().replace(b"388.3", b"388\0.3") + b"\0" * 5000
    assert same(read(data).signals, read(TABLE).signals)


def test_bytes_that_are_no_text_at_all_are_foreign(read) -> None:
    done = read(bytes(range(256)) * 5000)
    assert (done.report.status, done.rows) == ("foreign", 0)
    assert len(done.report.sha256) == 64


def test_a_line_without_end_does_not_fill_the_memory(read) -> None:
    assert SETTINGS.block_bytes < 5_000_000
    done = read(TABLE.encode() + b"9" * 5_000_000 + b"\n" + line(50).encode() + ",코나\n".encode())
    assert done.report.rejected == {"line_too_long": 1}
    assert done.rows == 41
