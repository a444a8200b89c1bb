"""Input files -> vehicle-months in the store: what is new is read once, what is known is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from baas.cars import KnownCars
from baas.executors import Executor
from baas.gather.gatherer import Gathered, Gatherer
from baas.gather.keys import reading_key
from baas.gather.read import ReadTask
from baas.ingest.files import InputFile
from baas.ingest.reader import ReadSettings
from baas.partition import Context
from baas.store import WritableStore

__all__ = ["Gathered", "gather", "reading_key"]

#: a row later than this many days after the run started has a broken clock; chosen: time zones and slow clocks
_FUTURE_DAYS = 2


def gather(
    files: Sequence[InputFile], store: WritableStore, settings: ReadSettings, key: str, context: Context,
    known: KnownCars, executor: Executor, spool: Path, progress: Callable[[int, int], None], *, full: bool,
) -> Gathered:  # fmt: skip
    """Bring the store up to date with the input. `key`: how files are read; `spool`: folder for rows of this run."""
    latest = int((time.time() + _FUTURE_DAYS * 86_400) * 1000)
    task = ReadTask(settings, context, str(spool), latest)
    return Gatherer(store, task, key, known, executor, progress).run(files, full=full)
