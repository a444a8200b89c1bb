"""Steps between rows, runs of rows, and sums by bin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.tables.days import Bins

Mask = NDArray[np.bool_]
Reals = NDArray[np.float64]


def steps_s(time_ms: NDArray[np.int64]) -> Reals:
    """Seconds from each row to the next, [n - 1], for times in order."""
    return np.diff(time_ms) / 1000.0


def runs(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Starts and ends (exclusive) of the stretches in which `mask` holds.

    >>> [part.tolist() for part in runs(np.array([0, 1, 1, 0, 1], dtype=bool))]
    [[1, 4], [3, 5]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges[::2], edges[1::2]


def close_gaps(mask: Mask, seconds: Reals, longest_s: float) -> Mask:
    """`mask` with every hole between two stretches filled that lasts at most `longest_s`."""
    starts, ends = runs(~mask)
    elapsed = np.concatenate(([0.0], np.cumsum(seconds)))
    filled = mask.copy()
    for start, end in zip(starts, ends, strict=True):
        if start > 0 and end < len(mask) and elapsed[end] - elapsed[start] <= longest_s:
            filled[start:end] = True
    return filled


def bin_numbers(values: NDArray, bins: Bins) -> NDArray[np.intp]:
    """Bin of each value; values outside go to the end bins, NaN to bin 0 (give it no weight)."""
    places = np.floor((np.nan_to_num(values, nan=bins.low) - bins.low) / bins.step)
    numbers: NDArray[np.intp] = np.clip(places, 0, bins.count - 1).astype(np.intp)
    return numbers


def binned(values: NDArray, bins: Bins, weights: NDArray) -> Reals:
    """Sum of `weights` by bin of `values`, [bins.count]; NaN values count nowhere."""
    known = np.isfinite(values)
    sums: Reals = np.bincount(bin_numbers(values[known], bins), weights=weights[known], minlength=bins.count).astype(
        np.float64
    )
    return sums


def mean_of_ends(values: Reals) -> Reals:
    """Trapezoid height of each step, [n - 1]: the mean of its two rows, NaN if either is missing."""
    return (values[:-1] + values[1:]) / 2


def total(values: NDArray) -> float:
    """Sum of the values that exist; NaN when there is none."""
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else float("nan")


def first(values: NDArray) -> float:
    """First value that exists, or NaN."""
    places = np.flatnonzero(np.isfinite(values))
    return float(values[places[0]]) if len(places) else float("nan")


def last(values: NDArray) -> float:
    """Last value that exists, or NaN."""
    places = np.flatnonzero(np.isfinite(values))
    return float(values[places[-1]]) if len(places) else float("nan")


def held(values: Reals) -> Reals:
    """Each value, or the last one before it that exists; only for comparing, never to be stored."""
    places = np.where(np.isfinite(values), np.arange(len(values)), -1)
    np.maximum.accumulate(places, out=places)
    return np.where(places >= 0, values[places], np.nan)


def held_within(values: Reals, time_ms: NDArray[np.int64], longest_ms: float) -> Reals:
    """Each value, or the last before it, or one that follows soon, but never across a gap longer than `longest_ms`.

    Only for comparing readings across a gap, never to be stored.
    """
    n = len(values)
    known, order = np.isfinite(values), np.arange(n)
    begins = np.concatenate(([True], np.diff(time_ms) > longest_ms))[:n]
    begin = np.maximum.accumulate(np.where(begins, order, 0))
    before = np.maximum.accumulate(np.where(known, order, -1))
    after = np.minimum.accumulate(np.where(known, order, n)[::-1])[::-1]
    follows = (after < n) & (begin[np.minimum(after, n - 1)] == begin)
    follows &= time_ms[np.minimum(after, n - 1)] - time_ms <= longest_ms
    place = np.where(before >= begin, before, np.where(follows, after, -1))
    return np.where(place >= 0, values[place], np.nan)
