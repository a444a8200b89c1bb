"""A table of a TOML file, key by key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from baas.errors import BaasError


class TomlTable:
    """Takes keys out of one TOML table; a wrong one is told with file and key."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self.table = dict(table)
        self.where = where

    def fault(self, key: str, what: str, what_ko: str) -> BaasError:
        """The error that says what is wrong with a key, in English and Korean."""
        return BaasError(f"{self.where}: {key}: {what}", f"{self.where}: {key}: {what_ko}")

    def unknown(self, key: str, value: object, known: Iterable[str]) -> BaasError:
        """The error that says which values there are."""
        choice = ", ".join(known)
        return self.fault(
            key, f"{value!r} is not one of {choice}", f"{value!r} 값은 없습니다. 다음 중에서 고르십시오: {choice}"
        )

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The value of a key, which is none of the table any more; numbers are not flags."""
        value = self.table.pop(key, default)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool) != (kind is bool)):
            raise self.fault(key, f"cannot be {value!r}", f"{value!r} 값은 쓸 수 없습니다")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """One name or a list of names."""
        value = self.take(key, (list, str), [])
        items = [value] if isinstance(value, str) else value
        if not all(isinstance(item, str) and item for item in items):
            raise self.fault(key, "must be a list of names", "이름 목록이어야 합니다")
        return tuple(items)

    def numbers(self, key: str) -> tuple[float, ...]:
        """One number or a list of numbers."""
        value = self.take(key, (list, int, float), [])
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, int | float) and not isinstance(item, bool) for item in items):
            raise self.fault(key, "must be a list of numbers", "숫자 목록이어야 합니다")
        return tuple(float(item) for item in items)

    def pattern(self, key: str, group: str) -> re.Pattern[str] | None:
        """A regular expression with a group of that name, whatever the case; None where there is none."""
        text = self.take(key, str)
        if text is None:
            return None
        try:
            pattern = re.compile(text, re.IGNORECASE)
        except re.error as fault:
            raise self.fault(key, f"not a regular expression ({fault})", f"정규식이 아닙니다({fault})") from fault
        if group not in pattern.groupindex:
            raise self.fault(key, f"needs a group (?P<{group}>...)", f"(?P<{group}>...) 묶음이 있어야 합니다")
        return pattern

    def finish(self) -> None:
        """Raise BaasError where a key was not taken."""
        if self.table:
            raise self.fault(sorted(self.table)[0], "unknown key", "모르는 항목입니다")
