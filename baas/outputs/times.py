"""UTC inside, local time outside."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np


def local(time_ms: float, zone: ZoneInfo) -> datetime | None:
    """UTC epoch milliseconds as naive local time, to the second; None where missing."""
    if not np.isfinite(time_ms):
        return None
    return datetime.fromtimestamp(time_ms / 1000, zone).replace(tzinfo=None, microsecond=0)
