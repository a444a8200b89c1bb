"""What cleaning noticed: evidence that becomes findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from baas.findings import Finding, FindingKind, Severity
from baas.schema import Column

#: check -> kind, and the sentence in Korean and English; {signal} {value} {unit} {count} are filled in
SENTENCES: dict[str, tuple[FindingKind, str, str]] = {
    "out_of_range": (
        "data",
        "{ko}({signal}) 값 {count}개가 범위를 벗어나 제외했습니다(예: {value:g} {unit}).",
        "{count} readings of {signal} cannot be and were left out (for example {value:g} {unit}).",
    ),
    "filler": (
        "data",
        "{ko}({signal}) 값 {count}개가 채움값 {value:g} {unit}이어서 없는 값으로 다루었습니다.",
        "{count} readings of {signal} are the filler {value:g} {unit}; they were treated as missing.",
    ),
    "spike": (
        "data",
        "{ko}({signal}) 값 {count}개가 앞뒤 값과 동떨어져 제외했습니다(예: {value:g} {unit}).",
        "{count} readings of {signal} contradict those around them and were left out (for example {value:g} {unit}).",
    ),
    "counter_break": (
        "data",
        "{ko}({signal}) 계수기가 이어지지 않습니다(직전 {value:g} {unit}). 그 사이는 세지 않았습니다.",
        "The counter {signal} does not go on where it was ({value:g} {unit}); what lies between was not counted.",
    ),
    "stuck_sensor": (
        "data",
        "{ko}({signal}) 값이 {value:g} {unit}에 멈춰 있어 {count}개를 제외했습니다.",
        "{signal} is stuck at {value:g} {unit}; {count} readings were left out.",
    ),
    "cell_sum_mismatch": (
        "data",
        "셀 전압의 합이 팩 전압과 중앙값 {value:.1f} % 다릅니다({count}행). 빠진 셀이나 배율을 확인하세요.",
        "The cells add up to {value:.1f} % (median) off the pack voltage in {count} rows; cells or a scale are wrong.",
    ),
    "sign_unsure": (
        "data",
        "전류 부호를 확신할 수 없습니다(확신도 {value:.2f}). 전류를 쓰는 값은 평가하지 않습니다.",
        "The sign of the current is not sure (confidence {value:.2f}); what needs the current is not assessed.",
    ),
    "clock_jump": (
        "data",
        "기록된 측정 월과 다른 시각의 행이 {count}개 있습니다.",
        "{count} rows carry a time outside their own measured month; the clock of the unit jumped.",
    ),
    "odometer_rollback": (
        "mileage",
        "주행거리계가 {value:.1f} km 뒤로 갔습니다.",
        "The odometer went back by {value:.1f} km.",
    ),
    "odometer_reset": (
        "mileage",
        "주행거리계가 초기화되었습니다(직전 {value:.0f} km).",
        "The odometer was reset (it read {value:.0f} km before).",
    ),
    "odometer_jump": (
        "mileage",
        "주행거리계가 낼 수 없는 속도로 {value:.0f} km 늘었습니다. 주행으로 세지 않습니다.",
        "The odometer jumped by {value:.0f} km, faster than a car can drive; it is not counted as driving.",
    ),
    "insulation_drop": (
        "battery",
        "하루 중앙값으로 본 절연 저항이 평소의 절반 아래로 떨어졌습니다(최저 {value:g}, 전송 단위 그대로).",
        "The insulation resistance of a day fell below half of its usual value (lowest {value:g}, unit as sent).",
    ),
}


@dataclass(frozen=True)
class Note:
    """One observation on one vehicle-month: rows concerned, first and last time, the deciding number."""

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
        """A note on the rows in which the mask holds; there must be one."""
        places = np.flatnonzero(rows)
        first, last = int(time_ms[places[0]]), int(time_ms[places[-1]])
        return Note(check, severity, first, last, len(places), value, column.unit, column.name, column.ko, cell_no)

    def finding(self, device_no: str) -> Finding:
        """The note as a finding with its sentences."""
        kind, ko, en = SENTENCES[self.check]
        words = {
            "signal": self.signal,
            "ko": self.signal_ko,
            "value": self.value,
            "unit": self.unit,
            "count": self.count,
        }
        return Finding(
            device_no,
            kind,
            self.check,
            self.severity,
            self.first_ms,
            self.last_ms,
            self.count,
            self.value,
            self.unit,
            " ".join(ko.format(**words).split()),
            " ".join(en.format(**words).split()),
            self.cell_no,
            self.signal,
        )


_SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
#: share of the readings of one signal that may be left out before that is a warning and not only a note; chosen
MANY_SHARE = 0.01


def severity_of_share(refused: NDArray[np.bool_], sent: NDArray[np.bool_]) -> Severity:
    """How grave it is that some of the readings sent had to be left out."""
    return "warning" if refused.sum() > MANY_SHARE * sent.sum() else "info"


def episodes(notes: Iterable[Note]) -> list[Note]:
    """Notes of several months as episodes: faults in the data of one signal or cell become one, others stay apart."""
    joined: dict[tuple[str, str, int | None, int], Note] = {}
    for note in sorted(notes, key=lambda note: (note.first_ms, note.check, note.signal, note.cell_no or 0)):
        alone = 0 if SENTENCES[note.check][0] == "data" else note.first_ms
        key = (note.check, note.signal, note.cell_no, alone)
        before = joined.get(key)
        joined[key] = note if before is None else _joined(before, note)
    return list(joined.values())


def _joined(one: Note, other: Note) -> Note:
    """Two notes of the same fault as one: both periods, all rows, the larger number, the graver severity."""
    severity = max(one.severity, other.severity, key=_SEVERITIES.index)
    value = max(one.value, other.value, key=abs)
    first, last = min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms)
    return replace(one, severity=severity, first_ms=first, last_ms=last, count=one.count + other.count, value=value)
