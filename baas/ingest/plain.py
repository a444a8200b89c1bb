"""One line at a time, with the csv module: what every line means. `regular` reads the same lines faster."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from baas.ingest.layout import Layout, Matrix
from baas.ingest.numbers import Doubles, number
from baas.ingest.regular import MOST_LINE
from baas.ingest.rows import Rows, clean_text, decoded, millivolts, scaled
from baas.ingest.times import time_ms
from baas.signals import MISSING_MV

_WHITE = " \t\r\n\v\f"
_RULE = re.compile(r"[\s|+=\-]*--[\s|+=\-]*|[\s,;|\"']*")
#: psql and spreadsheet footers, comments
_FOOTER = re.compile(
    r"""["'\s]*(\(\s*[\d,]+\s*(rows?|행|개\s*행|건)[^)]*\)|[\d,]*\s*(rows?|행)\b|\#|summary|(sub)?total|합\s*계|소\s*계|총\s*:?\s*[\d,]+)""",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """A line that is a row. bad: fields that said something but no number, by column."""

    device: str
    time_ms: int
    msg_ms: float
    numbers: tuple[float, ...]
    cells_mv: tuple[int, ...]
    modules_c: tuple[float, ...]
    car_type: str
    bad: Mapping[str, int]


@dataclass(frozen=True)
class Refusal:
    """Why a line is no row; the device that it names all the same, "" where that cannot be told."""

    reason: str
    device: str = ""


def split(line: bytes, delimiter: str) -> tuple[list[bytes], bool]:
    """Fields of a line as bytes, and whether a quote was left open.

    >>> split(b'1,"2,""3",4', ",")
    ([b'1', b'2,"3', b'4'], False)
    """
    text = line.decode("latin-1")
    fields = next(csv.reader([text + "\n"], delimiter=delimiter), [])
    is_open = bool(fields) and fields[-1].endswith("\n")
    if is_open:
        fields[-1] = fields[-1][:-1]
    return [item.encode("latin-1") for item in fields], is_open


def is_structure(line: bytes) -> bool:
    """Whether a line belongs to the table as written and not to the data: blank, a rule, a footer, a comment.

    >>> [is_structure(line) for line in (b"", b",,,", b"-----+-----", b"(868 rows)", b"# end", b"01200|17-03-31||")]
    [True, True, True, True, True, False]
    """
    text = decoded(line) or line.decode("latin-1")
    return bool(_RULE.fullmatch(text) or _FOOTER.match(text.lstrip("\ufeff")))


def list_items(field: bytes) -> list[bytes]:
    """Items of a list; semicolons part before commas, commas before blanks."""
    inner = field.strip(_WHITE.encode()).strip(b'"').strip(_WHITE.encode())
    for mark in (b";", b","):
        if mark in inner:
            return inner.split(mark)
    return inner.split()


def _matrix(fields: list[bytes], matrix: Matrix, comma: bool, name: str, bad: Counter[str]) -> Doubles | None:
    """Readings as sent from the first cell or module on, or None where a list is longer than a pack can be."""
    if matrix.list_field is not None:
        sent = list_items(fields[matrix.list_field])
        if len(sent) > matrix.most:
            return None
        places = range(len(sent))
    else:
        sent = [fields[no] for no in matrix.fields]
        places = matrix.places  # type: ignore[assignment]
    values = np.full(max(places, default=-1) + 1, np.nan)
    for place, item in zip(places, sent, strict=True):
        value = number(item, comma)
        bad[name] += value is None
        values[place] = np.nan if value is None else value
    return scaled(values, matrix.series.scaling)


def _numbers(fields: list[bytes], layout: Layout, comma: bool, bad: Counter[str]) -> tuple[float, ...]:
    found = []
    for item in layout.numbers:
        value = number(fields[item.field], comma)
        bad[item.source.name] += value is None
        found.append(float(scaled(np.array([np.nan if value is None else value]), item.source.scaling)[0]))
    return tuple(found)


def _fields(line: bytes, layout: Layout) -> list[bytes] | str:
    if len(line) > MOST_LINE:
        return "line_too_long"
    fields, is_open = split(line, layout.delimiter)
    if is_open:
        return "unclosed_quote"
    if len(fields) == layout.width + 1 and not fields[-1]:
        fields.pop()
    if len(fields) != layout.width:
        return "too_many_fields" if len(fields) > layout.width else "too_few_fields"
    return fields


def _device(fields: list[bytes], layout: Layout) -> str | None:
    """Device number, "" where there is none, None where it cannot be decoded."""
    return layout.device_text if layout.device is None else clean_text(fields[layout.device])


def read_line(line: bytes, layout: Layout, zone: ZoneInfo) -> Row | Refusal:
    """The row a line holds, or why it holds none."""
    fields = _fields(line, layout)
    if isinstance(fields, str):
        return Refusal(fields, layout.device_text)
    device = _device(fields, layout)
    if not device:
        return Refusal("undecodable" if device is None else "no_device")
    if not fields[layout.time].strip(_WHITE.encode()):
        return Refusal("no_time", device)
    time = time_ms(fields[layout.time], layout.time_format, zone)
    if time is None:
        return Refusal("bad_time", device)
    comma, bad = layout.delimiter != ",", Counter[str]()
    cells = _matrix(fields, layout.cells, comma, "cell_v", bad)
    modules = _matrix(fields, layout.modules, comma, "mod_temp", bad)
    if cells is None or modules is None:
        return Refusal("too_many_cells", device)
    cells_mv, lost = millivolts(cells)
    bad["cell_v"] += len(lost)
    message = None if layout.msg_time is None else time_ms(fields[layout.msg_time], "YMD", zone)
    told = None if layout.car_type is None else clean_text(fields[layout.car_type])
    return Row(
        device=device,
        time_ms=time,
        msg_ms=float("nan") if message is None else float(message),
        numbers=_numbers(fields, layout, comma, bad),
        cells_mv=tuple(cells_mv.tolist()),
        modules_c=tuple(modules.tolist()),
        car_type=told or "",
        bad=+bad,
    )


def _padded(lists: list[tuple[Any, ...]], fill: float, dtype: type) -> NDArray[Any]:
    whole: NDArray[Any] = np.full((len(lists), max(map(len, lists), default=0)), fill, dtype=dtype)
    for no, items in enumerate(lists):
        whole[no, : len(items)] = items
    return whole


def stacked(found: list[tuple[int, Row]], layout: Layout) -> Rows:
    """Rows of (line of the block, row)."""
    rows = [row for _, row in found]
    devices = tuple(sorted({row.device for row in rows}))
    place = {device: no for no, device in enumerate(devices)}
    bad: Counter[str] = Counter()
    for row in rows:
        bad.update(row.bad)
    return Rows(
        line=np.array([line for line, _ in found], dtype=np.int64),
        devices=devices,
        device=np.array([place[row.device] for row in rows], dtype=np.int32),
        time_ms=np.array([row.time_ms for row in rows], dtype=np.int64),
        msg_ms=np.array([row.msg_ms for row in rows], dtype=np.float64),
        numbers=np.array([row.numbers for row in rows], dtype=np.float64).reshape(len(rows), len(layout.numbers)),
        cells_mv=_padded([row.cells_mv for row in rows], float(MISSING_MV), np.int16),
        modules_c=_padded([row.modules_c for row in rows], float("nan"), np.float32),
        car_types={row.device: row.car_type for row in reversed(rows) if row.car_type},
        bad=bad,
    )
