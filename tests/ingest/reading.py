"""Files read as the product reads them, and ways to compare what came out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from baas.ingest.files import find_files
from baas.ingest.formats import load_formats
from baas.ingest.reader import FileReport, ReadSettings, read_file
from baas.signals import Signals, concatenate

SETTINGS = ReadSettings(
    timezone="Asia/Seoul", archive_limit_bytes=50_000_000, archive_ratio_limit=300.0, formats=load_formats()
)


@dataclass(frozen=True)
class Read:
    """What came out of some files."""

    chunks: tuple[Signals, ...]
    reports: tuple[FileReport, ...]

    @property
    def signals(self) -> Signals:
        return concatenate(self.chunks)

    @property
    def report(self) -> FileReport:
        assert len(self.reports) == 1, self.reports
        return self.reports[0]

    @property
    def rows(self) -> int:
        return sum(map(len, self.chunks))


def read_path(path: Path, **changes: object) -> Read:
    """All below a path; every report's rows are accounted for."""
    files, reports = find_files([path])
    settings = replace(SETTINGS, **changes)
    items = [item for file in files for item in read_file(file, settings, 0)]
    chunks = tuple(item for item in items if isinstance(item, Signals))
    read = Read(chunks, (*reports, *(item for item in items if isinstance(item, FileReport))))
    assert sum(report.rows_read - report.rows_rejected for report in read.reports) == read.rows
    handed: Counter[str] = Counter()
    for report in read.reports:
        assert sum(report.rows_of.values()) <= report.rows_read
        assert sum(report.rejected_of.values()) <= report.rows_rejected
        handed.update(report.rows_of)
        handed.subtract(report.rejected_of)
    assert +handed == Counter(part.devices[no] for part in read.chunks for no in part.device)
    return read


def same(one: Signals, other: Signals) -> bool:
    """Whether two SIGNALS hold the same rows in the same order, columns that are missing throughout aside."""
    names = [[one.devices[no] for no in one.device], [other.devices[no] for no in other.device]]
    wide = max(one.cells_mv.shape[1], other.cells_mv.shape[1])
    return (
        one.kind == other.kind
        and names[0] == names[1]
        and np.array_equal(one.time_ms, other.time_ms)
        and all(np.array_equal(one.column(c), other.column(c), equal_nan=True) for c in {*one.columns, *other.columns})
        and one.cells_mv.shape[1] == wide == other.cells_mv.shape[1]
        and np.array_equal(one.cells_mv, other.cells_mv)
        and np.array_equal(one.modules_c, other.modules_c, equal_nan=True)
        and dict(one.car_types) == dict(other.car_types)
    )


HEADER = "device_no,time,pack_volt,pack_current,soc,odometer,cell_v_001,cell_v_002,mod_temp_01"
TAIL = "388.3,-0.5,82.5,51119,4.047,4.04,26.5"


def line(second: int, device: str = "01200000001", tail: str = TAIL) -> str:
    """A row of HEADER, `second` seconds (below 3600) after noon."""
    return f"{device},2023-01-31 12:{second // 60:02d}:{second % 60:02d},{tail}"


def table(*lines: str, header: str = HEADER) -> str:
    """A file of a header and lines."""
    return "\n".join((header, *lines)) + "\n"
