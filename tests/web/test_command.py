"""The program: what it says and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from baas.commands.dashboard import main

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_in_use_is_one_clear_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--results", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(rf"127\.0\.0\.1:{port} 주소를 열 수 없습니다\(.+\)\. --port나 --host를 바꾸십시오\n", said)


@pytest.mark.parametrize(("host", "is_warned"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_it_listens_here_only_and_warns_when_opened_to_a_network(tmp_path: Path, host: str, is_warned: bool) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    order = [sys.executable, "dashboard.py", "--host", host, "--port", str(port), "--results", str(tmp_path)]
    server = subprocess.Popen(
        order, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert server.stdout is not None
        assert str(port) in server.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert server.returncode == 0
    assert ("Warning: open to the network without a password" in said) is is_warned
    assert len(said.splitlines()) == int(is_warned)


def test_it_starts_without_the_libraries_of_the_scorer() -> None:
    code = "import sys, baas.web.app; print(sorted({'pandas', 'scipy'} & set(sys.modules)))"
    began = time.monotonic()
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert time.monotonic() - began < 20
