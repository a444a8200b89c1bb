"""A results folder that is missing, half copied, edited or older: a page that says so, never a trace."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

Visit = Callable[[Path], FlaskClient]


PAGES = ("/", "/vehicles", "/types", "/findings", "/quality", "/methods", "/dictionary")


def _all_answer(visit: Visit, folder: Path) -> str:
    client = visit(folder)
    texts = [client.get(path) for path in PAGES]
    assert [answer.status_code for answer in texts] == [200] * len(PAGES)
    assert not any("Traceback" in answer.text for answer in texts)
    return texts[0].text


def test_a_missing_folder_tells_which_command_to_run(visit: Visit, tmp_path: Path) -> None:
    assert "python vehicle_battery_scorer.py --output results/vehicle_scores.csv" in _all_answer(
        visit, tmp_path / "none"
    )
    assert visit(tmp_path / "none").get("/vehicles/1").status_code == 404


def test_whole_results_have_no_problems(visit: Visit, results: Path) -> None:
    assert 'class="problems"' not in _all_answer(visit, results)


@pytest.mark.parametrize(
    "name", ["run.json", "score_lines.csv", "data_quality.csv", "files.csv", "findings.csv", "baas.sqlite"]
)
def test_a_lost_file_is_told_and_the_rest_is_shown(visit: Visit, results: Path, name: str) -> None:
    (results / name).unlink()
    text = _all_answer(visit, results)
    assert "01200000002" in text
    assert visit(results).get("/vehicles/01200000002").status_code == 200
    if name != "run.json":
        assert f"<code>{name}</code>" in text


def test_lost_scores_give_a_page_that_says_so(visit: Visit, results: Path) -> None:
    (results / "vehicle_scores.csv").unlink()
    text = _all_answer(visit, results)
    assert "<code>vehicle_scores.csv</code> 파일이 없습니다" in text


@pytest.mark.parametrize(
    "name",
    [
        "vehicle_scores.csv",
        "score_lines.csv",
        "data_quality.csv",
        "findings.csv",
        "files.csv",
        "run.json",
        "baas.sqlite",
    ],
)
@pytest.mark.parametrize("part", [0.0, 0.4, 0.9])
def test_a_half_copied_file_is_told(visit: Visit, results: Path, name: str, part: float) -> None:
    content = (results / name).read_bytes()
    (results / name).write_bytes(content[: int(len(content) * part)])
    assert f"<code>{name}</code>" in _all_answer(visit, results)
    assert visit(results).get("/vehicles/01200000003").status_code in (200, 404)


def _edited_in_excel(path: Path, *, encoding: str = "cp949", delimiter: str = ",") -> None:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    order = list(reversed(range(len(rows[0]))))
    km, time = rows[0].index("distance_km"), rows[0].index("last_time")
    for row in rows[1:]:
        row[km] = f"{float(row[km]):,.1f}"
        row[time] = row[time][:16].replace("-", "/")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([[row[at] for at in order] for row in rows])
    path.write_bytes(text.getvalue().encode(encoding, "replace"))


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp949", ","), ("utf-8", ";"), ("utf-16", "\t")])
def test_scores_edited_in_excel_are_read_and_told(visit: Visit, results: Path, encoding: str, delimiter: str) -> None:
    _edited_in_excel(results / "vehicle_scores.csv", encoding=encoding, delimiter=delimiter)
    text = _all_answer(visit, results)
    assert "실행 뒤에 바뀐 파일입니다" in text
    rows = json.loads(visit(results).get("/vehicles?format=json").data)["blocks"][0]["rows"]
    assert [row["distance_km"] for row in rows] == [5530.4, 2472.3, 3372.0, 103.1]
    assert rows[0]["last_time"] == "2019-08-05 10:54:00"
    assert rows[0]["grade"] == "D"


def test_a_number_that_is_none_is_named_with_its_line(visit: Visit, results: Path) -> None:
    path = results / "vehicle_scores.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("51.23", "fifty"), encoding="utf-8-sig")
    text = visit(results).get("/").text
    assert "2: total_score = &#39;fifty&#39;" in text


def test_results_of_an_older_version_are_told(visit: Visit, results: Path) -> None:
    path = results / "vehicle_scores.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([row[:3] for row in rows])
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    with sqlite3.connect(results / "baas.sqlite") as db:
        db.execute("PRAGMA user_version=999")
    db.close()
    shown = _all_answer(visit, results)
    assert "다른 버전(999)" in shown
    assert "이전 버전의 결과이거나 열을 지운 파일" in shown


def test_a_column_of_numbers_deleted_leaves_the_rest(visit: Visit, results: Path) -> None:
    path = results / "score_lines.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["device_no", "line", "points"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    assert visit(results).get("/vehicles/01200000003").status_code == 200
