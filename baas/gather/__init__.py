"""Input files -> vehicle-months in the store: what is new is read once, what is known is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from baas.cars import KnownCars
from baas.executors import Executor
from baas.gather.gatherer import Gathered, Gatherer
from baas.gather.groups import Key
from baas.gather.inputs import Input
from baas.gather.keys import input_key, reading_key
from baas.gather.readings import ReadTask
from baas.ingest.reader import ReadSettings
from baas.partition import Context
from baas.store import WritableStore

__all__ = ["Gathered", "Input", "Key", "gather", "reading_key"]

#: a row later than this many days after the run started has a broken clock; chosen: time zones and slow clocks
_FUTURE_DAYS = 2


def gather(
    files: Sequence[Input], store: WritableStore, settings: ReadSettings, key: str, context: Context,
    known: KnownCars, executor: Executor, spool: Path, progress: Callable[[int, int], None], *, full: bool,
    finished: Path | None = None, is_asked: Callable[[Key], bool] = lambda _key: True,
) -> Gathered:  # fmt: skip
    """Bring the store up to date with the input. `key`: how files are read; `spool`: folder for rows of this run.

    finished: folder that keeps vehicle-months of sources over an interruption. is_asked: which vehicle-months the
    input is about; the others stay as they are stored.
    """
    latest = int((time.time() + _FUTURE_DAYS * 86_400) * 1000)
    computing = input_key((), key)
    task = ReadTask(settings, context, str(spool), latest, str(finished) if finished else "", computing)
    return Gatherer(store, task, key, known, executor, progress).run(files, full=full, is_asked=is_asked)
