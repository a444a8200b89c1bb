"""A finished page as JSON or CSV: the same cells that the screen shows, with the values behind the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from baas.tables.spreadsheet import csv_bytes
from baas.web.fleet import Fleet
from baas.web.parts import Block, Page
from baas.web.view import View

_UNSAFE = re.compile(r"[^0-9A-Za-z가-힣_-]+")


def with_downloads(view: View, page: Page) -> Page:
    """The page with the addresses of the CSV and JSON twins of its blocks."""
    blocks = tuple(
        replace(block, csv=view.link(format="csv", block=block.id), json=view.link(format="json", block=block.id))
        for block in page.blocks
    )
    return replace(page, blocks=blocks)


def chosen(view: View, page: Page) -> tuple[Block, ...]:
    """The blocks that a download is of: the one asked for, else all."""
    name = view.arg("block")
    return tuple(block for block in page.blocks if not name or block.id == name)


def _rows(block: Block) -> list[dict[str, Any]]:
    keys = [head.key for head in block.heads]
    return [{key: cell.exported for key, cell in zip(keys, row, strict=True)} for row in block.rows]


def as_json(view: View, fleet: Fleet, page: Page) -> dict[str, Any]:
    """Page or block as plain values."""
    return {
        "page": page.name,
        "question": page.question,
        "sentence": page.sentence,
        "run_id": fleet.run_id,
        "data_as_of": fleet.last_time,
        "simulated": page.simulated,
        "filters": {name: value for name, value in view.args.items() if name not in ("format", "block")},
        "tiles": [{"label": tile.label, "value": tile.text, "detail": tile.detail} for tile in page.tiles],
        "facts": {fact.label: fact.text for fact in page.facts},
        "statements": list(page.statements),
        "blocks": [
            {
                "id": block.id,
                "title": block.title,
                "summary": block.figure.summary if block.figure else block.note,
                "columns": [{"key": head.key, "label": head.label, "unit": head.unit} for head in block.heads],
                "rows": _rows(block),
            }
            for block in chosen(view, page)
        ],
    }


def as_csv(block: Block) -> bytes:
    """A block as a spreadsheet opens it; heads carry the unit."""
    heads = [head.key if not head.unit else f"{head.key} [{head.unit}]" for head in block.heads]
    return csv_bytes(heads, ([cell.exported for cell in row] for row in block.rows))


def file_name(view: View, fleet: Fleet, page: Page, block: Block) -> str:
    """Name of a download: page, block, day of the data and the filters; nothing that a path could be made of."""
    filters = [
        value for name, value in sorted(view.args.items()) if name not in ("format", "block", "sort", "page", "rows")
    ]
    subject = view.path.rsplit("/", 1)[-1] if page.name == "vehicle" else ""
    parts = [page.name, subject, block.id, fleet.last_time[:10], *filters]
    return "_".join(clean for part in parts if (clean := _UNSAFE.sub("-", part).strip("-")))[:120] + ".csv"
