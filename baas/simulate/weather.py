"""Outside temperature by season, hour and day."""

from __future__ import annotations

import numpy as np

from baas.simulate.portable import Array, Draws, lagged, lerp, sine

_WEATHER = 3  # random stream
DAY_S = 86_400
#: Korean inland climate [°C]: yearly mean and half swing, half swing of a day; sources: customary station normals
YEAR_MEAN_C, YEAR_SWING_C, DAY_SWING_C = 12.5, 14.0, 4.5
#: standard deviation of the weather about the season [°C] and how much of it stays for the next day; chosen
SPELL_C, SPELL_KEEP = 3.0, 0.7
KNOT_S = 1800


class Weather:
    """The outside temperature of one city from the first day on."""

    def __init__(self, seed: int, city: int, first_s: int, days: int) -> None:
        self._first_s = first_s
        spells = lagged(Draws(seed, _WEATHER, city).normal(days + 3).astype(np.float64), 0.0, SPELL_KEEP)
        self._spells = SPELL_C * spells * 2.4  # the lag shrinks the spread to 0.42 of it

    def outside_c(self, time_s: Array) -> Array:
        """Temperature [°C] at local times [epoch s]; coldest in mid-January at 5 o'clock."""
        year = sine((time_s / DAY_S - 105.0) / 365.2425)  # epoch days start on 1 January
        day = sine((time_s % DAY_S) / DAY_S - 0.4583)
        place = np.minimum(np.maximum((time_s - self._first_s) / DAY_S, 0.0), len(self._spells) - 1.001)
        index = place.astype(np.intp)
        left = self._spells[index]
        spell = left + (place - index) * (self._spells[index + 1] - left)
        return YEAR_MEAN_C + YEAR_SWING_C * year + DAY_SWING_C * day + spell

    def during(self, start_s: int, step_s: float, steps: int) -> Array:
        """Temperature [°C] at the ends of even steps; straight lines between points half an hour apart."""
        spans = max(1, int(steps * step_s / KNOT_S))
        knots = self.outside_c(start_s + (steps * step_s / spans) * np.arange(spans + 1.0))
        return lerp(np.arange(1.0, steps + 1), knots, 0.0, steps / spans)
