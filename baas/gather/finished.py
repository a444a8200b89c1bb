"""Vehicle-months that an interrupted run had finished: kept beside the results, the next run goes on from there.

Only for sources that are slow to read again; files are read again faster than this would pay.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from baas.gather.groups import Group
from baas.ingest.files import InputFile
from baas.partition import scale_of

if TYPE_CHECKING:
    from baas.gather.read import Reading, ReadTask

_ENDING = ".month"


def _path(group: Group, task: ReadTask) -> Path | None:
    """Where the reading of a group is kept; None for files, and where only reading tells what a source holds."""
    if not task.finished or group.is_shared or any(isinstance(item, InputFile) for item in group.files):
        return None
    contents = [item.content() for item in group.files if not isinstance(item, InputFile)]
    if not all(contents):
        return None
    said = json.dumps([task.key, group.listed.car_type, group.listed.model_year, sorted(contents)])
    return Path(task.finished) / (hashlib.sha256(said.encode()).hexdigest() + _ENDING)


def recall(group: Group, task: ReadTask) -> Reading | None:
    """The reading of a group as an earlier run finished it, None where it must be read."""
    path = _path(group, task)
    if path is None:
        return None
    with suppress(OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
        found: Reading = pickle.loads(path.read_bytes())  # noqa: S301  (written by us, beside the store itself)
        month = found.month
        if month and scale_of(group.listed, month.told_type, month.series, task.context.car_types) == month.scale:
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
        aside.write_bytes(pickle.dumps(reading, protocol=pickle.HIGHEST_PROTOCOL))
        aside.replace(path)


def forget(folder: Path) -> None:
    """Drop what is kept: the run is stored."""
    shutil.rmtree(folder, ignore_errors=True)
