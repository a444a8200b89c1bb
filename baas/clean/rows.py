"""One row per time: the rows of one device in order of time, repeats set aside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.signals import MISSING_MV, Signals

#: columns that say which of two messages about the same moment is the later one, strongest first
_PRECEDENCE = ("msg_time", "seq")


def _content_keys(signals: Signals) -> list[NDArray]:
    """All values of each row as sort keys, so that rows of equal precedence still have one order."""
    keys = [np.nan_to_num(signals.columns[name], nan=-np.inf) for name in sorted(signals.columns)]
    cells = np.where(signals.cells_mv == MISSING_MV, np.int16(-1), signals.cells_mv)
    return [*keys, *cells.T, *np.nan_to_num(signals.modules_c, nan=-1e9).T]


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
    rows = signals.take(tied)
    missing = np.full(len(rows), -np.inf)
    precedence = [np.nan_to_num(rows.columns.get(name, missing), nan=-np.inf) for name in _PRECEDENCE]
    keys = [-rows.source, *reversed(_content_keys(rows)), _filled(rows), *reversed(precedence), rows.time_ms]
    tied = tied[np.lexsort(keys)]
    times = signals.time_ms[tied]
    is_last = np.append(times[1:] != times[:-1], True)
    kept = np.concatenate([single, tied[is_last]])
    return kept[np.argsort(signals.time_ms[kept], kind="stable")], tied[~is_last]
