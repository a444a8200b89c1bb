"""dashboard.py: arguments -> Settings -> create_app -> serve."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Sequence

from baas import __version__
from baas.errors import BaasError
from baas.settings import Settings, load

#: threads that answer; chosen: pages take milliseconds, more would only queue at the processor
_THREADS = 4


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


def _serve(settings: Settings) -> None:
    from waitress.server import create_server

    from baas.web.app import create_app

    app = create_app(settings.results, settings.host)
    try:
        server = create_server(app, host=settings.host, port=settings.port, threads=_THREADS, ident=None)
    except (OSError, ValueError) as fault:
        raise BaasError(
            f"{settings.host}:{settings.port} cannot be listened on ({fault}); give another --port or --host"
        ) from fault
    shown = "localhost" if _is_local(settings.host) else settings.host
    print(f"http://{shown}:{settings.port}  ({settings.results})  Ctrl-C 종료/stops", flush=True)
    if not _is_local(settings.host):
        print(
            "경고: 비밀번호 없이 네트워크에 열려 있습니다. 같은 망의 누구나 차량 자료를 볼 수 있습니다."
            " Warning: open to the network without a password; anyone on it can read the fleet's data.",
            file=sys.stderr,
        )
    server.run()


def main(arguments: Sequence[str]) -> int:
    """Run the program until it is stopped. 0 stopped, 2 usage or environment."""
    given = {name: value for name, value in vars(parser().parse_args(arguments)).items() if value is not None}
    try:
        _serve(load(given))
    except BaasError as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0
