"""The history of one vehicle as the analyses see it: its days, its summed day arrays, its sessions, its car type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from baas.cars import CarType


@dataclass(frozen=True)
class History:
    """Everything about one vehicle that metrics and detectors may use.

    days: DAILY rows in order of date. arrays: each DAY_ARRAYS entry merged over the days. sessions: SESSIONS rows in
    order of start. days, distance and sampling are those of the whole period.
    """

    device_no: str
    car: CarType
    days: pd.DataFrame
    sessions: pd.DataFrame
    arrays: Mapping[str, NDArray[np.float64]]

    @property
    def sampling_s(self) -> float:
        """Median step between rows over the days [s], NaN without rows."""
        steps = self.days["sampling_s"].dropna()
        return float(steps.median()) if len(steps) else float("nan")

    @property
    def span_days(self) -> float:
        """Days from the first to the last row, at least one."""
        if not len(self.days):
            return 1.0
        span_ms = float(self.days["last_ms"].max() - self.days["first_ms"].min())
        return max(1.0, span_ms / 86_400_000)

    def sum(self, column: str) -> float:
        """Sum of a DAILY column over the days that have it; NaN when none has."""
        values = self.days[column].dropna()
        return float(values.sum()) if len(values) else float("nan")
