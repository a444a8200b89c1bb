"""What is known of a car type: every number with its source, or missing. A missing number beats a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from baas.schema import Column

Body = Literal["", "car", "truck", "van"]
Chemistry = Literal["", "NMC", "NCA", "LMO", "LFP"]

#: chosen: before the first electric car sold in numbers, or too far ahead, a model year is a typing error
FIRST_MODEL_YEAR, LAST_MODEL_YEAR = 2008, 2100

#: the numbers of a car type; outside its range a number is a typing error
NUMBERS: tuple[Column, ...] = (
    Column(
        "cells_series", "int", "", "cell groups in series, as many as the pack has cell voltages", "직렬 셀 수", 20, 400
    ),
    Column("cells_parallel", "int", "", "cells in parallel in one group", "병렬 셀 수", 1, 100),
    Column("cells_per_module", "int", "", "single cells in one module, parallel ones counted", "모듈당 셀 수", 2, 500),
    Column(
        "usable_kwh", "float", "kWh", "energy between empty and full as the driver sees them", "사용 가능 용량", 5, 250
    ),
    Column("gross_kwh", "float", "kWh", "nominal energy of the pack", "총 배터리 용량", 5, 250),
    Column("capacity_ah", "float", "Ah", "rated charge of the pack", "정격 용량", 20, 400),
    Column(
        "certified_km_per_kwh", "float", "km/kWh", "combined efficiency on the Korean label", "공인 복합 전비", 1.5, 10
    ),
    Column(
        "certified_range_km", "float", "km", "combined range on the Korean label", "공인 1회 충전 주행거리", 50, 1000
    ),
    Column("max_dc_kw", "float", "kW", "highest power at a DC charger", "최대 급속 충전 출력", 20, 500),
)


@dataclass(frozen=True)
class Sourced:
    """A number, where it was read, and whether it is only recalled, derived on an assumption, or disputed."""

    value: float
    source: str
    unsure: bool = False


@dataclass(frozen=True)
class CarType:
    """One variant of a car type, or what several possible variants have in common.

    Units are those of NUMBERS. `model_years` is the first and the last model year, the last None while it is sold.
    `named_only` marks a trim that is taken only when the list names it. `note` and `note_ko` say what could not be
    told and what that costs; empty when nothing is missing for lack of evidence.
    """

    name: str
    variant: str = ""
    aliases: tuple[str, ...] = ()
    variant_aliases: tuple[str, ...] = ()
    named_only: bool = False
    maker: str = ""
    maker_ko: str = ""
    body: Body = ""
    model_years: tuple[int, int | None] | None = None
    chemistry: Chemistry = ""
    cells_series: Sourced | None = None
    cells_parallel: Sourced | None = None
    cells_per_module: Sourced | None = None
    usable_kwh: Sourced | None = None
    gross_kwh: Sourced | None = None
    capacity_ah: Sourced | None = None
    certified_km_per_kwh: Sourced | None = None
    certified_range_km: Sourced | None = None
    max_dc_kw: Sourced | None = None
    note: str = ""
    note_ko: str = ""

    def number(self, name: str) -> Sourced | None:
        """The number of that name in NUMBERS, or None where it is not known."""
        found = getattr(self, name)
        return found if isinstance(found, Sourced) else None

    def made_in(self, model_year: int) -> bool:
        """Whether this variant was sold as that model year; a variant without years is never ruled out."""
        if self.model_years is None:
            return True
        first, last = self.model_years
        return first <= model_year and (last is None or model_year <= last)

    @property
    def label(self) -> str:
        """Family and variant as people read them."""
        return f"{self.name} {self.variant}".strip()

    @property
    def is_known(self) -> bool:
        """Whether any number is known."""
        return any(self.number(column.name) for column in NUMBERS)

    @property
    def series(self) -> int | None:
        """Cell groups in series."""
        return None if self.cells_series is None else int(self.cells_series.value)

    @property
    def rated_ah(self) -> float | None:
        """Rated charge of the pack, Ah."""
        return None if self.capacity_ah is None else self.capacity_ah.value

    @property
    def usable_energy_kwh(self) -> float | None:
        """Energy between empty and full, kWh; the nominal energy is not taken in its place."""
        return None if self.usable_kwh is None else self.usable_kwh.value

    @property
    def certified_efficiency(self) -> float | None:
        """Combined efficiency on the Korean label, km/kWh."""
        return None if self.certified_km_per_kwh is None else self.certified_km_per_kwh.value

    @property
    def readings_per_module(self) -> int | None:
        """Cell voltages that one module contributes: its cells over those in parallel."""
        if self.cells_per_module is None or self.cells_parallel is None:
            return None
        return int(self.cells_per_module.value / self.cells_parallel.value)


_COST = (
    "efficiency has no certified figure to be held against, C-rates and energy from SOC lack the rated Ah and kWh, "
    "and cell imbalance is judged as for NMC cells"
)
_COST_KO = (
    "전비를 비교할 공인값이 없고, C-rate와 SOC 기반 에너지 계산에 필요한 정격 Ah·kWh가 없으며, "
    "셀 불균형은 NMC 기준으로 판정합니다"
)


def unknown_type(name: str, known: tuple[str, ...] = ()) -> CarType:
    """A type of that name of which nothing is known; `known` are spellings that would have been understood."""
    hint = f" (known: {', '.join(known)})" if known else ""
    hint_ko = f" (등록된 이름: {', '.join(known)})" if known else ""
    what, what_ko = (f"car type {name!r} is not registered", f"차종 '{name}'은(는) 등록되어 있지 않습니다")
    if not name:
        what, what_ko = ("car type unknown", "차종을 알 수 없습니다")
    return CarType(name=name, note=f"{what}{hint}: {_COST}", note_ko=f"{what_ko}{hint_ko}: {_COST_KO}")


#: for a device that is in no list and whose feed does not name its type
UNKNOWN = unknown_type("")
