"""Which devices of an input are simulated: a marker beside the data says so, and every result says it on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

#: lies in the truth folder of a simulated fleet, or beside its files; its "devices" are simulated
MARKER = "simulated.json"
TRUTH_FOLDER = "truth"
#: column that every table of vehicles has as soon as one of them does not really exist
SIMULATED = "simulated"


def is_truth(folder: Path) -> bool:
    """Whether a folder holds the truth of a simulated fleet, which is no telemetry."""
    return folder.name == TRUTH_FOLDER and (folder / MARKER).is_file()


def _told(marker: Path) -> Iterator[str]:
    try:
        about = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    devices = about.get("devices", ()) if isinstance(about, dict) else ()
    yield from (str(device) for device in devices)


def simulated_devices(inputs: Sequence[Path]) -> frozenset[str]:
    """Device numbers that markers in the input folders, or beside input files, name; a damaged marker names none."""
    markers = (
        marker for place in inputs for marker in (place.rglob(MARKER) if place.is_dir() else [place.parent / MARKER])
    )
    return frozenset(device for marker in markers for device in _told(marker))
