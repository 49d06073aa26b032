"""The Metaflow card of a run: what was read and loaded, where it is, what failed.

All of it is in the card: no script, style or picture is fetched from anywhere.
Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import base64
import importlib
import math
import sys
from typing import Any

COUNTS = (
    "read",
    "inserted",
    "updated",
    "unchanged",
    "ignored",
    "duplicates",
    "quarantined",
)
# Of the failures, so that a run of nothing but failures still has a card to open.
MOST_ROWS = 200
MOST_LETTERS = 300

WIDTH, HEIGHT, MARGIN = 960, 480, 36
POLE = 90
MOST_LINES = 10
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60)

STYLE = """
text { font: 11px sans-serif; fill: #667 }
.line { stroke: #dde3ea; fill: none }
.loaded { stroke: #1463b8; fill: #1463b8 }
.there { stroke: #667; fill: #667 }
.loaded, .there { stroke-opacity: 0.4; fill-opacity: var(--shade) }
"""

# An outline: corners of degrees east and north. Across the antimeridian it goes on
# beyond 180 degrees.
Path = list[tuple[float, float]]


def show_run(card: Any, finished: dict[str, Any]) -> None:
    """Fills a card of type `blank` with what `platform ingest finish` says of a run.

    A run whose card cannot be drawn is a run all the same.
    """
    try:
        card.extend(list_components(finished))
    except Exception as error:
        print(f"no card: {error!r}", file=sys.stderr)


def list_components(finished: dict[str, Any]) -> list[Any]:
    """The parts of the card. Texts of items stand in tables only, as they are."""
    cards: Any = importlib.import_module("metaflow.cards")
    run, footprints = finished["run"], finished["footprints"]
    shown, items = len(footprints["shown"]), footprints["items"]
    rows = [[table, str(rows)] for table, rows in finished["rows"].items()]
    parts = [
        cards.Markdown(f"# Run of {finished['pipeline']}"),
        cards.Table([[str(finished[name]) for name in COUNTS]], headers=list(COUNTS)),
        cards.Markdown(f"## Footprints: {shown} of {items}"),
    ]
    if shown > 0:
        image = base64.b64encode(draw_map(footprints["shown"]).encode()).decode()
        label = "Blue was loaded, grey was there already."
        parts.append(cards.Image(f"data:image/svg+xml;base64,{image}", label=label))
    failures = list_failures(finished["quarantine"])
    if failures:
        reasons = [[name, str(times)] for name, times in finished["reasons"].items()]
        parts += [
            cards.Markdown(f"## In quarantine: {finished['quarantined']}"),
            cards.Table(reasons, headers=["reason", "items"]),
            cards.Table(failures, headers=["place", "item", "reason", "message"]),
        ]
    commands = f"platform ingest finish {run} --format json\n"
    query = f"SELECT * FROM ingestion_log WHERE run = '{run}'"
    return [
        *parts,
        cards.Markdown("## Rows of both databases"),
        cards.Table(rows, headers=["table", "rows"]),
        cards.Markdown(f"## Look closer\n\n```\n{commands}```\n\n```\n{query}\n```"),
    ]


def list_failures(quarantine: list[dict[str, Any]]) -> list[list[str]]:
    """A row for each item in quarantine, the first ones of many."""
    names = ("place", "item", "reason", "message")
    return [
        [clip(str(item[name] or "-")) for name in names]
        for item in quarantine[:MOST_ROWS]
    ]


def clip(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def draw_map(footprints: list[dict[str, Any]]) -> str:
    """An SVG of footprints over the lines of degrees."""
    drawn = [
        (item["loaded"], [(east, north) for east, north in path])
        for item in footprints
        for path in item["paths"]
    ]
    view = View([path for _, path in drawn])
    shapes = [
        view.draw(path, "loaded" if loaded else "there") for loaded, path in drawn
    ]
    # A time series covers the same ground again and again: how often is to be seen.
    shade = round(max(0.02, min(0.15, 6 / len(shapes))), 4)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="--shade: {shade}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f7f9fb"/>',
            *view.draw_degrees(),
            *reversed(shapes),
            "</svg>",
        ]
    )


class View:
    """The part of the world that outlines are in, on a plane."""

    def __init__(self, paths: list[Path]) -> None:
        self.west, width = find_window(paths)
        norths = [north for path in paths for _, north in path]
        south, north = min(norths), max(norths)
        middle = self.west + width / 2, (south + north) / 2
        # A degree east is shorter than one north, but at the equator.
        self.squeeze = max(math.cos(math.radians(middle[1])), 0.2)
        self.scale = min(
            (WIDTH - 2 * MARGIN) / max(width * self.squeeze, 0.02),
            (HEIGHT - 2 * MARGIN) / max(north - south, 0.02),
        )
        self.middle = middle

    def place(self, east: float, north: float) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        x = WIDTH / 2 + (east - self.middle[0]) * self.squeeze * self.scale
        y = HEIGHT / 2 - (north - self.middle[1]) * self.scale
        return round(x, 1), round(y, 1)

    def draw(self, path: Path, kind: str) -> str:
        """An outline, a line or a point."""
        first = min(east for east, _ in path)
        turn = (first - self.west) % 360 - (first - self.west)
        places = [self.place(east + turn, north) for east, north in path]
        if len(places) == 1:
            x, y = places[0]
            return f'<circle class="{kind}" cx="{x}" cy="{y}" r="3"/>'
        shape = "polygon" if path[0] == path[-1] else "polyline"
        points = " ".join(f"{x},{y}" for x, y in places)
        return f'<{shape} class="{kind}" points="{points}"/>'

    def draw_degrees(self) -> list[str]:
        """Lines of whole degrees, or of parts of one, with their names."""
        drawn = []
        across = WIDTH / (self.scale * self.squeeze)
        for east in list_degrees(self.middle[0], across):
            x, _ = self.place(east, 0)
            name = name_degrees((east + 180) % 360 - 180, "E", "W")
            drawn.append(f'<path class="line" d="M{x} 0V{HEIGHT}"/>')
            drawn.append(f'<text x="{x + 3}" y="{HEIGHT - 5}">{name}</text>')
        for north in list_degrees(self.middle[1], HEIGHT / self.scale):
            if abs(north) <= POLE:
                _, y = self.place(0, north)
                name = name_degrees(north, "N", "S")
                drawn.append(f'<path class="line" d="M0 {y}H{WIDTH}"/>')
                drawn.append(f'<text x="4" y="{max(y - 3, 11)}">{name}</text>')
        return drawn


def find_window(paths: list[Path]) -> tuple[float, float]:
    """Where the map begins, and how many degrees it is wide.

    It begins after the widest gap around the globe: outlines on both sides of the
    antimeridian stand together.
    """
    spans = []
    for path in paths:
        easts = [east for east, _ in path]
        west = (min(easts) + 180) % 360 - 180
        spans.append((west, west + max(easts) - min(easts)))
    spans.sort()
    reach = max(end for _, end in spans) - 360
    begins, widest = -180.0, 0.0
    for west, end in spans:
        if west - reach > widest:
            begins, widest = west, west - reach
        reach = max(reach, end)
    return begins, 360 - widest


def list_degrees(middle: float, extent: float) -> list[float]:
    """Round numbers on both sides of the middle, some few of them."""
    step = next((step for step in STEPS if extent / step <= MOST_LINES), 90)
    first = math.ceil((middle - extent / 2) / step)
    last = math.floor((middle + extent / 2) / step)
    return [round(step * number, 2) for number in range(first, last + 1)]


def name_degrees(degrees: float, positive: str, negative: str) -> str:
    """As `10°E`."""
    side = positive if degrees > 0 else negative if degrees < 0 else ""
    return f"{abs(degrees):g}°{side}"
