"""How long a vehicle has been quiet, by the latest row of the fleet, not by the clock of the server."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

#: hours without rows after which a vehicle counts as silent; chosen: cars that stand overnight are not
SILENT_H = 24.0


def quiet_h(last_time: str | None, latest: str) -> float | None:
    """Hours from a vehicle's last row to the latest row of the fleet; None where unknown.

    >>> quiet_h("2024-01-01 00:00:00", "2024-01-02 12:00:00")
    36.0
    """
    if not last_time or not latest:
        return None
    return (datetime.fromisoformat(latest) - datetime.fromisoformat(last_time)).total_seconds() / 3600


def silent(last_time: str | None, latest: str) -> bool:
    """Whether a vehicle has sent nothing for longer than SILENT_H.

    >>> silent("2024-01-01 11:59:59", "2024-01-02 12:00:00"), silent("2024-01-01 12:00:00", "2024-01-02 12:00:00")
    (True, False)
    """
    return bool(last_time) and bool(latest) and str(last_time) < _border(latest)


@lru_cache(maxsize=8)
def _border(latest: str) -> str:
    """The time before which a last row means silence; times as text sort like times."""
    return str(datetime.fromisoformat(latest) - timedelta(hours=SILENT_H))
