"""Small drawings as SVG text: colours by class, so that themes, print and a strict content policy hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

_BAR = '<svg class="bar" width="64" height="8" viewBox="0 0 64 8" preserveAspectRatio="none" aria-hidden="true">'
#: grade -> outline in a field of 24 x 24: grades differ by letter, shape and colour
_SHAPES = {
    "A": '<circle cx="12" cy="12" r="11"/>',
    "B": '<rect x="1.5" y="1.5" width="21" height="21" rx="5"/>',
    "C": '<path d="M12 1 23 8.6v8L12 23 1 16.6v-8z"/>',
    "D": '<path d="M12 0 24 12 12 24 0 12z"/>',
    "": '<circle cx="12" cy="12" r="10.5" stroke-dasharray="3 2.5"/>',
}


def _drawn(svg: str) -> Markup:
    """SVG of this module as markup: numbers and classes are ours, every text in it has been escaped."""
    return Markup(svg)  # noqa: S704


def grade(letter: str, label: str, size: int = 24) -> Markup:
    """The badge of a grade; a dashed ring where there is none."""
    known = letter if letter in _SHAPES else ""
    return _drawn(
        f'<svg class="grade g{known or "x"}" width="{size}" height="{size}" viewBox="0 0 24 24" role="img"'
        f' aria-label="{escape(label)}">{_SHAPES[known]}'
        f'<text x="12" y="16.6" text-anchor="middle">{known or "–"}</text></svg>'
    )


def point(value: float) -> str:
    """A coordinate, short.

    >>> point(12.0), point(3.14159)
    ('12', '3.1')
    """
    return f"{value:.1f}".removesuffix(".0")


def bar(value: float | None, most: float = 100.0, tone: str = "") -> Markup:
    """A bar of up to 64 pixels for a number that stands beside it."""
    if value is None or value != value or most <= 0:
        return _drawn(f'{_BAR}<rect class="none" width="64" height="8"/></svg>')
    length = 64 * min(max(value / most, 0.0), 1.0)
    return _drawn(
        f'{_BAR}<rect class="rail" width="64" height="8" rx="2"/>'
        f'<rect class="fill {tone}" width="{point(length)}" height="8" rx="2"/></svg>'
    )


def _ticks(borders: Sequence[tuple[str, float]], tall: int) -> str:
    """Lines at the borders of the grades on a rail of 240 pixels for 100 points."""
    path = "".join(f"M{point(2.4 * least)} 0v{tall}" for _, least in borders if least > 0)
    return f'<path class="tick" d="{path}"/>' if path else ""


def floating(start: float, end: float, tone: str, borders: Sequence[tuple[str, float]] = ()) -> Markup:
    """One step of a waterfall from 100 points down: a bar between two values on a rail of 240 pixels."""
    low, high = sorted((start, end))
    left, width = 2.4 * low, max(2.4 * (high - low), 1.5)
    return _drawn(
        '<svg class="fall" viewBox="0 0 240 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="240" height="14"/>'
        f"{_ticks(borders, 14)}"
        f'<rect class="fill {tone}" x="{point(left)}" width="{point(width)}" height="14"/></svg>'
    )


def spread(
    quantiles: Sequence[float] | None, own: float | None, label: str, borders: Sequence[tuple[str, float]] = ()
) -> Markup:
    """Where points of 100 lie among their kind: line p5 to p95, box p25 to p75, median, the own value as a diamond."""
    parts = [f'<rect class="rail" y="6" width="240" height="4"/>{_ticks(borders, 16)}']
    if quantiles:
        p5, p25, p50, p75, p95 = (2.4 * min(max(value, 0.0), 100.0) for value in quantiles)
        parts.append(f'<path class="whisker" d="M{point(p5)} 8H{point(p95)}"/>')
        parts.append(f'<rect class="box" x="{point(p25)}" y="3" width="{point(max(p75 - p25, 1))}" height="10"/>')
        parts.append(f'<path class="median" d="M{point(p50)} 2v12"/>')
    if own is not None:
        at = min(max(2.4 * own, 6.0), 234.0)
        parts.append(f'<path class="own" d="M{point(at)} 1l6 7-6 7-6-7z"/>')
    return _drawn(
        f'<svg class="spread" viewBox="0 0 240 16" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def stacked(counts: Mapping[str, int], label: str) -> Markup:
    """Shares of a whole as one bar, class by class in the order given."""
    total = sum(counts.values())
    parts, at = [], 0.0
    for tone, count in counts.items():
        if count:
            width = 240 * count / total
            parts.append(f'<rect class="{tone}" x="{point(at)}" width="{point(max(width - 1, 0.6))}" height="12"/>')
            at += width
    return _drawn(
        f'<svg class="stacked" viewBox="0 0 240 12" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def spark(values: Sequence[float | None], label: str, low: float | None = None, high: float | None = None) -> Markup:
    """A line of 96 x 22 pixels; gaps where there is no value, a dot at the last."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    bottom = min(known) if low is None else low
    top = max(known) if high is None else high
    if top <= bottom:
        bottom, top = bottom - 1, top + 1
    step = 92 / max(len(values) - 1, 1)
    path, pen = [], "M"
    last = (0.0, 0.0)
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        last = (2 + at * step, 20 - 18 * (min(max(value, bottom), top) - bottom) / (top - bottom))
        path.append(f"{pen}{point(last[0])} {point(last[1])}")
        pen = "L"
    return _drawn(
        f'<svg class="spark" width="96" height="22" viewBox="0 0 96 22" role="img" aria-label="{escape(label)}">'
        f'<path d="{"".join(path)}"/><circle cx="{point(last[0])}" cy="{point(last[1])}" r="2"/></svg>'
    )


SEVERITY_SHAPES = {
    "critical": '<path d="M8 0 16 8 8 16 0 8z"/><path class="ink" d="M8 3.6v5.2M8 10.6v1.6"/>',
    "warning": '<path d="M8 .8 15.8 15H.2z"/><path class="ink" d="M8 5.6v4.6M8 11.6v1.6"/>',
    "info": '<circle cx="8" cy="8" r="7.5"/><path class="ink" d="M8 7v5M8 3.8v1.6"/>',
}


def severity(word: str) -> Markup:
    """The sign of a severity; the word stands beside it."""
    shape = SEVERITY_SHAPES.get(word, SEVERITY_SHAPES["info"])
    known = word if word in SEVERITY_SHAPES else "info"
    return _drawn(
        f'<svg class="sev s-{known}" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>'
    )


def dot(tone: str) -> Markup:
    """A dot that repeats in colour what the words beside it say."""
    return _drawn(
        f'<svg class="dot {escape(tone)}" width="10" height="10" aria-hidden="true"><circle cx="5" cy="5" r="5"/></svg>'
    )
