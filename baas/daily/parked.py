"""Parking that nobody saw: how long a vehicle stood in a gap over which its SOC changed, and at which SOC.

Many units send only while the vehicle drives. Nights at a charger are gaps then; left out, they would make such a
vehicle look as if it never stood full.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean import Clean
from baas.clean.activity import (
    CHARGE_PAUSE_S,
    CHARGE_RISE_PCT,
    Activity,
    Intervals,
    odometer_beside_gaps,
    soc_beside_gaps,
)
from baas.maths.steps import close_gaps
from baas.sessions import UNSEEN_CHARGE_S

Reals = NDArray[np.float64]

#: a gap over which the vehicle went no further is parking: units wake after a drive began and sleep before it ended;
#: chosen: one recording of a unit that sends only while driving misses 1 to 5 km at most of its stops
MISSED_KM = 5.0
#: those km are driven at about this speed, their time is no parking; chosen: the mean of trips in town
MISSED_KMH = 30.0
#: no car of the fleet uses more SOC per km; chosen: 21 kWh, the smallest battery sold in numbers, at 5 km/kWh
MOST_USE_PCT_PER_KM = 1.0


@dataclass(frozen=True)
class ParkedUnseen:
    """Of each of n - 1 steps: seconds parked in a gap over which something changed (0 for all other steps), lowest and
    highest SOC [%] that the battery can have had meanwhile.
    """

    seconds: Reals
    low_pct: Reals
    high_pct: Reals


def parked_unseen(clean: Clean, steps: Intervals) -> ParkedUnseen:
    """Parking in gaps that hide a charge, a loss at standstill, or the ends of drives; time charging unseen included.

    SOC goes from `before` to `after` with charges and with drives of at most `used`: it was never below `before` less
    what was used, nor above `after` plus it. What a vehicle loses at standstill, about 1 % a day, is left aside.
    """
    soc, odometer = soc_beside_gaps(clean), odometer_beside_gaps(clean)
    before, after, km = soc[:-1], soc[1:], np.abs(np.diff(odometer))
    charged = (after - before >= CHARGE_RISE_PCT) & (steps.seconds <= UNSEEN_CHARGE_S)
    away = np.where(np.isnan(km) & charged, MISSED_KM, km)  # without an odometer a charge tells that it stood
    in_charge = close_gaps(steps.activity == Activity.CHARGE, steps.seconds, CHARGE_PAUSE_S)
    parked = (steps.activity == Activity.LOST_GAP) & ~in_charge & (away <= MISSED_KM) & np.isfinite(after - before)
    used = MOST_USE_PCT_PER_KM * away
    seconds = np.maximum(0.0, steps.seconds - np.nan_to_num(km) / MISSED_KMH * 3600)
    return ParkedUnseen(np.where(parked, seconds, 0.0), np.fmin(after, before - used), np.fmax(before, after + used))
