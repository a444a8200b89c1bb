"""The only reader and writer of results/: whole runs or nothing, UTF-8 with BOM, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baas.errors import BaasError
from baas.interrupts import held_back
from baas.schema import Table
from baas.store import NoRunError, Store, WritableStore
from baas.tables.files import RUN_FILE
from baas.tables.spreadsheet import csv_bytes, original

_STAGED_PREFIX = ".run-"
_SPOOL_ENDING = ".rows"
#: how long to wait for a program that holds a result file open, and for a run that is being published, in seconds
_PATIENCE_S = 5.0
_PAUSE_S = 0.05


def table_bytes(table: Table, rows: Iterable[Mapping[str, Any]], more: Sequence[str] = ()) -> bytes:
    """Rows of a declared table as CSV, in the order of its columns; `more` names columns that follow."""
    names = (*table.names, *more)
    return csv_bytes(names, ([row.get(name) for name in names] for row in rows))


# -- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A run being written: its id, the store, the folder of its files until they are published, one for its rows."""

    folder: Path
    run_id: str
    staged: Path
    spool: Path
    store: WritableStore


@contextmanager
def writing(folder: Path) -> Iterator[Run]:
    """A run to write results with: published as one when the block ends well, unless `store.discard()` was called.

    Whatever ends the program, readers see the results of before or those of this run; what an interrupted run left
    behind is put in place or cleared away by the next one.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise _not_writable(folder, fault) from fault
    run: Run | None = None
    try:
        with WritableStore.writing(folder) as store:
            with held_back():  # what has been made must be known, or nobody clears it away
                run = _begun(folder, store)
            yield run
    finally:
        if run is not None:
            with held_back(forget=True):
                _close(run)


def _begun(folder: Path, store: WritableStore) -> Run:
    try:
        _tidy(folder)
        run_id = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(3).hex()}"
        staged = folder / f"{_STAGED_PREFIX}{run_id}"
        staged.mkdir()
        spool = staged.with_name(staged.name + _SPOOL_ENDING)
        spool.mkdir()
    except OSError as fault:
        raise _not_writable(folder, fault) from fault
    return Run(folder, run_id, staged, spool, store)


def _not_writable(place: Path, fault: OSError) -> BaasError:
    why = fault.strerror or str(fault)
    return BaasError(
        f"{place}: cannot be written ({why}); free space or give another place with --output",
        f"{place}: 쓸 수 없습니다({why}). 공간을 비우거나 --output으로 다른 위치를 주십시오",
    )


def stage(run: Run, name: str, data: bytes) -> None:
    """Put a file of the run beside the current results, unseen until the run is published."""
    try:
        with (run.staged / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise _not_writable(run.folder / name, fault) from fault


def stage_run_file(run: Run, about: Mapping[str, Any]) -> None:
    """Put run.json with the hash of every staged file, and make the run the one to be published."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(run.staged.iterdir())}
    told = {"run_id": run.run_id, **about, "files": hashes}
    text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    stage(run, RUN_FILE, text.encode())
    run.store.put_run(run.run_id, run.staged.name, {})


def _close(run: Run) -> None:
    """Publish a run whose store was committed, else remove what it staged; when interrupted, the store knows which."""
    shutil.rmtree(run.spool, ignore_errors=True)
    current = None if run.store.is_committed else _current(run.folder)
    if run.store.is_committed or (current and current[0] == run.run_id):
        _move(run.staged, run.folder)
    else:
        shutil.rmtree(run.staged, ignore_errors=True)


def _move(staged: Path, folder: Path) -> None:
    """Move staged files to their names, run.json last; lists scored by the run before but not by this one go.

    Another run may do the same at the same time: what is gone has been moved.
    """
    try:
        names = sorted((path.name for path in staged.iterdir()), key=lambda name: (name == RUN_FILE, name))
    except FileNotFoundError:
        return
    for name in names:
        if name == RUN_FILE:
            _drop_old_lists(folder, set(_told(staged).get("files", ())))
        _replace(staged / name, folder / name)
    shutil.rmtree(staged, ignore_errors=True)


def _told(folder: Path) -> dict[str, Any]:
    """What run.json tells; nothing where there is none."""
    try:
        told = json.loads((folder / RUN_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _drop_old_lists(folder: Path, new: set[str]) -> None:
    before = _told(folder)
    for name in set(before.get("scored_lists", ())) - new:
        with suppress(OSError):
            (folder / Path(name).name).unlink()


def _replace(source: Path, target: Path) -> None:
    """Move a file over another; one that a program holds open is waited for."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            source.replace(target)
            return
        except FileNotFoundError:
            return
        except OSError as fault:
            if time.monotonic() > until:
                raise BaasError(
                    f"{target}: cannot be replaced ({fault.strerror}), perhaps Excel holds it open; close it and run"
                    " again, the new results are kept and will be put in place",
                    f"{target}: 바꿀 수 없습니다({fault.strerror}). 엑셀 등에서 열려 있으면 닫고 다시 실행하십시오."
                    " 새 결과는 보관되어 있으며 다음 실행에서 제자리에 놓입니다",
                ) from fault
            time.sleep(_PAUSE_S)


def _tidy(folder: Path) -> None:
    """Publish a run that was committed but not yet moved; remove the leftovers of runs that never got so far."""
    current = _current(folder)
    for staged in sorted(folder.glob(f"{_STAGED_PREFIX}*")):
        if current and staged.name == current[1]:
            _move(staged, folder)
        else:
            shutil.rmtree(staged, ignore_errors=True)


# -- reading --------------------------------------------------------------------------------------------------------


def _current(folder: Path) -> tuple[str, str] | None:
    """Id and staging folder of the run that readers see; None before the first."""
    try:
        with Store.reading(folder) as store:
            return store.current_run()
    except NoRunError:
        return None


def where(folder: Path, name: str) -> Path:
    """The file of the current run by that name: staged while it is being put in place, else in the folder.

    For one file; several of one run are read with `read_files`.
    """
    current = _current(folder)
    if current:
        staged = folder / current[1] / name
        if staged.is_file():
            return staged
    return folder / name


def read_files(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Contents of files of one and the same run, also while another is being published. Raises BaasError without."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        before = _current(folder)
        with suppress(FileNotFoundError):
            found = {name: where(folder, name).read_bytes() for name in names}
            if _current(folder) == before:
                return found
        if time.monotonic() > until:
            missing = ", ".join(name for name in names if not where(folder, name).is_file())
            raise BaasError(
                f"{folder}: {missing or 'results'} cannot be read; run vehicle_battery_scorer.py first",
                f"{folder}: {missing or '결과'}을(를) 읽을 수 없습니다. 먼저 vehicle_battery_scorer.py를 실행하십시오",
            )
        time.sleep(_PAUSE_S)


def rows_of(data: bytes) -> list[dict[str, str]]:
    """Rows of a result file as text, as they were before they were made harmless."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [{name: original(text or "") for name, text in row.items() if name} for row in reader]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a result file as text, as they were before they were made harmless."""
    return rows_of(path.read_bytes())
