"""Vehicle-months that an interrupted run had finished: kept beside the results, the next run goes on from there.

Only for sources that are slow to read again; files are read again faster than this would pay. A results folder may be
shared: what lies in it is data and nothing else, and what is not exactly what was kept is read again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from baas.gather.groups import Group
from baas.gather.readings import FileReading, Reading, ReadTask
from baas.gather.stored import kept, restored
from baas.ingest.files import InputFile
from baas.partition import scale_of
from baas.store import StoredMonth
from baas.tables.days import DAILY, SESSIONS
from baas.tables.files import STORE_VERSION

_ENDING = ".month"
_DIGEST_BYTES = hashlib.sha256().digest_size
#: bytes that say how long the JSON is
_LENGTH_BYTES = 8
#: what a file that is not one of ours raises on its way to a reading
_FOREIGN = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def _path(group: Group, task: ReadTask) -> Path | None:
    """Where the reading of a group is kept; None for files, and where only reading tells what a source holds."""
    if not task.finished or group.is_shared or any(isinstance(item, InputFile) for item in group.files):
        return None
    contents = [item.content() for item in group.files if not isinstance(item, InputFile)]
    if not all(contents):
        return None
    said = json.dumps([STORE_VERSION, task.key, group.listed.car_type, group.listed.model_year, sorted(contents)])
    return Path(task.finished) / (hashlib.sha256(said.encode()).hexdigest() + _ENDING)


def recall(group: Group, task: ReadTask) -> Reading | None:
    """The reading of a group as an earlier run finished it, None where it must be read."""
    path = _path(group, task)
    if path is None:
        return None
    with suppress(*_FOREIGN):
        found = _unpacked(path.read_bytes())
        month = found.month
        if month is None or (month.device, month.month) != group.hint or not _is_whole(month):
            return None
        if scale_of(group.listed, month.told_type, month.series, task.context.car_types) == month.scale:
            return found
    return None


def keep(group: Group, task: ReadTask, reading: Reading) -> None:
    """Keep the reading of a group until the run is stored; where there is no room, it is read again."""
    path = _path(group, task)
    if path is None or reading.month is None or reading.month.about["failed"]:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_bytes(_packed(reading, reading.month))
        aside.replace(path)


def forget(folder: Path) -> None:
    """Drop what is kept: the run is stored."""
    shutil.rmtree(folder, ignore_errors=True)


# -- a reading as bytes ---------------------------------------------------------------------------------------------


def _packed(reading: Reading, month: StoredMonth) -> bytes:
    """A reading of one month: a digest of what follows, the length of the JSON, the JSON, the packed day arrays."""
    told = {
        "files": [[name, _file_told(file, name)] for name, file in reading.files.items()],
        "members": reading.members,
        "month": {**asdict(month), "blobs": [len(blob) for blob in month.blobs]},
    }
    text = json.dumps(told).encode()
    body = len(text).to_bytes(_LENGTH_BYTES, "little") + text + b"".join(month.blobs)
    return hashlib.sha256(body).digest() + body


def _unpacked(data: bytes) -> Reading:
    """What `_packed` packed. Raises one of _FOREIGN where the bytes are not such."""
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("not as it was kept")
    place = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    told = json.loads(body[_LENGTH_BYTES:place])
    blobs = []
    for size in told["month"].pop("blobs"):
        blobs.append(body[place : place + size])
        place += size
    days, sessions = (tuple(map(tuple, told["month"].pop(name))) for name in ("days", "sessions"))
    month = StoredMonth(**told["month"], days=days, sessions=sessions, blobs=tuple(blobs))
    return Reading({name: _file_of(file, name) for name, file in told["files"]}, tuple(told["members"]), month, ())


def _is_whole(month: StoredMonth) -> bool:
    """Whether a month has the form of the tables that it is stored in."""
    rows = [(row, DAILY) for row in month.days] + [(row, SESSIONS) for row in month.sessions]
    return len(month.blobs) == len(month.days) and all(len(row) == len(table.names) for row, table in rows)


def _file_told(file: FileReading, name: str) -> dict[str, Any]:
    return {**asdict(file), "reports": [kept(report, name) for report in file.reports]}


def _file_of(told: dict[str, Any], name: str) -> FileReading:
    reports = tuple(restored(report, name) for report in told.pop("reports"))
    months = tuple((device, month) for device, month in told.pop("months"))
    return FileReading(**told, reports=reports, months=months)
