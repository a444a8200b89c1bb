"""Where rows went: conservation by format, input files with what was wrong, columns nobody knows."""

from __future__ import annotations

from baas.web import marks
from baas.web.fleet import Fleet
from baas.web.loading import Row
from baas.web.pages import cells
from baas.web.parts import Block, Cell, Head
from baas.web.view import View, num
from baas.web.words import listed, told, word

#: files named on a screen; chosen: those with faults come first
_SHOWN_FILES = 20


def blocks(view: View, fleet: Fleet) -> list[Block]:
    """Conservation, files, unknown columns."""
    return [_conservation(view, fleet), _files(view, fleet), _columns(view, fleet)]


def _conservation(view: View, fleet: Fleet) -> Block:
    """Rows read = used + duplicate + rejected, by format."""
    heads = (
        Head("format", view.say("형식", "Format")),
        Head("files", view.say("파일", "Files"), numeric=True),
        Head("rows_read", view.say("읽음", "Read"), numeric=True),
        Head("rows_used", view.say("= 사용", "= used"), numeric=True),
        Head("rows_duplicate", view.say("+ 중복", "+ duplicate"), numeric=True),
        Head("rows_rejected", view.say("+ 제외", "+ rejected"), numeric=True),
        Head("conserved", view.say("일치", "Adds up")),
    )
    table = []
    for (name, status), (read, used, repeated, rejected, files) in sorted(fleet.sources.sums.items()):
        whole = read == used + repeated + rejected
        table.append(
            (
                cells.plain(name or word(view, status)),
                *(cells.number(value) for value in (files, read, used, repeated, rejected)),
                Cell(
                    view.say("예", "yes") if whole else view.say("아니오", "no"),
                    whole,
                    mark=marks.dot("good" if whole else "bad"),
                ),
            )
        )
    return Block(
        "conservation", view.say("행은 사라지지 않았는가", "No row got lost"), heads, tuple(table), width="half"
    )


def _files(view: View, fleet: Fleet) -> Block:
    """Input files, those with something to tell first."""
    files, odd = fleet.sources.by_trouble, fleet.sources.odd
    heads = (
        Head("file", view.say("파일", "File")),
        Head("status", view.say("상태", "Status")),
        Head("format", view.say("형식", "Format")),
        Head("encoding", view.say("인코딩", "Encoding")),
        Head("rows_read", view.say("읽음", "Read"), numeric=True),
        Head("rows_used", view.say("사용", "Used"), numeric=True),
        Head("rows_duplicate", view.say("중복", "Duplicate"), numeric=True),
        Head("rows_rejected", view.say("제외", "Rejected"), numeric=True),
        Head("why", view.say("이유와 줄", "Why and where")),
    )

    def line(row: Row) -> tuple[Cell, ...]:
        why = listed([told(view, row, "message"), row["rejected_reasons"] or "", _examples(view, row)])
        return (
            Cell(row["file"], row["file"], tone="path"),
            Cell(word(view, row["status"]), row["status"]),
            cells.plain(row["format"]),
            cells.plain(row["encoding"]),
            *(cells.number(row[f"rows_{name}"]) for name in ("read", "used", "duplicate", "rejected")),
            Cell(why, why, tone="long"),
        )

    shown = tuple(line(row) for row in view.shown(files, _SHOWN_FILES))
    note = view.say(
        f"문제가 있는 파일 {num(odd)}개를 먼저 보입니다.",
        f"The {num(odd)} files with something to tell come first.",
    )
    return Block(
        "files",
        view.say("입력 파일", "Input files"),
        heads,
        shown,
        note=note,
    )


def _examples(view: View, row: Row) -> str:
    """Lines of the file that were refused."""
    lines = str(row.get("examples") or "").split()
    return view.say("줄 ", "lines ") + ", ".join(lines) if lines else ""


def _columns(view: View, fleet: Fleet) -> Block:
    """Columns that no declared format knows, with the files that have them."""
    heads = (
        Head("column", view.say("열", "Column")),
        Head("files", view.say("파일", "Files"), numeric=True),
        Head("example", view.say("예", "Example")),
    )
    rows = tuple(
        (cells.plain(name), cells.number(len(files)), Cell(files[0], files[0], tone="path"))
        for name, files in sorted(fleet.sources.unknown_columns.items())
    )
    return Block(
        "columns",
        view.say("알 수 없는 열", "Unknown columns"),
        heads,
        rows,
        empty=view.say("모든 열을 알고 있습니다.", "Every column is known."),
        width="half",
    )
