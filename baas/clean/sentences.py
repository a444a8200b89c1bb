"""What each check says to people, in Korean and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baas.findings import FindingKind


@dataclass(frozen=True)
class Sentence:
    """Kind of a check and its sentence. Filled in are: {what} the signal or signals, {n} the count, {readings}, {rows}
    and {times} the count in words, {days}, {value} the deciding number with its unit, {number} that number alone, and
    verbs that follow the count: {is}, {was}, {contradict}, {carry}, {them}, {their}.
    """

    kind: FindingKind
    ko: str
    en: str


SENTENCES: dict[str, Sentence] = {
    "out_of_range": Sentence(
        "data",
        "{what} 값 {n}개({days})가 범위를 벗어나 제외했습니다(예: {value}).",
        "{readings} of {what} on {days} {is} out of range and {was} left out (for example {value}).",
    ),
    "filler": Sentence(
        "data",
        "{what} 값 {n}개({days})가 채움값 {value}이어서 없는 값으로 다루었습니다.",
        "{readings} of {what} on {days} {is} the filler {value} and {was} treated as missing.",
    ),
    "spike": Sentence(
        "data",
        "{what} 값 {n}개({days})가 앞뒤 값과 동떨어져 제외했습니다(예: {value}).",
        "{readings} of {what} on {days} {contradict} those around {them} and {was} left out (for example {value}).",
    ),
    "counter_break": Sentence(
        "data",
        "{what} 계수가 {n}번 이어지지 않습니다(직전 {value}). 그 사이는 세지 않았습니다.",
        "The count of {what} breaks off {times} (it was at {value}); what lies between was not counted.",
    ),
    "stuck_sensor": Sentence(
        "data",
        "{what} 값 {n}개({days})가 움직이지 않아 제외했습니다(예: {value}).",
        "{readings} of {what} on {days} did not move and {was} left out (for example {value}).",
    ),
    "cell_sum_mismatch": Sentence(
        "data",
        "셀 전압의 합이 팩 전압과 중앙값 {number:.1f} % 다릅니다({n}행, {days}). 빠진 셀이나 배율을 확인하세요.",
        "The cells add up to {number:.1f} % (median) off the pack voltage in {rows} on {days};"
        " cells are missing or a scale is wrong.",
    ),
    "sign_unsure": Sentence(
        "data",
        "전류 부호를 확신할 수 없습니다(확신도 {number:.2f}). 전류를 쓰는 값은 평가하지 않습니다.",
        "The sign of the current is not sure (confidence {number:.2f}); what needs the current is not assessed.",
    ),
    "clock_jump": Sentence(
        "data",
        "기록된 측정 월과 다른 시각의 행이 {n}개 있습니다.",
        "{rows} {carry} a time outside {their} own measured month; the clock of the unit jumped.",
    ),
    "odometer_rollback": Sentence(
        "mileage",
        "주행거리계가 {number:,.1f} km 뒤로 갔습니다.",
        "The odometer went back by {number:,.1f} km.",
    ),
    "odometer_reset": Sentence(
        "mileage",
        "주행거리계가 초기화되었습니다(직전 {number:,.0f} km).",
        "The odometer was reset (it read {number:,.0f} km before).",
    ),
    "odometer_jump": Sentence(
        "mileage",
        "주행거리계가 낼 수 없는 속도로 {number:,.0f} km 늘었습니다. 주행으로 세지 않습니다.",
        "The odometer jumped by {number:,.0f} km, faster than a car can drive; it is not counted as driving.",
    ),
    "insulation_drop": Sentence(
        "battery",
        "하루 중앙값으로 본 절연 저항이 평소의 절반 아래로 떨어졌습니다(최저 {number:g}, 전송 단위 그대로).",
        "The insulation resistance of a day fell below half of its usual value (lowest {number:g}, unit as sent).",
    ),
}

#: from here on a number is told in whole, not as a power of ten; chosen
_WHOLE_FROM = 100_000
#: so many stretches of numbers are named one by one; chosen: one line of a table
_MOST_STRETCHES = 8


def counted(count: int, one: str) -> str:
    """A count with its noun in English.

    >>> counted(1, "reading"), counted(49966, "reading")
    ('1 reading', '49,966 readings')
    """
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def amount(value: float, unit: str) -> str:
    """A number with its unit, where it has one.

    >>> amount(919.0, ""), amount(-3.6, "km/h"), amount(16777215.0, "km")
    ('919', '-3.6 km/h', '16,777,215 km')
    """
    number = f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:g}"
    return f"{number} {unit}".strip()


def stretches(numbers: Sequence[int], to: str) -> str:
    """Numbers of cells or probes, those in a row as the first and the last with `to` between.

    >>> stretches([8, 9, 10, 15, 3], "~")
    '3, 8~10, 15'
    """
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    told = [to.join(map(str, stretch)) for stretch in found[:_MOST_STRETCHES]]
    return ", ".join([*told, "…"] if len(found) > _MOST_STRETCHES else told)


def sentences(check: str, what: tuple[str, str], count: int, days: int, value: float, unit: str) -> tuple[str, str]:
    """The sentences of a check in Korean and English; `what` names the signals in both."""
    one = count == 1
    words = {
        "n": f"{count:,}", "number": value, "value": amount(value, unit), "readings": counted(count, "reading"),
        "rows": counted(count, "row"), "times": "once" if one else counted(count, "time"),
        "is": "is" if one else "are", "was": "was" if one else "were", "carry": "carries" if one else "carry",
        "contradict": "contradicts" if one else "contradict", "them": "it" if one else "them",
        "their": "its" if one else "their",
    }  # fmt: skip
    sentence = SENTENCES[check]
    ko = sentence.ko.format(**words, what=what[0], days=f"{days}일")
    en = sentence.en.format(**words, what=what[1], days=counted(days, "day"))
    return ko, en[0].upper() + en[1:]
