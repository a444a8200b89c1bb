"""How the battery management finds back to the true state of charge."""

from __future__ import annotations

from baas.simulate.portable import Draws
from baas.simulate.state import Life
from baas.simulate.vehicle import Vehicle

#: rest after which the open-circuit voltage is trusted [s] and how far it may be off [SOC]; chosen: NMC within 1 %,
#: on the plateau of LFP worthless
REST_S = 2 * 3600
REST_ERROR = {"NMC": 0.008, "LFP": 0.04}
#: part of the difference that one correction removes; chosen
CORRECTION = 0.6


def corrected(vehicle: Vehicle, life: Life, *, rested_s: int, full: bool, draws: Draws) -> float:
    """Told SOC [0 to 1] after an event: set at a full charge, drawn towards the voltage after a long rest.

    A gauge that only counts charge corrects itself at a full charge alone.
    """
    if full:
        return 1.0
    told = min(max(life.told_soc, 0.005), 1.0)
    chemistry = vehicle.kind.chemistry
    if vehicle.gauge.soc_mode == "coulomb" or rested_s < REST_S:
        return told
    if chemistry == "LFP" and life.charge.soc > 0.15:
        return told
    seen = life.charge.soc + vehicle.gauge.voltage_bias + draws.gauss(0, REST_ERROR[chemistry])
    return min(max(told + CORRECTION * (seen - told), 0.005), 1.0)
