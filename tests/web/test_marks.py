"""Small drawings: where things stand, and that nothing hostile gets in."""

from __future__ import annotations

import re
from datetime import date

import pytest

from baas.web import charts, marks

BORDERS = (("A", 85.0), ("B", 70.0), ("C", 55.0), ("D", 0.0))


def _numbers(svg: str, name: str) -> list[float]:
    return [float(text) for text in re.findall(rf'\b{name}="(-?[\d.]+)"', svg)]


@pytest.mark.parametrize(("value", "width"), [(0.0, 0.0), (50.0, 32.0), (100.0, 64.0), (140.0, 64.0), (-5.0, 0.0)])
def test_a_bar_is_as_long_as_its_number_and_never_longer_than_its_rail(value: float, width: float) -> None:
    assert _numbers(marks.bar(value).split("fill", 1)[1], "width") == [width]


def test_a_bar_of_nothing_is_an_empty_rail() -> None:
    assert 'class="none"' in marks.bar(None)
    assert 'class="none"' in marks.bar(float("nan"))


def test_steps_of_a_waterfall_meet() -> None:
    first, second = marks.floating(85.0, 100.0, "bad"), marks.floating(70.0, 85.0, "bad")
    assert _numbers(first, "x")[0] == pytest.approx(_numbers(second, "x")[0] + _numbers(second, "width")[-1])


def test_grades_differ_in_shape_letter_and_colour() -> None:
    drawn = [marks.grade(letter, letter) for letter in "ABCD"]
    shapes = {re.search(r">(<(?:circle|rect|path)[^>]+>)", svg).group(1) for svg in drawn}  # type: ignore[union-attr]
    assert len(shapes) == 4
    assert all(f">{letter}</text>" in svg and f"g{letter}" in svg for letter, svg in zip("ABCD", drawn, strict=True))


def test_labels_are_escaped() -> None:
    for svg in (
        marks.grade("A", '"><script>'),
        marks.spark([1, 2], '"><script>'),
        marks.stacked({"gA": 1}, '"><script>'),
        charts.lines({"one": [1, 2]}, 0, 2, '"><script>'),
    ):
        assert "<script>" not in svg


def test_a_line_breaks_where_a_value_is_missing() -> None:
    path = re.search(r'class="line one" d="([^"]+)"', charts.lines({"one": [1, 2, None, 3, 4]}, 0, 4, "")).group(1)  # type: ignore[union-attr]
    assert path.count("M") == 2


def test_a_band_of_lonely_days_is_still_drawn() -> None:
    svg = charts.band([1, None, 2], [2, None, 3], [1.5, None, 2.5], 0, 4, "")
    assert svg.count('class="band"') == 2


def test_columns_stand_on_one_another() -> None:
    svg = charts.columns([{"a": 1.0, "b": 1.0}], 2.0, "")
    assert "v90.00" in svg
    assert re.search(r'class="col b" d="M[\d.]+ 0h', svg)


def test_a_calendar_has_every_day_once() -> None:
    svg = charts.calendar({"2024-02-29": "c4"}, date(2024, 2, 1), date(2024, 3, 31), "")
    assert svg.count("h10v10") == 60
    assert re.search(r'class="c4" d="M\d+ 37h10v10h-10z"', svg)  # a Thursday


def test_only_the_cell_that_lies_off_is_coloured() -> None:
    svg = charts.cell_map([[0.0, -31.0, 1.0]] * 2, 3, 0, "")
    assert set(re.findall(r'path class="(\w+)"', svg)) == {"n4"}


def test_modules_are_outlined_only_where_they_are_known() -> None:
    assert 'class="module"' in charts.cell_map([[0.0] * 24], 24, 12, "")
    assert 'class="module"' not in charts.cell_map([[0.0] * 24], 24, 0, "")
