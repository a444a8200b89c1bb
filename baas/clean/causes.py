"""Notes -> findings: what has one cause is told once, with how many signals and days it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from baas.clean.notes import Note, episodes, joined
from baas.clean.sentences import SENTENCES, sentences, stretches
from baas.findings import Finding
from baas.tables.feed import BMS, CELL, GPS, MODULE

#: signals that come by the dozen -> how several of them are called
_FAMILIES = {
    MODULE.name: ("모듈 온도 센서 {n}개({numbers}번)", "{n} module temperature probes ({numbers})"),
    CELL.name: ("셀 {n}개({numbers}번)", "{n} cells ({numbers})"),
}


def findings(notes: Sequence[Note], device_no: str) -> tuple[Finding, ...]:
    """What was noticed on a vehicle, in order of time; faults of the same cause are one finding."""
    groups: dict[tuple[object, ...], list[Note]] = {}
    for note in episodes(notes):
        groups.setdefault(_cause(note), []).append(note)
    return tuple(_finding(group, device_no) for group in groups.values())


def _family(note: Note) -> str:
    return next((name for name in _FAMILIES if note.signal.startswith(name)), "")


def _number(note: Note) -> int:
    """Number of the cell or probe."""
    return note.cell_no or int(note.signal.rpartition("_")[2])


def _cause(note: Note) -> tuple[object, ...]:
    """What faults in the data must share to be one: check and kind of probe, else check and rows; others stay apart."""
    if SENTENCES[note.check].kind != "data":
        return note.check, note.signal, note.cell_no, note.first_ms, note.last_ms
    return (note.check, _family(note)) if _family(note) else (note.check, note.first_ms, note.last_ms, note.count)


def _finding(group: Sequence[Note], device_no: str) -> Finding:
    whole, sentence = reduce(joined, group), SENTENCES[group[0].check]
    signal = (_family(whole) if len(group) > 1 else "") or " ".join(note.signal for note in group)
    days = max(1, len({day.date for day in whole.days}))
    ko, en = sentences(whole.check, _named(group), whole.count, days, whole.value, whole.unit)
    return Finding(
        device_no, sentence.kind, whole.check, whole.severity, whole.first_ms, whole.last_ms, whole.count, whole.value,
        whole.unit, ko, en, group[0].cell_no if len(group) == 1 else None, signal,
    )  # fmt: skip


def _named(group: Sequence[Note]) -> tuple[str, str]:
    """The signals of a group in Korean and English."""
    family = _family(group[0])
    if family and len(group) > 1:
        numbers = [_number(note) for note in group]
        ko, en = _FAMILIES[family]
        return (
            ko.format(n=len(group), numbers=stretches(numbers, "~")),
            en.format(n=len(group), numbers=stretches(numbers, " to ")),
        )
    ko = "·".join(f"{note.signal_ko}({note.signal})" for note in group)
    english = [f"{note.signal}{_english(note.signal)}" for note in group]
    return ko, " and ".join(filter(None, [", ".join(english[:-1]), english[-1]]))


def _english(signal: str) -> str:
    """What a column of the feed is, in brackets, without what else there is to say about it."""
    found = next((table[signal] for table in (BMS, GPS) if signal in table), None)
    return f" ({found.doc.partition(';')[0].partition(',')[0]})" if found else ""
