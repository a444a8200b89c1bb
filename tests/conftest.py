"""What all tests share: where the real recordings lie."""

from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings beside the project; a missing one is a failure, not a skip."""
    assert REAL_DATA.is_dir(), f"the real recordings are missing: {REAL_DATA}"
    return REAL_DATA
