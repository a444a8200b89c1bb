"""Input files of a run, summed up once: by format, by trouble, by unknown column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from baas.web.loading import Row

#: order of the counts of rows: read = used + duplicate + rejected
COUNTS = ("rows_read", "rows_used", "rows_duplicate", "rows_rejected")
#: states of a file that need nobody's attention
_FINE = ("read", "skipped", "table")


def is_odd(row: Row) -> bool:
    """Whether a file has something to tell: rows left out, or not read as expected."""
    return bool(row["rows_rejected"]) or row["status"] not in _FINE


@dataclass(frozen=True)
class Sources:
    """The rows of files.csv."""

    files: Sequence[Row] = ()

    @cached_property
    def by_trouble(self) -> tuple[Row, ...]:
        """Files with something to tell first."""
        return tuple(sorted(self.files, key=lambda row: not is_odd(row)))

    @cached_property
    def odd(self) -> int:
        """Files with something to tell."""
        return sum(map(is_odd, self.files))

    @cached_property
    def sums(self) -> Mapping[tuple[str, str], Sequence[float]]:
        """(format, status where there is no format) -> COUNTS and number of files."""
        groups: dict[tuple[str, str], list[float]] = {}
        for row in self.files:
            key = (row["format"], "" if row["format"] else row["status"])
            sums = groups.setdefault(key, [0.0] * (len(COUNTS) + 1))
            for at, name in enumerate(COUNTS):
                sums[at] += row[name] or 0
            sums[-1] += 1
        return groups

    def total(self, name: str) -> float:
        """A count over all files."""
        return sum(sums[COUNTS.index(name)] for sums in self.sums.values())

    @cached_property
    def unknown_columns(self) -> Mapping[str, Sequence[str]]:
        """Column that no declared format knows -> files that have it."""
        found: dict[str, list[str]] = {}
        for row in self.files:
            for name in (row["unknown_columns"] or "").split():
                found.setdefault(name, []).append(row["file"])
        return found
