"""Rows as the feed's own text: one layout for a clean file, many for messy ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from baas.simulate.gps import Fixes
from baas.simulate.rows import Rows
from baas.simulate.text import Text, clock, degrees, fixed, joined, same, voltages
from baas.simulate.vehicle import Vehicle
from baas.tables.feed import MOST_CELLS, MOST_MODULES

#: rows formatted at a time; bounds memory to about 10 MB
CHUNK_ROWS = 4096
#: the order of a position file, which has no header
GPS_ORDER = ("device_no", "time", "direction", "fuel_pct", "hdop", "lat", "lng", "mode", "source", "speed", "state")


@dataclass(frozen=True)
class Layout:
    """How a BMS file is written.

    cell_names/probe_names: patterns of the columns. pad: text of an absent cell; absent probes stay empty, as 0 °C is a
    reading.
    names: other headings for columns. fills: text written instead of nothing, by column. extra: constant columns.
    """

    cell_form: Literal["wide", "list"]
    delimiter: str = ","
    time_pattern: str = "YYYY-MM-DD HH:NN:SS"
    cell_names: str = "cell_v_{:03d}"
    probe_names: str = "mod_temp_{:02d}"
    pad: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    encoding: Literal["utf-8", "utf-8-sig", "cp949"] = "utf-8"
    line_end: str = "\n"
    device_zero: bool = True
    with_month: bool = True
    with_messages: bool = False
    message_delay_s: int = 3


def clean_layout(vehicle: Vehicle) -> Layout:
    """The layout of a type's files when nothing is wrong with them; list files have two-digit years and a BOM."""
    if vehicle.kind.cell_form == "wide" and not vehicle.thin:
        return Layout("wide")
    return Layout("list", time_pattern="YY-MM-DD HH:NN:SS", encoding="utf-8-sig")


def header(layout: Layout, rows: Rows) -> str:
    """The heading line."""
    names = ["device_no", "measured_month", "time"] if layout.with_month else ["device_no", "time"]
    names += ["msg_time", "seq"] if layout.with_messages else []
    names += list(rows.columns)
    if layout.cell_form == "list":
        names += ["cell_volt_list", "mod_temp_list"]
    else:
        names += [layout.cell_names.format(number) for number in range(1, MOST_CELLS + 1)]
        names += [layout.probe_names.format(number) for number in range(1, MOST_MODULES + 1)]
    return layout.delimiter.join(layout.names.get(name, name) for name in names)


def _trimmed(text: Text, separator: str) -> Text:
    """Without the separator after the last value."""
    return text[:, : -len(separator)]


def _wide(layout: Layout, rows: Rows, decimals: int) -> list[Text]:
    """Cells and probes as one column each, padded to the feed's width."""
    cells = _trimmed(voltages(rows.cells_mv, decimals, layout.delimiter), layout.delimiter)
    probes = _trimmed(degrees(rows.probes_c, layout.delimiter), layout.delimiter)
    spare = [MOST_CELLS - rows.cells_mv.shape[1], MOST_MODULES - rows.probes_c.shape[1]]
    return [
        np.concatenate([part, same((layout.delimiter + pad) * empty, len(rows))], axis=1)
        for part, pad, empty in zip((cells, probes), (layout.pad, ""), spare, strict=True)
    ]


def _lists(layout: Layout, rows: Rows, decimals: int) -> list[Text]:
    """Cells and probes as lists, in quotes where commas part the columns; no cells in rows without them."""
    quote = same('"' if layout.delimiter == "," else "", len(rows))
    lists = (voltages(rows.cells_mv, decimals, ","), degrees(rows.probes_c, ","))
    cells, probes = (np.concatenate([quote, _trimmed(part, ","), quote], axis=1) for part in lists)
    cells[rows.cells_mv[:, 0] == 0] = 0
    return [cells, probes]


def _filled(layout: Layout, name: str, text: Text) -> Text:
    """The column with the layout's word for nothing in its empty places."""
    fill = layout.fills.get(name)
    if fill is None:
        return text
    word = np.frombuffer(fill.encode(), dtype=np.uint8)
    wide = np.zeros((len(text), max(text.shape[1], len(word))), dtype=np.uint8)
    wide[:, : text.shape[1]] = text
    wide[~text.any(axis=1), : len(word)] = word
    return wide


def _chunk(layout: Layout, vehicle: Vehicle, rows: Rows, month: str) -> bytes:
    count = len(rows)
    device = vehicle.device_no if layout.device_zero else vehicle.device_no.lstrip("0")
    columns = [same(device, count), *([same(month, count)] if layout.with_month else [])]
    columns.append(clock(rows.time_s, layout.time_pattern))
    if layout.with_messages:
        sent = rows.time_s + layout.message_delay_s
        columns += [clock(sent, "YYYY-MM-DD HH:NN:SS"), fixed(sent - vehicle.first_s, 0)]
    columns += [_filled(layout, name, fixed(values, decimals)) for name, (values, decimals) in rows.columns.items()]
    decimals = 2 if vehicle.kind.cell_step_mv % 10 == 0 else 3
    arrays = (_lists if layout.cell_form == "list" else _wide)(layout, rows, decimals)
    return joined([*columns, *arrays], layout.delimiter)


def bms_lines(layout: Layout, vehicle: Vehicle, rows: Rows, month: str) -> Iterator[bytes]:
    """The rows as lines in the order given, some thousand at a time."""
    for first in range(0, len(rows), CHUNK_ROWS):
        yield _chunk(layout, vehicle, rows.take(np.arange(first, min(first + CHUNK_ROWS, len(rows)))), month)


def gps_lines(vehicle: Vehicle, fixes: Fixes, time_pattern: str = "YYYY-MM-DD HH:NN:SS") -> Iterator[bytes]:
    """Position rows without header, separated by |."""
    for first in range(0, len(fixes), CHUNK_ROWS * 8):
        part = fixes.take(np.arange(first, min(first + CHUNK_ROWS * 8, len(fixes))))
        count = len(part)
        texts: dict[str, Text] = {name: fixed(values, places) for name, (values, places) in part.columns.items()}
        texts["device_no"] = same(vehicle.device_no, count)
        texts["time"] = clock(part.time_s, time_pattern)
        texts |= {"mode": same("A", count), "source": same("GPS", count), "state": same("1", count)}
        yield joined([texts[name] for name in GPS_ORDER], "|")


def newest_first(count: int) -> NDArray[np.intp]:
    """The order of the vendor's files."""
    return np.arange(count - 1, -1, -1)
