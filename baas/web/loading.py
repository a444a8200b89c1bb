"""Result files as people leave them: UTF-8 or CP949, columns in any order, numbers with separators."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baas.schema import Column, Table
from baas.tables.spreadsheet import original

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """Something wrong with a results folder: where, what and what to do, in both languages."""

    where: str
    ko: str
    en: str


@dataclass(frozen=True)
class Loaded:
    """Rows of one result file, and what was odd about it."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()


_TIME = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
#: what spreadsheets put between the columns of a "CSV"
_DELIMITERS = (",", "\t", ";")
#: cells named when they cannot be read; chosen: enough to find the cause
_TOLD_CELLS = 3


def decoded(content: bytes) -> tuple[str, str]:
    """Text and encoding of a file that a spreadsheet may have saved.

    >>> decoded("차종".encode("cp949"))
    ('차종', 'cp949')
    """
    for encoding in ("utf-8-sig", "cp949", "utf-16"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace"), "?"


def number(text: str) -> float | None:
    """A number as people write it; None where it is none.

    >>> number("1,234.5"), number("68,4"), number("87 %"), number("good")
    (1234.5, 68.4, 87.0, None)
    """
    plain = text.strip().replace("\u00a0", "").rstrip("%").strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[-+]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if value - value == 0 else None


def time(text: str) -> str | None:
    """Local time as written in result files, from the ways in which spreadsheets rewrite it.

    >>> time("2019-8-5 9:54"), time("2019/08/05"), time("soon")
    ('2019-08-05 09:54:00', '2019-08-05 00:00:00', None)
    """
    found = _TIME.match(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"


def value(text: str, column: Column) -> Any:
    """A cell as its column means it; None where it is missing or cannot be read."""
    if column.dtype in ("text", "date", "month"):
        return original(text)
    if not text.strip():
        return None
    return time(text) if column.dtype == "time" else number(text)


def read_table(name: str, content: bytes, table: Table) -> Loaded:
    """Rows of a declared table from the bytes of its file; what is wrong with it is told, not raised."""
    text, encoding = decoded(content)
    lines = text.splitlines()
    if not lines:
        return Loaded((), (Problem(name, "파일이 비어 있습니다.", "The file is empty."),))
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as fault:
        return Loaded((), (Problem(name, f"CSV로 읽을 수 없습니다({fault}).", f"Not readable as CSV ({fault})."),))
    header = [original(cell.strip()) for cell in cells[0]]
    lost = [column for column in table.key if column not in header]
    if lost:
        told = ", ".join(lost)
        return Loaded((), (Problem(name, f"필수 열이 없습니다: {told}.", f"Required columns are missing: {told}."),))
    rows, bad = _rows(cells[1:], header, table)
    return Loaded(tuple(rows), tuple(_oddities(name, encoding, header, table, bad)))


def _rows(
    lines: Sequence[Sequence[str]], header: Sequence[str], table: Table
) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Rows, and the cells that could not be read as (line, column, text)."""
    place = {name: at for at, name in enumerate(header)}
    columns = [(column, place[column.name]) for column in table if column.name in place]
    absent = {column.name: "" if column.dtype == "text" else None for column in table if column.name not in place}
    extra = [(name, at) for name, at in place.items() if name and name not in table]
    rows: list[Row] = []
    bad: list[tuple[int, str, str]] = []
    kept: dict[str, str] = {}  # one text for all rows that share it
    for at_line, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        row: dict[str, Any] = dict(absent)
        for column, at in columns:
            text = cells[at] if at < len(cells) else ""
            found = value(text, column)
            row[column.name] = kept.setdefault(found, found) if isinstance(found, str) else found
            if found is None and text.strip():
                bad.append((at_line, column.name, text))
        row |= {name: original(cells[at]) for name, at in extra if at < len(cells)}
        if all(row[key] not in (None, "") for key in table.key[:1]):
            rows.append(row)
    return rows, bad


def _oddities(
    name: str, encoding: str, header: Sequence[str], table: Table, bad: Sequence[tuple[int, str, str]]
) -> list[Problem]:
    problems = []
    if encoding != "utf-8-sig":
        problems.append(
            Problem(
                name,
                f"UTF-8이 아닌 {encoding} 인코딩으로 저장되어 있습니다. 다른 프로그램에서 편집한 파일로 보입니다.",
                f"Saved as {encoding} instead of UTF-8; it seems to have been edited in another program.",
            )
        )
    if absent := [column.name for column in table if column.name not in header]:
        told = ", ".join(absent)
        problems.append(
            Problem(
                name,
                f"없는 열: {told}. 이전 버전의 결과이거나 열을 지운 파일입니다.",
                f"Missing columns: {told}. The file is of an older version, or columns were deleted.",
            )
        )
    if bad:
        told = "; ".join(f"{line}: {column} = {text[:30]!r}" for line, column, text in bad[:_TOLD_CELLS])
        problems.append(
            Problem(
                name,
                f"읽을 수 없는 값 {len(bad)}개를 빈 값으로 두었습니다(줄: 열 = 값): {told}.",
                f"{len(bad)} values cannot be read and were left empty (line: column = value): {told}.",
            )
        )
    return problems
