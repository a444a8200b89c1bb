"""Files as untidy as real exports, with the same readings in them: what can be read equals the clean fleet.

What is done: pipes, psql dumps with rules, padding and footers, repeated headings, comments, blank lines; headings in
other words; lists or columns; two-digit years, other separators, offsets, stray blanks; BOM, CP949, CRLF; lost leading
zeros; sentinels and zero fill for what was not sent; any order of rows; repeated rows, late corrections (the last
message counts), overlapping and split files; cut, overlong and timeless rows; months before devices or devices before
months; gzip, zip in zip, system folders, empty and foreign files. Positions the same without heading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from baas.simulate.containers import gzipped, write, zipped
from baas.simulate.dialects import drawn_layout
from baas.simulate.feed import Layout, bms_lines, gps_lines, header
from baas.simulate.gps import Fixes
from baas.simulate.portable import Draws
from baas.simulate.rows import Rows
from baas.simulate.state import DAY_S
from baas.simulate.truth import FileLine
from baas.simulate.vehicle import Vehicle

_MESS = 30  # random stream
#: shares of rows repeated, corrected late, broken; chosen
REPEATED, CORRECTED, BROKEN = 0.004, 0.003, 0.002


@dataclass(frozen=True)
class Untidy:
    """Lines of one file in order, without line ends, and how many of them are repeats or broken."""

    lines: tuple[bytes, ...]
    rows: int
    duplicate: int
    broken: int


def _order(count: int, draws: Draws) -> NDArray[np.intp]:
    """Newest first, oldest first, or blocks of hours in any order."""
    way = draws.pick((0.5, 0.25, 0.25))
    if way < 2:
        return np.arange(count)[:: -1 if way == 0 else 1]
    blocks = np.array_split(np.arange(count), min(24, count))
    return np.concatenate([blocks[number] for number in draws.order(len(blocks))])


def _some(share: float, count: int, draws: Draws) -> NDArray[np.intp]:
    """Numbers of some rows, at least one."""
    wanted = min(max(1, int(share * count)), count)
    return np.unique((draws.uniform(wanted) * count).astype(np.intp))


def broken_line(line: bytes, delimiter: bytes, way: int) -> bytes:
    """A line that no reader can take for a row: cut, too long, or without a time that exists."""
    fields = line.split(delimiter)
    if way == 0:
        return line[: max(len(line) // 2, 30)]
    if way == 1:
        return line + delimiter + delimiter.join(fields[-3:])
    place = 1 if len(fields) < 15 else 2
    return delimiter.join([*fields[:place], b"2026-13-45 27:61:61", *fields[place + 1 :]])


def _with_extras(good: list[bytes], late: list[bytes], delimiter: bytes, draws: Draws) -> Untidy:
    """Good lines with repeats, overtaken versions and broken lines strewn in."""
    repeats = [good[number] for number in _some(REPEATED, len(good), draws).tolist()]
    broken = [
        broken_line(good[number], delimiter, draws.below(3)) for number in _some(BROKEN, len(good), draws).tolist()
    ]
    lines = list(good)
    for extra in (*repeats, *late, *broken):
        lines.insert(draws.below(len(lines) + 1), extra)
    return Untidy(tuple(lines), len(lines), len(repeats) + len(late), len(broken))


def _overtaken(layout: Layout, car: Vehicle, rows: Rows, month: str, draws: Draws) -> list[bytes]:
    """Earlier messages about some rows, with readings that were corrected later; only where messages carry a time."""
    if not layout.with_messages:
        return []
    some = rows.take(_some(CORRECTED, len(rows), draws))
    speed, decimals = some.columns["emobility_spd"]
    volts, places = some.columns["pack_volt"]
    wrong = {**some.columns, "emobility_spd": (speed + 70, decimals), "pack_volt": (volts - 9, places)}
    return _lines(b"".join(bms_lines(replace(layout, message_delay_s=1), car, replace(some, columns=wrong), month)))


def _lines(text: bytes) -> list[bytes]:
    return text.split(b"\n")[:-1]


def _framed(layout: Layout, head: bytes, body: Untidy, draws: Draws) -> bytes:
    """Heading, rule, footers, comments, blank lines and repeated headings around and between the rows."""
    lines = list(body.lines)
    for _ in range(draws.below(3)):
        lines.insert(draws.below(len(lines) + 1), (head, b"", b"# collector restarted")[draws.below(3)])
    rule = [b"+".join([b"-" * 12] * (head.count(b"|") + 1))] if "|" in layout.delimiter else []
    korean = layout.encoding == "cp949"
    footer = (b"", f"({body.rows} rows)".encode(), (f"총 {body.rows}" if korean else "total").encode("cp949"))
    lines = [head, *rule, *lines, footer[draws.below(3)]]
    end = layout.line_end.encode()
    mark = b"\xef\xbb\xbf" if layout.encoding == "utf-8-sig" else b""
    return mark + end.join(lines) + (end if draws.chance(0.7) else b"")


def _bms_file(car: Vehicle, rows: Rows, month: str, draws: Draws) -> tuple[bytes, Untidy]:
    layout = drawn_layout(tuple(rows.columns), draws)
    ordered = rows.take(_order(len(rows), draws))
    good = _lines(b"".join(bms_lines(layout, car, ordered, month)))
    late = _overtaken(layout, car, rows, month, draws)
    body = _with_extras(good, late, layout.delimiter.encode(), draws)
    return _framed(layout, header(layout, rows).encode(), body, draws), body


def _gps_file(car: Vehicle, fixes: Fixes, draws: Draws) -> tuple[bytes, Untidy]:
    pattern = ("YYYY-MM-DD HH:NN:SS", "YY-MM-DD HH:NN:SS", "YYYY/MM/DD HH:NN:SS")[draws.below(3)]
    good = _lines(b"".join(gps_lines(car, fixes.take(_order(len(fixes), draws)), pattern)))
    body = _with_extras(good, [], b"|", draws)
    leading = [b"  ", b"  "] if draws.chance(0.3) else []
    return b"\n".join([*leading, *body.lines, b""]), body


def _pieces(time_s: NDArray[np.int64], draws: Draws) -> list[tuple[str, NDArray[np.intp]]]:
    """How a month is cut into files: whole, in two that overlap, or by day; the mark goes into the file name."""
    count, way = len(time_s), draws.pick((0.5, 0.3, 0.2))
    if way == 0 or count < 50:
        return [("", np.arange(count))]
    if way == 1:
        return [("_part1", np.arange(count * 6 // 10)), ("_part2", np.arange(count // 2, count))]
    days = time_s // DAY_S
    found = []
    for day in np.unique(days):
        name = str((day * DAY_S).astype("datetime64[s]").astype("datetime64[D]"))
        found.append((f"_{name}", np.flatnonzero(days == day)))
    return found


def _named(kind: str, car: Vehicle, month: str, mark: str, draws: Draws) -> str:
    if mark.startswith("_20"):
        return f"{kind}_{car.device_no}{mark}.csv"
    style = draws.below(3)
    if style == 0:
        return f"{kind}.{car.device_no}.{month}{mark}.csv"
    return f"{kind if style == 1 else kind.upper()}_{car.device_no}_{month}{mark}.csv"


def _placed(
    folder: Path, where: str, files: dict[str, bytes], month: str, car: Vehicle, draws: Draws
) -> dict[str, str]:
    """Files written plain, as gzip or as zip in zip with junk; name -> path as the reader will call it."""
    way = draws.pick((0.6, 0.2, 0.2))
    if way == 2:
        junk = {"__MACOSX/._export.csv": b"\x00\x05\x16\x07", "bms_empty.csv": b"", "upload_log.csv": b"ok\n"}
        inner = zipped({**{f"{month}/{name}": content for name, content in files.items()}, **junk})
        outer = f"{where}/origin_{car.device_no}_{month}.zip"
        write(folder / outer, zipped({f"{month}.zip": inner}))
        return {name: f"{outer}!{month}.zip!{month}/{name}" for name in files}
    shown = {}
    for name, content in files.items():
        shown[name] = f"{where}/{name}{'.gz' if way == 1 else ''}"
        write(folder / shown[name], gzipped(content) if way == 1 else content)
    if draws.chance(0.3):
        write(folder / where / "._bms.csv", b"\x00\x05\x16\x07")
        write(folder / where / "empty.csv", b"")
    return shown


def write_messily(folder: Path, car: Vehicle, month: str, rows: Rows, fixes: Fixes | None) -> list[FileLine]:
    """One vehicle-month, and what each of its files holds."""
    draws = car.draws(_MESS, int(month[:4]) * 12 + int(month[5:]))
    where = f"{month}/{car.device_no}" if draws.chance(0.6) else f"{car.device_no}/{month}"
    files: dict[str, bytes] = {}
    counts: dict[str, tuple[str, Untidy, int]] = {}
    seen = np.zeros(len(rows), dtype=bool)
    for mark, piece in _pieces(rows.time_s, draws):
        name = _named("bms", car, month, mark, draws)
        files[name], body = _bms_file(car, rows.take(piece), month, draws)
        counts[name] = ("bms", body, int(seen[piece].sum()))
        seen[piece] = True
    if fixes is not None and len(fixes):
        name = _named("gps", car, month, "", draws)
        files[name], body = _gps_file(car, fixes, draws)
        counts[name] = ("gps", body, 0)
    shown = _placed(folder, where, files, month, car, draws)
    return [
        FileLine(shown[name], car.device_no, kind, body.rows, body.duplicate + again, body.broken)
        for name, (kind, body, again) in counts.items()
    ]
