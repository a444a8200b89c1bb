"""`python -m baas COMMAND ...`: each command lives in its own module and is imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

from baas.commands.streams import forgive
from baas.errors import BaasError, NothingToScoreError

#: command -> module with main(arguments) -> exit status; one line adds a command
COMMANDS = {
    "influx": "baas.influx.command",
    "sample-fleet": "baas.simulate.sample",
    "simulate": "baas.simulate.command",
}


def main(arguments: list[str]) -> int:
    """Exit status of the named command; 2 with one sentence on stderr when it cannot be run."""
    forgive()
    if not arguments or arguments[0] not in COMMANDS:
        asked = bool(arguments) and arguments[0] in ("-h", "--help")
        print(
            f"python -m baas COMMAND ...; commands: {', '.join(sorted(COMMANDS))}",
            file=sys.stdout if asked else sys.stderr,
        )
        return 0 if asked else 2
    try:
        status: int = import_module(COMMANDS[arguments[0]]).main(arguments[1:])
    except NothingToScoreError as fault:
        print(fault, file=sys.stderr)
        return 1
    except BaasError as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted, nothing was left behind", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
