"""The car types a simulated fleet is made of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from baas.settings import ROOT

KINDS_FILE = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True)
class Kind:
    """One car type: the pack as `car_types/` declares it, the body and habits as `kinds.toml` does.

    capacity_ah is the charge of the new pack between 0 and 100 % at 25 °C. dc_kw: (SOC in %, kW) points of the highest
    DC power the car takes.
    """

    key: str
    list_name: str
    share: float
    chemistry: Literal["NMC", "LFP"]
    cells: int
    probes: int
    capacity_ah: float
    nominal_kwh: float
    certified_km_per_kwh: float
    first_year: int
    last_year: int
    mass_kg: float
    drag_area_m2: float
    cell_step_mv: int
    cell_form: Literal["wide", "list"]
    odometer_step_km: float
    ac_kw: float
    dc_kw: tuple[tuple[float, float], ...]
    window: tuple[float, float]
    usages: tuple[tuple[str, float], ...]


#: nominal voltage of one cell [V]; chosen: 3.63 is printed for the E-GMP cells, 3.2 is customary for LFP
NOMINAL_CELL_V = {"NMC": 3.63, "LFP": 3.2}


def _kind(key: str, own: Mapping[str, Any], car: Mapping[str, Any]) -> Kind:
    cells = int(car.get("cells_series", {}).get("value", own.get("cells", 0)))
    capacity_ah = float(car.get("capacity_ah", {}).get("value", own.get("capacity_ah", 0)))
    years = car["model_years"]
    return Kind(
        key=key,
        list_name=own["list_name"],
        share=own["share"],
        chemistry=car["chemistry"],
        cells=cells,
        probes=own["probes"],
        capacity_ah=capacity_ah,
        nominal_kwh=capacity_ah * cells * NOMINAL_CELL_V[car["chemistry"]] / 1000,
        certified_km_per_kwh=float(car["certified_km_per_kwh"]["value"]),
        first_year=years[0],
        last_year=years[-1] if len(years) > 1 else years[0] + 4,
        mass_kg=own["mass_kg"],
        drag_area_m2=own["drag_area_m2"],
        cell_step_mv=own["cell_step_mv"],
        cell_form=own["cell_form"],
        odometer_step_km=own["odometer_step_km"],
        ac_kw=own["ac_kw"],
        dc_kw=tuple((float(soc), float(kw)) for soc, kw in own["dc_kw"]),
        window=tuple(own["window"]),
        usages=tuple(own["usages"].items()),
    )


@cache
def kinds() -> tuple[Kind, ...]:
    """Every car type of `kinds.toml`, in its order."""
    own = tomllib.loads(KINDS_FILE.read_text(encoding="utf-8"))
    folder = ROOT / "car_types"
    return tuple(
        _kind(key, values, tomllib.loads((folder / f"{key}.toml").read_text(encoding="utf-8")))
        for key, values in own.items()
    )
