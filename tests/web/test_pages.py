"""Every page: whole without JavaScript, the same on screen, as CSV and as JSON, in both languages."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from baas.tables.days import DAILY
from baas.tables.results import RESULT_TABLES

Visit = Callable[[Path], FlaskClient]


WEB = Path(__file__).resolve().parents[2] / "baas" / "web"
PAGES = ("/", "/vehicles", "/types", "/findings", "/quality", "/methods", "/dictionary", "/vehicles/01200000003")
HANGUL = re.compile("[가-힣]")


@pytest.fixture
def client(real_results: Path, visit: Visit) -> FlaskClient:
    return visit(real_results)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_a_question_and_answers_it_from_the_data(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    assert re.search(r"<h1>[^<]+\?</h1>", text)
    assert re.search(r'<p class="sentence">[^<]*\d', text)
    assert "2019-08-05 10:54" in text  # data as of


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize("path", PAGES)
def test_english_pages_hold_no_korean_but_the_name_of_the_language(client: FlaskClient, path: str) -> None:
    text = client.get(path + "?lang=en").text
    words = re.sub(r"<[^>]+>", " ", text).replace("한국어", "")
    assert not HANGUL.search(words), HANGUL.search(words)
    assert '<html lang="en"' in text


@pytest.mark.parametrize("path", PAGES)
def test_korean_comes_first(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    assert '<html lang="ko"' in text
    assert HANGUL.search(re.findall(r"<h1>([^<]+)</h1>", text)[0])


def test_the_language_is_remembered(client: FlaskClient) -> None:
    client.get("/?lang=en")
    assert '<html lang="en"' in client.get("/vehicles").text
    client.get("/?lang=ko")
    assert '<html lang="ko"' in client.get("/vehicles").text


def _spoken() -> list[tuple[str, ast.expr, ast.expr]]:
    return [
        (f"{path.name}:{node.lineno}", node.args[0], node.args[1])
        for path in sorted(WEB.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "say" and len(node.args) == 2
    ]


def _words(node: ast.expr) -> str:
    return "".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def test_everything_said_is_said_in_both_languages() -> None:
    spoken = _spoken()
    assert len(spoken) > 150
    for where, ko, en in spoken:
        if isinstance(ko, (ast.Constant, ast.JoinedStr)) and isinstance(en, (ast.Constant, ast.JoinedStr)):
            assert not HANGUL.search(_words(en)), where
            assert bool(_words(ko).strip()) == bool(_words(en).strip()), where
            assert HANGUL.search(_words(ko)) or not re.search("[a-z]{3}", _words(en)), where


def test_templates_hold_no_words_of_their_own() -> None:
    for path in (WEB.parents[1] / "templates").glob("*.html"):
        assert not HANGUL.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("path", [page for page in PAGES if page != "/dictionary"])
def test_screen_json_and_csv_agree(client: FlaskClient, path: str) -> None:
    page = json.loads(client.get(f"{path}?format=json").data)
    assert page["blocks"]
    for shown in page["blocks"]:
        block = json.loads(client.get(f"{path}?format=json&block={shown['id']}").data)["blocks"][0]
        assert len(shown["rows"]) <= len(block["rows"])
        content = client.get(f"{path}?format=csv&block={block['id']}").data
        assert content.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(lines) - 1 == len(block["rows"])
        assert [name.split(" [")[0] for name in lines[0]] == [column["key"] for column in block["columns"]]


def test_a_download_has_all_rows_where_the_screen_shows_a_page(client: FlaskClient) -> None:
    shown = client.get("/vehicles?rows=2").text
    assert shown.count('<th scope="row"') == 2
    whole = client.get("/vehicles?rows=2&format=csv").data.decode("utf-8-sig")
    assert len(whole.splitlines()) == 5


def test_points_lost_and_total_add_up_on_the_page_of_a_vehicle(client: FlaskClient) -> None:
    page = json.loads(client.get("/vehicles/01200000002?format=json&block=score").data)
    *lines, total = page["blocks"][0]["rows"]
    assert 100 + sum(line["points_lost"] for line in lines) == pytest.approx(total["after"], abs=0.005)


def test_a_vehicle_is_found_by_its_number_without_leading_zeros(client: FlaskClient) -> None:
    assert client.get("/vehicles/1200000002").status_code == 200
    assert client.get("/find?q=1200000002").headers["Location"] == "/vehicles/01200000002"
    assert client.get("/find?q=leaf").headers["Location"] == "/vehicles?q=leaf"


def test_a_vehicle_without_a_grade_says_what_is_lacking(client: FlaskClient) -> None:
    text = client.get("/vehicles/01200000020").text
    assert "자료가 모자라 평가하지 않았습니다" in text
    assert "필요 400행" in text


def test_filters_choose_vehicles_and_stay_in_the_address(client: FlaskClient) -> None:
    devices = [
        row["device_no"] for row in json.loads(client.get("/vehicles?grade=D&format=json").data)["blocks"][0]["rows"]
    ]
    assert devices == ["01200000002"]
    assert "grade=D" in client.get("/vehicles?grade=D").text


def test_sorting_puts_missing_values_last_both_ways(client: FlaskClient) -> None:
    for sort in ("total_score", "-total_score"):
        rows = json.loads(client.get(f"/vehicles?sort={sort}&format=json").data)["blocks"][0]["rows"]
        totals = [row["total_score"] for row in rows]
        known = [total for total in totals if total is not None]
        assert totals[-1] is None
        assert known == sorted(known, reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    "args",
    [
        "page=0",
        "page=-1",
        "page=99999999999",
        "rows=0",
        "rows=x",
        "sort=nothing",
        "sort=-",
        "grade=Z",
        "type=%00",
        "page=²",
    ],
)
def test_nonsense_in_an_address_is_harmless(client: FlaskClient, args: str) -> None:
    for path in ("/vehicles", "/findings", "/quality", "/"):
        assert client.get(f"{path}?{args}").status_code == 200


def test_the_dictionary_knows_every_declared_column(client: FlaskClient) -> None:
    text = client.get("/dictionary").text
    for table in (*RESULT_TABLES, DAILY):
        for column in table:
            assert f">{column.name}<" in text, column.name


def test_the_method_page_tells_limits_with_their_reasons(client: FlaskClient) -> None:
    korean, english = (client.get(f"/methods?lang={lang}").text for lang in ("ko", "en"))
    assert "SOC로 나타낸 셀 편차에 따른 점수" in korean
    assert "Points by spread of the cells in percent of SOC" in english
    for text in (korean, english):
        assert "6\u00a0→\u00a055" in text
        assert "2025 Battery Performance Index" in text
    assert "공개된 제조사 한도를 찾지 못함" in korean
    assert "no limit published by a maker was found" in english


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_method_page_speaks_to_people_not_to_programmers(client: FlaskClient, lang: str) -> None:
    text = re.sub(r"<[^>]+>", " ", client.get(f"/methods?lang={lang}").text)
    assert not re.findall(r"\b(?:methods|design|finding|product) \d|\bresearch\b|\bbaas\.\w+|\b[A-Z]+_[A-Z_]+\b", text)


def test_the_cells_of_a_vehicle_are_all_in_the_download(client: FlaskClient) -> None:
    page = json.loads(client.get("/vehicles/01200000002?format=json&block=cells").data)
    assert len(page["blocks"][0]["rows"]) == 88


def test_rows_are_conserved_on_the_quality_page(client: FlaskClient) -> None:
    page = json.loads(client.get("/quality?format=json&block=conservation").data)
    rows = page["blocks"][0]["rows"]
    assert sum(row["rows_read"] for row in rows) == 153_393
    assert all(row["conserved"] for row in rows)


def test_simulated_vehicles_are_called_so(results: Path, visit: Visit) -> None:
    about = json.loads((results / "run.json").read_text(encoding="utf-8"))
    (results / "run.json").write_text(json.dumps(about | {"simulated_devices": ["01200000002"]}), encoding="utf-8")
    client = visit(results)
    assert "가상 자료" in client.get("/").text
    assert "가상 자료" in client.get("/vehicles/01200000002").text
    assert "가상 자료" not in client.get("/vehicles/01200000003").text


def test_every_check_found_in_the_real_cars_has_words(client: FlaskClient) -> None:
    rows = json.loads(client.get("/findings?format=json&block=by-check").data)["blocks"][0]["rows"]
    assert rows
    cells = re.findall(r'check=[a-z_]+">([^<]+)</a>', client.get("/findings").text)
    assert cells
    assert all(HANGUL.search(cell) for cell in cells), cells


def test_findings_to_read_first_name_each_fault_of_a_vehicle_once(client: FlaskClient) -> None:
    rows = json.loads(client.get("/?format=json&block=latest-findings").data)["blocks"][0]["rows"]
    assert len(rows) <= 8
    assert len({row["device_no"] for row in rows}) == 3
