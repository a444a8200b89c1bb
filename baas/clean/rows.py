"""One row per time: the rows of one device in order of time, repeats set aside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.signals import MISSING_MV, Signals

#: columns that say which of two messages about the same moment is the later one, strongest first
_PRECEDENCE = ("msg_time", "seq")
#: columns whose sign is not known before the rows are in order
_SIGNED = ("pack_current",)
#: stands for a missing cell; below every 16-bit reading
_NO_CELL = -40_000


def _comparable(values: NDArray) -> NDArray:
    """Readings in their order, missing ones first."""
    return np.where(np.isnan(values), -np.inf, values)


def _content(signals: Signals) -> list[NDArray]:
    """All values of each row as comparable arrays [rows x k], so that rows of equal precedence still have one order.

    Current counts by its size first and by its sign last: feeds differ in the sign, and the choice must not.
    """
    sized = {**signals.columns, **{name: np.abs(signals.columns[name]) for name in _SIGNED if name in signals.columns}}
    columns = [_comparable(sized[name])[:, None] for name in sorted(sized)]
    signs = [_comparable(signals.columns[name])[:, None] for name in _SIGNED if name in signals.columns]
    cells = np.where(signals.cells_mv == MISSING_MV, _NO_CELL, signals.cells_mv.astype(np.int32))
    return [*columns, cells, _comparable(signals.modules_c), *signs]


def _filled(signals: Signals) -> NDArray[np.int64]:
    """Values that each row has."""
    count: NDArray[np.int64] = (signals.cells_mv != MISSING_MV).sum(axis=1) + np.isfinite(signals.modules_c).sum(axis=1)
    for values in signals.columns.values():
        count = count + np.isfinite(values)
    return count


def order_of_rows(signals: Signals) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row numbers kept, in order of time, and row numbers of the repeats.

    Of the rows of one moment the last by `msg_time`, then `seq`, is kept, then the fullest, then the largest by
    content: the choice never depends on the order or the files in which rows came. Which of two equal rows counts as
    the repeat follows the order of the input files.
    """
    order = np.lexsort((signals.source, signals.time_ms))
    moment = signals.time_ms[order]
    repeated = np.zeros(len(order), dtype=bool)
    same = moment[1:] == moment[:-1]
    repeated[1:] |= same
    repeated[:-1] |= same
    if not repeated.any():
        return order, order[:0]
    single, tied = order[~repeated], order[repeated]
    tied = tied[_by_rank(signals.take(tied))]
    times = signals.time_ms[tied]
    is_last = np.append(times[1:] != times[:-1], True)
    kept = np.concatenate([single, tied[is_last]])
    return kept[np.argsort(signals.time_ms[kept], kind="stable")], tied[~is_last]


def _by_rank(rows: Signals) -> NDArray[np.intp]:
    """Row numbers in order of time, in each moment the row to be kept last."""
    missing = np.full(len(rows), np.nan)
    precedence = [_comparable(rows.columns.get(name, missing)) for name in reversed(_PRECEDENCE)]
    keys: list[NDArray] = [_filled(rows), *precedence, rows.time_ms]
    order = np.lexsort([-rows.source, *keys])
    disputed = np.isin(rows.time_ms, _disputed_moments(rows.take(order), [key[order] for key in keys]))
    content = np.zeros(len(rows), dtype=np.intp)
    if disputed.any():
        places = np.flatnonzero(disputed)
        some = rows.take(places)
        columns = [column for part in _content(some) for column in part.T]
        content[places[np.lexsort([-some.source, *reversed(columns)])]] = np.arange(len(places))
    ranked: list[NDArray] = [-rows.source, content, *keys]
    return np.lexsort(ranked)


def _disputed_moments(rows: Signals, keys: list[NDArray]) -> NDArray[np.int64]:
    """Moments in which rows of equal keys, given in order of their keys, differ in content; most repeats do not."""
    equal = np.all([key[1:] == key[:-1] for key in keys], axis=0)
    differ = np.any([(part[1:] != part[:-1]).any(axis=1) for part in _content(rows)], axis=0)
    return np.unique(rows.time_ms[1:][equal & differ])
