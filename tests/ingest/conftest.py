"""Hand-made files, read as the product reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading import Read, read_path

Reader = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Writes bytes under a name and reads them."""

    def run(data: bytes | str, name: str = "bms_01200000001_2023-01.csv", **changes: object) -> Read:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_path(path, **changes)

    return run
