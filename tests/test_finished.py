"""Vehicle-months of an interrupted run: what is recalled is what was kept, and nothing in the folder is ever run."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from feeds import CONTEXT, START_MS, ZONE, charge, drive, journey, park, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from baas.aside import Spool, rows_of
from baas.errors import BaasError
from baas.gather import finished
from baas.gather.groups import Group
from baas.gather.read import read_group
from baas.gather.readings import FileReading, Reading, ReadTask
from baas.ingest.files import InputFile
from baas.ingest.reader import FileReport, ReadSettings
from baas.partition import Listed, scale_of
from baas.signals import Signals
from baas.store import StoredMonth
from baas.tables.days import DAILY, SESSIONS

SETTINGS = ReadSettings(ZONE, 10**9, 100.0, ())
DEVICE, MONTH = "123", "2023-06"
NOT_LISTED = Listed()
DAY = journey(park(20), drive(30), charge(60), park(10), step_s=30, soc=60)


@dataclass(frozen=True)
class Server:
    """A source that says what it holds; reading it is counted."""

    asked: list[str]
    held: str = "a"
    name: str = "server/0123"
    place: str = "server"
    size: int = 100
    expected_bytes: int = 1000
    mtime_ns: int = 1
    hint: tuple[str, str] | None = ("0123", MONTH)

    def content(self) -> str:
        return self.held

    def read(self, settings: ReadSettings, source_base: int) -> Iterator[Signals | FileReport]:
        self.asked.append(self.name)
        device = self.hint[0] if self.hint else "0123"
        yield replace(DAY, source=DAY.source + np.int32(source_base), devices=(device,))
        yield FileReport(self.name, "read", "가", "a", "ab" * 32, "feed", "utf-8", len(DAY), {}, ("odd",), ((3, "x"),))


def group_of(*sources: Server, listed: Listed = NOT_LISTED) -> Group:
    return Group(sources, (DEVICE, MONTH), listed)


def task_in(folder: Path, **more: object) -> ReadTask:
    place = folder / "spool"
    place.mkdir(exist_ok=True)
    made = ReadTask(SETTINGS, CONTEXT, str(place), START_MS + 10**10, str(folder / "finished"), "key")
    return replace(made, **more)  # type: ignore[arg-type]


def kept_files(folder: Path) -> list[Path]:
    return sorted((folder / "finished").iterdir()) if (folder / "finished").exists() else []


# -- what is recalled is what was kept ------------------------------------------------------------------------------

names = st.text(max_size=12)
plain = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.booleans() | names
counts = st.dictionaries(names, st.integers(0, 10**9), max_size=3)
reports = st.builds(
    FileReport, names, st.sampled_from(["read", "empty", "table"]), names, names, names, names, names,
    st.integers(0, 10**12), counts, st.lists(names, max_size=3).map(tuple),
    st.lists(st.tuples(st.integers(0, 10**9), names), max_size=3).map(tuple), counts, counts,
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn, width: int) -> tuple[tuple[object, ...], ...]:
    """Rows of a few different values, as many as a table is wide."""
    values = draw(st.lists(plain, min_size=1, max_size=5))
    many = draw(st.integers(0, 3))
    return tuple(tuple(values[(row + k) % len(values)] for k in range(width)) for row in range(many))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Anything that reading one source may have given."""
    days = draw(rows(len(DAILY.names)))
    blobs = tuple(draw(st.lists(st.binary(max_size=200), min_size=len(days), max_size=len(days))))
    told, series = draw(names), draw(st.integers(0, 400))
    about = {
        "failed": {},
        "used": draw(counts),
        "votes": {"soc": [1.0, draw(st.floats(0, 1))]},
        "notes": [draw(counts)],
    }
    month = StoredMonth(
        DEVICE, MONTH, days, blobs, draw(rows(len(SESSIONS.names))), told, series,
        scale_of(Listed(), told, series, CONTEXT.car_types), about,
    )  # fmt: skip
    told_reports = tuple(replace(one, file=f"server/0123{one.file}") for one in draw(st.lists(reports, max_size=3)))
    months = tuple(draw(st.lists(st.tuples(names, names), max_size=3)))
    file = FileReading(told_reports, months, draw(names), draw(st.none() | st.integers(0, 2**60)))
    return Reading({"server/0123": file}, tuple(draw(st.lists(names, max_size=4))), month, ())


@settings(deadline=None, max_examples=60)
@given(readings())
def test_what_is_recalled_is_what_was_kept_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, reading: Reading):
    folder = tmp_path_factory.mktemp("kept")
    group, task = group_of(Server([])), task_in(folder)
    finished.keep(group, task, reading)
    assert repr(finished.recall(group, task)) == repr(reading)


def test_a_month_that_was_read_is_recalled_as_it_was_computed(tmp_path):
    asked: list[str] = []
    group, task = group_of(Server(asked)), task_in(tmp_path)
    first = read_group(group, task)
    assert first.month is not None
    assert len(first.month.days) == 1
    assert repr(read_group(group, task)) == repr(first)
    assert asked == ["server/0123"]


@pytest.mark.parametrize(
    ("group", "more"),
    [
        (lambda asked: group_of(Server(asked, held="b")), {}),
        (lambda asked: group_of(Server(asked), listed=Listed("IONIQ 5", 2022)), {}),
        (lambda asked: group_of(Server(asked)), {"key": "another method"}),
    ],
)
def test_a_month_that_rests_on_something_else_is_read(tmp_path, group, more):
    read_group(group_of(Server([])), task_in(tmp_path))
    asked: list[str] = []
    read_group(group(asked), task_in(tmp_path, **more))
    assert asked == ["server/0123"]


def test_a_month_of_another_version_of_the_day_tables_is_read(tmp_path, monkeypatch):
    asked: list[str] = []
    group, task = group_of(Server(asked)), task_in(tmp_path)
    read_group(group, task)
    monkeypatch.setattr(finished, "STORE_VERSION", finished.STORE_VERSION + 1)
    read_group(group, task)
    assert asked == ["server/0123"] * 2


@pytest.mark.parametrize(
    "group",
    [
        group_of(Server([], held="")),
        Group((Server([]),), (DEVICE, MONTH), is_shared=True),
        Group((InputFile(Path("nowhere.csv"), "nowhere.csv", 1, 1, None),), (DEVICE, MONTH)),
    ],
)
def test_what_cannot_be_known_again_is_not_kept(tmp_path, group):
    read_group(group, task_in(tmp_path))
    assert not kept_files(tmp_path)


# -- damaged and foreign files --------------------------------------------------------------------------------------


class _Bomb:
    """Unpickling this makes a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return Path.mkdir, (self.place,)


def _read_again(tmp_path: Path, change: bytes | None) -> bool:
    """Whether a month is read, with the same outcome, when what was kept of it has other content."""
    group, task = group_of(Server([])), task_in(tmp_path)
    first = read_group(group, task)
    (path,) = kept_files(tmp_path)
    if change is not None:
        path.write_bytes(change)
    asked: list[str] = []
    assert repr(read_group(group_of(Server(asked)), task)) == repr(first)
    return bool(asked)


def test_a_file_of_somebody_else_runs_nothing_and_the_month_is_read(tmp_path):
    assert _read_again(tmp_path, pickle.dumps(_Bomb(tmp_path / "owned")))
    assert not (tmp_path / "owned").exists()


def _with_digest(text: bytes) -> bytes:
    """As we would write it, whatever it says."""
    body = len(text).to_bytes(8, "little") + text
    return hashlib.sha256(body).digest() + body


@pytest.mark.parametrize(
    "change",
    [
        *(b"", b"x", b"\0" * 32, b"\0" * 40, b"{}", bytes(range(256)) * 20),
        *map(_with_digest, [b"", b"{}", b"7", b"[" * 100_000, b'{"files": [], "members": [], "month": {"blobs": []}}']),
    ],
)
def test_a_file_that_is_none_of_ours_is_read_again(tmp_path, change):
    assert _read_again(tmp_path, change)


def test_an_untouched_file_is_not_read_again(tmp_path):
    assert not _read_again(tmp_path, None)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_damaged_file_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    folder = tmp_path_factory.mktemp("damaged")
    group, task = group_of(Server([])), task_in(folder)
    read_group(group, task)
    (path,) = kept_files(folder)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    path.write_bytes(whole[:place] if cut else whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    assert finished.recall(group, task) is None


def test_what_was_kept_of_another_month_is_not_taken_for_this_one(tmp_path):
    group, task = group_of(Server([])), task_in(tmp_path)
    read_group(group, task)
    (path,) = kept_files(tmp_path)
    other = Group((Server([], name="server/0777", hint=("0777", MONTH), held="b"),), ("777", MONTH))
    read_group(other, task)
    (there,) = set(kept_files(tmp_path)) - {path}
    there.write_bytes(path.read_bytes())
    assert finished.recall(other, task) is None
    assert finished.recall(group, task) is not None


# -- rows that are set aside ----------------------------------------------------------------------------------------


def test_rows_that_were_set_aside_come_back_to_the_last_bit(tmp_path):
    odd = [np.nan, -0.0, np.inf, 1e-45, 3.4e38]
    some = signals(
        range(5), device="가0123", soc=odd, odometer=odd, cells_mv=np.arange(15), modules_c=odd, car_type="EV6"
    )
    none = some.take(np.zeros(0, dtype=np.intp))
    spool = Spool(str(tmp_path))
    slices = [spool.put(part) for part in (some, none, DAY, some)]
    spool.close()
    for part, wanted in zip(slices, (some, none, DAY, some), strict=True):
        found = rows_of(part)
        assert repr(found) == repr(wanted)
        for name in ("device", "time_ms", "source", "cells_mv", "modules_c"):
            assert getattr(found, name).dtype == getattr(wanted, name).dtype
            assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes(), name
        assert list(found.columns) == list(wanted.columns)
        for name, values in wanted.columns.items():
            assert found.columns[name].dtype == values.dtype
            assert found.columns[name].tobytes() == values.tobytes(), name
    assert sum(part.size for part in slices) == Path(slices[0].path).stat().st_size


def test_rows_of_somebody_else_run_nothing(tmp_path):
    spool = Spool(str(tmp_path))
    part = spool.put(DAY)
    spool.close()
    Path(part.path).write_bytes(pickle.dumps(_Bomb(tmp_path / "owned")))
    with pytest.raises(BaasError, match="run again"):
        rows_of(part)
    assert not (tmp_path / "owned").exists()
