"""What a vehicle is like between two events, what an event is, and what one leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from baas.simulate.ageing import Age
from baas.simulate.battery import Charge, Flow, Pack
from baas.simulate.portable import Array
from baas.simulate.thermal import Warmth
from baas.simulate.vehicle import Spread
from baas.simulate.world import Place

EventKind = Literal["drive", "charge", "park"]
DAY_S = 86_400


@dataclass(frozen=True)
class Written:
    """Which days go into files: the first `row` days of every `every`; life goes on in between."""

    every: int = 1
    row: int = 1

    def has(self, day: int) -> bool:
        """Whether a day, counted from the first, is written."""
        return day % self.every < self.row


@dataclass(frozen=True)
class Totals:
    """What has gone through the battery since the start of the simulation, and how often it was charged."""

    in_ah: float = 0.0
    out_ah: float = 0.0
    in_kwh: float = 0.0
    out_kwh: float = 0.0
    ac_kwh: float = 0.0
    dc_kwh: float = 0.0
    charges: int = 0
    quick_charges: int = 0
    awake_s: int = 0


@dataclass(frozen=True)
class Life:
    """The state of a vehicle between two events. told_soc: what its battery management believes [0 to 1]."""

    time_s: int
    place: Place
    odometer_km: float
    charge: Charge
    told_soc: float
    warmth: Warmth
    age: Age
    shift: Array
    totals: Totals
    spread: Spread
    pack_no: int


@dataclass(frozen=True)
class Event:
    """Something to live through, on an even grid of `step_s` seconds.

    power_kw: into the battery. speed_ms, along_km (distance since the start) and position are one value a step, or
    empty when the vehicle stands. sent: steps at whose end a row is sent. plugged: a charging cable is connected.
    """

    kind: EventKind
    mode: Literal["", "ac", "dc"]
    step_s: int
    power_kw: Array
    sent: NDArray[np.intp]
    plugged: bool
    speed_ms: Array
    along_km: Array
    x_km: Array
    y_km: Array


@dataclass(frozen=True)
class Stretch:
    """One event lived through: true quantities at the rows that are sent, and what it adds up to.

    Per row: local epoch seconds, mean-cell electrical quantities, running totals, speed, position, temperatures.
    factors: relative capacity and resistance of each cell during the event; shift: its charge offset [SOC].
    """

    event: Event
    start: Life
    end: Life
    pack: Pack
    time_s: NDArray[np.int64]
    flow: Flow
    told_soc: Array
    in_ah: Array
    out_ah: Array
    in_kwh: Array
    out_kwh: Array
    speed_kmh: Array
    odometer_km: Array
    mean_c: Array
    uneven_c: Array
    outside_c: Array
    factors: tuple[Array, Array]
    days: tuple[DaySum, ...]


@dataclass(frozen=True)
class DaySum:
    """What one event adds to one local day (days since 1970)."""

    day: int
    kind: EventKind
    mode: str
    km: float
    in_kwh: float
    out_kwh: float
    in_ah: float
    out_ah: float
