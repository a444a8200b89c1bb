"""`python -m baas COMMAND ...`: each command lives in its own module and is imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import pairwise

from baas.commands.streams import forgive
from baas.errors import BaasError, NothingToScoreError, language

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
            f"python -m baas COMMAND ...; 명령 · commands: {', '.join(sorted(COMMANDS))}",
            file=sys.stdout if asked else sys.stderr,
        )
        return 0 if asked else 2
    lang = _language(arguments)
    try:
        status: int = import_module(COMMANDS[arguments[0]]).main(arguments[1:])
    except BaasError as fault:
        print(fault.told(lang), file=sys.stderr)
        return 1 if isinstance(fault, NothingToScoreError) else 2
    except KeyboardInterrupt:
        told = "중단했습니다. 아무것도 남기지 않았습니다." if lang == "ko" else "Stopped, nothing was left behind."
        print(told, file=sys.stderr)
        return 130
    return status


def _language(arguments: list[str]) -> str:
    """The language that is asked for, whatever else is wrong with the arguments."""
    words = " ".join(arguments).replace("--lang=", "--lang ").split()
    return language(next((word for option, word in pairwise(words) if option == "--lang"), ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
