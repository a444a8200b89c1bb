"""Zips in zips, gz, junk, bombs, damage: what can be read is, and the rest says why."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from reading import line, read_path, same, table

ROWS = table(*[line(no) for no in range(50)])


def zipped(**members: bytes | str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def test_zips_in_zips_and_gz_change_nothing(read) -> None:
    plain = read(ROWS).signals
    inner = zipped(**{"2023-01/bms.csv": ROWS})
    for name, data in (
        ("a.zip", inner),
        ("b.zip", zipped(**{"x.zip": zipped(**{"y.zip": inner})})),
        ("c.csv.gz", gzip.compress(ROWS.encode())),
        ("d.zip", zipped(**{"bms.csv.gz": gzip.compress(ROWS.encode())})),
        ("e.csv", inner),
    ):
        assert same(read(data, name=f"one/{name}").signals, plain), name


def test_members_are_named_by_their_way_and_numbered_in_order(read) -> None:
    done = read(zipped(**{"x.zip": zipped(**{"one.csv": ROWS}), "two.csv": ROWS, "three.csv": "a,b\n"}), name="all.zip")
    assert [report.file for report in done.reports] == ["all.zip!x.zip!one.csv", "all.zip!two.csv", "all.zip!three.csv"]
    assert [chunk.source.tolist()[0] for chunk in done.chunks] == [0, 1]
    assert done.reports[0].sha256 == done.reports[1].sha256


def test_junk_members_are_passed_over_and_an_empty_one_says_so(read) -> None:
    done = read(
        zipped(
            **{
                "__MACOSX/._bms.csv": b"\0\0",
                "._x.csv": b"\0",
                "import_log.csv": "x",
                "zero.csv": "",
                "note.pdf": "x",
                "bms.csv": ROWS,
            }
        )
    )
    told = {report.file.split("!")[1]: report.status for report in done.reports}
    assert told == {"import_log.csv": "skipped", "zero.csv": "empty", "note.pdf": "skipped", "bms.csv": "read"}
    assert done.rows == 50


def test_a_korean_name_in_a_zip_is_shown_and_tells_the_car_type(read) -> None:
    data = zipped(**{"xx.result.csv": ROWS}).replace(b"xx.result.csv", "코.result.csv".encode("cp949"))
    done = read(data, name="a.zip")
    assert done.report.file == "a.zip!코.result.csv"
    assert done.signals.car_types == {"01200000001": "코"}


def test_a_zip_bomb_is_stopped_by_what_it_expands_to(read) -> None:
    bomb = zipped(**{"bms.csv": ROWS + " " * 80_000_000, "later.csv": ROWS})
    assert len(bomb) < 200_000
    done = read(bomb, archive_limit_bytes=10**12)
    assert done.reports[-1].status == "archive_limit"
    assert [report.file.split("!")[1] for report in done.reports] == ["bms.csv"]
    size = read(zipped(**{"bms.csv": ROWS * 1000}), archive_limit_bytes=100_000)
    assert size.report.status == "archive_limit"
    assert "archive_limit_bytes" in size.report.message_en
    assert read(zipped(**{"bms.csv": ROWS * 1000}), archive_limit_bytes=10_000_000).report.status == "read"


def test_a_bomb_within_an_archive_is_stopped_before_it_is_opened(read) -> None:
    inner = zipped(**{"bms.csv": b"0" * 3_000_000})
    done = read(
        zipped(**{"a.zip": zipped(**{"x.dat": b"0" * 300_000}) + inner * 30, "b.csv": ROWS}), archive_limit_bytes=50_000
    )
    assert [report.status for report in done.reports] == ["archive_limit"]


def test_archives_nested_too_deep_are_not_opened(read) -> None:
    data = zipped(**{"bms.csv": ROWS})
    for _ in range(8):
        data = zipped(**{"x.zip": data})
    done = read(data)
    assert (done.report.status, done.rows) == ("archive_limit", 0)


def test_names_that_climb_out_of_the_archive_are_only_names(read, tmp_path: Path) -> None:
    done = read(zipped(**{"../../../evil.csv": ROWS, "/etc/evil.csv": ROWS}), name="in/a.zip")
    assert done.rows == 100
    assert [path.name for path in tmp_path.rglob("*.csv")] == []


def test_a_protected_archive_says_so_once(read) -> None:
    data = bytearray(zipped(**{"one.csv": ROWS, "two.csv": ROWS}))
    for place in range(len(data) - 8):
        if data[place : place + 4] == b"PK\x03\x04":
            data[place + 6] |= 1
        elif data[place : place + 4] == b"PK\x01\x02":
            data[place + 8] |= 1
    done = read(bytes(data), name="locked.zip")
    assert (done.report.file, done.report.status) == ("locked.zip", "unreadable")
    assert "password" in done.report.message_en
    assert "암호" in done.report.message_ko


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz"])
def test_a_damaged_archive_gives_what_comes_before_the_damage_and_one_report(read, name: str) -> None:
    rows = table(
        *[line(no % 3600, tail=f"{no % 400},0.{no},82,{no},4.{no % 1000},4.0,26") for no in range(9000)]
    ).encode()
    whole = zipped(**{"bms.csv": rows}) if name == "a.zip" else gzip.compress(rows)
    broken = bytearray(whole)
    broken[len(whole) * 3 // 4 : len(whole) * 3 // 4 + 40] = b"\x00" * 40
    done = read(bytes(broken), name=name, block_bytes=4096)
    assert done.report.status == "unreadable"
    assert 0 < done.rows < 9000
    cut = read(whole[: len(whole) // 2], name=f"cut/{name}", block_bytes=4096)
    assert cut.report.status == "unreadable"


def test_a_zip_that_is_none_and_an_archive_of_nothing_are_told(read) -> None:
    assert read(b"PK\x03\x04 and then nothing", name="a.zip").report.status == "unreadable"
    assert read(zipped(**{"bms.csv": ROWS})[:300], name="b.zip").report.status == "unreadable"
    assert read(zipped(), name="c.zip").report.status == "empty"


def test_a_large_inner_archive_is_read_as_a_small_one(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("filler.pdf", b"x" * 33_000_000)
        archive.writestr("bms.csv", ROWS)
    path = tmp_path / "big.zip"
    path.write_bytes(zipped(**{"inner.zip": held.getvalue()}))
    done = read_path(path, archive_limit_bytes=10**9, archive_ratio_limit=10**6)
    assert done.rows == 50
