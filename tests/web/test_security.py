"""Hostile names, hosts and addresses."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from baas.tables.results import RESULT_TABLES, VEHICLE_SCORES
from baas.tables.spreadsheet import csv_bytes
from baas.web.app import create_app
from baas.web.security import is_own_name, own_names
from baas.web.view import View

Visit = Callable[[Path], FlaskClient]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "../../etc/passwd",
    "..",
    ".",
    "a/b",
    "a\\b",
    "%2e%2e",
    "=cmd|'/c calc'!A0",
    "한글 차량",
    "a?b#c&d",
    "x" * 300,
    "{{7*7}}",
    "' OR 1=1 --",
    "a%00b",
)


def _folder(path: Path, devices: tuple[str, ...]) -> Path:
    path.mkdir()
    for table in RESULT_TABLES:
        rows = []
        if table is VEHICLE_SCORES:
            for device in devices:
                row = dict.fromkeys(table.names, "")
                row |= {"device_no": device, "car_type": device, "total_score": 50, "grade": "D", "main_reason": device}
                rows.append([row[name] for name in table.names])
        (path / f"{table.name}.csv").write_bytes(csv_bytes(table.names, rows))
    return path


def test_hostile_names_are_shown_as_text(visit: Visit, tmp_path: Path) -> None:
    client = visit(_folder(tmp_path / "results", HOSTILE))
    for path in ("/", "/vehicles", "/types", f"/vehicles?q={quote('<script>')}", f"/findings?q={quote(HOSTILE[1])}"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in text or "{{7*7}}" in text


@pytest.mark.parametrize("device", HOSTILE)
def test_every_vehicle_has_a_page_whatever_its_number(visit: Visit, tmp_path: Path, device: str) -> None:
    client = visit(_folder(tmp_path / "results", HOSTILE))
    answer = client.get(View().vehicle(device))
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_download_has_a_name_without_a_path(visit: Visit, tmp_path: Path) -> None:
    client = visit(_folder(tmp_path / "results", HOSTILE))
    for device in HOSTILE:
        name = client.get(View("/vehicles").link("/vehicles", q=device, format="csv")).headers["Content-Disposition"]
        assert name.startswith("attachment; filename")
        assert not set("/\\\r\n") & set(name.split("filename", 1)[1])
        assert ".." not in name


def test_a_formula_does_not_run_in_a_download(visit: Visit, tmp_path: Path) -> None:
    client = visit(_folder(tmp_path / "results", ("=1+1",)))
    assert b"\n'=1+1," in client.get("/vehicles?format=csv").data.replace(b'"', b"")


@pytest.mark.parametrize(
    "path",
    ["/static/../dashboard.py", "/static/%2e%2e/dashboard.py", "/static//etc/passwd", "/vehicles/../../x", "/nothing"],
)
def test_no_path_leads_out(visit: Visit, real_results: Path, path: str) -> None:
    answer = visit(real_results).get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "baas.commands" not in answer.text


def test_every_answer_carries_the_headers(visit: Visit, real_results: Path) -> None:
    client = visit(real_results)
    for path in ("/", "/nothing", "/static/css/style.css", "/vehicles?format=json", "/health"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("[::1]:5000", True),
        ("192.168.0.7", True),
        ("LOCALHOST", True),
        ("fleet.example.kr:5000", True),
        ("evil.example", False),
        ("localhost.evil.example:5000", False),
        ("", False),
    ],
)
def test_only_names_of_this_server_are_answered(host: str, is_own: bool) -> None:
    assert is_own_name(host, own_names("127.0.0.1", ("fleet.example.kr",))) is is_own


def test_another_host_gets_nothing(real_results: Path) -> None:
    client = create_app(real_results).test_client()
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "01200000002" not in answer.text


def test_answers_are_compressed_for_those_who_take_it(visit: Visit, real_results: Path) -> None:
    client = visit(real_results)
    plain = client.get("/vehicles")
    packed = client.get("/vehicles", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers


def test_a_fault_of_ours_shows_no_trace(real_results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(real_results)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret place")

    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret place" not in answer.text
    assert "화면을 만들지 못했습니다" in answer.text
