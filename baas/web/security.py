"""Headers that every answer carries, which names this server answers to, and compression."""

from __future__ import annotations

import gzip
import ipaddress
import re
import socket

from flask import Flask, Response, abort, request

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: bytes from which an answer is compressed; chosen: below it saves no packet
_LEAST_BYTES = 1200
_COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")
_LEVEL = 5


def is_own_name(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this server: an address, this machine, or a name that was allowed.

    A page of another site that resolves its own name to this server (DNS rebinding) fails here.
    """
    name = re.sub(r":\d*$", "", host) if host.count(":") == 1 or "]" in host else host
    name = name.strip("[]").casefold().rstrip(".")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in names
    return True


def own_names(host: str, allowed: tuple[str, ...]) -> frozenset[str]:
    """Names that this server answers to."""
    return frozenset(name.casefold() for name in ("localhost", socket.gethostname(), host, *allowed) if name)


def install(app: Flask, host: str, allowed: tuple[str, ...] = ()) -> None:
    """Check the Host of each request; add headers and compression to each answer."""
    names = own_names(host, allowed)

    @app.before_request
    def _check_host() -> None:
        if not is_own_name(request.host, names):
            abort(400)

    @app.after_request
    def _finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "private, no-cache"
        return compressed(response, request.headers.get("Accept-Encoding", ""))


def compressed(response: Response, accepted: str) -> Response:
    """The answer in gzip where the browser takes it and it pays."""
    response.vary.add("Accept-Encoding")
    kind = response.content_type or ""
    if "gzip" not in accepted.lower() or response.status_code != 200 or not kind.startswith(_COMPRESSED):
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) >= _LEAST_BYTES and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(content, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
