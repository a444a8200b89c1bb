"""What weighted samples and histograms tell: quantiles, means, the step in which a sensor counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def weighted_quantile(values: Reals, weights: Reals, share: float) -> float:
    """Smallest of `values` up to which at least `share` of the weight lies; NaN without weight.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0]), 0.9)
    2.0
    """
    used = weights > 0
    if not used.any():
        return float("nan")
    order = np.argsort(values[used], kind="stable")
    passed = np.cumsum(weights[used][order])
    # a hair less, so that 95 rows of 100 are 0.95 of them whatever the last bit of the product says
    place = np.searchsorted(passed, share * passed[-1] * (1 - 1e-12))
    return float(values[used][order][place])


def weighted_mean(values: Reals, weights: Reals) -> float:
    """Mean of `values` by weight, both finite; NaN without weight."""
    known = np.isfinite(values) & np.isfinite(weights)
    weight = float(weights[known].sum())
    return float((values[known] * weights[known]).sum() / weight) if weight > 0 else float("nan")


def step_in_bins(counts: Reals, most: int, stray_share: float = 0.01) -> int:
    """Widest step, in bins and up to `most`, in which the counted quantity comes; 1 when no coarse step is seen.

    A sensor with steps of m bins fills only every m-th bin. Up to `stray_share` of the rows may lie elsewhere.

    >>> step_in_bins(np.array([5, 0, 0, 7, 0, 0, 2.0]), most=5), step_in_bins(np.array([5, 1, 0, 7.0]), most=3)
    (3, 1)
    """
    total = counts.sum()
    if total <= 0:
        return 1
    for step in range(most, 1, -1):
        if counts[::step].sum() >= (1 - stray_share) * total:
            return step
    return 1
