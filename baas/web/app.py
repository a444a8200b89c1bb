"""The web application: one results folder in, pages out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from baas.settings import ROOT
from baas.web import security
from baas.web.fleet import Fleet, Reader
from baas.web.frame import frame
from baas.web.parts import Page
from baas.web.render import as_csv, as_json, chosen, file_name, with_downloads
from baas.web.routes import routes
from baas.web.view import Language, View

#: longest filter taken from an address; chosen: longer than any device number or search
_LONGEST = 200
_YEAR_S = 365 * 86_400


def create_app(folder: Path, host: str = "127.0.0.1", allowed_hosts: tuple[str, ...] = ()) -> Flask:
    """The application over a results folder; `allowed_hosts` are names it answers to besides its own."""
    app = Flask("baas", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=_YEAR_S, MAX_CONTENT_LENGTH=1_000_000)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    app.extensions["reader"] = Reader(folder)
    security.install(app, host, allowed_hosts)
    app.register_blueprint(routes)
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(Exception, _failed)
    return app


def asset(name: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it for a year."""
    path = ROOT / "static" / name
    return url_for("static", filename=name, v=f"{path.stat().st_mtime_ns:x}" if path.is_file() else "0")


def view_of_request() -> View:
    """What the visitor asked for; language and theme come from the address, else from an earlier visit."""
    args = {name: value[:_LONGEST] for name, value in request.args.items() if name not in ("lang", "theme")}
    lang: Language = "en" if request.args.get("lang", request.cookies.get("lang")) == "en" else "ko"
    theme = request.args.get("theme", request.cookies.get("theme", ""))
    return View(request.path, args, lang, theme if theme in ("light", "dark") else "")


@contextmanager
def run_of_request() -> Iterator[tuple[Fleet, sqlite3.Connection | None]]:
    """The current run and its day tables; when a newer run comes in between, that one, whole."""
    reader: Reader = current_app.extensions["reader"]
    fleet = reader.fleet()
    with reader.days(fleet) as db:
        if db is not None or not fleet.has_days:
            yield fleet, db
            return
    fleet = reader.fleet()
    with reader.days(fleet) as db:
        yield fleet, db


def respond(view: View, fleet: Fleet, page: Page) -> Response:
    """A page in the form asked for."""
    blocks = chosen(view, page)
    if view.arg("format") == "json":
        response = jsonify(as_json(view, fleet, page))
    elif view.arg("format") == "csv" and blocks:
        response = make_response(as_csv(blocks[0]))
        response.headers["Content-Type"] = "text/csv; charset=utf-8"
        response.headers.set("Content-Disposition", "attachment", filename=file_name(view, fleet, page, blocks[0]))
    else:
        shown = with_downloads(view, page)
        response = make_response(
            render_template("dashboard.html", page=shown, frame=frame(view, fleet, shown), view=view)
        )
    response.status_code = page.status
    for name in ("lang", "theme"):
        if name in request.args:
            response.set_cookie(name, getattr(view, name), max_age=_YEAR_S, samesite="Lax", httponly=True)
    return response


def _told(fault: HTTPException) -> Response:
    """An error of the web as a page."""
    code = fault.code or 500
    if code in (301, 302, 304, 308):
        return make_response(fault.get_response())
    view = view_of_request()
    say = {
        400: view.say(
            "이 주소로는 열 수 없습니다. http://localhost:5000 처럼 이 컴퓨터의 이름으로 여세요.",
            "This address is not accepted. Use the name of this machine, such as http://localhost:5000.",
        ),
        404: view.say(
            "그런 페이지나 차량이 없습니다. 주소를 확인하거나 차량 목록에서 찾으세요.",
            "There is no such page or vehicle. Check the address, or look in the list of vehicles.",
        ),
    }.get(code, view.say("요청을 처리할 수 없습니다.", "The request cannot be answered."))
    page = Page(
        "error",
        view.say(
            "찾을 수 없습니다" if code == 404 else "열 수 없습니다", "Not found" if code == 404 else "Cannot be opened"
        ),
        say,
        status=code,
    )
    return respond(View("/", {}, view.lang, view.theme), Fleet(), page)


def _failed(fault: Exception) -> Response:
    """A fault of ours: logged for whoever runs the server, a plain page for the visitor."""
    current_app.logger.error("%s %s", request.method, request.path, exc_info=fault)
    view = view_of_request()
    said = view.say(
        "화면을 만들지 못했습니다. 서버 기록에 까닭이 남아 있습니다. 결과를 다시 계산하면 풀릴 수 있습니다:"
        " vehicle_battery_scorer.py",
        "The page could not be made; the server's log says why. Scoring again may help: vehicle_battery_scorer.py",
    )
    page = Page("error", view.say("화면을 만들지 못했습니다", "The page could not be made"), said, status=500)
    return respond(View("/", {}, view.lang, view.theme), Fleet(), page)
