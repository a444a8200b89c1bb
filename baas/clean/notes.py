"""What cleaning noticed: evidence that becomes findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from baas.clean.sentences import SENTENCES
from baas.findings import Severity
from baas.schema import Column

#: local days begin at a multiple of this in every time zone in use
_QUARTER_HOUR_MS = 900_000


class DayRows(NamedTuple):
    """Rows of a note on one local day: "YYYY-MM-DD", first and last, how many."""

    date: str
    first_ms: int
    last_ms: int
    rows: int


@dataclass(frozen=True)
class Note:
    """One observation on one vehicle-month: rows concerned, first and last time, the deciding number.

    days: its rows by local day, once these are known. quarters: first row, last row and rows of each quarter of an
    hour [n x 3], until then.
    """

    check: str
    severity: Severity
    first_ms: int
    last_ms: int
    count: int
    value: float
    unit: str
    signal: str
    signal_ko: str
    cell_no: int | None = None
    days: tuple[DayRows, ...] = ()
    quarters: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    @staticmethod
    def of_rows(
        check: str,
        severity: Severity,
        time_ms: NDArray[np.int64],
        rows: NDArray[np.bool_],
        value: float,
        column: Column,
        cell_no: int | None = None,
    ) -> Note:
        """A note on the rows in which the mask holds; there must be one. Times are in order."""
        times = time_ms[rows]
        first, last = int(times[0]), int(times[-1])
        starts = np.flatnonzero(np.diff(times // _QUARTER_HOUR_MS, prepend=-1))
        ends = np.append(starts[1:], len(times))
        quarters = np.column_stack((times[starts], times[ends - 1], ends - starts))
        return Note(
            check, severity, first, last, len(times), value, column.unit, column.name, column.ko, cell_no,
            quarters=quarters,
        )  # fmt: skip

    def on_days(self, local_dates: Callable[[NDArray[np.int64]], NDArray[np.str_]]) -> Note:
        """The same note with its rows by local day; what happened between two rows counts on the day of the later."""
        quarters = self.quarters
        if quarters is None:
            quarters = np.array([[self.first_ms, self.first_ms, 0], [self.last_ms, self.last_ms, self.count]])
        dates = local_dates(quarters[:, 0])
        starts = np.concatenate(([0], np.flatnonzero(dates[1:] != dates[:-1]) + 1))
        last = np.append(starts[1:], len(dates)) - 1
        counts = np.add.reduceat(quarters[:, 2], starts)
        days = zip(dates[starts], quarters[starts, 0], quarters[last, 1], counts, strict=True)
        told = tuple(DayRows(str(date), int(first), int(last), int(rows)) for date, first, last, rows in days)
        return replace(self, days=told, quarters=None)

    def within(self, first_day: str, last_day: str) -> Note | None:
        """What the note says of the days from the first to the last ("YYYY-MM-DD"), None where it says nothing.

        What happened between two rows is seen only with both of them.
        """
        days = tuple(day for day in self.days if first_day <= day.date <= last_day)
        if len(days) == len(self.days):
            return self
        if not days or not all(day.rows for day in self.days):
            return None
        count = sum(day.rows for day in days)
        return replace(self, first_ms=days[0].first_ms, last_ms=days[-1].last_ms, count=count, days=days)


_SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
#: share of the readings of one signal that may be left out before that is a warning and not only a note; chosen
MANY_SHARE = 0.01


def severity_of_share(refused: NDArray[np.bool_], sent: NDArray[np.bool_]) -> Severity:
    """How grave it is that some of the readings sent had to be left out."""
    return "warning" if refused.sum() > MANY_SHARE * sent.sum() else "info"


def episodes(notes: Iterable[Note]) -> list[Note]:
    """Notes of several months as episodes: faults in the data of one signal or cell become one, others stay apart."""
    found: dict[tuple[str, str, int | None, int], Note] = {}
    for note in sorted(notes, key=lambda note: (note.first_ms, note.check, note.signal, note.cell_no or 0)):
        alone = 0 if SENTENCES[note.check].kind == "data" else note.first_ms
        key = (note.check, note.signal, note.cell_no, alone)
        before = found.get(key)
        found[key] = note if before is None else joined(before, note)
    return list(found.values())


def joined(one: Note, other: Note) -> Note:
    """Two notes of the same fault as one: both periods, all rows, the larger number, the graver severity."""
    severity = max(one.severity, other.severity, key=_SEVERITIES.index)
    larger = max(one, other, key=lambda note: abs(note.value))
    first, last = min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms)
    count, days = one.count + other.count, (*one.days, *other.days)
    return replace(
        one,
        severity=severity,
        first_ms=first,
        last_ms=last,
        count=count,
        value=larger.value,
        unit=larger.unit,
        days=days,
    )
