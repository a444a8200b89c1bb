"""Addresses: read what was asked, build the page, answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from baas.web import app as web
from baas.web.fleet import Fleet
from baas.web.frame import empty_page
from baas.web.pages.findings import findings
from baas.web.pages.overview import overview
from baas.web.pages.quality import quality
from baas.web.pages.reference import dictionary, methods
from baas.web.pages.types import types
from baas.web.pages.vehicle import vehicle
from baas.web.pages.vehicles import vehicles
from baas.web.parts import Page
from baas.web.view import View

routes = Blueprint("pages", __name__)

Build = Callable[[View, Fleet, sqlite3.Connection | None], Page]


def _fleet_page(build: Build, *, without_vehicles: bool = False) -> Response:
    """A page about the fleet; before the first run, the page that says which command to run."""
    view = web.view_of_request()
    with web.run_of_request() as (fleet, db):
        page = build(view, fleet, db)
        if not fleet.vehicles and not without_vehicles:
            page = empty_page(view, page.name, page.question)
        return web.respond(view, fleet, page)


@routes.get("/")
def overview_page() -> Response:
    """Who needs attention."""
    return _fleet_page(overview)


@routes.get("/vehicles")
def vehicles_page() -> Response:
    """All vehicles."""
    return _fleet_page(vehicles)


@routes.get("/types")
def types_page() -> Response:
    """Car types side by side."""
    return _fleet_page(types)


@routes.get("/findings")
def findings_page() -> Response:
    """What was found."""
    return _fleet_page(findings)


@routes.get("/quality")
def quality_page() -> Response:
    """Whether the data arrive whole."""
    return _fleet_page(quality)


@routes.get("/methods")
def methods_page() -> Response:
    """How scores come about."""
    return _fleet_page(methods, without_vehicles=True)


@routes.get("/dictionary")
def dictionary_page() -> Response:
    """What numbers mean."""
    return _fleet_page(dictionary, without_vehicles=True)


@routes.get("/vehicles/<device_no>")
def vehicle_page(device_no: str) -> AnyResponse:
    """One vehicle."""
    view = web.view_of_request()
    with web.run_of_request() as (fleet, db):
        row = fleet.vehicle(device_no)
        if row is None:
            abort(404)
        return web.respond(view, fleet, vehicle(view, fleet, db, row))


@routes.get("/vehicle")
def vehicle_by_number() -> AnyResponse:
    """One vehicle, whose number cannot be part of an address."""
    return vehicle_page(request.args.get("device_no", ""))


@routes.get("/find")
def find() -> AnyResponse:
    """The vehicle of that number, else the list of those that fit."""
    view = web.view_of_request()
    with web.run_of_request() as (fleet, _):
        row = fleet.vehicle(view.arg("q"))
    return redirect(view.vehicle(row["device_no"]) if row else view.link("/vehicles", q=view.arg("q")), 303)


@routes.get("/health")
def health() -> Response:
    """For whoever watches the server: the run it shows."""
    with web.run_of_request() as (fleet, _):
        return jsonify(run_id=fleet.run_id, vehicles=len(fleet.vehicles), problems=len(fleet.problems))
