"""Scores the batteries of a fleet: logs in, results/*.csv out. See --help."""

import sys

from baas.commands.score import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
