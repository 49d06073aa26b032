"""Checks the map of a run's card, and that a card which fails is no failure.

Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

FLOWS = Path(__file__).resolve().parent.parent / "metaflow_flows"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FLOWS)
    return importlib.import_module("platform_card")


def square(west: float, south: float, size: float = 1) -> list[tuple[float, float]]:
    """An outline of four sides."""
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def draw(card: Any, *paths: Any) -> ElementTree.Element:
    """The map of footprints of one path each."""
    return ElementTree.fromstring(
        card.draw_map([{"loaded": True, "paths": [path]} for path in paths])
    )


def list_lefts(drawing: ElementTree.Element) -> list[float]:
    """How far from the left each outline begins, in pixels."""
    outlines = drawing.findall(f"{SVG}polygon")
    points = [re.findall(r"([-\d.]+),", one.attrib["points"]) for one in outlines]
    return sorted(min(float(x) for x in one) for one in points)


@pytest.mark.parametrize(
    ("wests", "begins", "width"),
    [
        ((7, 9), 7, 3),
        ((179.5, -178), 179.5, 3.5),
        ((-180.5, 178), 178, 2.5),
        ((-120, 0, 120), -120, 241),
        (range(-180, 180), -180, 360),
    ],
)
def test_the_map_begins_after_the_widest_gap(
    card: Any, wests: Any, begins: float, width: float
) -> None:
    window = card.find_window([square(west, 0) for west in wests])
    assert window == pytest.approx((begins, width))


def test_what_is_covered_often_is_no_blot(card: Any) -> None:
    few, many = (draw(card, *[square(7, 46)] * times) for times in (2, 300))
    shades = [float(one.attrib["style"].split(":")[1]) for one in (few, many)]
    assert shades == [0.15, 0.02]


def test_both_sides_of_the_antimeridian_stand_together(card: Any) -> None:
    drawing = draw(card, square(178, 10), square(179.5, 10), square(-179.5, 10))
    first, second, third = list_lefts(drawing)
    assert second - first == pytest.approx(1.5 * (third - second), rel=0.02)
    assert 0 < first < third < card.WIDTH
    names = [text.text for text in drawing.iter(f"{SVG}text")]
    assert "179°E" in names
    assert "180°W" in names


def test_every_footprint_is_in_the_picture(card: Any) -> None:
    drawing = draw(
        card, square(-170, -80, 5), square(100, 80, 10), [(0, 0), (1, 1)], [(5, 5)]
    )
    assert len(drawing.findall(f"{SVG}polygon")) == 2
    assert len(drawing.findall(f"{SVG}polyline")) == 1
    assert len(drawing.findall(f"{SVG}circle")) == 1
    lefts = list_lefts(drawing)
    assert lefts[0] >= 0
    assert lefts[-1] <= card.WIDTH


def test_one_point_is_a_map_too(card: Any) -> None:
    assert draw(card, [(180, 90)]).find(f"{SVG}circle") is not None


def test_a_card_that_fails_is_no_failure(
    card: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    card.show_run([], {"run": "without the rest"})
    assert "no card: " in capsys.readouterr().err


def test_failures_are_bounded(card: Any) -> None:
    failure = {"place": "x", "item": None, "reason": "y", "message": "z" * 1000}
    failures = card.list_failures([failure] * 1000)
    assert len(failures) == card.MOST_ROWS
    assert failures[0] == ["x", "-", "y", "z" * card.MOST_LETTERS + "…"]
