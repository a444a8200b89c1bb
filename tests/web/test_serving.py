"""New runs appear without restart; a reader never sees two runs at once."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from baas import pipeline
from baas.settings import load
from baas.tables.files import RUN_FILE, STORE_NAME
from baas.web.fleet import Reader

Visit = Callable[[Path], FlaskClient]


def _rename_run(folder: Path, run_id: str, staged: str) -> None:
    """Make the results those of another run, its files staged or in place."""
    with sqlite3.connect(folder / STORE_NAME) as db:
        db.execute("UPDATE runs SET run_id=?, staged=?", (run_id, staged))
    db.close()


def test_a_first_run_appears_without_restart(visit: Visit, real_results: Path, tmp_path: Path) -> None:
    client = visit(tmp_path / "results")
    assert "아직 평가된 차량이 없습니다" in client.get("/").text
    shutil.copytree(real_results, tmp_path / "results")
    assert "01200000002" in client.get("/").text


def test_an_edit_appears_without_restart(visit: Visit, results: Path) -> None:
    client = visit(results)
    assert "EDITED" not in client.get("/vehicles").text
    path = results / "vehicle_scores.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Leaf 24", "EDITED"), encoding="utf-8-sig")
    assert "EDITED" in client.get("/vehicles").text


def test_a_run_that_is_committed_but_not_yet_moved_is_read_from_where_it_lies(results: Path) -> None:
    staged = results / ".run-next"
    staged.mkdir()
    for name in ("vehicle_scores.csv", RUN_FILE):
        text = (results / name).read_text(encoding="utf-8-sig")
        (staged / name).write_text(
            text.replace("Leaf 24", "Next 24"), encoding="utf-8-sig" if name != RUN_FILE else "utf-8"
        )
    reader = Reader(results)
    assert {row["car_type"] for row in reader.fleet().vehicles} >= {"Leaf 24"}
    _rename_run(results, "next", ".run-next")
    assert {row["car_type"] for row in reader.fleet().vehicles} >= {"Next 24"}


def test_day_tables_of_another_run_are_not_shown_beside_these_results(results: Path) -> None:
    reader = Reader(results)
    fleet = reader.fleet()
    with reader.days(fleet) as db:
        assert db is not None
    _rename_run(results, "later", ".run-later")
    with reader.days(fleet) as db:
        assert db is None


def test_unchanged_results_are_loaded_once(results: Path) -> None:
    reader = Reader(results)
    assert reader.fleet() is reader.fleet()


def test_pages_never_mix_two_runs_while_the_scorer_rewrites(visit: Visit, tmp_path: Path, real_data: Path) -> None:
    folder = tmp_path / "results"
    done = threading.Event()
    asked: list[tuple[str, ...]] = [(), ("01200000002",), (), ("01200000003", "01200000010")]

    def score() -> None:
        for devices in asked:
            given = {"source": "csv", "inputs": [real_data / "fleet_export"], "vehicles": ",".join(devices), "jobs": 1}
            given = {name: value for name, value in given.items() if value != ""}
            pipeline.run(load(given | {"output": folder / "vehicle_scores.csv"}, {}), lambda *_: None, {})
        done.set()

    scorer = threading.Thread(target=score)
    scorer.start()
    client = visit(folder)
    seen: dict[str, set[frozenset[str]]] = {}
    while not done.is_set():
        for path in ("/vehicles", "/quality"):
            answer = client.get(f"{path}?format=json")
            assert answer.status_code == 200
            page = answer.get_json()
            devices = frozenset(
                row["device_no"] for block in page["blocks"] if block["id"] == "vehicles" for row in block["rows"]
            )
            seen.setdefault(page["run_id"], set()).add(devices)
    scorer.join()
    whole = {run: kinds for run, kinds in seen.items() if run}
    assert len(whole) >= 2
    assert all(len(kinds) == 1 for kinds in whole.values()), whole


def test_scores_under_another_name_are_found(visit: Visit, tmp_path: Path, real_data: Path) -> None:
    given = {"source": "csv", "inputs": [real_data / "fleet_export"], "output": tmp_path / "march.csv", "jobs": 1}
    pipeline.run(load(given, {}), lambda *_: None, given)
    text = visit(tmp_path).get("/vehicles").text
    assert "01200000002" in text
    assert 'class="problems"' not in text
