"""car_types/*.toml -> CarType. Anything that is not understood stops the load, with file and key."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any, cast, get_args

from baas.cars.types import FIRST_MODEL_YEAR, LAST_MODEL_YEAR, NUMBERS, Body, CarType, Chemistry, Sourced
from baas.errors import BaasError
from baas.schema import Column

_REQUIRED = ("name", "variant")
_TEXTS = ("name", "variant", "maker", "maker_ko", "body", "chemistry")
_TEXT_LISTS = ("aliases", "variant_aliases")
_KNOWN = {*_TEXTS, *_TEXT_LISTS, "named_only", "model_years", *(column.name for column in NUMBERS)}
#: chosen: published usable and nominal energies are rounded, so they may cross by this share
ROUNDING = 0.02


class _Table:
    """One file's table; every complaint names the file and the key."""

    def __init__(self, where: Path, table: dict[str, Any]) -> None:
        self.where, self.table = where, table

    def wrong(self, key: str, why: str, why_ko: str) -> BaasError:
        return BaasError(f"{self.where}: {key} {why}", f"{self.where}: {key}: {why_ko}")

    def text(self, key: str) -> str:
        found = self.table.get(key, "")
        if not isinstance(found, str) or (key in _REQUIRED and not found.strip()):
            raise self.wrong(key, f"must be text, not {found!r}", f"문자열이어야 합니다. 지금 값: {found!r}")
        return found

    def one_of(self, key: str, kind: Any) -> str:
        found = self.text(key)
        if found not in get_args(kind):
            known = ", ".join(filter(None, get_args(kind)))
            raise self.wrong(
                key,
                f"cannot be {found!r}; use one of {known}",
                f"{found!r} 값은 없습니다. 다음 중에서 고르십시오: {known}",
            )
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) and item.strip() for item in found):
            raise self.wrong(
                key, f"must be a list of texts, not {found!r}", f"문자열 목록이어야 합니다. 지금 값: {found!r}"
            )
        return tuple(found)

    def flag(self, key: str) -> bool:
        found = self.table.get(key, False)
        if not isinstance(found, bool):
            raise self.wrong(
                key, f"must be true or false, not {found!r}", f"true나 false여야 합니다. 지금 값: {found!r}"
            )
        return found

    def model_years(self) -> tuple[int, int | None] | None:
        found = self.table.get("model_years")
        if found is None:
            return None
        fits = isinstance(found, list) and len(found) in (1, 2) and all(type(year) is int for year in found)
        if not fits or not FIRST_MODEL_YEAR <= found[0] <= found[-1] <= LAST_MODEL_YEAR:
            raise self.wrong(
                "model_years",
                f"must be [first] or [first, last], not {found!r}",
                f"[첫 연식] 또는 [첫 연식, 마지막 연식]이어야 합니다. 지금 값: {found!r}",
            )
        return found[0], found[1] if len(found) == 2 else None

    def number(self, column: Column) -> Sourced | None:
        found = self.table.get(column.name)
        if found is None:
            return None
        if not isinstance(found, dict) or set(found) - {"value", "source", "unsure"}:
            raise self.wrong(
                column.name,
                'must be { value = ..., source = "..." }, with unsure = true where it is unsure',
                '{ value = ..., source = "..." } 꼴이어야 합니다. 확실하지 않으면 unsure = true를 더하십시오',
            )
        value, source, unsure = found.get("value"), found.get("source"), found.get("unsure", False)
        if not isinstance(source, str) or not source.strip():
            raise self.wrong(
                column.name, "needs a source: where was the number read?", "source에 숫자의 출처를 적으십시오"
            )
        if not isinstance(unsure, bool):
            raise self.wrong(
                column.name,
                f"has unsure = {unsure!r}; use true or false",
                f"unsure는 true나 false여야 합니다. 지금 값: {unsure!r}",
            )
        return Sourced(self._value(column, value), source, unsure)

    def _value(self, column: Column, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(
                column.name, f"needs a number as value, not {value!r}", f"value는 숫자여야 합니다. 지금 값: {value!r}"
            )
        if column.dtype == "int" and value != int(value):
            raise self.wrong(
                column.name, f"must be a whole number, not {value!r}", f"정수여야 합니다. 지금 값: {value!r}"
            )
        low, high = column.low or 0, column.high or math.inf
        if not low <= value <= high:
            raise self.wrong(
                column.name,
                f"cannot be {value:g} {column.unit}; possible are {low:g} to {high:g}",
                f"{value:g} {column.unit}일 수 없습니다. 가능한 범위: {low:g}~{high:g}",
            )
        return float(value)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise BaasError(
            f"{path}: not readable as TOML ({fault}); mend or remove it",
            f"{path}: TOML로 읽을 수 없습니다({fault}). 고치거나 지우십시오",
        ) from fault


def car_type_from(path: Path) -> CarType:
    """The variant that one file describes. Raises BaasError naming file and key of whatever is wrong."""
    table = _Table(path, _read(path))
    if lost := [key for key in _REQUIRED if key not in table.table]:
        raise table.wrong(lost[0], "is missing", "빠져 있습니다")
    if unknown := sorted(set(table.table) - _KNOWN):
        known = ", ".join(sorted(_KNOWN))
        raise table.wrong(
            unknown[0],
            f"is not a key of a car type; known are {known}",
            f"차종 파일에 없는 항목입니다. 쓸 수 있는 항목: {known}",
        )
    numbers: dict[str, Any] = {column.name: table.number(column) for column in NUMBERS}
    usable, gross = numbers["usable_kwh"], numbers["gross_kwh"]
    if usable and gross and usable.value > gross.value * (1 + ROUNDING):
        raise table.wrong(
            "usable_kwh",
            f"is {usable.value:g}, more than gross_kwh {gross.value:g}",
            f"{usable.value:g} kWh는 gross_kwh {gross.value:g} kWh보다 큽니다",
        )
    return CarType(
        name=table.text("name"),
        variant=table.text("variant"),
        aliases=table.texts("aliases"),
        variant_aliases=table.texts("variant_aliases"),
        named_only=table.flag("named_only"),
        maker=table.text("maker"),
        maker_ko=table.text("maker_ko"),
        body=cast("Body", table.one_of("body", Body)),
        model_years=table.model_years(),
        chemistry=cast("Chemistry", table.one_of("chemistry", Chemistry)),
        **numbers,
    )
