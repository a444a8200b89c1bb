"""All car types, and which of them a device is by its listed name, its model year and its cells in series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from baas.cars.names import spelling
from baas.cars.parse import car_type_from
from baas.cars.types import NUMBERS, UNKNOWN, CarType, Sourced, unknown_type
from baas.errors import BaasError
from baas.schema import Column

#: numbers on which possible variants differ by more than this share are withheld; chosen: an efficiency held against
#: a figure 3 % off moves by 3 points of 100, within the uncertainty of a month of driving
AGREEMENT = 0.03
#: chosen: this many cell channels may be dead in a recording before the count speaks against a type; packs of one
#: family mostly differ by 8 cells or more, and an exact match always comes first
DEAD_CHANNELS = 2


def _spellings(car: CarType) -> Iterator[str]:
    """Spellings of the family, with and without the maker in front, in either language."""
    for name in (car.name, *car.aliases):
        for maker in ("", car.maker, car.maker_ko):
            yield spelling(maker + name)


def _agreed(column: Column, candidates: Sequence[CarType]) -> Sourced | None:
    """The number that all candidates share: counts exactly, quantities within AGREEMENT; else None."""
    found = [number for number in (car.number(column.name) for car in candidates) if number is not None]
    if len(found) < len(candidates):
        return None
    low, high = min(number.value for number in found), max(number.value for number in found)
    if high - low > (0 if column.dtype == "int" else AGREEMENT * high):
        return None
    return replace(found[0], unsure=any(number.unsure for number in found))


def _common(candidates: Sequence[CarType]) -> CarType:
    """What several possible variants of one family have in common, with a note on what had to be withheld."""
    first = candidates[0]
    if len(candidates) == 1:
        return first
    numbers: dict[str, Any] = {column.name: _agreed(column, candidates) for column in NUMBERS}
    known = {column.name for column in NUMBERS if any(car.number(column.name) for car in candidates)}
    lost = [column for column in NUMBERS if column.name in known and numbers[column.name] is None]
    names = ", ".join(car.label for car in candidates)
    note = f"could be {names}; withheld: {', '.join(column.name for column in lost) or 'nothing'}"
    note_ko = f"가능한 차종: {names}. 보류한 값: {', '.join(column.ko for column in lost) or '없음'}"
    return replace(
        first,
        variant="",
        variant_aliases=(),
        model_years=None,
        chemistry=first.chemistry if len({car.chemistry for car in candidates}) == 1 else "",
        note=f"{note}; name the variant or the model year in the device list" if lost else note,
        note_ko=f"{note_ko}. 차종 목록에 세부 모델이나 연식을 적어 주세요" if lost else note_ko,
        **numbers,
    )


def _without_layout(car: CarType) -> CarType:
    """The type without its cell layout, which the recording does not bear out."""
    return replace(car, cells_series=None, cells_parallel=None, cells_per_module=None)


def _of_series(candidates: tuple[CarType, ...], series: int) -> tuple[CarType, ...]:
    """Candidates that a recording with that many cells in series allows; none if it speaks against all of them.

    Where no count of the family is certain the recording knows better, and the layout is withheld.
    """
    gaps = {index: car.series - series for index, car in enumerate(candidates) if car.series is not None}
    close = {index: gap for index, gap in gaps.items() if 0 <= gap <= DEAD_CHANNELS}
    if close:
        return tuple(candidates[index] for index, gap in close.items() if gap == min(close.values()))
    certain = any(car.cells_series and not car.cells_series.unsure for car in candidates)
    return tuple(_without_layout(car) for car in candidates if car.cells_series is None or not certain)


def _contradicted(candidates: tuple[CarType, ...], series: int) -> CarType:
    """The family without any number: the list says one thing, the cells another."""
    name = candidates[0].name
    counts = ", ".join(str(count) for count in sorted({car.series for car in candidates if car.series}))
    return replace(
        unknown_type(name),
        maker=candidates[0].maker,
        maker_ko=candidates[0].maker_ko,
        body=candidates[0].body,
        note=f"listed as {name}, which has {counts} cells in series, but the recording has {series}; check the list",
        note_ko=f"목록의 차종 {name}은(는) 직렬 {counts}셀이지만 기록은 {series}셀입니다. 목록을 확인해 주세요",
    )


@dataclass(frozen=True)
class CarTypes:
    """All variants, oldest first within a family."""

    variants: tuple[CarType, ...]

    @cached_property
    def _families(self) -> dict[str, tuple[CarType, ...]]:
        """Every spelling of a family -> its variants; longest spellings first."""
        members: dict[str, list[CarType]] = {}
        for car in self.variants:
            members.setdefault(car.name, []).append(car)
        found = {one: tuple(members[car.name]) for car in self.variants for one in _spellings(car)}
        return dict(sorted(found.items(), key=lambda item: -len(item[0])))

    def _named(self, wanted: str) -> tuple[CarType, ...]:
        """Variants that a spelling can mean: a family, or a family followed by one of its variants."""
        if wanted in self._families:
            return tuple(car for car in self._families[wanted] if not car.named_only)
        for family, members in self._families.items():
            rest = wanted.removeprefix(family)
            if rest != wanted:
                named = [car for car in members if rest in map(spelling, (car.variant, *car.variant_aliases))]
                if named:
                    return tuple(named)
        return ()

    def _close_names(self, wanted: str) -> tuple[str, ...]:
        """Labels of the variants whose family the spelling begins with, as a hint for people."""
        for family, members in self._families.items():
            if wanted.startswith(family):
                return tuple(car.label for car in members)
        return ()

    def find(self, name: str, model_year: int | None = None, cells_series: int | None = None) -> CarType:
        """The type of a device: by its listed name, then the cells in series of its recording, then its model year.

        Where several variants remain, numbers on which they disagree are None and `note` says so. A name that is not
        registered gives a type of that name without numbers, an empty one UNKNOWN.
        """
        wanted = spelling(name)
        if not wanted:
            return UNKNOWN
        named = self._named(wanted)
        if not named:
            return unknown_type(name.strip(), self._close_names(wanted))
        fitting = named if cells_series is None else _of_series(named, cells_series)
        if not fitting:
            return _contradicted(named, cells_series or 0)
        dated = tuple(car for car in fitting if model_year is None or car.made_in(model_year))
        return _common(dated or fitting)


def _check_spellings(cars: Sequence[tuple[Path, CarType]]) -> None:
    """One spelling, one family; one variant name, one file."""
    family_of: dict[str, tuple[Path, str]] = {}
    file_of: dict[tuple[str, str], Path] = {}
    for path, car in cars:
        for one in _spellings(car):
            other, family = family_of.setdefault(one, (path, car.name))
            if family != car.name:
                raise BaasError(
                    f"{path}: aliases give {car.name!r} a spelling of {family!r} in {other.name}; drop one",
                    f"{path}: aliases의 {car.name!r} 표기가 {other.name}의 {family!r}와 겹칩니다. 하나를 지우십시오",
                )
        twin = file_of.setdefault((car.name, spelling(car.variant)), path)
        if twin != path:
            raise BaasError(
                f"{path}: variant {car.variant!r} of {car.name!r} is already described by {twin.name}",
                f"{path}: {car.name!r}의 variant {car.variant!r}은(는) {twin.name}에 이미 있습니다",
            )


def _age(car: CarType) -> tuple[str, int, str]:
    """Order of variants: by family, oldest first."""
    return car.name, car.model_years[0] if car.model_years else 0, car.variant


def load_car_types(folder: Path) -> CarTypes:
    """Every *.toml of the folder. Raises BaasError naming file and key where one is not understood."""
    if not folder.is_dir():
        raise BaasError(
            f"{folder}: no such folder of car types; give the right one with --car-types",
            f"{folder}: 차종 폴더가 없습니다. --car-types로 바른 폴더를 주십시오",
        )
    cars = [(path, car_type_from(path)) for path in sorted(folder.glob("*.toml"))]
    _check_spellings(cars)
    return CarTypes(tuple(sorted((car for _, car in cars), key=_age)))
