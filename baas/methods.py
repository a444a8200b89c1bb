"""How scores come about, read from the code that computes them: weights, limits, their reasons and sources."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from baas.metrics import Metric, all_metrics
from baas.schema import Column
from baas.score import rules


def methods() -> dict[str, Any]:
    """Metrics by weight with their columns and limits, and the rules that make a grade of them; plain JSON values."""
    return {
        "metrics": [_metric(metric) for metric in all_metrics()],
        "rules": list(constants(rules)),
        "grades": [list(grade) for grade in rules.GRADES],
        "deductions": [list(point) for point in rules.DEDUCTIONS],
    }


def _metric(metric: Metric) -> dict[str, Any]:
    module = sys.modules[metric.score.__module__]
    return {
        "name": metric.name,
        "title_ko": metric.title_ko,
        "title_en": metric.title_en,
        "weight": metric.weight,
        "source": metric.source,
        "doc": inspect.getdoc(module) or "",
        "columns": [_column(column) for column in metric.columns],
        "limits": [limit for limit in constants(module) if limit["name"] not in ("SOURCE", "COLUMNS", "METRIC")],
    }


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "unit": column.unit, "doc": column.doc, "ko": column.ko}


def constants(module: ModuleType) -> Iterator[dict[str, Any]]:
    """Numbers that a module fixes, with the reason that stands above each: name, value, why."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign):
            continue
        for name in _names(node.targets):
            value = getattr(module, name, None)
            if name.isupper() and not name.startswith("_") and _is_plain(value):
                yield {"name": name, "value": value, "why": _reason(lines, node.lineno)}


def _names(targets: list[ast.expr]) -> list[str]:
    """Names that an assignment gives."""
    found = [element for target in targets for element in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [element.id for element in found if isinstance(element, ast.Name)]


def _is_plain(value: Any) -> bool:
    """Whether a value can be told: numbers, words, and tuples of them."""
    if isinstance(value, tuple):
        return all(_is_plain(part) for part in value)
    return isinstance(value, (int, float, str))


def _reason(lines: list[str], number: int) -> str:
    """The `#:` comment above a line (counted from 1); that of the line above when several share one."""
    above = number - 2
    while above >= 0 and lines[above].lstrip("_")[:1].isupper() and " = " in lines[above]:
        above -= 1
    told: list[str] = []
    while above >= 0 and lines[above].startswith("#:"):
        told.insert(0, lines[above].removeprefix("#:").strip())
        above -= 1
    return " ".join(told)
