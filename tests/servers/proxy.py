"""A small TCP proxy before a real server, for faults that no setting of the server makes. Not a stand-in for one."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 65_536


@dataclass
class Proxy:
    """change: bytes on their way to the client -> what arrives, None to break the connection off."""

    port: int
    change: Callable[[bytes], bytes | None]
    #: what clients sent, by connection
    asked: list[bytearray] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def questions(self) -> int:
        """How many requests came so far."""
        return sum(sent.count(b" HTTP/1.1\r\n") for sent in self.asked)

    def windows_asked(self) -> int:
        """How many windows of rows were asked for since the last call."""
        count = 0
        for sent in self.asked:
            count += sent.count(b"time+%3C+%24stop%3B+SHOW") + sent.count(b"pivot(")
            sent.clear()
        return count


def _forward(taken: socket.socket, given: socket.socket, seen: Callable[[bytes], bytes | None]) -> None:
    with suppress(OSError):
        while piece := taken.recv(_PIECE):
            changed = seen(piece)
            if changed is None:
                break
            given.sendall(changed)
    for end in (taken, given):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(port: int, change: Callable[[bytes], bytes | None]) -> Iterator[Proxy]:
    """A proxy before the server on `port`."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Proxy(listener.getsockname()[1], change)
    open_ends: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def between(client: socket.socket) -> None:
        sent = bytearray()
        made.asked.append(sent)

        def noted(piece: bytes) -> bytes:
            sent.extend(piece)
            return piece

        with client, suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
            open_ends.append(server)
            back = threading.Thread(target=_forward, args=(server, client, lambda piece: made.change(piece)))
            back.start()
            _forward(client, server, noted)
            back.join()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                open_ends.append(client)
                threads.append(threading.Thread(target=between, args=(client,)))
                threads[-1].start()

    taking = threading.Thread(target=serve)
    taking.start()
    try:
        yield made
    finally:
        for end in (listener, *open_ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in (taking, *threads):
            thread.join()
        listener.close()


def broken_after(count: int, times: int) -> Callable[[bytes], bytes | None]:
    """Breaks the connection off after so many bytes to the client, so many times; then lets everything through."""
    state = {"passed": 0, "left": times}

    def change(piece: bytes) -> bytes | None:
        state["passed"] += len(piece)
        if state["left"] and state["passed"] > count:
            state["left"] -= 1
            state["passed"] = 0
            return None
        return piece

    return change


def with_date(date: bytes) -> Callable[[bytes], bytes | None]:
    """Another time of day in the server's answers."""
    return lambda piece: re.sub(rb"(?m)^Date: .*?\r$", b"Date: " + date + b"\r", piece)
