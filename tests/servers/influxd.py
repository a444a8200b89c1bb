"""Real InfluxDB servers on loopback: each in a folder of its own, on a free port, stopped whatever happens."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import urllib3

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ev-battery-analytics" / "influxd"
#: version -> program; 1.6.7 asks by InfluxQL only, 1.8.10 by Flux too
PROGRAMS = {"1.6.7": Path("/usr/bin/influxd"), "1.8.10": CACHE / "influxd-1.8.10"}

_CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  flux-enabled = {flux}
  auth-enabled = {auth}
  log-enabled = false
[coordinator]
{coordinator}
"""
_PORT = re.compile(rb"Listening on HTTP.*? addr=127\.0\.0\.1:(\d+)")
_START_S, _STOP_S = 30.0, 10.0


@dataclass
class Server:
    """A server that can be killed, stopped for a while and started again on the same folder and port."""

    version: str
    folder: Path
    auth: bool = False
    flux: bool = True
    coordinator: str = ""
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = PROGRAMS[self.version]
        assert program.is_file(), f"InfluxDB {self.version} is missing: run  sh tests/servers/install.sh"
        flags = {"flux": str(self.flux).lower(), "auth": str(self.auth).lower()}
        config = _CONFIG.format(folder=self.folder, port=self.port, coordinator=self.coordinator, **flags)
        (self.folder / "influxd.conf").write_text(config)
        log = self.folder / "log"
        log.touch()
        known = log.stat().st_size
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(program), "-config", str(self.folder / "influxd.conf")], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, cwd=self.folder, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
            )  # fmt: skip
        self._wait(log, known)

    def _wait(self, log: Path, known: int) -> None:
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self.process and self.process.poll() is None:
            if found := _PORT.search(log.read_bytes()[known:]):
                self.port = int(found[1])
                assert urllib3.request("GET", self.url + "/ping").status == 204
                return
            time.sleep(0.01)
        self.kill()
        raise AssertionError(f"InfluxDB {self.version} did not start: {log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End the server as its owner would; a server that sleeps is woken, because asleep it hears nothing."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def sleep(self) -> None:
        """Let the server hang: it takes connections and says nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def limit_files(self, size: int) -> None:
        """Let every file that grows beyond `size` bytes fail, as on a full disk."""
        assert self.process is not None
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def ask(self, text: str, **fields: str) -> urllib3.BaseHTTPResponse:
        """An InfluxQL statement as an owner would type it."""
        return urllib3.request("POST", f"{self.url}/query?{urlencode({'q': text, **fields})}")

    def write(self, database: str, lines: str, **fields: str) -> None:
        query = "&".join(f"{name}={value}" for name, value in {"db": database, "precision": "ms", **fields}.items())
        answer = urllib3.request("POST", f"{self.url}/write?{query}", body=lines.encode())
        assert answer.status == 204, answer.data


@contextmanager
def influxd(version: str, *, auth: bool = False, flux: bool = True, coordinator: str = "") -> Iterator[Server]:
    """A running server of a version."""
    folder = Path(tempfile.mkdtemp(prefix="influxd-"))
    server = Server(version, folder, auth, flux, coordinator)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
