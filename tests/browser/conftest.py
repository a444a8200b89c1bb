"""A dashboard that listens, over the four real cars, and Debian's Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from baas import pipeline
from baas.settings import load
from baas.web.app import create_app

#: works as root and sends nothing anywhere
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium; a missing one is a failure, not a skip."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install -y --no-install-recommends chromium fonts-nanum"
    return {"executable_path": chromium, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A Korean desktop."""
    return {"locale": "ko-KR", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[str]:
    """Address of the running dashboard."""
    folder = tmp_path_factory.mktemp("results")
    given = {
        "source": "csv",
        "inputs": [real_data / "fleet_export"],
        "output": folder / "vehicle_scores.csv",
        "jobs": 1,
    }
    pipeline.run(load(given, {}), lambda *_: None, {})
    server = create_server(create_app(folder), host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)
