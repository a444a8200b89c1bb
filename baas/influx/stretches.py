"""Rows of many files -> all rows of one vehicle in one stretch of time, among which one message a moment is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from baas.aside import Slice, Spool, rows_of
from baas.cars.devices import device_key
from baas.ingest.files import InputFile
from baas.ingest.reader import FileReport, ReadSettings, read_file
from baas.signals import Signals, concatenate

#: rows of a vehicle that are in memory at a time; chosen: as many as a run holds, a month
_STRETCH_MS = 31 * 86_400_000

Key = tuple[str, str, int]  # kind, device without leading zeros, number of the stretch


def stretches(
    files: Sequence[InputFile], settings: ReadSettings, folder: Path
) -> Iterator[Signals | FileReport | InputFile]:
    """Reports, each file once it is read, and rows of one vehicle, kind and stretch of time as soon as all are there.

    Files whose names tell no vehicle come first, then those of one vehicle after the other; `folder` takes the rows
    meanwhile. Only rows in a file that is named after a vehicle later in this order come apart from their others.
    """
    aside = _Aside()
    for vehicle, group in groupby(sorted(files, key=_vehicle), key=_vehicle):
        spool = Spool(str(folder))
        for file in group:
            for item in read_file(file, settings, 0):
                if isinstance(item, FileReport):
                    yield item
                else:
                    aside.add(item, spool)
            yield file
        spool.close()
        yield from aside.taken(vehicle)
    yield from aside.taken()


def _vehicle(file: InputFile) -> str:
    """The vehicle that the name of a file tells, "" where it tells none."""
    return device_key(file.hint[0]) if file.hint else ""


class _Aside:
    """Rows on disk by vehicle and stretch; a file of the disk is removed with its last rows."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[Key, list[Slice]]] = {}
        self._left: Counter[str] = Counter()

    def add(self, rows: Signals, spool: Spool) -> None:
        stretch = rows.time_ms // _STRETCH_MS
        for no, device in enumerate(rows.devices):
            mine = rows.device == no
            vehicle = device_key(device)
            for number in np.unique(stretch[mine]).tolist():
                part = spool.put(rows.take(mine & (stretch == number)))
                key = (rows.kind, vehicle, number)
                self._parts.setdefault(vehicle, {}).setdefault(key, []).append(part)
                self._left[part.path] += 1

    def taken(self, vehicle: str | None = None) -> Iterator[Signals]:
        """The rows of a vehicle, or of all."""
        for one in [*self._parts] if vehicle is None else [vehicle]:
            for _, parts in sorted(self._parts.pop(one, {}).items()):
                yield concatenate([rows_of(part) for part in parts])
                self._left.subtract(part.path for part in parts)
            for path in [path for path, count in self._left.items() if not count]:
                Path(path).unlink()
                del self._left[path]
