"""Which devices of an input are simulated: a marker beside the data says so, and every result says it on."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

#: lies in the truth folder of a simulated fleet, or beside its files; its "devices" are simulated
MARKER = "simulated.json"
TRUTH_FOLDER = "truth"
#: column that every table of vehicles has as soon as one of them does not really exist
SIMULATED = "simulated"
_ARCHIVE = ".zip"
#: largest marker read out of an archive; chosen: a million vehicles
_MOST_BYTES = 20_000_000
#: what a damaged or protected archive raises
_DAMAGE = (OSError, ValueError, RuntimeError, EOFError, BadZipFile, zlib.error)


def is_truth(folder: Path) -> bool:
    """Whether a folder holds the truth of a simulated fleet, which is no telemetry."""
    return folder.name == TRUTH_FOLDER and (folder / MARKER).is_file()


def _in_archive(archive: Path) -> Iterator[bytes]:
    """Markers that lie in a zip archive; a damaged or protected archive has none."""
    with suppress(*_DAMAGE), ZipFile(archive) as opened:
        for member in opened.infolist():
            if PurePosixPath(member.filename).name == MARKER and member.file_size <= _MOST_BYTES:
                with opened.open(member) as file:
                    yield file.read(_MOST_BYTES)


def _markers(place: Path) -> Iterator[bytes]:
    """The markers in a folder and its archives, or beside and in a file."""
    for path in place.rglob("*") if place.is_dir() else (place, place.parent / MARKER):
        if path.name == MARKER:
            with suppress(OSError):
                yield path.read_bytes()
        elif path.suffix.lower() == _ARCHIVE:
            yield from _in_archive(path)


def _told(marker: bytes) -> Iterator[str]:
    try:
        about = json.loads(marker)
    except ValueError:
        return
    devices = about.get("devices", ()) if isinstance(about, dict) else ()
    yield from map(str, devices if isinstance(devices, list) else ())


def simulated_devices(inputs: Sequence[Path]) -> frozenset[str]:
    """Device numbers that markers in the input folders and their zip archives, or beside input files, name.

    A damaged marker names none.
    """
    return frozenset(device for place in inputs for marker in _markers(place) for device in _told(marker))
