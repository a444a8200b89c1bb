"""Larger drawings: lines, columns, calendars, timelines, the heatmap of cells; words around them tell the scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape

from baas.web.marks import point

Series = Sequence[float | None]
_WIDE, _TALL = 720, 180


def _svg(kind: str, width: float, height: float, label: str, inside: str, *, stretch: bool = True) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    size = f"0 0 {point(width)} {point(height)}"
    svg = f'<svg class="{kind}" viewBox="{size}"{ratio} role="img" aria-label="{escape(label)}">{inside}</svg>'
    return Markup(svg)  # noqa: S704  (numbers and classes are ours, the label is escaped)


def nice_top(value: float) -> float:
    """The next round number at or above a positive value, for the top of a scale.

    >>> nice_top(7.3), nice_top(0.012), nice_top(130)
    (8.0, 0.015, 150.0)
    """
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return round(next(step for step in steps if step * power >= value * 0.999999) * power, 12)


def _grid(lines: int) -> str:
    return f'<path class="gridline" d="{"".join(f"M0 {point(_TALL * k / lines)}H{_WIDE}" for k in range(lines + 1))}"/>'


def lines(series: Mapping[str, Series], low: float, high: float, label: str) -> Markup:
    """Lines over equally spaced points, a class each; missing values are gaps, lonely points are dots."""
    count = max((len(values) for values in series.values()), default=0)
    step = _WIDE / max(count - 1, 1)
    span = (high - low) or 1.0
    parts = [_grid(4)]
    for tone, values in series.items():
        parts.append(f'<path class="line {tone}" d="{_path(values, step, low, span)}"/>')
    return _svg("chart", _WIDE, _TALL, label, "".join(parts))


def _path(values: Series, step: float, low: float, span: float) -> str:
    drawn: list[str] = []
    is_open = False
    for at, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        x, y = at * step, _TALL - _TALL * (value - low) / span
        alone = not is_open and (at + 1 == len(values) or values[at + 1] is None)
        drawn.append(f"{'L' if is_open else 'M'}{point(x)} {point(y)}{'h.1' if alone else ''}")
        is_open = True
    return "".join(drawn)


def band(low_values: Series, high_values: Series, middle: Series, low: float, high: float, label: str) -> Markup:
    """A band between two series with a line inside."""
    count = max(len(middle), 1)
    step, span = _WIDE / max(count - 1, 1), (high - low) or 1.0
    parts = [_grid(4)]
    run: list[int] = []
    for at in range(count + 1):
        known = at < count and low_values[at] is not None and high_values[at] is not None
        if known:
            run.append(at)
        elif run:
            parts.append(f'<path class="band" d="{_ribbon(run, low_values, high_values, step, low, span)}"/>')
            run = []
    parts.append(f'<path class="line one" d="{_path(middle, step, low, span)}"/>')
    return _svg("chart", _WIDE, _TALL, label, "".join(parts))


def _ribbon(run: Sequence[int], low_values: Series, high_values: Series, step: float, low: float, span: float) -> str:
    def at(k: int, value: float | None, shift: float = 0.0) -> str:
        return f"{point(k * step + shift)} {point(_TALL - _TALL * ((value or 0.0) - low) / span)}"

    thin = step * 0.3 if len(run) == 1 else 0.0
    up = [at(k, high_values[k], -thin) for k in run] + ([at(run[-1], high_values[run[-1]], thin)] if thin else [])
    down = [at(k, low_values[k], thin) for k in reversed(run)] + (
        [at(run[0], low_values[run[0]], -thin)] if thin else []
    )
    return f"M{'L'.join(up)}L{'L'.join(down)}z"


def columns(stacks: Sequence[Mapping[str, float]], top: float, label: str, marked: Sequence[bool] = ()) -> Markup:
    """Columns side by side, each stacked class by class; `marked` columns stand on a shaded ground."""
    step = _WIDE / max(len(stacks), 1)
    width = max(step - max(1.0, step * 0.15), 0.8)
    shade = "".join(f"M{point(k * step)} 0h{point(step)}v{_TALL}h-{point(step)}z" for k, on in enumerate(marked) if on)
    drawn: dict[str, list[str]] = {}
    for at, stack in enumerate(stacks):
        foot = float(_TALL)
        for tone, value in stack.items():
            height = _TALL * min(value / top, 1.0) if top else 0.0
            if height > 0.05:
                x, foot = at * step + (step - width) / 2, foot - height
                drawn.setdefault(tone, []).append(
                    f"M{point(x)} {point(foot)}h{point(width)}v{height:.2f}h-{point(width)}z"
                )
    parts = [f'<path class="shade" d="{shade}"/>' if shade else "", _grid(4)]
    parts += [f'<path class="col {tone}" d="{"".join(path)}"/>' for tone, path in drawn.items()]
    return _svg("chart", _WIDE, _TALL, label, "".join(parts))


def calendar(levels: Mapping[str, str], first: date, last: date, label: str) -> Markup:
    """Days as squares, weeks as columns from Monday down; date -> class of its colour, absent days stay empty."""
    start = first - timedelta(days=first.weekday())
    drawn: dict[str, list[str]] = {}
    day = first
    while day <= last:
        tone = levels.get(day.isoformat(), "none")
        week, row = (day - start).days // 7, day.weekday()
        drawn.setdefault(tone, []).append(f"M{week * 12 + 1} {row * 12 + 1}h10v10h-10z")
        day += timedelta(days=1)
    weeks = (last - start).days // 7 + 1
    parts = "".join(f'<path class="{tone}" d="{"".join(path)}"/>' for tone, path in sorted(drawn.items()))
    return _svg("calendar", weeks * 12, 84, label, parts, stretch=False)


def days_strip(levels: Sequence[str], label: str) -> Markup:
    """One row of days, each a thin upright field of its colour."""
    drawn: dict[str, list[str]] = {}
    for at, tone in enumerate(levels):
        drawn.setdefault(tone, []).append(f"M{at * 6} 0h5v14h-5z")
    parts = "".join(f'<path class="{tone}" d="{"".join(path)}"/>' for tone, path in drawn.items())
    return _svg("daystrip", max(len(levels), 1) * 6, 14, label, parts)


def timeline(rows: Sequence[Sequence[tuple[float, float, str]]], label: str) -> Markup:
    """Days below one another; segments (start hour, end hour, class)."""
    drawn: dict[str, list[str]] = {}
    for at, segments in enumerate(rows):
        drawn.setdefault("rail", []).append(f"M0 {at * 14 + 1}h{_WIDE}v11h-{_WIDE}z")
        for start, end, tone in segments:
            width = max(30 * (end - start), 1.0)
            drawn.setdefault(tone, []).append(f"M{point(30 * start)} {at * 14 + 1}h{point(width)}v11h-{point(width)}z")
    parts = "".join(f'<path class="{tone}" d="{"".join(path)}"/>' for tone, path in drawn.items())
    ticks = f'<path class="tick" d="M180 0v{len(rows) * 14}M360 0v{len(rows) * 14}M540 0v{len(rows) * 14}"/>'
    return _svg("timeline", _WIDE, max(len(rows), 1) * 14, label, parts + ticks)


#: millivolts from the median at which the colour of a cell changes; chosen: sensor noise, one 0.02 V step, two, a fault
CELL_STEPS_MV = (2.0, 5.0, 10.0, 20.0, 40.0)


def cell_tone(deviation_mv: float | None) -> str:
    """The class of a cell by its deviation from the pack's median: h0 (none), p1..p5 above, n1..n5 below.

    >>> cell_tone(0.5), cell_tone(-31), cell_tone(6), cell_tone(None)
    ('h0', 'n4', 'p2', 'hx')
    """
    if deviation_mv is None or deviation_mv != deviation_mv:
        return "hx"
    level = sum(abs(deviation_mv) >= step for step in CELL_STEPS_MV)
    return "h0" if not level else f"{'p' if deviation_mv > 0 else 'n'}{level}"


def cell_map(weeks: Sequence[Sequence[float | None]], cells: int, per_module: int, label: str) -> Markup:
    """Cells as rows, weeks as columns, coloured by deviation; a line between modules of `per_module` cells."""
    drawn: dict[str, list[str]] = {}
    for at, values in enumerate(weeks):
        start, tone = 0, ""
        tones = [cell_tone(values[cell] if cell < len(values) else None) for cell in range(cells)]
        for cell, now in enumerate([*tones, ""]):
            if now != tone:
                if tone and tone != "h0":
                    drawn.setdefault(tone, []).append(f"M{at * 10} {start * 4}h10v{(cell - start) * 4}h-10z")
                start, tone = cell, now
    wide, tall = max(len(weeks), 1) * 10, cells * 4
    parts = [f'<rect class="h0" width="{wide}" height="{tall}"/>']
    parts += [f'<path class="{tone}" d="{"".join(path)}"/>' for tone, path in sorted(drawn.items())]
    if per_module > 1:
        borders = "".join(f"M0 {k * 4}H{wide}" for k in range(per_module, cells, per_module))
        parts.append(f'<path class="module" d="{borders}"/>')
    return _svg("cellmap", wide, tall, label, "".join(parts))
