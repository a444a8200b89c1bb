"""A proxy before a real server that gives answers of its own to some requests, as a proxy in maintenance does."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_KEPT = re.compile(rb"(?i)\r\nconnection:[^\r]*")
_PIECE = 65_536

#: request -> the body to answer instead of the server, None to let the server answer
Instead = Callable[[bytes], bytes | None]


def is_for_rows(request: bytes) -> bool:
    """Whether a request asks for rows of a window."""
    return b"pivot(" in request or b"SHOW+RETENTION" in request


def page(body: bytes) -> bytes:
    """A good answer that holds something else than asked for."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def _request(client: socket.socket) -> bytes:
    sent = b""
    while b"\r\n\r\n" not in sent and (piece := client.recv(_PIECE)):
        sent += piece
    head, _, body = sent.partition(b"\r\n\r\n")
    length = int(told[1]) if (told := _LENGTH.search(head)) else 0
    while len(body) < length and (piece := client.recv(_PIECE)):
        body += piece
    return _KEPT.sub(b"", head) + b"\r\nConnection: close\r\n\r\n" + body


@contextmanager
def gate(port: int, instead: Instead, prefix: bytes = b"") -> Iterator[str]:
    """URL of a gate before the server on `port`; every connection carries one request, for a path below `prefix`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(client: socket.socket) -> None:
        with client, suppress(OSError):
            request = _request(client)
            if not request.partition(b" ")[2].startswith(prefix):
                return
            request = request.replace(prefix, b"", 1)
            answer = instead(request)
            if answer is not None:
                client.sendall(page(answer))
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(request)
                while piece := server.recv(_PIECE):
                    client.sendall(piece)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    taking = threading.Thread(target=serve)
    taking.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        taking.join()
        listener.close()
