"""How scores come about, read from the code that computes them: weights, limits, their reasons and sources.

A limit is told where it stands. The `#:` comment above its assignment carries the words of both languages:

    #: ko: name [unit]: reason en: name [unit]: reason

An assignment of several numbers is one limit. A unit that starts with "×100 " tells the number, or the first of each
pair, in percent. What a reader of the page cannot use says `#: inner:` and why; every other constant must be told.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import baas.metrics
from baas.metrics import Metric, all_metrics
from baas.schema import Column
from baas.score import rules

_BOTH = re.compile(r"(?:^|.* )ko: (?P<ko>.+?) en: (?P<en>.+)")
_WORDS = re.compile(r"(?P<name>[^\[\]:]+?)(?: \[(?P<unit>[^\]]+)\])?: (?P<why>.+)")
_PARTS = ("name", "unit", "why")
_IN_PERCENT = "×100 "


@dataclass(frozen=True)
class Constant:
    """What an assignment of a module fixes: its names, the value or list of values, and the comment above."""

    names: tuple[str, ...]
    value: Any
    comment: str

    @property
    def is_inner(self) -> bool:
        """Whether it is none of the reader's business."""
        return self.comment.startswith("inner:")


def methods() -> dict[str, Any]:
    """Metrics by weight with their columns and limits, and the rules that make a grade of them; plain JSON values."""
    return {
        "metrics": [_metric(metric) for metric in all_metrics()],
        "rules": [*limits(rules), *limits(baas.metrics)],
        "grades": [list(grade) for grade in rules.GRADES],
        "deductions": [list(point) for point in rules.DEDUCTIONS],
    }


def _metric(metric: Metric) -> dict[str, Any]:
    words = ("title", "what", "source", "note")
    return {
        "name": metric.name,
        "weight": metric.weight,
        **{f"{word}_{lang}": getattr(metric, f"{word}_{lang}") for word in words for lang in ("ko", "en")},
        "columns": [_column(column) for column in metric.columns],
        "limits": list(limits(sys.modules[metric.score.__module__])),
    }


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "unit": column.unit, "doc": column.doc, "ko": column.ko}


def limits(module: ModuleType) -> Iterator[dict[str, Any]]:
    """Limits that a module tells its readers, with name, unit and reason in both languages."""
    for constant in constants(module):
        both = _BOTH.fullmatch(constant.comment)
        told = {lang: _WORDS.fullmatch(both[lang]) for lang in ("ko", "en")} if both else {}
        if constant.is_inner or not all(told.values()) or not told:
            continue
        words = {f"{part}_{lang}": found[part] or "" for lang, found in told.items() if found for part in _PARTS}
        words["why_en"] = words["why_en"][:1].upper() + words["why_en"][1:]
        in_percent = words["unit_ko"].startswith(_IN_PERCENT)
        units = {f"unit_{lang}": words[f"unit_{lang}"].removeprefix(_IN_PERCENT) for lang in told}
        value = _percent(constant.value) if in_percent else constant.value
        yield {"name": constant.names[0], "value": value, **words, **units}


def _percent(value: Any) -> Any:
    """A share as percent; of pairs (share, something) the shares, of plain lists every one."""
    if isinstance(value, list):
        pairs = all(isinstance(part, list) for part in value)
        return [[_percent(part[0]), *part[1:]] if pairs else _percent(part) for part in value]
    return round(100 * value, 9)


def constants(module: ModuleType) -> Iterator[Constant]:
    """Plain values that a module fixes, in its order."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        names = tuple(_names(node.targets if isinstance(node, ast.Assign) else [node.target]))
        values = [getattr(module, name, None) for name in names]
        if names and all(name.isupper() and not name.startswith("_") for name in names) and _is_plain(tuple(values)):
            plain = [_as_json(value) for value in values]
            yield Constant(names, plain if len(plain) > 1 else plain[0], _comment(lines, node.lineno))


def _names(targets: list[ast.expr]) -> list[str]:
    """Names that an assignment gives."""
    found = [element for target in targets for element in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [element.id for element in found if isinstance(element, ast.Name)]


def _is_plain(value: Any) -> bool:
    """Whether a value can be told: numbers, words, and tuples and tables of them."""
    if isinstance(value, dict):
        return _is_plain(tuple(value.items()))
    if isinstance(value, tuple):
        return all(_is_plain(part) for part in value)
    return isinstance(value, (int, float, str))


def _as_json(value: Any) -> Any:
    """Tuples as lists, tables as lists of pairs."""
    if isinstance(value, dict):
        return _as_json(tuple(value.items()))
    return [_as_json(part) for part in value] if isinstance(value, tuple) else value


def _comment(lines: list[str], number: int) -> str:
    """The `#:` comment right above a line (counted from 1)."""
    told: list[str] = []
    above = number - 2
    while above >= 0 and lines[above].startswith("#:"):
        told.insert(0, lines[above].removeprefix("#:").strip())
        above -= 1
    return " ".join(told)
