"""The arithmetic of a score: weights, age, grade borders, and rounding that keeps the sum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from baas.metrics import NAN, Metric, piecewise

Grade = Literal["A", "B", "C", "D", ""]

#: least total for each grade and its name
#: ko: 등급 경계 [점]: 정함: 가장 낮은 경계 아래는 모두 D입니다. 확인된 안전 문제가 있으면 점수와 관계없이 D입니다.
#: en: Grade borders [points]: chosen: all below the lowest border is a D. A confirmed safety finding makes it a D
#: whatever the points.
GRADES: tuple[tuple[Grade, float, str], ...] = (
    ("A", 85.0, "매우 좋음"),
    ("B", 70.0, "좋음"),
    ("C", 55.0, "보통"),
    ("D", 0.0, "나쁨"),
)
#: inner: what is said instead of a grade
NO_GRADE = "평가 불가"
#: ko: 등급에 필요한 평가 비율 [×100 %]: 정함: 가중치의 절반 남짓은 재야 차량 전체를 말할 수 있음
#: en: Share of the weights needed for a grade [×100 %]: chosen: a grade speaks of the whole vehicle only when more
#: than half of the weights were measured
LEAST_COVERAGE = 0.6
#: ko: 확정에 필요한 평가 비율 [×100 %]: 정함: 이보다 낮으면 잠정 점수로 표시
#: en: Share of the weights needed for a final score [×100 %]: chosen: below it the score is marked provisional
FINAL_COVERAGE = 0.8
#: ko: A 등급에 필요한 평가 비율 [×100 %]: 정함: 가장 좋은 등급은 항목 하나라도 크게 빠진 채로는 주지 않음
#: en: Share of the weights needed for an A [×100 %]: chosen: the best grade is not given while a metric of much
#: weight is missing
A_COVERAGE = 0.9
#: age [years] -> points
#: ko: 연식 감점 [년 → 점]: 그 차령의 배터리 건강도 중앙값이 100 %에서 모자라는 만큼. 근거: Generational, 2025 Battery
#: Performance Index(영국, 8,000대 이상). 4~5년 중앙값 93.53 %, 8~12년 85 %. 그 사이의 점은 여기에 맞추어 정함
#: en: Deduction for age [years → points]: what the median state of health lacks to 100 % at that age. Source:
#: Generational, 2025 Battery Performance Index (UK, more than 8,000 vehicles): median 93.53 % at 4 to 5 years, 85 %
#: at 8 to 12. The points in between are chosen to fit
DEDUCTIONS = ((0.0, 0.0), (1.0, 2.0), (3.0, 4.0), (4.5, 6.5), (6.5, 10.0), (8.5, 15.0))
#: inner: mean length of a year
DAYS_PER_YEAR = 365.25
#: ko: 차령을 세기 시작하는 날 [월, 일]: 정함: 등록일은 연식이 된 해에 고루 퍼져 있어 한가운데가 가장 덜 어긋남
#: en: Day from which age is counted [month, day]: chosen: registrations of a model year are spread over that calendar
#: year, so that its middle errs least
MIDDLE_OF_YEAR = (7, 1)
#: inner: points are told to two decimals and add up to exactly this many hundredths
HUNDREDTHS = 10_000


def grade_name(grade: Grade) -> str:
    """The grade in words.

    >>> grade_name("B"), grade_name("")
    ('좋음', '평가 불가')
    """
    return next((name for known, _, name in GRADES if known == grade), NO_GRADE)


def age_years(model_year: int | None, last_time: datetime | None) -> float:
    """Age at the vehicle's last row, from the middle of its model year, at least 0; NaN when either is unknown.

    >>> round(age_years(2020, datetime(2024, 7, 1)), 2)
    4.0
    """
    if model_year is None or last_time is None:
        return NAN
    born = datetime(model_year, *MIDDLE_OF_YEAR, tzinfo=last_time.tzinfo)
    return max(0.0, (last_time - born).days / DAYS_PER_YEAR)


def deduction(age: float) -> float:
    """Points deducted at an age in years; 0 where the age is unknown.

    >>> deduction(2.0), deduction(float("nan"))
    (3.0, 0.0)
    """
    return piecewise(age, DEDUCTIONS) if math.isfinite(age) else 0.0


def shares(points: Mapping[str, float], metrics: Sequence[Metric]) -> tuple[dict[str, float], float]:
    """Weight of each assessed metric among the assessed ones, adding up to 1, and the coverage."""
    weights = {metric.name: metric.weight for metric in metrics}
    assessed = {name: weight for name, weight in weights.items() if math.isfinite(points.get(name, NAN))}
    total = math.fsum(assessed.values())
    # 0.6 of the weights must be 0.6, not a bit less by the last place of a division
    return {name: weight / total for name, weight in assessed.items()}, round(total / math.fsum(weights.values()), 9)


def grade_of(total: float, coverage: float, is_unsafe: bool) -> Grade:
    """Grade of a total told to two decimals, under the caps for coverage and safety."""
    if is_unsafe:
        return "D"
    grade = next(grade for grade, least, _ in GRADES if total >= least)
    return "B" if grade == "A" and coverage < A_COVERAGE else grade


def in_hundredths(losses: Sequence[float], total: float) -> tuple[list[int], int]:
    """Losses and total, which add up to 100 points, as hundredths of a point that add up to exactly 100 points.

    The total is rounded by itself, since the grade hangs on it; what then remains is spread over the losses by
    largest remainder, the first of equals. A loss of 0 stays 0.

    >>> in_hundredths([10 / 3, 10 / 3, 10 / 3], 90.0)
    ([334, 333, 333], 9000)
    """
    whole = round(total * 100)
    exact = [loss * 100 for loss in losses]
    told = [math.floor(loss) for loss in exact]
    nearest = sorted(range(len(exact)), key=lambda place: told[place] - exact[place])
    for place in nearest[: HUNDREDTHS - whole - sum(told)]:
        told[place] += 1
    return told, whole
