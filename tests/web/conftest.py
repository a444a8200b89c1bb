"""Results of the real recordings, scored once, and a browser-less visitor."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from baas import pipeline
from baas.settings import load
from baas.web.app import create_app

Visit = Callable[[Path], FlaskClient]


@pytest.fixture(scope="session")
def real_results(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """A results folder of the four real cars."""
    folder = tmp_path_factory.mktemp("results")
    given = {
        "source": "csv",
        "inputs": [real_data / "fleet_export"],
        "output": folder / "vehicle_scores.csv",
        "jobs": 1,
    }
    pipeline.run(load(given, {}), lambda *_: None, {})
    return folder


@pytest.fixture
def results(real_results: Path, tmp_path: Path) -> Path:
    """A copy of them that a test may spoil."""
    return Path(shutil.copytree(real_results, tmp_path / "results"))


@pytest.fixture
def visit() -> Visit:
    """A visitor of the dashboard over a results folder."""

    def visitor(folder: Path) -> FlaskClient:
        return create_app(folder).test_client()

    return visitor
