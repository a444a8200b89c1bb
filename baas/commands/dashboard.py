"""dashboard.py: arguments -> Settings -> create_app -> serve."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys
from collections.abc import Sequence

from baas import __version__
from baas.commands.streams import forgive
from baas.errors import BaasError
from baas.settings import Settings, load

#: threads that answer; chosen: pages take milliseconds, more would only queue at the processor
_THREADS = 4
_OPEN = (
    "경고: 비밀번호 없이 네트워크에 열려 있습니다. 같은 망의 누구나 차량 자료를 볼 수 있습니다."
    " Warning: open to the network without a password; anyone on it can read the fleet's data."
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(
        prog="dashboard.py",
        description="결과를 웹 화면으로 보여 줍니다. Shows the results of vehicle_battery_scorer.py as web pages.",
        epilog="Settings also come from BAAS_* in the environment and from baas.toml; the command line wins.",
    )
    line.add_argument("--results", metavar="DIR", help="folder of results (results)")
    line.add_argument("--host", help="address to listen on (127.0.0.1: this computer only)")
    line.add_argument("--port", type=int, help="port to listen on (5000)")
    line.add_argument("--version", action="version", version=__version__)
    return line


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listener(host: str, port: int) -> socket.socket:
    """A socket that listens; raises BaasError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise BaasError(
            f"{host}:{port} cannot be listened on ({why}); give another --port or --host",
            f"{host}:{port} 주소를 열 수 없습니다({why}). --port나 --host를 바꾸십시오",
        ) from fault


def _serve(settings: Settings) -> None:
    with _listener(settings.host, settings.port) as listener:
        from waitress.server import create_server

        from baas.web.app import create_app

        app = create_app(settings.results, settings.host, settings.hosts)
        server = create_server(app, sockets=[listener], threads=_THREADS, ident=None)
        shown = "localhost" if _is_local(settings.host) else settings.host
        print(f"http://{shown}:{settings.port}  ({settings.results})  Ctrl-C 종료/stops", flush=True)
        if not _is_local(settings.host):
            print(_OPEN, file=sys.stderr, flush=True)
        server.run()


def main(arguments: Sequence[str]) -> int:
    """Run the program until it is stopped. 0 stopped, 2 usage or environment."""
    forgive()
    given = {name: value for name, value in vars(parser().parse_args(arguments)).items() if value is not None}
    lang = Settings.lang
    try:
        settings = load(given)
        lang = settings.lang
        _serve(settings)
    except BaasError as fault:
        print(fault.told(lang), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0
