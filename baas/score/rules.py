"""The arithmetic of a score: weights, age, grade borders, and rounding that keeps the sum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from baas.metrics import NAN, Metric, piecewise

Grade = Literal["A", "B", "C", "D", ""]

#: least total for each grade and its name (design 4, research methods 9)
GRADES: tuple[tuple[Grade, float, str], ...] = (
    ("A", 85.0, "매우 좋음"),
    ("B", 70.0, "좋음"),
    ("C", 55.0, "보통"),
    ("D", 0.0, "나쁨"),
)
NO_GRADE = "평가 불가"
#: share of the weights that must be assessed for a grade, for a final one, and for an A (design 4)
LEAST_COVERAGE, FINAL_COVERAGE, A_COVERAGE = 0.6, 0.8, 0.9
#: age [years] -> points: 100 less the median SOH at that age of 8,000 vehicles (Generational 2025, methods 9)
DEDUCTIONS = ((0.0, 0.0), (1.0, 2.0), (3.0, 4.0), (4.5, 6.5), (6.5, 10.0), (8.5, 15.0))
DAYS_PER_YEAR = 365.25
#: chosen: registrations of a model year are spread over that calendar year, so that its middle errs least
MIDDLE_OF_YEAR = (7, 1)
#: points are told to two decimals and add up to exactly this many hundredths
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
