"""Which way the current of a device counts: evidence from charge, plugs, counters and pedals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baas.clean.notes import Note
from baas.maths.steps import mean_of_ends, steps_s
from baas.schema import Column
from baas.tables.days import COVERED_GAP_S
from baas.tables.feed import BMS

Reals = NDArray[np.float64]
CHARGE_POSITIVE, DISCHARGE_POSITIVE, UNKNOWN = "charge_positive", "discharge_positive", "unknown"

#: most weight one kind of evidence can have; chosen: twenty agreeing events are as good as a thousand
FULL_WEIGHT = 20.0
#: balance of the evidence, -1 to 1, from which the sign counts as known; chosen: three quarters against one
SURE_BALANCE = 0.5
#: events needed in all; chosen
LEAST_EVENTS = 5.0
#: a current below this is an offset of the sensor, not a flow; chosen from the offsets seen in the recordings (0.2 A)
LEAST_A = 1.0


@dataclass(frozen=True)
class Evidence:
    """Votes of one vehicle-month: [for charge-positive, for discharge-positive] by kind of evidence; months add up."""

    votes: Mapping[str, tuple[float, float]]

    def __add__(self, other: Evidence) -> Evidence:
        kinds = sorted(set(self.votes) | set(other.votes))
        pairs = [(self.votes.get(kind, (0.0, 0.0)), other.votes.get(kind, (0.0, 0.0))) for kind in kinds]
        return Evidence({kind: (a[0] + b[0], a[1] + b[1]) for kind, (a, b) in zip(kinds, pairs, strict=True)})


@dataclass(frozen=True)
class Sign:
    """The sign of the raw feed and how sure it is: 0.5 a coin toss, 1 all evidence agrees."""

    name: str
    confidence: float

    @property
    def factor(self) -> float:
        """What the raw current is multiplied by so that charging is positive; NaN when unknown."""
        return {CHARGE_POSITIVE: 1.0, DISCHARGE_POSITIVE: -1.0}.get(self.name, float("nan"))


def _votes(charging: NDArray[np.bool_], current: Reals) -> tuple[float, float]:
    """Events in which the current is positive while charging (or negative while discharging), and the contrary."""
    flows = np.abs(current) > LEAST_A
    agrees = (current > 0) == charging
    return float((flows & agrees).sum()), float((flows & ~agrees).sum())


def _by_level(
    level: Reals, step: float, flow: Reals, seconds: Reals, covered: NDArray[np.bool_]
) -> tuple[float, float]:
    """Votes of a level (SOC, net counter) that rises while charging, over stretches in which it moves by `step`."""
    places = np.flatnonzero(np.isfinite(level))
    if len(places) < 2:
        return 0.0, 0.0
    passed = np.concatenate(([0.0], np.cumsum(np.where(np.isfinite(flow), flow, 0.0) * seconds * covered)))
    broken = np.concatenate(([0], np.cumsum(~covered)))
    stretch = np.floor(level[places] / step)
    turns = np.flatnonzero(np.diff(stretch) != 0)
    turns = np.concatenate((turns, turns[-1:] + 1)) if len(turns) else turns
    ends = places[turns]
    rise, charge = np.diff(level[ends]), np.diff(passed[ends])
    whole = (np.diff(broken[ends]) == 0) & (np.abs(rise) >= step / 2) & (np.abs(rise) < 10 * step)
    hours = np.maximum(np.diff(np.concatenate(([0.0], np.cumsum(seconds)))[ends]) / 3600, 1e-9)
    return _votes(rise[whole] > 0, charge[whole] / 3600 / hours[whole])


def evidence(columns: Mapping[str, Reals], time_ms: NDArray[np.int64]) -> Evidence:
    """What one vehicle-month says of the sign of its raw `pack_current`."""
    missing = np.full(len(time_ms), np.nan)
    current, speed = columns.get("pack_current", missing), columns.get("emobility_spd", missing)
    seconds = steps_s(time_ms)
    covered = (seconds > 0) & (seconds <= COVERED_GAP_S) & np.isfinite(mean_of_ends(current))
    flow = mean_of_ends(current)
    votes = {"soc": _by_level(columns.get("soc", missing), 1.0, flow, seconds, covered)}
    net = columns.get("cumul_pw_chrgd", missing) - columns.get("cumul_pw_dischrgd", missing)
    votes["counter"] = _by_level(net, 0.5, flow, seconds, covered)
    still = (speed < 1) & ~(columns.get("v2l", missing) > 0)  # a plugged car that feeds a load discharges
    for flag in ("fast_chrg_port_conn", "slow_chrg_port_conn", "chrg_cable_conn"):
        plugged = (columns.get(flag, missing) > 0) & still
        votes[flag] = _votes(np.ones(int(plugged.sum()), dtype=bool), current[plugged])
    votes["pedal"] = _pedal_votes(current, speed, seconds)
    return Evidence(votes)


def _pedal_votes(current: Reals, speed: Reals, seconds: Reals) -> tuple[float, float]:
    """Accelerating takes charge out, braking puts it in; only short steps with a clear change of speed are asked."""
    change = np.diff(speed) / np.where(seconds > 0, seconds, np.nan)
    clear = (seconds <= 12) & (np.abs(change) > 1.5) & (speed[1:] > 5)
    return _votes(change[clear] < 0, current[1:][clear])


def decide(found: Evidence) -> Sign:
    """The sign that the evidence supports, or unknown when there is too little or it disagrees."""
    weight = balance = 0.0
    events = 0.0
    for kind in sorted(found.votes):
        for_it, against = found.votes[kind]
        count = for_it + against
        if count:
            share = min(count, FULL_WEIGHT)
            weight += share
            balance += share * (for_it - against) / count
            events += count
    if not weight or events < LEAST_EVENTS:
        return Sign(UNKNOWN, 0.5)
    balance /= weight
    confidence = (1 + abs(balance)) / 2
    if abs(balance) < SURE_BALANCE:
        return Sign(UNKNOWN, confidence)
    return Sign(CHARGE_POSITIVE if balance > 0 else DISCHARGE_POSITIVE, confidence)


def sign_and_notes(
    found: Evidence, hint: Sign | None, current: Reals, time_ms: NDArray[np.int64]
) -> tuple[Sign, list[Note]]:
    """The month's own sign, else the device's; a note when neither is sure although current flows."""
    own = decide(found)
    if np.isfinite(own.factor):
        return own, []
    if hint is not None and np.isfinite(hint.factor):
        return hint, []
    flows = np.abs(current) > 0
    if not flows.any():
        return own, []
    column = Column("pack_current", "float", "", "", BMS["pack_current"].ko)
    return own, [Note.of_rows("sign_unsure", "warning", time_ms, flows, own.confidence, column)]
