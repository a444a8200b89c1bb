"""Quantities that only rise (odometers, counters): which readings belong together, which are glitches."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from baas.tables.days import COVERED_GAP_S

Reals = NDArray[np.float64]

#: fewer readings than this, apart from all others, are a glitch and no new truth; chosen
FEW = 3
#: parts of a month looked ahead for one that continues where the reading was left; chosen: a bound on work, not on data
LOOK_AHEAD = 50
GLITCH = -1


@dataclass(frozen=True)
class Rise:
    """How a counter can move, in its own unit: most per hour, most within any step, fall of a late packet.

    most_late: a counter that stood still may catch up with what it missed, but with no more than this.
    """

    most_per_h: float
    most_at_once: float
    late: float
    most_late: float

    def too_fast(self, rise: Reals, hours: Reals) -> NDArray[np.bool_]:
        """Whether a rise within some hours cannot be."""
        fast: NDArray[np.bool_] = np.asarray(rise > self.most_per_h * hours + self.most_at_once)
        return fast


@dataclass(frozen=True)
class Trace:
    """chain [n]: number of the unbroken chain that each reading belongs to, GLITCH for none.

    top [n]: highest reading of its chain so far; broken: places (last of a chain, first of the next) of each break.
    """

    chain: NDArray[np.int64]
    top: Reals
    broken: tuple[tuple[int, int], ...]


def trace(values: Reals, time_ms: NDArray[np.int64], rule: Rise) -> Trace:
    """Chains of n >= 1 finite readings in order of time."""
    if len(_cuts(values, time_ms, rule)) == 1:
        return Trace(np.zeros(len(values), dtype=np.int64), np.maximum.accumulate(values), ())
    label = np.full(len(values), GLITCH, dtype=np.int64)
    level = np.flatnonzero(~_is_lone(values, rule.late))
    starts = _cuts(values[level], time_ms[level], rule)
    chains = _Chains(values[level], time_ms[level], rule, starts)
    label[level] = np.repeat(chains.labels(), np.diff(np.append(starts, len(level))))
    good = np.flatnonzero(label != GLITCH)  # in these, chains follow one another
    borders = np.flatnonzero(np.diff(label[good], prepend=GLITCH, append=GLITCH))
    top = values.copy()
    for start, end in pairwise(borders):
        top[good[start:end]] = np.maximum.accumulate(values[good[start:end]])
    return Trace(label, top, tuple((int(level[a]), int(level[b])) for a, b in chains.broken))


def _is_lone(values: Reals, late: float) -> NDArray[np.bool_]:
    """Readings far from the median of the five around them: one or two that stand apart; rising readings never do."""
    padded = np.concatenate((values[:1], values[:1], values, values[-1:], values[-1:]))
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    lone: NDArray[np.bool_] = np.abs(values - around) > late
    return lone


def _stale_since(values: Reals, time_ms: NDArray[np.int64], late: float) -> Reals:
    """Time since which a reading may have missed something, [n]: when it took its value, or, when that was the first
    reading after a gap, when the gap began (a recording holds an odometer that is late by 55 km after four days of
    silence); before a month anything may have happened. Zero, and a value it fell to, miss nothing.
    """
    before = np.concatenate(([-np.inf], time_ms[:-1].astype(np.float64)))
    change = np.concatenate(([np.inf], np.diff(values)))
    begin = np.where(time_ms - before > COVERED_GAP_S * 1000, before, time_ms)
    begin = np.where((values == 0) | (change < -late), np.inf, begin)
    return begin[np.maximum.accumulate(np.where(change != 0, np.arange(len(values)), 0))]


def _cuts(values: Reals, time_ms: NDArray[np.int64], rule: Rise) -> NDArray[np.intp]:
    """First readings of the stretches within which nothing impossible happens."""
    change, now = np.diff(values), time_ms[1:]
    stale = (now - _stale_since(values, time_ms, rule.late)[:-1]) / 3_600_000
    caught_up = (change <= rule.most_late) & ~rule.too_fast(change, stale)
    apart = (change < -rule.late) | (rule.too_fast(change, np.diff(time_ms) / 3_600_000) & ~caught_up)
    starts = np.concatenate(([0], np.flatnonzero(apart) + 1))
    ends = np.append(starts[1:], len(values))
    slipped = [_slips(values, int(s), int(e), rule.late) for s, e in zip(starts, ends, strict=True)]
    return np.sort(np.concatenate([starts, *slipped])).astype(np.intp)


def _slips(values: Reals, start: int, end: int, late: float) -> NDArray[np.intp]:
    """Places in a stretch at which it has come down by more than a late packet, in steps that are each small."""
    part = values[start:end]
    if not (np.maximum.accumulate(part) - part > late).any():
        return np.zeros(0, dtype=np.intp)
    found, top = [], -np.inf
    for place, value in enumerate(part.tolist()):
        if value < top - late:
            found.append(start + place)
            top = value
        top = max(top, value)
    return np.array(found, dtype=np.intp)


@dataclass
class _Chain:
    """Stretches joined so far: their numbers, the highest reading, since when it stands, rows."""

    members: list[int] = field(default_factory=list)
    level: float = -np.inf
    since_ms: float = np.inf
    rows: int = 0

    @property
    def is_glitch(self) -> bool:
        """Whether it is too short, or zero fill, to be believed against what follows."""
        return self.rows < FEW or self.level == 0

    def join(self, number: int, top: float, rows: int, since_ms: float) -> None:
        """Add a stretch."""
        self.members.append(number)
        self.rows += rows
        if top > self.level:
            self.level, self.since_ms = top, since_ms


class _Chains:
    """Joins stretches to chains: what goes on where it was left, what is a glitch between, what begins anew."""

    def __init__(self, values: Reals, time_ms: NDArray[np.int64], rule: Rise, starts: NDArray[np.intp]) -> None:
        ends = np.append(starts[1:], len(values))
        self._rule = rule
        self._first_place, self._last_place = starts, ends - 1
        self._first, self._first_ms, self._last_ms = values[starts], time_ms[starts], time_ms[ends - 1]
        self._since = _stale_since(values, time_ms, rule.late)[ends - 1]
        self._top = np.maximum.reduceat(values, starts)
        self._rows = ends - starts
        self.broken: list[tuple[int, int]] = []

    def labels(self) -> NDArray[np.int64]:
        """Chain of each stretch."""
        label = np.full(len(self._rows), GLITCH, dtype=np.int64)
        current, k = 0, 0
        chain = _Chain()
        while k < len(label):
            going_on = self._going_on(k, chain) if chain.members else k
            if going_on is None and chain.is_glitch:
                label[chain.members] = GLITCH
                chain, going_on = _Chain(), k
            elif going_on is None and not self._is_glitch(k):
                self.broken.append((int(self._last_place[chain.members[-1]]), int(self._first_place[k])))
                current, chain, going_on = current + 1, _Chain(), k
            if going_on is not None:
                k = going_on
                label[k] = current
                chain.join(k, float(self._top[k]), int(self._rows[k]), float(self._since[k]))
            k += 1
        return label

    def _is_glitch(self, k: int) -> bool:
        """Whether a stretch that goes on from nowhere is too short, or zero fill, to be a new truth."""
        return bool(self._rows[k] < FEW or self._top[k] == 0)

    def _going_on(self, k: int, chain: _Chain) -> int | None:
        """First stretch from k on that goes on where the chain is: it skips few rows, or has more than a few itself."""
        ahead = slice(k, k + LOOK_AHEAD)
        now, rise = self._first_ms[ahead], self._first[ahead] - chain.level
        stale = (now - chain.since_ms) / 3_600_000
        late = (rise <= self._rule.most_late) & ~self._rule.too_fast(rise, stale)
        goes_on = (rise >= -self._rule.late) & (
            late | ~self._rule.too_fast(rise, (now - self._last_ms[chain.members[-1]]) / 3_600_000)
        )
        skipped = np.concatenate(([0], np.cumsum(self._rows[ahead])[:-1]))
        found = np.flatnonzero(goes_on & ((skipped < FEW) | (self._rows[ahead] >= FEW)))
        return k + int(found[0]) if len(found) else None
