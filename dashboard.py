"""Shows the results as web pages at http://localhost:5000. See --help."""

import sys

from baas.commands.dashboard import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
