"""Connections to servers: wide ones, which receive in large pieces, and which can be cut off by another thread."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from threading import Lock
from typing import Any
from weakref import WeakSet

import urllib3

#: bytes taken off a socket at once; measured: with the 8 kB of the library reading is a sixth slower
BUFFER_BYTES = 1 << 20


class _WideResponse(http.client.HTTPResponse):
    """An answer that is taken off the socket in large pieces, so that receiving does not wait for parsing so often."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp.close()
        self.fp = sock.makefile("rb", buffering=BUFFER_BYTES)  # type: ignore[assignment]


#: connections of this process that are open, whoever uses them
_OPEN: WeakSet[socket.socket] = WeakSet()
_OPENING = Lock()


def hang_up() -> None:
    """Cut every connection off; whoever waits for an answer on one gets a failure at once."""
    with _OPENING:
        there = list(_OPEN)
    for sock in there:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not as TLS would, which another thread is reading


class _WideConnection(urllib3.connection.HTTPConnection):
    response_class = _WideResponse

    def connect(self) -> None:
        super().connect()
        _note(self.sock)


class _WideSecureConnection(urllib3.connection.HTTPSConnection):
    response_class = _WideResponse

    def connect(self) -> None:
        super().connect()
        _note(self.sock)


def _note(sock: socket.socket | None) -> None:
    if sock is not None:
        with _OPENING:
            _OPEN.add(sock)


class _WidePool(urllib3.HTTPConnectionPool):
    ConnectionCls = _WideConnection


class _WideSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WideSecureConnection


#: pools of connections that can be cut off, for whoever talks to a server
POOLS = {"http": _WidePool, "https": _WideSecurePool}
