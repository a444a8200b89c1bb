"""Queries out of their files, with names and values written so that no value can become part of the query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("queries")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _text(name: str) -> str:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


def query(name: str, **parts: str) -> str:
    """The query of a file under queries/, its <<marks>> replaced by parts that are already quoted."""
    text = _text(name)
    pieces = text.split("<<")
    whole = [pieces[0]]
    for piece in pieces[1:]:
        mark, _, rest = piece.partition(">>")
        whole += [parts[mark], rest]
    return "".join(whole)


def name_ql(name: str) -> str:
    r"""An InfluxQL identifier.

    >>> print(name_ql('pack "volt" \\ 전압'))
    "pack \"volt\" \\ 전압"
    """
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def text_flux(text: str) -> str:
    r"""A Flux string literal.

    >>> print(text_flux('차량 "1" ${x} \\'))
    "차량 \"1\" \${x} \\"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def time_flux(time_ms: int) -> str:
    """A Flux time literal.

    >>> time_flux(1_672_531_200_500)
    '2023-01-01T00:00:00.500Z'
    """
    return _second(time_ms) + f".{time_ms % 1000:03d}Z"


def just_before_flux(time_ms: int) -> str:
    """A Flux time literal of the last nanosecond before.

    >>> just_before_flux(1_672_531_200_000)
    '2022-12-31T23:59:59.999999999Z'
    """
    return _second(time_ms - 1) + f".{(time_ms - 1) % 1000:03d}999999Z"


def _second(time_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=time_ms)).strftime("%Y-%m-%dT%H:%M:%S")


def fields_flux(names: Iterable[str]) -> str:
    """A Flux condition that is true for these fields; an "or" chain, because a set is 77 times slower on 2.7."""
    return " or ".join(f"r._field == {text_flux(name)}" for name in names)
