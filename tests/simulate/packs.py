"""Packs as tests need them."""

from baas.simulate.battery import DROP_V, Pack, ocv_table
from baas.simulate.kinds import Kind


def fresh_pack(kind: Kind) -> Pack:
    """A new pack of a type."""
    return Pack(kind.cells, kind.capacity_ah, ocv_table(kind.chemistry, *kind.window), DROP_V[kind.chemistry])
