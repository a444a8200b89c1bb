"""The only reader and writer of results/: whole runs or nothing, UTF-8 with BOM, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baas.errors import BaasError
from baas.schema import Table
from baas.store import Store
from baas.tables.files import RUN_FILE, STORE_NAME
from baas.tables.spreadsheet import cell, csv_bytes, harmless, original

__all__ = [
    "RUN_FILE",
    "Run",
    "abandon",
    "begin",
    "cell",
    "csv_bytes",
    "finish_interrupted",
    "harmless",
    "original",
    "publish",
    "read_rows",
    "stage",
    "stage_run_file",
    "table_bytes",
    "where",
]

_STAGED_PREFIX = ".run-"
#: how long to wait for a program that holds a result file open, in seconds
_PATIENCE_S = 5.0


def table_bytes(table: Table, rows: Iterable[Mapping[str, Any]], more: Sequence[str] = ()) -> bytes:
    """Rows of a declared table as CSV, in the order of its columns; `more` names columns that follow."""
    names = (*table.names, *more)
    return csv_bytes(names, ([row.get(name) for name in names] for row in rows))


@dataclass(frozen=True)
class Run:
    """A run being written: its id and the folder that holds its files until they are published."""

    folder: Path
    run_id: str
    staged: Path


def begin(folder: Path) -> Run:
    """Start a run in a results folder; what an interrupted run left behind is cleared away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        finish_interrupted(folder)
        run_id = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(3).hex()}"
        staged = folder / f"{_STAGED_PREFIX}{run_id}"
        staged.mkdir()
    except OSError as fault:
        raise BaasError(
            f"{folder}: cannot be written ({fault.strerror or fault}); give another place with --output"
        ) from fault
    return Run(folder, run_id, staged)


def stage(run: Run, name: str, data: bytes) -> None:
    """Put a file of the run beside the current results, unseen until the run is published."""
    try:
        with (run.staged / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise BaasError(
            f"{run.folder / name}: cannot be written ({fault.strerror or fault}); free space or give another place with --output"
        ) from fault


def stage_run_file(run: Run, about: Mapping[str, Any]) -> None:
    """Put run.json with the hash of every staged file; the last file of a run."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(run.staged.iterdir())}
    text = json.dumps(
        {"run_id": run.run_id, **about, "files": hashes}, ensure_ascii=False, indent=2, sort_keys=True, default=str
    )
    stage(run, RUN_FILE, text.encode())


def publish(run: Run) -> None:
    """Move the staged files of a run whose store has been committed to their names."""
    _move(run.staged, run.folder)


def abandon(run: Run) -> None:
    """Remove what a run had staged; the results stay as they were."""
    shutil.rmtree(run.staged, ignore_errors=True)


def _move(staged: Path, folder: Path) -> None:
    """Move staged files to their names, run.json last; a file held open by another program is waited for."""
    for path in sorted(staged.iterdir(), key=lambda path: path.name == RUN_FILE):
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                path.replace(folder / path.name)
                break
            except PermissionError as fault:
                if time.monotonic() > until:
                    raise BaasError(
                        f"{folder / path.name}: held open by another program; close it (Excel?) and run again,"
                        " the new results are kept and will be put in place"
                    ) from fault
                time.sleep(0.2)
    shutil.rmtree(staged, ignore_errors=True)


def finish_interrupted(folder: Path) -> None:
    """Publish a run that was committed but not yet moved; remove the leftovers of runs that never got so far."""
    current = _current(folder)
    for staged in sorted(folder.glob(f"{_STAGED_PREFIX}*")):
        if current and staged.name == current[1]:
            _move(staged, folder)
        else:
            shutil.rmtree(staged, ignore_errors=True)


def _current(folder: Path) -> tuple[str, str] | None:
    if not (folder / STORE_NAME).is_file():
        return None
    with Store.reading(folder) as store:
        return store.current_run()


def where(folder: Path, name: str) -> Path:
    """The file of the current run by that name: staged while it is being put in place, else in the folder."""
    current = _current(folder)
    if current:
        staged = folder / current[1] / name
        if staged.is_file():
            return staged
    return folder / name


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a result file as text, as they were before they were made harmless."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: original(text or "") for name, text in row.items() if name} for row in csv.DictReader(file)]
