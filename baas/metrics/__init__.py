"""Score metrics: one a file, each exporting `METRIC`; the folder is the list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from baas.cars import CarType
from baas.history import History
from baas.schema import Column

#: values measured on one vehicle; NaN is "not measured", text tells a method or a reason
Values = Mapping[str, float | str]


@dataclass(frozen=True)
class Mark:
    """What a metric says of a vehicle: points of 100, or NaN for not assessed, and why in one sentence."""

    points: float
    reason_ko: str
    reason_en: str

    @property
    def is_assessed(self) -> bool:
        """Whether there was enough to go by."""
        return bool(np.isfinite(self.points))


@dataclass(frozen=True)
class Cohort:
    """Measured values of the vehicles that one is compared with: same car type first, whole fleet as parent."""

    same_type: Sequence[Values]
    fleet: Sequence[Values]


@dataclass(frozen=True)
class Metric:
    """One of the marks that make the score.

    columns: what `measure` yields, as written in battery_results.csv. measure: History -> values by column name.
    score: values, car type, cohort -> Mark; uses nothing but `columns`, so that a table of values can be scored alone.
    weight: relative. source: where method and anchors come from.
    """

    name: str
    title_ko: str
    title_en: str
    weight: float
    columns: tuple[Column, ...]
    measure: Callable[[History], Values]
    score: Callable[[Values, CarType, Cohort], Mark]
    source: str


def piecewise(value: float, anchors: Sequence[tuple[float, float]]) -> float:
    """Points for a value on straight lines between (value, points) anchors, flat outside; NaN stays NaN.

    >>> piecewise(0.85, [(0.5, 0), (0.7, 55), (1.0, 85)])
    70.0
    """
    at, points = zip(*anchors, strict=True)
    return float(np.interp(value, at, points)) if np.isfinite(value) else float("nan")


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Every metric of this folder, by falling weight, then name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").METRIC for name in names]
    return tuple(sorted(found, key=lambda metric: (-metric.weight, metric.name)))
