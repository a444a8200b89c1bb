"""What file names tell: device, month, junk, the product's own files."""

from __future__ import annotations

import re

from baas.tables.files import RUN_FILE
from baas.tables.results import RESULT_TABLES

#: ten or eleven digits in this feed; chosen: fewer than seven are dates of six digits and running numbers
_DEVICE = re.compile(r"(?<!\d)(?!20\d{2}(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d))(\d{7,15})(?!\d)")
_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])(?:[-_.]?[0-3]\d)?(?!\d)")
_JUNK_WORD = re.compile(r"(?<![a-z])(logs?|empty)(?![a-z])")
_CAR_LIST = re.compile(r"cartype_list", re.IGNORECASE)

#: files the product writes into results/, which are no telemetry (battery_results.csv is read as a table)
RESULT_FILES = frozenset([*(f"{table.name}.csv" for table in RESULT_TABLES), RUN_FILE])
TEXT_ENDINGS = (".csv", ".txt", ".tsv", ".psv", ".dat")
ARCHIVE_ENDINGS = (".zip", ".gz")


def parts(name: str) -> list[str]:
    """Folders and name; members of archives are parted by "!"."""
    return [part for part in re.split(r"[/\\!]", name) if part]


def last_part(name: str) -> str:
    """The name without folders and archives."""
    return (parts(name) or [""])[-1]


def is_hidden(name: str) -> bool:
    """Whether a file is an operating system's own: hidden, `__MACOSX`, `._*`, `Thumbs.db`."""
    return any((part.startswith((".", "~$")) and part not in (".", "..")) or part == "__MACOSX" for part in parts(name))


def is_junk(name: str) -> bool:
    """Whether a name says log or empty, as collectors write beside the data.

    >>> is_junk("upload_log.csv"), is_junk("EMPTY-2023.csv"), is_junk("catalog.csv"), is_junk("trackLog-2018.csv")
    (True, True, False, False)
    """
    return bool(_JUNK_WORD.search(last_part(name).lower()))


def is_own(name: str) -> bool:
    """Whether the product itself wrote the file."""
    last = last_part(name).lower()
    return last in RESULT_FILES or ".sqlite" in last


def is_car_list(name: str) -> bool:
    """Whether a file lists car types of devices; `baas.cars` reads those."""
    return bool(_CAR_LIST.search(last_part(name)))


def device_in(name: str) -> str:
    """The device number in a name or, failing that, in its folders; "" where there is none.

    >>> device_in("2019-04/01200000002/bms.2019-04.csv"), device_in("LEAF01_170622_01133.csv")
    ('01200000002', '')
    """
    for part in reversed(parts(name)):
        if match := _DEVICE.search(part):
            return match[1]
    return ""


def hint(name: str) -> tuple[str, str] | None:
    """Device and month where a name (or its folders) tells both; rows may say otherwise.

    >>> hint("bms.01200000002.2019-04.csv"), hint("2017-03/01200000010/x.csv"), hint("bms_01200000002_2019-04-07_1.csv")
    (('01200000002', '2019-04'), ('01200000010', '2017-03'), ('01200000002', '2019-04'))
    """
    device = device_in(name)
    for part in reversed(parts(name)):
        if device and (match := _MONTH.search(part)):
            return device, f"{match[1]}-{match[2]}"
    return None
