"""HTTP to a server: one pool of kept connections, failures sorted into passing, too large and final."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlencode

import urllib3

from baas.influx import faults
from baas.influx.config import InfluxConfig
from baas.influx.connections import BUFFER_BYTES, POOLS
from baas.influx.faults import PassingError, SlowError, TooLargeError
from baas.influx.tls import context_of, perhaps, refusal

#: connections kept open per process; chosen: two queries in flight keep a server of two cores busy
CONNECTIONS = 4
#: bytes taken off the connection at a time; measured: larger pieces gain nothing
PIECE_BYTES = 1 << 18
#: most bytes of an answer about what is there; chosen: ten years of days of one car take 1 MB
METADATA_BYTES = 64_000_000
#: wait for a connection [s]; chosen: a server in the same network answers in milliseconds, a tired VPN in seconds
_CONNECT_S = 10.0
#: what a server says about itself is short; chosen: one sentence of a log line
_MOST_SAID = 300

_TOO_LARGE = (
    "memory allocation limit",
    "query-timeout limit",
    "max-select-point",
    "max-select-series",
    "max-select-buckets",
    "timeout limit",
)
_BUSY = ("max-concurrent-queries", "queue length exceeded", "too many queries", "cache-max-memory-size")
_NOT_THERE = (
    "database not found",
    "could not find bucket",
    "no database",
    "bucket not found",
    "retention policy not found",
)
_NO_RIGHT = ("requires read", "not authorized", "insufficient permissions", "requires write")


@dataclass(frozen=True)
class Ping:
    """What a server says of itself. skew_s: its clock minus ours [s], None where it does not tell the time."""

    version: str
    skew_s: float | None

    @property
    def is_v1(self) -> bool:
        """Whether users and databases are those of 1.x."""
        return self.version.startswith("1.")


def said_in(body: bytes) -> str:
    """The sentence in an error answer, whatever its form (JSON, CSV or text)."""
    text = body.decode("utf-8", "replace").strip()
    try:
        told = json.loads(text)
        text = str(told.get("error") or told.get("message") or text) if isinstance(told, dict) else text
    except ValueError:
        text = text.removeprefix("error\n").strip('"')
    return " ".join(text.split())[:_MOST_SAID]


def judged(config: InfluxConfig, status: int, said: str) -> Exception:
    """What an error answer means. Servers use one status for very different things, so the words decide first."""
    words = said.lower()
    if any(mark in words for mark in _TOO_LARGE) or status == 413:
        return TooLargeError(said)
    if any(mark in words for mark in _BUSY):
        return PassingError(said)
    if any(mark in words for mark in _NOT_THERE):
        return faults.unknown_source(config, [])
    if status == 401 or any(mark in words for mark in _NO_RIGHT) or (status == 403 and "flux" not in words):
        return faults.refused(config, 401 if status == 401 else 403, said)
    if status == 504:
        return SlowError(f"{status} {said}")
    if status in (408, 429) or status >= 500:
        return PassingError(f"{status} {said}")
    return faults.bad_query(config, f"{status} {said}")


@contextmanager
def failures(config: InfluxConfig) -> Iterator[None]:
    """Failures of the connection as passing ones."""
    try:
        yield
    except urllib3.exceptions.ReadTimeoutError as fault:
        raise SlowError(f"no answer within {config.timeout_ms / 1000:g} s") from fault
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as fault:
        raise PassingError("connection refused or timed out") from fault
    except (urllib3.exceptions.HTTPError, OSError) as fault:
        if told := refusal(config, fault):
            raise told from fault
        raise PassingError(f"connection broken: {type(fault).__name__}{perhaps(config, fault)}") from fault


class Wire:
    """One server, as one process talks to it."""

    def __init__(self, config: InfluxConfig) -> None:
        self._config = config
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=config.timeout_ms / 1000),
            ssl_context=context_of(config),
        )
        self._pool.pool_classes_by_scheme = POOLS
        self.is_v1 = False

    def headers(self) -> dict[str, str]:
        """Credentials as the server wants them: 1.x knows users only, 2.x and 3.x tokens."""
        config = self._config
        user, _, password = config.token.partition(":")
        if config.username:
            return dict(urllib3.make_headers(basic_auth=f"{config.username}:{config.password}"))
        if config.token and self.is_v1 and password:
            return dict(urllib3.make_headers(basic_auth=f"{user}:{password}"))
        return {"Authorization": f"Token {config.token}"} if config.token else {}

    def ping(self) -> Ping:
        """Whether an InfluxDB is there. Raises BaasError where none answers."""
        try:
            with failures(self._config):
                answer = self._pool.request("GET", self._config.url + "/ping", headers=self.headers())
        except PassingError as fault:
            raise faults.unreachable(self._config, str(fault)) from fault
        version = answer.headers.get("X-Influxdb-Version", "")
        if not version:
            raise faults.not_influx(self._config)
        version = version.removeprefix("v")
        self.is_v1 = version.startswith("1.")
        return Ping(version, _skew(answer.headers.get("Date", "")))

    @contextmanager
    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[Iterator[bytes]]:
        """The pieces of a good answer; anything else is raised by its meaning."""
        with failures(self._config):
            answer = self._pool.request(
                "POST", self._config.url + path, fields=dict(form), encode_multipart=False, preload_content=False,
                headers={**self.headers(), **headers, **({"Accept-Encoding": "gzip"} if self._config.gzip else {})},
            )  # fmt: skip
            done = False
            try:
                if answer.status != 200:
                    body = answer.read()
                    done = True
                    raise judged(self._config, answer.status, said_in(body))
                yield answer.stream(PIECE_BYTES, decode_content=True)
                done = True
            finally:
                (answer.release_conn if done else answer.close)()

    def put(self, path: str, parameters: Mapping[str, str], body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status and words of the answer to a body that is sent."""
        query = urlencode(parameters)
        with failures(self._config):
            answer = self._pool.request(
                "POST", f"{self._config.url}{path}?{query}", body=body, headers={**self.headers(), **headers}
            )
        return answer.status, said_in(answer.data)

    def status(self, method: str, path: str) -> int:
        """The bare status of a request, to learn what a server offers."""
        with failures(self._config):
            return self._pool.request(method, self._config.url + path, headers=self.headers()).status


def _skew(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time() if date else None
    except ValueError:
        return None


def blocks(pieces: Iterator[bytes], most: int) -> list[bytes]:
    """All pieces in blocks of about a megabyte, so that nothing large is copied. Raises TooLargeError beyond `most`."""
    found: list[bytes] = []
    waiting: list[bytes] = []
    size = kept = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size - kept >= BUFFER_BYTES:
            found.append(b"".join(waiting))
            waiting, kept = [], size
        if size > most:
            raise TooLargeError(f"more than {most:,} bytes")
    return [*found, b"".join(waiting)] if waiting else found


def whole(pieces: Iterator[bytes], most: int) -> bytes:
    """All pieces as one, bounded. Raises TooLargeError beyond `most` bytes."""
    return b"".join(blocks(pieces, most))
