"""Score metrics: one a file, each exporting `METRIC`; the folder is the list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from baas.cars import CarType
from baas.history import History
from baas.schema import Column

#: inner: not measured
NAN = float("nan")

#: values measured on one vehicle; NaN is "not measured", text tells a method or a reason
Values = Mapping[str, float | str]


def number(values: Values, name: str) -> float:
    """A measured value; NaN when it is absent, empty, not finite or no number (tables of values come from files)."""
    try:
        value = float(values.get(name, NAN))
    except (TypeError, ValueError):
        return NAN
    return value if np.isfinite(value) else NAN


def text(values: Values, name: str) -> str:
    """A measured word such as a method; empty when absent."""
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Mark:
    """What a metric says of a vehicle: points of 100, or NaN for not assessed, and why in one sentence.

    value, unit: the number that decided most, for the score's line; NaN when nothing was measured.
    """

    points: float
    reason_ko: str
    reason_en: str
    value: float = NAN
    unit: str = ""

    @property
    def is_assessed(self) -> bool:
        """Whether there was enough to go by."""
        return bool(np.isfinite(self.points))


@dataclass(frozen=True)
class Cohort:
    """Measured values of the vehicles that one is compared with: same car type first, whole fleet as parent.

    Both hold the vehicle itself. `same_type` is empty for a vehicle of unknown type.
    """

    same_type: Sequence[Values] = ()
    fleet: Sequence[Values] = ()
    _seen: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def numbers(self, name: str, among: Literal["same_type", "fleet"] = "same_type") -> NDArray[np.float64]:
        """A value of every vehicle, NaN where not measured, in order of the vehicles; read once and remembered."""
        key = (among, name)
        if key not in self._seen:
            vehicles = self.same_type if among == "same_type" else self.fleet
            self._seen[key] = np.array([number(values, name) for values in vehicles], dtype=np.float64)
        return self._seen[key]


@dataclass(frozen=True)
class Metric:
    """One of the marks that make the score.

    columns: what `measure` yields, as written in battery_results.csv. measure: History -> values by column name.
    score: values, car type, cohort -> Mark; uses nothing but `columns`, so that a table of values can be scored alone.
    better: of the columns that decide the points, which way is better. weight: relative. what_*: what it measures,
    in a sentence or two for people. source_*: where method and anchors come from, as a reader can look it up. note_*: a
    rule too long for either.
    """

    name: str
    title_ko: str
    title_en: str
    weight: float
    columns: tuple[Column, ...]
    better: Mapping[str, Literal["higher", "lower"]]
    measure: Callable[[History], Values]
    score: Callable[[Values, CarType, Cohort], Mark]
    what_ko: str
    what_en: str
    source_ko: str
    source_en: str
    note_ko: str = ""
    note_en: str = ""


def piecewise(value: float, anchors: Sequence[tuple[float, float]]) -> float:
    """Points for a value on straight lines between (value, points) anchors, flat outside; NaN stays NaN.

    >>> piecewise(0.85, [(0.5, 0), (0.7, 55), (1.0, 85)])
    70.0
    """
    at, points = zip(*anchors, strict=True)
    return float(np.interp(value, at, points)) if np.isfinite(value) else NAN


@dataclass(frozen=True)
class Part:
    """One part of a composite mark: relative weight, points (NaN when not measured), deciding number and words."""

    weight: float
    points: float
    value: float
    unit: str
    reason_ko: str
    reason_en: str

    @property
    def lost(self) -> float:
        """What the part takes from the mark, relative to the other parts; NaN when not measured."""
        return self.weight * (100 - self.points)


#: ko: 한 항목 안에서 재야 하는 비율 [×100 %]: 정함: 여러 부분으로 된 항목은 적어도 절반의 비중을 재야 점수를 줌
#: en: Share of a metric that must be measured [×100 %]: chosen: a metric made of several parts stands on at least
#: half of their weight
DECISIVE_SHARE = 0.5


def combined(parts: Sequence[Part]) -> tuple[float, tuple[Part, ...]]:
    """Points of a composite from its measured parts only, and those parts, the costliest first.

    NaN when the measured parts carry less than DECISIVE_SHARE of the weight: what was not seen is neither good nor
    bad, but a mark must not rest on the side issues alone.
    """
    measured = sorted((part for part in parts if np.isfinite(part.points)), key=lambda part: -part.lost)
    share = sum(part.weight for part in measured) / sum(part.weight for part in parts)
    if share < DECISIVE_SHARE - 1e-9:
        return NAN, tuple(measured)
    weight = sum(part.weight for part in measured)
    return 100 - max(0.0, sum(part.lost for part in measured) / weight), tuple(measured)


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Every metric of this folder, by falling weight, then name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").METRIC for name in names]
    return tuple(sorted(found, key=lambda metric: (-metric.weight, metric.name)))
