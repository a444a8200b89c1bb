"""What is told of the method: every limit of the code, in both languages, for people outside."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import baas.metrics
from baas.methods import constants, limits, methods
from baas.metrics import all_metrics
from baas.score import rules

HANGUL = re.compile("[가-힣]")
#: notes and modules that nobody outside can look up
INTERNAL = re.compile(r"\b(methods|design|finding|product|formats) \d|\bresearch\b|\bbaas\.|\b[A-Z]+_[A-Z_]+\b")
MODULES = [rules, baas.metrics, *(sys.modules[metric.score.__module__] for metric in all_metrics())]

MakeModule = Callable[[str], ModuleType]


@pytest.fixture
def made(tmp_path: Path) -> MakeModule:
    """A module of the given source."""

    def make(source: str) -> ModuleType:
        path = tmp_path / "made.py"
        path.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("made", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return make


def untold(module: ModuleType) -> list[str]:
    """Constants that are neither told in both languages nor declared to be inner ones."""
    told = {limit["name"] for limit in limits(module)}
    return [each.names[0] for each in constants(module) if each.names[0] not in told and not each.is_inner]


def faults(texts: dict[str, Any]) -> list[str]:
    """Texts of a metric or limit that are missing, in the wrong language, or speak of internal things."""
    found = []
    for name, text in texts.items():
        if name.endswith(("_ko", "_en")):
            is_unit_or_note = name.startswith(("unit", "note"))
            missing = not text and not is_unit_or_note
            foreign = (
                bool(HANGUL.search(text)) != name.endswith("_ko") and bool(text) and not name.startswith("unit_ko")
            )
            found += [f"{name}: {text}"] if missing or foreign or INTERNAL.search(text) else []
    return found


def told_texts() -> Iterator[dict[str, Any]]:
    told = methods()
    yield from told["rules"]
    for metric in told["metrics"]:
        yield metric
        yield from metric["limits"]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_constant_is_told_or_declared_inner(module: ModuleType):
    assert untold(module) == []


def test_every_text_is_there_in_its_language_and_speaks_of_nothing_internal():
    assert [fault for texts in told_texts() for fault in faults(texts)] == []


def test_every_metric_is_told_with_its_limits():
    told = methods()["metrics"]
    assert [metric["name"] for metric in told] == [metric.name for metric in all_metrics()]
    assert all(metric["limits"] for metric in told)
    assert {"GRADES", "DEDUCTIONS", "LEAST_COVERAGE", "DECISIVE_SHARE"} <= {rule["name"] for rule in methods()["rules"]}


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "#: chosen: a week",
        "#: ko: 기간 [일]: 정함",
        "#: en: Days [days]: chosen",
        "#: ko: 기간 [일] en: Days [days]: chosen",
        "#: ko: 기간 [일]: 정함 en: Days [days]",
    ],
)
def test_a_constant_without_name_or_reason_in_either_language_is_noticed(made: MakeModule, comment: str):
    assert untold(made(f"{comment}\nLEAST_DAYS = 7.0\n")) == ["LEAST_DAYS"]


def test_a_constant_told_in_both_languages_or_inner_is_fine(made: MakeModule):
    both = "#: ko: 기간 [일]: 정함: 일주일\n#: en: Days [days]: chosen: a week\nLEAST_DAYS = 7.0\n"
    assert untold(made(both + "#: inner: 0 °C in kelvin\nZERO_C_K = 273.15\n_HIDDEN = 3\nlower = 4\n")) == []


@pytest.mark.parametrize(
    ("texts", "is_fault"),
    [
        ({"name_ko": "Days", "name_en": "Days"}, True),
        ({"name_ko": "기간", "name_en": "기간"}, True),
        ({"why_ko": "", "why_en": "Chosen"}, True),
        ({"why_ko": "정함(methods 6)", "why_en": "Chosen"}, True),
        ({"why_ko": "정함", "why_en": "Design 4"}, False),
        ({"why_ko": "정함", "why_en": "design 4"}, True),
        ({"note_ko": "baas.daily.parked 참고", "note_en": "Told"}, True),
        ({"note_ko": "", "note_en": ""}, False),
        ({"name_ko": "기간", "name_en": "Days", "unit_ko": "%", "unit_en": "%"}, False),
    ],
)
def test_texts_that_are_missing_foreign_or_internal_are_faults(texts: dict[str, str], is_fault: bool):
    assert bool(faults(texts)) == is_fault


def told(module: ModuleType) -> list[tuple[Any, str, str]]:
    return [(limit["value"], limit["unit_ko"], limit["unit_en"]) for limit in limits(module)]


def words(unit: str) -> str:
    return f"#: remark on where it is from. ko: 이름 [{unit}]: 정함\n#: en: Name [{unit}]: chosen\n"


def test_values_come_from_the_code(made: MakeModule):
    assert told(made(words("km") + "LEAST_KM = 2 * 25.0\n")) == [(50.0, "km", "km")]
    assert told(made(words("km") + "LEAST_KM, MOST_KM = 50.0, 300.0\n")) == [([50.0, 300.0], "km", "km")]
    assert told(made(words("s → m/s²") + "TABLE = {1.0: (2.0, 3.0)}\n")) == [
        ([[1.0, [2.0, 3.0]]], "s → m/s²", "s → m/s²")
    ]
    assert told(made(words("km") + "LEAST_KM: float = 50.0\n")) == [(50.0, "km", "km")]


def test_shares_are_told_in_percent(made: MakeModule):
    assert told(made(words("×100 %") + "SHARE = 0.35\n")) == [(35.0, "%", "%")]
    assert told(made(words("×100 %") + "FIRST, SECOND = 0.35, 0.65\n")) == [([35.0, 65.0], "%", "%")]
    assert told(made(words("×100 % → km") + "TABLE = ((0.1, 100.0), (1.1, 0.0))\n")) == [
        ([[10.0, 100.0], [110.0, 0.0]], "% → km", "% → km")
    ]


def test_what_is_told_beside_a_number_is_that_number():
    limit = next(limit for limit in limits(rules) if limit["name"] == "FINAL_COVERAGE")
    assert limit["value"] == 100 * rules.FINAL_COVERAGE
    assert (limit["name_en"], limit["unit_en"]) == ("Share of the weights needed for a final score", "%")
    assert limit["why_en"].startswith("Chosen: ")
