"""The checkers of pages that npm installs: axe-core and the Nu HTML checker."""

from __future__ import annotations

from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[2] / "frontend" / "node_modules"


def checker(path: str) -> Path:
    """A file of the checkers that npm installs."""
    found = FRONTEND / path
    assert found.is_file(), f"{found} is missing: npm ci --prefix frontend"
    return found
