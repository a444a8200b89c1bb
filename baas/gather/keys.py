"""What stored months and reports depend on; another key means that they must be made anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
#: what decides how a file or a server is read, and how its rows become day tables
_READING = ("ingest", "influx", "aside.py", "signals.py", "schema.py", "tables/feed.py", "gather")
_TEXTS = (".py", ".toml", ".flux", ".influxql")
_COMPUTING = ("clean", "daily", "maths", "tables", "cars/types.py", "sessions.py", "partition.py", "months.py")


def _digest(texts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


@cache
def _method(places: tuple[str, ...]) -> str:
    """Digest of the program's own text: a changed method must not be mixed with results of the one before."""
    files = sorted(path for place in places for path in (_PACKAGE / place, *(_PACKAGE / place).rglob("*")))
    return _digest(path.read_bytes() for path in files if path.suffix in _TEXTS)


def reading_key(timezone: str, limits: Sequence[float], formats: Sequence[Path]) -> str:
    """How files are read: zone, limits of archives, formats declared by the user, the reading method itself."""
    own = [path.read_bytes() for path in formats if path.is_file()]
    return _digest([timezone.encode(), json.dumps(list(limits)).encode(), _method(_READING).encode(), *own])


def input_key(contents: Iterable[tuple[str, str]], reading: str) -> str:
    """What a stored vehicle-month rests on: (name, hash) of each file with rows of it, reading and computing method."""
    return _digest([json.dumps(sorted(contents)).encode(), reading.encode(), _method(_COMPUTING).encode()])
