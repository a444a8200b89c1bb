"""Whatever stops a program is told in Korean and in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from running import ROOT

from baas.errors import BaasError

FILES = sorted((ROOT / "baas").rglob("*.py"))
HANGUL = re.compile("[가-힣]")


def _errors(path: Path) -> list[ast.Call]:
    """Calls of BaasError in a file."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == BaasError.__name__]


@pytest.mark.parametrize("path", [path for path in FILES if _errors(path)], ids=lambda path: path.name)
def test_no_error_is_told_in_english_alone(path: Path) -> None:
    for call in _errors(path):
        told = ast.unparse(call)
        assert len(call.args) == 2, told
        assert not HANGUL.search(ast.unparse(call.args[0])), told


def test_an_error_without_korean_is_told_in_english() -> None:
    assert BaasError("no").told("ko") == "no"
    assert BaasError("no", "아니요").told("en") == str(BaasError("no", "아니요")) == "no"
