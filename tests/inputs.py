"""A small real input and the many ways in which the same rows can be written down."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

CELLS, MODULES = 192, 18


@dataclass(frozen=True)
class Table:
    """Rows of one file. header: empty for GPS files, which have none."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_gps(self) -> bool:
        return not self.header

    def renamed(self, name: str) -> Table:
        return replace(self, name=name)


@dataclass(frozen=True)
class Writing:
    """How a table becomes bytes."""

    delimiter: str = ","
    encoding: str = "utf-8"
    is_psql: bool = False
    padding: str = ""
    line_end: str = "\n"


def _parsed(name: str, data: bytes, most_rows: int) -> Table:
    lines = data.decode("utf-8-sig").splitlines()
    has_header = not lines[0][0].isdigit()
    delimiter = "|" if lines[0].count("|") > lines[0].count(",") else ","
    rows = [tuple(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    header, body = (rows[0], rows[1:]) if has_header else ((), rows)
    return Table(name, header, tuple(body[:most_rows]))


def small_export(export: Path) -> list[Table]:
    """Some months of the four real vehicles; each BMS row also tells the car type, in Korean where there is a name."""
    inner = zipfile.ZipFile(io.BytesIO(zipfile.ZipFile(export / "origin_2018.zip").read("2018-07.zip")))
    soul = [name for name in inner.namelist() if name.endswith(".csv") and not name.startswith("__MACOSX")]
    wanted = [
        ("2019-04/01200000002/bms_01200000002_2019-04.csv", 2_000),
        ("2019-08/01200000002/bms_01200000002_2019-08.csv", 2_000),
        ("2019-05/01200000003/bms_01200000003_2019-05.csv", 1_500),
        ("2017-04/01200000010/bms_01200000010_2017-04.csv", 2_000),
        ("2017-04/01200000010/gps_01200000010_2017-04.csv", 2_000),
    ]
    found = [_parsed(name, (export / name).read_bytes(), most) for name, most in wanted]
    found += [_parsed(name, inner.read(name), 2_000) for name in soul]
    types = {"01200000002": "BEV-88S", "01200000003": "BEV-87S", "01200000010": "리프 24", "01200000020": "쏘울 EV 27"}
    return [table if table.is_gps else with_column(table, "car_type", lambda row: types[row[0]]) for table in found]


def with_column(table: Table, name: str, value: Callable[[tuple[str, ...]], str]) -> Table:
    """The table with one more column."""
    return replace(table, header=(*table.header, name), rows=tuple((*row, value(row)) for row in table.rows))


# -- the same rows otherwise ----------------------------------------------------------------------------------------


def shuffled(table: Table, seed: int) -> Table:
    """Rows in another order."""
    rows = list(table.rows)
    random.Random(seed).shuffle(rows)
    return replace(table, rows=tuple(rows))


def split(table: Table, parts: int) -> list[Table]:
    """Rows over several files, dealt out like cards."""
    stem = PurePosixPath(table.name)
    name = str(stem.with_suffix("")) + "_{}" + stem.suffix
    return [replace(table, name=name.format(k), rows=table.rows[k::parts]) for k in range(parts)]


def joined(tables: Sequence[Table], name: str) -> Table:
    """All rows in one file that has the columns of all."""
    header = tuple(dict.fromkeys(column for table in tables for column in table.header))
    rows = []
    for table in tables:
        place = {column: k for k, column in enumerate(table.header)}
        rows += [tuple(row[place[c]] if c in place else "" for c in header) if header else row for row in table.rows]
    return Table(name, header, tuple(rows))


def with_lists(table: Table) -> Table:
    """Cells and modules as one list each instead of columns."""
    if "cell_v_001" not in table.header:
        return table
    numbered = sorted((c, k) for k, c in enumerate(table.header))  # a list tells cells by their place in it
    places = [[k for c, k in numbered if c.startswith(kind)] for kind in ("cell_v_", "mod_temp_")]
    taken = {k for kind in places for k in kind}
    kept = [k for k in range(len(table.header)) if k not in taken]

    def row_of(row: tuple[str, ...]) -> tuple[str, ...]:
        lists = (",".join(row[k] for k in kind).rstrip(",") for kind in places)
        return (*(row[k] for k in kept), *lists)

    header = (*(table.header[k] for k in kept), "cell_volt_list", "mod_temp_list")
    return replace(table, header=header, rows=tuple(map(row_of, table.rows)))


def with_columns(table: Table) -> Table:
    """Cells and modules as columns instead of one list each."""
    if "cell_volt_list" not in table.header:
        return table
    cells, modules = table.header.index("cell_volt_list"), table.header.index("mod_temp_list")
    kept = [k for k in range(len(table.header)) if k not in (cells, modules)]

    def padded(text: str, count: int) -> list[str]:
        items = text.split(",") if text else []
        return items + [""] * (count - len(items))

    wide = [*(f"cell_v_{k + 1:03d}" for k in range(CELLS)), *(f"mod_temp_{k + 1:02d}" for k in range(MODULES))]
    rows = tuple(
        (*(row[k] for k in kept), *padded(row[cells], CELLS), *padded(row[modules], MODULES)) for row in table.rows
    )
    return replace(table, header=(*(table.header[k] for k in kept), *wide), rows=rows)


def columns_shuffled(table: Table, seed: int) -> Table:
    """Columns in another order."""
    order = list(range(len(table.header)))
    random.Random(seed).shuffle(order)
    if table.is_gps:
        return table
    return replace(
        table,
        header=tuple(table.header[k] for k in order),
        rows=tuple(tuple(row[k] for k in order) for row in table.rows),
    )


# -- bytes ----------------------------------------------------------------------------------------------------------


def written(table: Table, how: Writing) -> bytes:
    """A table as a file; GPS files stay parted by bars."""
    if table.is_gps:
        text = how.line_end.join("|".join(row) for row in table.rows) + how.line_end
    elif how.is_psql:
        text = _psql(table)
    else:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, delimiter=how.delimiter, lineterminator=how.line_end)
        pad = how.padding
        writer.writerows([f"{pad}{cell}{pad}" for cell in row] for row in (table.header, *table.rows))
        text = buffer.getvalue()
    return text.encode(how.encoding)


def _psql(table: Table) -> str:
    """As psql prints a table to people."""
    widths = [max(len(row[k]) for row in (table.header, *table.rows)) for k in range(len(table.header))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table.rows]
    head = " | ".join(cell.center(width) for cell, width in zip(table.header, widths, strict=True))
    rule = "-+-".join("-" * width for width in widths)
    return "\n".join([f" {head}", f"-{rule}", *(f" {line}" for line in lines), f"({len(lines)} rows)", ""])


def put(folder: Path, tables: Sequence[Table], how: Writing | None = None) -> Path:
    """Write tables as files below a folder."""
    for table in tables:
        path = folder / table.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(table, how or Writing()))
    return folder


def zipped(folder: Path) -> Path:
    """The files of a folder in a zip within a zip, beside what archive programs add."""
    inner, outer = io.BytesIO(), io.BytesIO()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = path.relative_to(folder).as_posix()
            archive.writestr(name, path.read_bytes())
            archive.writestr(f"__MACOSX/{name}", b"junk")
            path.unlink()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("months.zip", inner.getvalue())
    (folder / "export.zip").write_bytes(outer.getvalue())
    return folder


def gzipped(folder: Path) -> Path:
    """Each file of a folder compressed by itself."""
    for path in [path for path in sorted(folder.rglob("*")) if path.is_file()]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    return folder
