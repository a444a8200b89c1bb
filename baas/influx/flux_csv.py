"""What Flux answers as CSV: tables, each with its own header, and an error as the last one; texts may look like either.

A row of a text of several lines may begin as a header does, so a line counts only outside of quotes.
"""

from __future__ import annotations

from collections.abc import Iterator

_HEADER, _ERROR = b",result,table", b",error,reference"
#: an answer without tables
_NOTHING = b"\r\n"


def is_answer(data: bytes) -> bool:
    """Whether a server said that, and not somebody in between."""
    return data.startswith(_HEADER) or data == _NOTHING


def tables(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    r"""Header and rows of each table.

    >>> list(tables(b',result,table,a\n,r,0,"\n,result,table,"\n\n,result,table,b\n,r,1,2\n'))
    [(b',result,table,a\n', b',r,0,"\n,result,table,"\n'), (b',result,table,b\n', b',r,1,2\n')]
    """
    start = _line(data, _HEADER)
    while start < len(data):
        body = data.index(b"\n", start) + 1
        stop = _line(data, _HEADER, body)
        yield data[start:body], data[body:stop].rstrip(b"\n") + b"\n"
        start = stop


def error_in(data: bytes) -> bytes | None:
    r"""The error that an answer ends with, None in a good one.

    >>> error_in(b',result,table,a\r\n,r,0,1\r\n\r\n,error,reference\r\n,too bad,\r\n')
    b',too bad,\r\n'
    >>> error_in(b',result,table,a\r\n,r,0,"x\n,error,reference\n,bad"\r\n')
    """
    place = _line(data, _ERROR)
    return data[data.find(b"\n", place) + 1 :] if place < len(data) else None


def _line(data: bytes, mark: bytes, start: int = 0) -> int:
    """Where after the start of a line the next line outside of quotes begins with a mark; the end where none does."""
    place = seen = start
    quotes = 0
    while (place := data.find(mark, place)) >= 0:
        quotes += data.count(b'"', seen, place)
        if quotes % 2 == 0 and data[place - 1 : place] in (b"", b"\n"):
            return place
        seen = place
        place += 1
    return len(data)
