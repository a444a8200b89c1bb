"""A fault in the data or in a vehicle, with its evidence: a row, never an exception, never only a log line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["data", "battery", "mileage", "charging"]
Severity = Literal["info", "warning", "critical"]


@dataclass(frozen=True)
class Finding:
    """One episode of one check on one vehicle.

    Times are UTC epoch milliseconds of the first and last row concerned; `value` is the number that tripped the check,
    in `unit`; `message_ko` and `message_en` are whole sentences for people.
    """

    device_no: str
    kind: FindingKind
    check: str
    severity: Severity
    first_ms: int
    last_ms: int
    count: int
    value: float
    unit: str
    message_ko: str
    message_en: str
    cell_no: int | None = None
    #: column of the feed that the check looked at, where it looks at one column at a time
    signal: str = ""
