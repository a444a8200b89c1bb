"""Capacity lost to age and to use, in increments that can be summed over any history."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from baas.simulate.portable import curve

YEAR_S = 365.25 * 86_400
#: calendar loss after one year at 25 °C and 50 % SOC, as a share; grows with the square root of time. Chosen so that
#: fleets lose the 1.5 to 3 % a year that Geotab and P3 report in all
CALENDAR_LOSS = {"NMC": 0.020, "LFP": 0.016}
#: loss per equivalent full cycle at 25 °C and low current; chosen as above
CYCLE_LOSS = {"NMC": 6.0e-5, "LFP": 3.5e-5}
#: Arrhenius factor of 37 kJ/mol against 25 °C (NREL DENSO 50 Ah NMC622)
HEAT_FACTOR = ((-20, 0.07), (-10, 0.137), (0, 0.255), (10, 0.453), (25, 1.0), (35, 1.62), (45, 2.56), (55, 3.93))
#: calendar ageing rises in steps with SOC (Keil 2016); heights chosen
SOC_FACTOR = ((0.0, 0.6), (0.3, 0.75), (0.4, 1.0), (0.6, 1.05), (0.7, 1.3), (0.9, 1.35), (1.0, 1.7))
#: cycling in the cold or fast costs more; chosen
COLD_FACTOR = ((-10, 3.0), (5, 1.6), (15, 1.0), (35, 1.0), (50, 1.8))
RATE_FACTOR = ((0.0, 1.0), (0.5, 1.0), (1.0, 1.25), (3.0, 3.0))
#: share by which resistance grows per share of capacity lost; chosen
RESISTANCE_PER_LOSS = 2.0


@dataclass(frozen=True)
class Age:
    """What a pack has lost so far, as shares of its first capacity."""

    calendar: float
    cycle: float

    @property
    def loss(self) -> float:
        """Capacity lost, 0 to 1."""
        return self.calendar + self.cycle

    @property
    def resistance_factor(self) -> float:
        """Resistance now over resistance when new."""
        return 1.0 + RESISTANCE_PER_LOSS * self.loss


def aged(
    age: Age, chemistry: str, pace: float, span_s: float, temp_c: float, soc: float, turned: float, rate: float
) -> Age:
    """The pack after `span_s` seconds at mean temperature [°C] and SOC [0 to 1].

    turned: equivalent full cycles in that time (half of in plus out over capacity). rate: typical current over
    capacity [1/h] while turning. pace: how fast this very pack ages against its kind.
    """
    speed = CALENDAR_LOSS[chemistry] ** 2 * (pace * curve(temp_c, HEAT_FACTOR) * curve(soc, SOC_FACTOR)) ** 2
    calendar = math.sqrt(age.calendar**2 + speed * span_s / YEAR_S)
    per_cycle = CYCLE_LOSS[chemistry] * pace * curve(temp_c, COLD_FACTOR) * curve(rate, RATE_FACTOR)
    return replace(age, calendar=calendar, cycle=age.cycle + per_cycle * turned)


def grown_old(chemistry: str, pace: float, years: float, cycles_per_year: float) -> Age:
    """A pack after `years` of usual life: 15 °C, 65 % SOC, moderate current."""
    start = Age(0.0, 0.0)
    return aged(start, chemistry, pace, years * YEAR_S, 17.0, 0.65, years * cycles_per_year, 0.5)
