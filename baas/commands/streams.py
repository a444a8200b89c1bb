"""What the programs print goes through consoles that may not know every character."""

from __future__ import annotations

import io
import sys


def forgive() -> None:
    """Print a question mark where the console's encoding lacks a character, instead of ending with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
