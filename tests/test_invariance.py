"""The same rows give the same scores to the last byte, however they are cut, ordered, spelled and packed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs import (
    Table,
    Writing,
    columns_shuffled,
    gzipped,
    joined,
    put,
    shuffled,
    small_export,
    split,
    with_columns,
    with_lists,
    zipped,
)
from running import SAME, contents, score

WHOLE = (*SAME, "findings.csv", "data_quality.csv")


@pytest.fixture(scope="module")
def tables(real_data: Path) -> list[Table]:
    return small_export(real_data / "fleet_export")


def results_of(write: Callable[[Path], tuple[Path, ...]], names: tuple[str, ...] = WHOLE) -> dict[str, bytes]:
    """Result files of an input that `write` puts into an empty folder."""
    with tempfile.TemporaryDirectory() as place:
        inputs = write(Path(place) / "in")
        ran = score(inputs, Path(place) / "out" / "results", "--quiet")
        assert ran.status == 0, ran.err
        counts = ran.run["rows"]
        assert counts["read"] == counts["used"] + counts["duplicate"] + counts["rejected"]
        return contents(ran.folder, names)


@pytest.fixture(scope="module")
def plain(tables: list[Table]) -> dict[str, bytes]:
    return results_of(lambda folder: (put(folder, tables),))


def test_the_input_of_these_tests_has_scores_to_lose(plain):
    assert plain["vehicle_scores.csv"].count(b"\r\n") == 5
    assert plain["findings.csv"].count(b"\r\n") >= 3


def assert_same(found: dict[str, bytes], plain: dict[str, bytes]) -> None:
    for name, data in found.items():
        assert data.decode() == plain[name].decode(), name


WRITINGS = {
    "bars": Writing(delimiter="|"),
    "bars with padding": Writing(delimiter="|", padding="  "),
    "semicolons": Writing(delimiter=";"),
    "tabs": Writing(delimiter="\t"),
    "psql": Writing(is_psql=True),
    "cp949": Writing(encoding="cp949"),
    "utf-8-sig": Writing(encoding="utf-8-sig"),
    "utf-16": Writing(encoding="utf-16"),
    "CRLF": Writing(line_end="\r\n"),
}


@pytest.mark.parametrize("how", WRITINGS.values(), ids=WRITINGS)
def test_spelling_makes_no_difference(tables, plain, how):
    assert_same(results_of(lambda folder: (put(folder, tables, how),)), plain)


def all_in_one(tables: list[Table]) -> list[Table]:
    """All BMS rows in one file, all GPS rows in another, with names that tell nothing."""
    kinds = [[table for table in tables if table.is_gps is is_gps] for is_gps in (False, True)]
    return [joined([with_columns(table) for table in kinds[0]], "all/rows.csv"), joined(kinds[1], "all/gps.csv")]


CHANGES: dict[str, Callable[[list[Table]], list[Table]]] = {
    "oldest first": lambda tables: [table.__class__(table.name, table.header, table.rows[::-1]) for table in tables],
    "shuffled": lambda tables: [shuffled(table, 1) for table in tables],
    "columns shuffled": lambda tables: [columns_shuffled(table, 1) for table in tables],
    "split": lambda tables: [part for table in tables for part in split(table, 3)],
    "all in one": all_in_one,
    "cells as lists": lambda tables: [with_lists(table) for table in tables],
    "cells as columns": lambda tables: [with_columns(table) for table in tables],
    "names without device and month": lambda tables: [
        table.renamed(f"{k}_{'gps' if table.is_gps else 'bms'}.csv") for k, table in enumerate(tables)
    ],
    "names of other devices": lambda tables: [
        table.renamed(f"{'gps' if table.is_gps else 'bms'}_0120000099{k}_2020-01.csv") for k, table in enumerate(tables)
    ],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_how_rows_lie_in_files_makes_no_difference(tables, plain, change):
    assert_same(results_of(lambda folder: (put(folder, change(tables)),)), plain)


@pytest.mark.parametrize("pack", [zipped, gzipped])
def test_packing_makes_no_difference(tables, plain, pack):
    assert_same(results_of(lambda folder: (pack(put(folder, tables)),)), plain)


def test_the_same_folder_named_twice_counts_once(tables, plain):
    assert_same(results_of(lambda folder: (put(folder, tables), folder)), plain)


def _without_counts(data: bytes) -> list[list[str]]:
    """Rows of data_quality.csv without how often rows were repeated."""
    return [line.split(",")[:1] + line.split(",")[2:3] + line.split(",")[5:] for line in data.decode().splitlines()]


def test_a_copy_of_the_folder_adds_nothing_but_repeated_rows(tables, plain):
    def twice(folder: Path) -> tuple[Path, ...]:
        return put(folder / "a", tables), put(folder / "b", tables)

    found = results_of(twice)
    assert_same({name: found[name] for name in (*SAME, "findings.csv")}, plain)
    assert _without_counts(found["data_quality.csv"]) == _without_counts(plain["data_quality.csv"])


def test_rows_repeated_within_a_file_add_nothing(tables, plain):
    doubled = [table.__class__(table.name, table.header, table.rows + table.rows[::3]) for table in tables]
    assert_same(results_of(lambda folder: (put(folder, doubled),), SAME), plain)


@st.composite
def ways(draw: st.DrawFn) -> Callable[[list[Table], Path], tuple[Path, ...]]:
    """Several changes on top of one another, each file or the whole input."""
    changes = draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3, unique=True))
    how = draw(st.sampled_from(sorted(WRITINGS)))
    pack = draw(st.sampled_from([None, zipped, gzipped]))
    seed, parts = draw(st.integers(0, 99)), draw(st.integers(1, 4))

    def write(tables: list[Table], folder: Path) -> tuple[Path, ...]:
        for name in changes:
            tables = CHANGES[name](tables)
        tables = [part for table in tables for part in split(shuffled(table, seed), parts)]
        put(folder, tables, WRITINGS[how])
        return (pack(folder) if pack else folder,)

    return write


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(write=ways())
def test_any_mixture_of_these_makes_no_difference(tables, plain, write):
    assert_same(results_of(lambda folder: write(tables, folder)), plain)
