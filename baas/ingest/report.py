"""What became of one input member: a file, or a member of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: read: rows came out of it; empty: nothing in it; skipped: not looked into; foreign: no columns of ours; unreadable:
#: damaged, encrypted or not permitted; archive_limit: expands beyond the limits; table: vehicle values without time
Status = Literal["read", "empty", "skipped", "foreign", "unreadable", "archive_limit", "table"]

#: examples of rejected lines kept per member; chosen: enough to see a pattern, short enough for one cell of a table
MOST_EXAMPLES = 5
#: devices and their characters up to which rejected lines are counted by device; chosen: ten times a large fleet and
#: six times a device number, while a column of nonsense may hold another text in every line
MOST_DEVICES, MOST_LETTERS = 10_000, 64


@dataclass(frozen=True)
class FileReport:
    """One input member. `rows_read` counts data lines; each is a row handed on or counted in `rejected` by reason.

    file: name as in files.csv, members after "!". sha256: of the member's own bytes ("" when it was not read).
    examples: (line number, reason) of the first rejected lines. unknown_columns: header names nobody declared.
    rows_of, rejected_of: data lines that name their device, and those of them that gave no row, by device as sent.
    """

    file: str
    status: Status
    message_ko: str = ""
    message_en: str = ""
    sha256: str = ""
    format: str = ""
    encoding: str = ""
    rows_read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    examples: tuple[tuple[int, str], ...] = ()
    rows_of: Mapping[str, int] = field(default_factory=dict)
    rejected_of: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_rejected(self) -> int:
        """Data lines that gave no row."""
        return sum(self.rejected.values())
