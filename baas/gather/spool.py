"""Rows set aside on disk until all rows of their vehicle-month have been read."""

from __future__ import annotations

import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from baas.signals import Signals


@dataclass(frozen=True)
class Slice:
    """Where some rows of one vehicle-month lie, and how many bytes they take."""

    path: str
    offset: int
    size: int


class Spool:
    """One file of a folder that rows are appended to; made with the first row, so that most runs write none."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def put(self, rows: Signals) -> Slice:
        """Set rows aside."""
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(dir=self._folder, suffix=".rows", delete=False)  # noqa: SIM115
        offset = self._file.tell()
        pickle.dump(rows, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        return Slice(self._file.name, offset, self._file.tell() - offset)

    def close(self) -> None:
        """Finish writing."""
        if self._file is not None:
            self._file.close()


def rows_of(part: Slice) -> Signals:
    """The rows that lie there."""
    with Path(part.path).open("rb") as file:
        file.seek(part.offset)
        rows: Signals = pickle.load(file)  # noqa: S301  (written by this run into its own folder)
        return rows
