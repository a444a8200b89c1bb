"""One simulated vehicle: what was drawn for it once and stays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from baas.simulate import SIMULATED_PREFIX
from baas.simulate.ageing import Age, grown_old
from baas.simulate.drive import STYLES, Style
from baas.simulate.faults import Fault, FaultRule, placed
from baas.simulate.kinds import Kind, kinds
from baas.simulate.plan import USAGES, Usage
from baas.simulate.portable import Array, Draws
from baas.simulate.thinning import Thinning
from baas.simulate.world import City, Place, cities

_TRAITS, _CELLS, _PACK = 5, 6, 8  # random streams
#: spread between the cells of a healthy pack; chosen so that its range at rest is 10 to 40 mV, as on recorded
#: packs: capacity, resistance, charge [shares], reading [mV]
CELL_CAPACITY_SD, CELL_RESISTANCE_SD, CELL_CHARGE_SD, CELL_READING_MV = 0.006, 0.03, 0.0027, 0.9
#: how much wider the charge of cells is spread from pack to pack; chosen
PACK_SPREAD = (1.1, 2.8)
#: standard deviation of a probe's reading error [°C]; chosen: recorded healthy packs spread by 1 to 2 °C
PROBE_ERROR_C = 0.45


@dataclass(frozen=True)
class Spread:
    """How the cells of one pack differ: relative capacity and resistance, charge offset [SOC], reading offset [mV]."""

    capacity: Array
    resistance: Array
    charge: Array
    reading_mv: Array


@dataclass(frozen=True)
class Gauge:
    """How the battery management errs: gain of the current sensor and offset [A], belief about capacity, how it tells.

    voltage_bias: how far its reading of SOC from the resting voltage is off [SOC].
    """

    gain: float
    offset_a: float
    belief: float
    soc_mode: Literal["coulomb", "corrected"]
    soh_mode: Literal["honest", "flattering", "stuck"]
    soh_bias_pct: float
    voltage_bias: float


@dataclass(frozen=True)
class Vehicle:
    """Everything fixed about a vehicle. sign: +1 when its feed sends charging as positive current, else -1.

    thin: what its feed leaves out.
    """

    seed: int
    index: int
    kind: Kind
    model_year: int
    usage: Usage
    style: Style
    city_no: int
    base: Place
    places: tuple[Place, ...]
    start_odometer_km: float
    start_age: Age
    pace: float
    gauge: Gauge
    sign: int
    parked_every_s: int
    insulation_kohm: float
    first_s: int
    days: int
    interval_s: int
    fault: Fault | None
    thin: Thinning | None = None

    @property
    def device_no(self) -> str:
        """Eleven digits, none of a real vehicle."""
        return f"{SIMULATED_PREFIX}{self.index + 1:07d}"

    @property
    def end_s(self) -> int:
        """End of the simulated period [local epoch s]."""
        return self.first_s + self.days * 86_400

    @cached_property
    def city(self) -> City:
        """Where it lives."""
        return cities(self.seed)[self.city_no]

    def draws(self, *path: int) -> Draws:
        """A random stream of this vehicle."""
        return Draws(self.seed, 1000 + self.index, *path)

    def spread(self, pack_no: int) -> Spread:
        """The differences between the cells of its first (0) or a later pack."""
        draws, cells = self.draws(_CELLS, pack_no), self.kind.cells
        wide = draws.between(*PACK_SPREAD)
        return Spread(
            1 + CELL_CAPACITY_SD * draws.normal(cells).astype(np.float64),
            1 + CELL_RESISTANCE_SD * draws.normal(cells).astype(np.float64),
            wide * CELL_CHARGE_SD * draws.normal(cells).astype(np.float64),
            CELL_READING_MV * draws.normal(cells).astype(np.float64),
        )

    def probes(self) -> tuple[Array, Array]:
        """Place of each probe between the cool end (-1) and the warm end (+1), and its reading error [°C]."""
        draws, count = self.draws(_PACK), self.kind.probes
        place = 2 * np.arange(count) / max(count - 1, 1) - 1
        return place, PROBE_ERROR_C * draws.normal(count).astype(np.float64)


def _gauge(draws: Draws) -> Gauge:
    return Gauge(
        gain=draws.gauss(0.0, 0.003),
        offset_a=draws.gauss(0.0, 0.03),
        belief=1 + draws.gauss(0.0, 0.022),
        soc_mode="coulomb" if draws.chance(0.3) else "corrected",
        soh_mode=("honest", "flattering", "stuck")[draws.pick((0.5, 0.3, 0.2))],
        soh_bias_pct=draws.gauss(0.0, 0.8),
        voltage_bias=draws.gauss(0.0, 0.015),
    )


def _kind_no(index: int, vehicles: int, draws: Draws) -> int:
    """Types in turn for a small fleet, so that each is there; by share in a large one."""
    return index % len(kinds()) if vehicles < 20 else draws.pick([kind.share for kind in kinds()])


def _places(city: City, draws: Draws, base: Place, reach_km: float) -> tuple[Place, ...]:
    """The base, eight places in reach and two in far towns."""
    near = [
        Place(
            f"stop{k}", round(base.x_km + draws.gauss(0, reach_km), 3), round(base.y_km + draws.gauss(0, reach_km), 3)
        )
        for k in range(8)
    ]
    towns = [city.towns[draws.below(len(city.towns))] for _ in range(2)]
    far = [
        Place(f"town{k}", round(x + draws.between(-3, 3), 3), round(y + draws.between(-3, 3), 3))
        for k, (x, y) in enumerate(towns)
    ]
    return (base, *near, *far)


@dataclass(frozen=True)
class Wish:
    """What one vehicle of a fleet is to be like instead of what would be drawn."""

    kind: str
    usage: str
    style: str
    model_year: int
    interval_s: int
    every: int
    thin: Thinning | None
    rule: FaultRule | None


def vehicle(
    seed: int, index: int, vehicles: int, first_s: int, days: int, interval_s: int, rule: FaultRule | None,
    wish: Wish | None = None,
) -> Vehicle:  # fmt: skip
    """Vehicle `index` of a fleet; the same for the same seed, whatever the other vehicles are."""
    draws = Draws(seed, 1000 + index, _TRAITS)
    kind = kinds()[_kind_no(index, vehicles, draws)]
    usage = USAGES[[name for name, _ in kind.usages][draws.pick([weight for _, weight in kind.usages])]]
    style = STYLES[("calm", "normal", "brisk")[draws.pick((0.3, 0.5, 0.2))]]
    if wish:
        kind = next(kind for kind in kinds() if kind.key == wish.kind)
        usage, style, interval_s, rule = USAGES[wish.usage], STYLES[wish.style], wish.interval_s, wish.rule
    fault = None if rule is None else placed(rule, first_s, days, kind.cells, kind.probes, draws)
    if fault and fault.name == "harsh_driver":
        style = STYLES["harsh"]
    if fault and fault.name == "abusive_charging":
        usage = USAGES["abusive"]
    city_no = draws.below(len(cities(seed)))
    city = cities(seed)[city_no]
    base = _base(index, city, usage, draws)
    year = 1970 + int(first_s / 31_556_952)
    model_year = min(kind.first_year + draws.below(kind.last_year - kind.first_year + 1), year)
    model_year = wish.model_year if wish else model_year
    years = max(year - model_year + draws.between(-0.5, 0.5), 0.2)
    pace = max(1 + 0.18 * draws.gauss(0, 1), 0.5)
    km_per_year = usage.km_per_year * draws.between(0.75, 1.25)
    cycles = km_per_year / (kind.certified_km_per_kwh * kind.nominal_kwh)
    flipped = fault is not None and fault.name == "flipped_current_sign"
    return Vehicle(
        seed=seed,
        index=index,
        kind=kind,
        model_year=model_year,
        usage=usage,
        style=style,
        city_no=city_no,
        base=base,
        places=_places(city, draws, base, usage.reach_km),
        start_odometer_km=round(years * km_per_year, 1),
        start_age=grown_old(kind.chemistry, pace, years, cycles),
        pace=pace,
        gauge=_gauge(draws),
        sign=1 if flipped else -1,
        parked_every_s=max((60, 300, 300, 1800, 0)[draws.below(5)], 0),
        insulation_kohm=draws.between(900, 3200),
        first_s=first_s,
        days=days,
        interval_s=interval_s,
        fault=fault,
    )


def _base(index: int, city: City, usage: Usage, draws: Draws) -> Place:
    """The depot, or a home of its own with or without a charger."""
    if usage.from_depot:
        return city.depot
    ac_kw = 7.0 if draws.chance(usage.home_charger) else 0.0
    return Place(f"H{index + 1:04d}", round(draws.between(-9, 9), 3), round(draws.between(-9, 9), 3), ac_kw=ac_kw)
