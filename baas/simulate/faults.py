"""What can be wrong with a simulated vehicle, since when, and what it does."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baas.errors import BaasError
from baas.simulate.portable import Array, Draws, curve

DEFAULT_FILE = Path(__file__).with_name("faults.toml")
DAY_S = 86_400
_FAULTS = 4  # random stream

#: what each fault does, and the unit of its value
FAULTS: Mapping[str, tuple[str, str]] = {
    "self_discharge_cell": ("mA", "one cell loses charge by itself, awake or asleep"),
    "weak_cell": ("%", "one cell loses this much capacity within 30 days"),
    "high_resistance_cell": ("times", "the resistance of one cell grows to this multiple within 10 days"),
    "hot_module": ("°C", "one probe reads this much more when the pack works hard, a third of it at rest"),
    "stuck_sensor": ("°C", "one probe reads this and nothing else"),
    "insulation_drop": ("kΩ", "insulation resistance falls to this within ten days"),
    "odometer_rollback": ("km", "the odometer is set back by this"),
    "odometer_freeze": ("km", "the odometer stands still"),
    "odometer_reset": ("km", "the odometer starts again at this"),
    "odometer_jump": ("km", "the odometer leaps ahead by this"),
    "odometer_scale": ("times", "the odometer counts this many km per km"),
    "gps_conflict": ("km", "the position unit stays at the depot while the car drives"),
    "silent_days": ("days", "nothing is sent"),
    "pack_replacement": ("%", "a new pack is fitted"),
    "flipped_current_sign": ("", "the device sends current with the sign opposite to the fleet's"),
    "harsh_driver": ("", "hard acceleration and braking, speeding"),
    "abusive_charging": ("", "DC only, to 100 %, from below 10 %, parked full"),
    "v2l": ("kW", "power is drawn from the parked car"),
}


@dataclass(frozen=True)
class FaultRule:
    """One line of a fault table: how many vehicles, when within the period, how strong, how long."""

    name: str
    share: float
    start: float
    value: float
    days: float | None


@dataclass(frozen=True)
class Fault:
    """One fault of one vehicle. Times are local epoch seconds; cell_no and probe_no count from 1, 0 is none."""

    name: str
    start_s: int
    end_s: int
    value: float
    cell_no: int = 0
    probe_no: int = 0

    def at(self, time_s: float) -> bool:
        """Whether it is there at that time."""
        return self.start_s <= time_s < self.end_s

    def grown(self, time_s: float, days: float) -> float:
        """How far it has come at that time, 0 to 1, when it takes `days` to build up."""
        return min(max((time_s - self.start_s) / (days * DAY_S), 0.0), 1.0)


def _rule(name: str, entry: Any, where: str) -> FaultRule:
    if name not in FAULTS:
        known = ", ".join(FAULTS)
        raise BaasError(
            f"{where}: unknown fault {name!r}; known: {known}",
            f"{where}: 모르는 고장 {name!r}입니다. 쓸 수 있는 고장: {known}",
        )
    try:
        days = entry.get("days")
        rule = FaultRule(
            name,
            float(entry.get("share", 0.02)),
            float(entry.get("start", 0.3)),
            float(entry["value"]),
            None if days is None else float(days),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise BaasError(
            f"{where}: [{name}] needs numbers named share, start and value, at most also days",
            f"{where}: [{name}]에는 숫자 share, start, value가 있어야 하고 days를 더할 수 있습니다",
        ) from fault
    if not (0 <= rule.share <= 1 and 0 <= rule.start < 1):
        raise BaasError(
            f"{where}: [{name}] share must lie in 0..1 and start in 0..1, below 1",
            f"{where}: [{name}]의 share는 0~1, start는 0 이상 1 미만이어야 합니다",
        )
    return rule


def load_rules(source: str) -> tuple[FaultRule, ...]:
    """The fault table `default`, `none`, or a TOML file of the same form."""
    if source == "none":
        return ()
    path = DEFAULT_FILE if source == "default" else Path(source)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BaasError(
            f"{path}: the fault table cannot be read ({fault.strerror})",
            f"{path}: 고장 표를 읽을 수 없습니다({fault.strerror})",
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BaasError(
            f"{path}: the fault table is not TOML ({fault})", f"{path}: 고장 표가 TOML이 아닙니다({fault})"
        ) from fault
    return tuple(_rule(name, entry, str(path)) for name, entry in table.items())


def assigned(rules: Sequence[FaultRule], seed: int, vehicles: int) -> dict[int, FaultRule]:
    """Vehicle index -> its fault: round(share x vehicles) of each, no vehicle two; what does not fit is left out."""
    draws = Draws(seed, _FAULTS)
    free = draws.order(vehicles)
    chosen: dict[int, FaultRule] = {}
    for rule in rules:
        wanted = rule.share * vehicles
        count = int(wanted) + (1 if draws.chance(wanted - int(wanted)) else 0)
        for _ in range(min(count, len(free))):
            chosen[free.pop()] = rule
    return chosen


def placed(rule: FaultRule, first_s: int, days: int, cells: int, probes: int, draws: Draws) -> Fault:
    """The fault of one vehicle: its start within a day of the rule's, its cell or probe at random."""
    jitter = draws.between(-0.04, 0.04) if rule.start > 0 else 0.0
    start = first_s + int((rule.start + jitter) * days * DAY_S) if rule.start > 0 else first_s
    end = first_s + days * DAY_S if rule.days is None else start + int(rule.days * DAY_S)
    has_cell, has_probe = rule.name.endswith("_cell"), rule.name in ("hot_module", "stuck_sensor")
    return Fault(
        rule.name,
        start,
        min(end, first_s + days * DAY_S),
        rule.value,
        1 + draws.below(cells) if has_cell else 0,
        1 + draws.below(probes) if has_probe else 0,
    )


def cell_leak_soc_per_s(fault: Fault | None, time_s: float, cells: int, capacity_ah: float) -> Array:
    """How fast each cell loses SOC by itself [1/s]."""
    leak = np.zeros(cells)
    if fault and fault.name == "self_discharge_cell" and fault.at(time_s):
        leak[fault.cell_no - 1] = fault.value / 1000 / 3600 / capacity_ah
    return leak


def cell_factors(fault: Fault | None, time_s: float, capacity: Array, resistance: Array) -> tuple[Array, Array]:
    """Relative capacity and resistance of the cells with the fault of that time."""
    if fault is None or not fault.at(time_s):
        return capacity, resistance
    index = np.arange(len(capacity)) == fault.cell_no - 1
    if fault.name == "weak_cell":
        return np.where(index, capacity - fault.value / 100 * fault.grown(time_s, 30), capacity), resistance
    if fault.name == "high_resistance_cell":
        return capacity, np.where(index, resistance * (1 + (fault.value - 1) * fault.grown(time_s, 10)), resistance)
    return capacity, resistance


def odometer_shown_km(fault: Fault | None, time_s: NDArray[np.int64], true_km: Array, start_km: Array | float) -> Array:
    """What the odometer shows; start_km is the true reading at the start of the fault."""
    if fault is None or not fault.name.startswith("odometer_"):
        return true_km
    inside = (time_s >= fault.start_s) & (time_s < fault.end_s)
    shown = {
        "odometer_rollback": true_km - fault.value,
        "odometer_freeze": np.minimum(true_km, start_km),
        "odometer_reset": true_km - start_km + fault.value,
        "odometer_jump": true_km + fault.value,
        "odometer_scale": start_km + (true_km - start_km) * fault.value,
    }[fault.name]
    return np.where(inside, np.maximum(shown, 0.0), true_km)


def insulation_kohm(fault: Fault | None, time_s: float, healthy_kohm: float) -> float:
    """Insulation resistance [kΩ]."""
    if fault is None or fault.name != "insulation_drop" or not fault.at(time_s):
        return healthy_kohm
    steps = (
        (0.0, healthy_kohm),
        (0.3, 0.5 * healthy_kohm),
        (0.7, 0.15 * healthy_kohm + fault.value),
        (1.0, fault.value),
    )
    return curve(fault.grown(time_s, 10), steps)
