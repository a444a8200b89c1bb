"""Outside temperature by season, hour and day."""

from __future__ import annotations

import numpy as np

from baas.simulate.portable import Array, Draws, lagged, lerp, sine

_WEATHER = 3  # random stream
DAY_S, HOUR_S = 86_400, 3600
#: Korean inland climate [°C]: yearly mean and half swing, half swing of a day; sources: customary station normals
YEAR_MEAN_C, YEAR_SWING_C, DAY_SWING_C = 12.5, 14.0, 4.5
#: standard deviation of the weather about the season [°C] and how much of it stays for the next day; chosen
SPELL_C, SPELL_KEEP = 3.0, 0.7


class Weather:
    """The outside temperature of one city from the first day on, hour by hour; coldest in mid-January at 5 o'clock."""

    def __init__(self, seed: int, city: int, first_s: int, days: int) -> None:
        self._first_s = first_s
        hours = first_s + HOUR_S * np.arange((days + 2) * 24, dtype=np.float64)
        year = sine((hours / DAY_S - 105.0) / 365.2425)  # epoch days start on 1 January
        day = sine((hours % DAY_S) / DAY_S - 0.4583)
        self._hourly = YEAR_MEAN_C + YEAR_SWING_C * year + DAY_SWING_C * day + self._spells(seed, city, days, hours)

    def _spells(self, seed: int, city: int, days: int, hours: Array) -> Array:
        """Warm and cold spells about the season [°C]."""
        drawn = lagged(Draws(seed, _WEATHER, city).normal(days + 4).astype(np.float64), 0.0, SPELL_KEEP)
        return lerp(hours, SPELL_C * 2.4 * drawn, self._first_s, DAY_S)  # the lag shrinks the spread to 0.42 of it

    def outside_c(self, time_s: Array) -> Array:
        """Temperature [°C] at local times [epoch s]."""
        return lerp(time_s, self._hourly, self._first_s, HOUR_S)

    def during(self, start_s: int, step_s: float, steps: int) -> Array:
        """Temperature [°C] at the ends of even steps."""
        return self.outside_c(start_s + step_s * np.arange(1.0, steps + 1))
