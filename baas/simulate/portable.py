"""Arithmetic that gives the same last digit on every machine.

Array code here and in the physics uses only + - * / sqrt, floor, comparisons, table look-ups and running sums, which
IEEE 754 and numpy round in one way only. exp, sin and the like differ in the last digit between processors, so they
appear only as scalars or small tables, rounded far above that digit. Random numbers come from the raw 64-bit stream
of PCG64, which numpy guarantees for all versions, and are shaped here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NORMAL_BITS = 12
_SINE_STEPS = 4096


def _normal_table() -> NDArray[np.float32]:
    """Quantiles of the standard normal at 4096 equal steps of probability, within ±3.7."""
    size, normal = 1 << _NORMAL_BITS, NormalDist()
    upper = [round(normal.inv_cdf((size / 2 + k + 0.5) / size), 6) for k in range(size // 2)]
    scale = math.sqrt(sum(value * value for value in upper) / len(upper))
    return (np.array([-value for value in reversed(upper)] + upper) / round(scale, 6)).astype(np.float32)


_NORMAL = _normal_table()
_SINE = np.array([round(math.sin(2 * math.pi * k / _SINE_STEPS), 9) for k in range(_SINE_STEPS + 1)])


class Draws:
    """An endless stream of random numbers, one for every path of whole numbers (seed, vehicle, purpose ...)."""

    def __init__(self, seed: int, *path: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=path))

    def uniform(self, count: int) -> Array:
        """`count` numbers in [0, 1)."""
        return (self._bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, *shape: int) -> NDArray[np.float32]:
        """Numbers of mean 0 and standard deviation 1, never beyond ±3.7."""
        count = math.prod(shape)
        raw = self._bits.random_raw((count + 3) // 4).astype("<u8", copy=False).view("<u2")[:count]
        found: NDArray[np.float32] = _NORMAL[raw >> (16 - _NORMAL_BITS)]
        return found.reshape(shape)

    def one(self) -> float:
        """One number in [0, 1)."""
        return int(self._bits.random_raw()) / 2.0**64

    def between(self, low: float, high: float) -> float:
        """One number in [low, high), all equally likely."""
        return low + (high - low) * self.one()

    def gauss(self, mean: float, sd: float) -> float:
        """One normal number."""
        return mean + sd * float(self.normal(1)[0])

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.one() < probability

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return min(count - 1, int(self.one() * count))

    def pick(self, weights: Sequence[float]) -> int:
        """An index, as likely as its weight."""
        left = self.one() * math.fsum(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return index
        return len(weights) - 1

    def order(self, count: int) -> list[int]:
        """0 to count - 1 in random order."""
        return [int(index) for index in np.argsort(self.uniform(count), kind="stable")]


def lerp(x: Array, table: Array, low: float, step: float) -> Array:
    """Straight-line interpolation in a table at low, low + step ...; held constant outside."""
    place = np.minimum(np.maximum((x - low) * (1.0 / step), 0.0), len(table) - 1.0)
    index = np.minimum(place.astype(np.intp), len(table) - 2)
    left = table[index]
    found: Array = left + (place - index) * (table[index + 1] - left)
    return found


def curve(x: float, points: Sequence[tuple[float, float]]) -> float:
    """Straight-line interpolation between (x, y) points in order of x; held constant outside."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x < x1:
            return y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    return points[-1][1]


def resampled(x: Array, knots: Array, values: Array) -> Array:
    """Straight-line interpolation between knots that rise strictly; held constant outside."""
    right = np.minimum(np.maximum(np.searchsorted(knots, x, side="right"), 1), len(knots) - 1)
    x0, x1 = knots[right - 1], knots[right]
    share = np.minimum(np.maximum((x - x0) / (x1 - x0), 0.0), 1.0)
    found: Array = values[right - 1] + share * (values[right] - values[right - 1])
    return found


def sine(turns: Array) -> Array:
    """sin(2 pi turns)."""
    place = (turns - np.floor(turns)) * _SINE_STEPS
    index = np.minimum(place.astype(np.intp), _SINE_STEPS - 1)
    found: Array = _SINE[index] + (place - index) * (_SINE[index + 1] - _SINE[index])
    return found


def exp(x: float) -> float:
    """E to the x, rounded to twelve significant digits."""
    return float(f"{math.exp(x):.12g}")


def power(base: float, exponent: float) -> float:
    """Base to the exponent, rounded to twelve significant digits."""
    return float(f"{base**exponent:.12g}")


def lagged(driven: Array, first: float, keep: float) -> Array:
    """y[k] = keep * y[k-1] + (1 - keep) * driven[k], with y[-1] = first: a first-order lag.

    Doubling steps instead of a loop: after j passes y holds the sum over the last 2**j inputs.
    """
    y = (1.0 - keep) * driven
    if len(y) == 0:
        return y
    y[0] += keep * first
    shift, factor = 1, keep
    while shift < len(y) and factor > 1e-12:
        y[shift:] = y[shift:] + factor * y[:-shift]
        shift, factor = shift * 2, factor * factor
    return y
