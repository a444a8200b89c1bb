"""What a page is made of: finished text and marks in frozen dataclasses, the same for HTML, JSON and CSV."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

#: nothing drawn
NO_MARK = Markup("")

Width = Literal["full", "two", "half", "third"]


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, what is exported, where it leads, a mark beside it.

    tone: a class that colours it (good, fair, poor, bad, quiet). extra: a second, smaller line.
    """

    text: str
    value: Any = None
    href: str = ""
    mark: Markup = NO_MARK
    tone: str = ""
    extra: str = ""

    @property
    def exported(self) -> Any:
        """The value as JSON and CSV carry it."""
        return self.text if self.value is None and self.text != "–" else self.value


@dataclass(frozen=True)
class Head:
    """One column: name for programs, words for people, unit, whether numbers stand right, where a click sorts."""

    key: str
    label: str
    unit: str = ""
    numeric: bool = False
    sort: str = ""
    sorted: Literal["", "ascending", "descending"] = ""
    note: str = ""


@dataclass(frozen=True)
class Key:
    """One entry of a legend: class of the colour, words."""

    tone: str
    label: str


@dataclass(frozen=True)
class Figure:
    """A drawing with the words around it; its numbers are the table of the same block.

    live: line or bar where a browser with JavaScript may draw it with zoom and hover; empty where that earns nothing.
    """

    drawing: Markup
    summary: str
    legend: tuple[Key, ...] = ()
    left: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    live: Literal["", "line", "bar"] = ""
    wide: bool = False


@dataclass(frozen=True)
class Pager:
    """Which rows of how many a table shows, and where the others are."""

    text: str
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Block:
    """One part of a page: heading, table, and perhaps a drawing of it; a download has more rows than a screen."""

    id: str
    title: str
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""
    figure: Figure | None = None
    width: Width = "full"
    empty: str = ""
    pager: Pager | None = None
    csv: str = ""
    json: str = ""
    more: tuple[Cell, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Tile:
    """One number on top of a page; a link that filters."""

    label: str
    text: str
    detail: str = ""
    href: str = ""
    tone: str = ""
    mark: Markup = NO_MARK


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Filter:
    """One field of the filter bar: a list to choose from, or free text when it has no options."""

    name: str
    label: str
    options: tuple[Option, ...] = ()
    text: str = ""
    place: str = ""


@dataclass(frozen=True)
class Fact:
    """A name and what it is, in the head of a page."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Page:
    """One page, finished. question: its title. sentence: its answer, computed from the data."""

    name: str
    question: str
    sentence: str
    blocks: tuple[Block, ...] = ()
    tiles: tuple[Tile, ...] = ()
    filters: tuple[Filter, ...] = ()
    facts: tuple[Fact, ...] = ()
    statements: tuple[str, ...] = ()
    badge: Markup = NO_MARK
    previous: Fact | None = None
    next: Fact | None = None
    notice: str = ""
    anchors: tuple[Fact, ...] = ()
    status: int = 200
    clear: str = ""
    simulated: str = ""
    kept: tuple[tuple[str, str], ...] = field(default=())
