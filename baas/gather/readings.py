"""What is asked of a worker that reads, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from baas.aside import Slice
from baas.gather.groups import Key
from baas.ingest.reader import FileReport, ReadSettings
from baas.partition import Context
from baas.store import StoredMonth


@dataclass(frozen=True)
class ReadTask:
    """How to read groups: the settings, where to set rows aside, the time from which rows lie in the future.

    finished: folder of vehicle-months that an interrupted run had finished; key: what those rest on beside their rows.
    """

    settings: ReadSettings
    context: Context
    spool: str
    latest_ms: int
    finished: str = ""
    key: str = ""


@dataclass(frozen=True)
class FileReading:
    """What one file held. sha256: "" when it could not be read whole. future_ms: first row that lay in the future."""

    reports: tuple[FileReport, ...]
    months: tuple[Key, ...]
    sha256: str
    future_ms: int | None


@dataclass(frozen=True)
class Reading:
    """What reading a group gave.

    members: names that `Signals.source` counts. month: the vehicle-month when the group held nothing else. parts: rows
    set aside by vehicle-month.
    """

    files: Mapping[str, FileReading]
    members: tuple[str, ...]
    month: StoredMonth | None
    parts: tuple[tuple[Key, Slice], ...]
