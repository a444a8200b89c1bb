"""The raw recordings read a second time, with nothing of the product: lines, odometers, currents."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Raw:
    """One raw file: name as in files.csv, its bytes."""

    name: str
    data: bytes

    @property
    def is_bms(self) -> bool:
        return PurePosixPath(self.name.split("!")[-1]).name.startswith("bms")

    @property
    def device(self) -> str:
        return next(part for part in self.name.replace("!", "/").replace(".", "/").split("/") if part.startswith("012"))

    @property
    def lines(self) -> list[str]:
        """Lines that are not blank."""
        return [line for line in self.data.decode("utf-8-sig").splitlines() if line.strip()]

    @property
    def data_lines(self) -> int:
        """Data lines: all but a header; GPS files have none."""
        return sum(line[0].isdigit() for line in self.lines)

    def rows(self) -> Iterator[dict[str, str]]:
        lines = self.lines
        delimiter = "|" if lines[0].count("|") > lines[0].count(",") else ","
        yield from csv.DictReader(io.StringIO("\n".join(lines)), delimiter=delimiter)


def raw_files(folder: Path) -> list[Raw]:
    """All raw files of a folder, in archives as well."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".zip":
            found += list(_members(name, path.read_bytes()))
        elif path.suffix == ".csv" and "cartype" not in path.name:
            found.append(Raw(name, path.read_bytes()))
    return found


def _members(name: str, data: bytes) -> Iterator[Raw]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.startswith("__MACOSX") or not info.file_size:
                continue
            inner = f"{name}!{info.filename}"
            if info.filename.endswith(".zip"):
                yield from _members(inner, archive.read(info))
            elif info.filename.endswith(".csv"):
                yield Raw(inner, archive.read(info))


def _time(text: str) -> datetime:
    return datetime.strptime(text if text[2] != "-" else f"20{text}", "%Y-%m-%d %H:%M:%S")


def series(raw: list[Raw], device: str, column: str) -> list[tuple[datetime, float]]:
    """Readings of a column of a device's BMS files in order of time, the last of each moment."""
    found: dict[datetime, float] = {}
    for file in raw:
        if file.is_bms and file.device == device:
            for row in file.rows():
                if row.get(column, "").strip():
                    found.setdefault(_time(row["time"]), float(row[column]))  # newest first: the last sent comes first
    return sorted(found.items())


def moments(raw: list[Raw], device: str) -> int:
    """Different times in a device's BMS files."""
    return len({row["time"].strip() for file in raw if file.is_bms and file.device == device for row in file.rows()})


def driven_km(odometer: list[tuple[datetime, float]]) -> float:
    """Distance that an odometer counts: steps forward, less what a step back takes away and is counted again."""
    total, top = 0.0, 0.0
    for _, reading in odometer:
        if reading <= 0:
            continue
        if top and reading > top:
            total += reading - top
        top = max(top, reading)
    return total
