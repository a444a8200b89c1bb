"""Rows and steps by local day: sums, ends, extremes and medians without a loop over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def local_dates(time_ms: NDArray[np.int64], timezone: str) -> NDArray[np.str_]:
    """Local calendar day "YYYY-MM-DD" of each UTC time."""
    local = pd.DatetimeIndex(pd.to_datetime(time_ms, unit="ms", utc=True)).tz_convert(timezone).tz_localize(None)
    return local.to_numpy().astype("datetime64[D]").astype(str)


def local_day_numbers(time_ms: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    """Local calendar day of each UTC time, counted from 1970-01-01."""
    local = pd.DatetimeIndex(pd.to_datetime(time_ms, unit="ms", utc=True)).tz_convert(timezone).tz_localize(None)
    return local.to_numpy().astype("datetime64[D]").astype(np.int64)


def _sums(group: NDArray, weights: Reals, groups: int) -> Reals:
    """Sum of weights by group; missing weights count nowhere."""
    known = np.where(np.isfinite(weights), weights, 0.0)
    sums: Reals = np.bincount(group, weights=known, minlength=groups).astype(np.float64)
    return sums


@dataclass(frozen=True)
class Days:
    """The local days of n rows in order of time: dates in order, the day number of each row."""

    dates: NDArray[np.str_]
    number_of_row: NDArray[np.int64]

    @staticmethod
    def of(time_ms: NDArray[np.int64], timezone: str) -> Days:
        """Days that have rows."""
        days, number = np.unique(local_day_numbers(time_ms, timezone), return_inverse=True)
        return Days(days.astype("datetime64[D]").astype(str), number.astype(np.int64))

    @property
    def number(self) -> int:
        """Days that have rows."""
        return len(self.dates)

    @property
    def number_of_step(self) -> NDArray[np.int64]:
        """Day of each step between two rows: that of its first row, [n - 1]."""
        return self.number_of_row[:-1]

    @property
    def step_inside(self) -> NDArray[np.bool_]:
        """Whether both rows of a step lie on the same day."""
        inside: NDArray[np.bool_] = self.number_of_row[:-1] == self.number_of_row[1:]
        return inside

    def counts(self) -> NDArray[np.int64]:
        """Rows by day."""
        return np.bincount(self.number_of_row, minlength=self.number)

    def sum(self, values: Reals) -> Reals:
        """Sum over rows by day, missing ones left out."""
        return _sums(self.number_of_row, values, self.number)

    def step_sum(self, values: Reals, *, by_end: bool = False) -> Reals:
        """Sum over steps by day (of the step's first row, or of its second), missing ones left out."""
        day = self.number_of_row[1:] if by_end else self.number_of_step
        return _sums(day, values, self.number)

    def step_total(self, values: Reals) -> Reals:
        """Sum over steps by day of the step's first row; NaN where no step of the day has a value."""
        count = np.bincount(self.number_of_step, weights=np.isfinite(values), minlength=self.number)
        return np.where(count > 0, self.step_sum(values), np.nan)

    def _known(self, values: NDArray, *, steps: bool = False) -> Any:
        return pd.Series(values).groupby(self.number_of_step if steps else self.number_of_row)

    def _aligned(self, by_day: pd.Series) -> Reals:
        return by_day.reindex(range(self.number)).to_numpy(dtype=np.float64)

    def first(self, values: NDArray) -> Reals:
        """First reading that exists, by day."""
        return self._aligned(self._known(values).first())

    def last(self, values: NDArray) -> Reals:
        """Last reading that exists, by day."""
        return self._aligned(self._known(values).last())

    def low(self, values: NDArray) -> Reals:
        """Lowest reading, by day."""
        return self._aligned(self._known(values).min())

    def high(self, values: NDArray) -> Reals:
        """Highest reading, by day."""
        return self._aligned(self._known(values).max())

    def median(self, values: NDArray) -> Reals:
        """Median reading, by day."""
        return self._aligned(self._known(values).median())

    def mean(self, values: NDArray) -> Reals:
        """Mean reading, by day."""
        return self._aligned(self._known(values).mean())

    def step_median(self, values: NDArray) -> Reals:
        """Median over steps, by day."""
        return self._aligned(self._known(values, steps=True).median())

    def step_histogram(self, bins_of_step: NDArray[np.intp], count: int, weights: Reals) -> Reals:
        """Sum of weights by day and bin, [days x count]; NaN weights count nowhere."""
        return grouped_histogram(self.number_of_step, self.number, bins_of_step, count, weights)

    def row_histogram(self, bins_of_row: NDArray[np.intp], count: int, weights: Reals) -> Reals:
        """Sum of weights by day and bin, [days x count]; NaN weights count nowhere."""
        return grouped_histogram(self.number_of_row, self.number, bins_of_row, count, weights)


def grouped_histogram(
    group: NDArray[np.int64], groups: int, place: NDArray[np.intp], count: int, weights: Reals
) -> Reals:
    """Sum of weights by group and bin, [groups x count]."""
    return _sums(group * count + place, weights, groups * count).reshape(groups, count)


def weights_where(known: NDArray[np.bool_], weights: Reals) -> Reals:
    """Weights where a value is known, 0 elsewhere."""
    return np.where(known & np.isfinite(weights), weights, 0.0)
