"""What a member is: its delimiter, header, format and layout, told from its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Literal

from baas.ingest.formats import Format, normalised
from baas.ingest.layout import Brackets, Layout, bind, bind_headerless, prepared
from baas.ingest.names import device_in, last_part
from baas.ingest.numbers import number
from baas.ingest.plain import is_structure, split
from baas.ingest.rows import clean_text, decoded
from baas.ingest.shapes import LIST_MARKS
from baas.ingest.times import spelled_time

#: bytes and lines looked at; chosen: a header is among the first lines, and lists show how they are written at once
WINDOW, MOST_LINES = 65_536, 60
DELIMITERS = (",", "|", "\t", ";")
#: lines without header that must fit, of those looked at
_FEWEST_FITS = 2
#: columns only a table of finished vehicle values has
_METRICS = frozenset(
    map(
        normalised,
        (
            "efficiency_km_per_kwh", "mean_temp_c", "cell_imbalance_v", "efficiency_score", "temperature_score",
            "cell_imbalance_score", "driving_habit_score", "charging_pattern_score", "total_score",
        ),
    )
)  # fmt: skip
_TABLE_NAME = re.compile(r"battery_results.*\.csv", re.IGNORECASE)
_IN_BRACKETS = re.compile(rb'(^|[^"])[\[{][-+.\d]')


def _texts(line: bytes, delimiter: str) -> list[str]:
    return [decoded(item) or "" for item in split(line, delimiter)[0]]


def _unwrapped(line: bytes) -> bytes | None:
    """A line that stands in quotes as a whole, without them."""
    inner = line.strip(b" \t,;")
    if len(inner) > 1 and inner[:1] == inner[-1:] == b'"' and b'"' not in inner[1:-1]:
        return inner[1:-1]
    return None


def header_of(line: bytes, formats: Sequence[Format]) -> Layout | None:
    """The layout that a line gives as header, by the format that uses most of its columns."""
    found: list[Layout] = []
    for content, wrapped in ((line, False), (_unwrapped(line), True)):
        for delimiter in DELIMITERS if content else ():
            columns = _texts(content or b"", delimiter)
            if len(columns) < 2:
                continue
            layouts = [bind(form, columns, delimiter) for form in formats]
            found += [replace(layout, wrapped=wrapped) for layout in layouts if layout is not None]
    return max(found, key=lambda layout: layout.matched, default=None)


def may_be_header(line: bytes) -> bool:
    """A quick look: a header begins with a letter, a data line with a device number (mostly digits)."""
    start = line[:16].lstrip(b"\xef\xbb\xbf\"' \t")[:1]
    return start.isalpha() or start >= b"\x80"


def _fits(line: bytes, layout: Layout) -> bool:
    """Whether a line is a row of a layout without header: as many fields, a device, a time, the numbers it needs."""
    fields, _ = split(line, layout.delimiter)
    if len(fields) == layout.width + 1 and not fields[-1]:
        fields.pop()
    if len(fields) != layout.width or not spelled_time(fields[layout.time], layout.time_format):
        return False
    needed = [item.field for item in layout.numbers if item.source.name in layout.format.needs]
    has_device = layout.device is None or bool(clean_text(fields[layout.device]))
    return has_device and all(number(fields[no], layout.delimiter != ",") is not None for no in needed)


def _headerless(lines: Sequence[bytes], formats: Sequence[Format]) -> Layout | None:
    solid = [line for line in lines if line.strip()]
    for form, wrapped, delimiter in product(formats, (False, True), DELIMITERS):
        layout = bind_headerless(form, delimiter) if form.headerless else None
        contents = [content for line in solid if (content := _unwrapped(line) if wrapped else line)]
        fits = sum(_fits(line, layout) for line in contents) if layout else 0
        if layout and 0 < fits >= min(_FEWEST_FITS, len(contents)):
            return replace(layout, wrapped=wrapped)
    return None


def _brackets(line: bytes, layout: Layout) -> Brackets:
    if not any(mark in line for mark in (b"[", b"{")):
        return "none"
    return "instead" if layout.delimiter in ",;" and _IN_BRACKETS.search(line) else "inside"


def with_lists(layout: Layout, lines: Iterable[bytes]) -> Layout | None:
    """The layout with what the first data line tells about the spelling of lists; None while there is none."""
    field = layout.cells.list_field if layout.cells.list_field is not None else layout.modules.list_field
    if field is None:
        return layout
    for line in lines:
        if is_structure(line):
            continue
        brackets = _brackets(line, layout)
        fields, _ = split(prepared(line, replace(layout, brackets=brackets)), layout.delimiter)
        if len(fields) > field:
            marks = [mark for mark in LIST_MARKS if mark.encode() in fields[field].strip(b' []{}"')]
            return replace(layout, brackets=brackets, list_mark=marks[0] if marks else ",")
    return None


def with_name(layout: Layout, name: str) -> Layout | None:
    """The layout with what the file name tells; None where neither columns nor name tell the device."""
    form, told = layout.format, layout
    if form.car_type_in_name and layout.car_type is None:
        match = form.car_type_in_name.fullmatch(last_part(name))
        told = replace(told, car_type_text=match["car_type"].strip() if match else "")
    if layout.device is not None:
        return told
    match = form.device_in_name.search(last_part(name)) if form.device_in_name else None
    device = match["device"] if match else device_in(name)
    return replace(told, device_text=device) if device else None


def is_table(lines: Sequence[bytes], name: str) -> bool:
    """Whether a member holds finished vehicle values, one line a vehicle, without time."""
    if _TABLE_NAME.fullmatch(last_part(name)):
        return True
    for line in lines[:5]:
        for delimiter in DELIMITERS:
            columns = {normalised(column) for column in _texts(line, delimiter)}
            if {"deviceno", "deviceid", "clientid"} & columns and _METRICS & columns:
                return True
    return False


def layout_of(
    head: bytes, name: str, formats: Sequence[Format]
) -> tuple[Layout, int] | Literal["empty", "foreign", "table", "no_device"]:
    """The layout of a member and its number of lines up to the data, or what the member is instead."""
    lines = head.split(b"\n")[:MOST_LINES]
    if not any(line.strip() for line in lines):
        return "empty"
    for no, line in enumerate(lines):
        layout = header_of(line, formats) if may_be_header(line) else None
        if layout is not None:
            told = with_name(layout, name)
            return (told, no + 1) if told else "no_device"
    if is_table(lines, name):
        return "table"
    layout = _headerless(lines, formats)
    if layout is None:
        return "foreign"
    told = with_name(layout, name)
    return (told, _preamble(lines, layout)) if told else "no_device"


def _preamble(lines: Sequence[bytes], layout: Layout) -> int:
    """Leading lines of a member without header that are no data (one or two are seen)."""
    for no, line in enumerate(lines[:3]):
        if _fits((_unwrapped(line) or line) if layout.wrapped else line, layout):
            return no
    return 0
