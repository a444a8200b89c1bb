"""Certificates made for a test, and https in front of a real server, as an operator's reverse proxy speaks it."""

from __future__ import annotations

import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

#: of the key of the client
PASSWORD = "key-secret"
_PIECE = 65_536


@dataclass(frozen=True)
class Certificates:
    """A folder with a CA of one's own and what it issued: to the server, and to a client whose key has a password."""

    folder: Path

    def path(self, name: str) -> str:
        """Such as ca.pem, server.pem, server.key, client.pem, client.key."""
        return str(self.folder / name)


def certificates(folder: Path) -> Certificates:
    """Make them. The program openssl is part of every system that has a browser or curl."""

    def openssl(*words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def issue(name: str, *key: str) -> None:
        request = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={name}")
        openssl(*request, "-keyout", f"{name}.key", "-out", f"{name}.csr", *key)
        (folder / f"{name}.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *by)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-subj", "/CN=CA of a test", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    issue("server", "-nodes")
    issue("client", "-passout", f"pass:{PASSWORD}")
    return Certificates(folder)


def _between(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Bytes both ways in one thread, because a secured connection stands only one at a time."""
    while True:
        ready = [client] if client.pending() else select.select([client, server], [], [])[0]
        for end in ready:
            piece = end.recv(_PIECE)
            if not piece:
                return
            (server if end is client else client).sendall(piece)


@contextmanager
def https(port: int, made: Certificates, *, demands_client: bool = False, is_polite: bool = True) -> Iterator[str]:
    """The URL of https before the plain server on a port; `is_polite` waits until a client has heard its refusal."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path("server.pem"), made.path("server.key"))
    if demands_client:
        context.load_verify_locations(made.path("ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    ends: list[socket.socket] = [listener]

    def serve_one(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as client, suppress(OSError):
            ends.append(client)
            try:
                client.do_handshake()
            except OSError:
                if is_polite:
                    socket.socket.recv(client, _PIECE)
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                _between(client, server)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=serve_one, args=(listener.accept()[0],)))
                threads[-1].start()

    taking = threading.Thread(target=serve)
    taking.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}"
    finally:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in (taking, *threads):
            thread.join()
        listener.close()
