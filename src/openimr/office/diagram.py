"""The workflow drawn from its table: as Mermaid text and as SVG, layer by layer.

A step that is open from more than six states is drawn once, from a box that stands for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import NamedTuple

from openimr.office.workflow import Table, Transition

MANY = 6
ANY = "any_open_state"
_WIDE, _HIGH = 168, 40
_ACROSS, _DOWN = 232, 92
_MARGIN = 24


class Arrow(NamedTuple):
    """An arrow of the drawing: number in the table, from, to."""

    number: int
    source: str
    target: str


def said(name: str) -> str:
    """``records_complete`` → ``Records complete``."""
    return name.replace("_", " ").capitalize()


def arrows(table: Table) -> list[Arrow]:
    """Every arrow, numbered as the steps stand in the table."""
    found = []
    for number, line in enumerate(table.transitions, 1):
        if line.to == "same":
            continue
        sources = (ANY,) if len(line.from_) > MANY else line.from_
        found += [Arrow(number, source, line.to) for source in sources if source != line.to]
    return found


def mermaid(table: Table) -> str:
    """The workflow as a Mermaid state diagram."""
    rows = ["stateDiagram-v2"]
    rows += [f"    {name} : {said(name)}" for name in (*table.states, ANY)]
    rows += [
        f"    {one.source} --> {one.target} : {table.transitions[one.number - 1].says}"
        for one in arrows(table)
    ]
    return "\n".join(rows) + "\n"


def rows(table: Table) -> list[tuple[int, Transition]]:
    """The steps with their numbers in the drawing."""
    return list(enumerate(table.transitions, 1))


def svg(table: Table) -> str:
    """The workflow as one SVG that brings its own colors, light and dark."""
    drawn = arrows(table)
    layers = _layers(table, drawn)
    places = _places(layers)
    width = max(x for x, _ in places.values()) + _WIDE + _MARGIN
    height = max(y for _, y in places.values()) + _HIGH + _MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">The life of a case: states and the steps between them</title>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="ground" width="{width}" height="{height}"/>',
    ]
    joined: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in drawn:
        joined[one.source, one.target].append(one.number)
    labels = []
    for (source, target), numbers in joined.items():
        path, label = _path(places[source], places[target])
        out.append(f'<path class="way" d="{path}" marker-end="url(#tip)"/>')
        labels.append((label, ",".join(map(str, numbers))))
    for (x, y), text in labels:
        half = 4 + 3.6 * len(text)
        out.append(
            f'<rect class="tag" x="{x - half:.0f}" y="{y - 9:.0f}" width="{2 * half:.0f}" '
            f'height="18" rx="9"/><text class="number" x="{x:.0f}" y="{y + 4:.0f}">{text}</text>'
        )
    for name, (x, y) in places.items():
        kind = table.states[name].kind if name in table.states else "many"
        out.append(
            f'<g class="{kind}"><rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="7"/>'
            f'<text x="{x + _WIDE / 2:.0f}" y="{y + 25}">{escape(said(name))}</text></g>'
        )
    return "\n".join([*out, "</svg>", ""])


_STYLE = (
    "text{font:13px system-ui,sans-serif;text-anchor:middle;fill:#1c2429}"
    ".ground{fill:#fff}.way{fill:none;stroke:#6a7880;stroke-width:1.3}marker path{fill:#6a7880}"
    ".tag{fill:#fff;stroke:#c3ccd2}.number{font-size:11px;fill:#44525b}"
    "g rect{fill:#e9f1f5;stroke:#1f5f7a}g.closed rect{fill:#eceeef;stroke:#7a868d}"
    "g.suspended rect{fill:#fbf0d9;stroke:#7a5200}g.decided rect{fill:#e3f3e8;stroke:#1d6b3c}"
    "g.many rect{fill:#fff;stroke:#1f5f7a;stroke-dasharray:5 4}"
    "@media(prefers-color-scheme:dark){text{fill:#e6ebee}.ground{fill:#12181c}"
    ".way{stroke:#8f9da5}marker path{fill:#8f9da5}.tag{fill:#12181c;stroke:#46545c}"
    ".number{fill:#c0cad0}g rect{fill:#1c2b33;stroke:#7cc4e2}"
    "g.closed rect{fill:#20282d;stroke:#7a868d}g.suspended rect{fill:#352a12;stroke:#ecc376}"
    "g.decided rect{fill:#16301f;stroke:#84d8a4}g.many rect{fill:#12181c;stroke:#7cc4e2}}"
)


def _layers(table: Table, drawn: list[Arrow]) -> list[list[str]]:
    """States by their distance from the first, ordered to keep arrows short."""
    depth = {next(iter(table.states)): 0}
    queue = list(depth)
    while queue:
        name = queue.pop(0)
        for one in drawn:
            if one.source == name and one.target not in depth:
                depth[one.target] = depth[name] + 1
                queue.append(one.target)
    last = max(depth.values())
    depth[ANY] = 0
    for one in drawn:
        if one.source == ANY:
            depth[one.target] = 1
    for name in table.states:
        depth.setdefault(name, last)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in (*table.states, ANY):
        layers[depth[name]].append(name)
    for above, layer in zip(layers, layers[1:], strict=False):
        column = {name: place for place, name in enumerate(above)}
        weight = {
            name: [column[one.source] for one in drawn if one.target == name and one.source in column]
            for name in layer
        }
        layer.sort(key=lambda name: sum(weight[name]) / len(weight[name]) if weight[name] else 99)
    return layers


def _places(layers: list[list[str]]) -> dict[str, tuple[int, int]]:
    return {
        name: (_MARGIN + column * _ACROSS, _MARGIN + row * _DOWN)
        for row, layer in enumerate(layers)
        for column, name in enumerate(layer)
    }


def _path(source: tuple[int, int], target: tuple[int, int]) -> tuple[str, tuple[float, float]]:
    """A curve from box to box, and where its label stands."""
    (x1, y1), (x2, y2) = source, target
    if y2 > y1:
        start, end = (x1 + _WIDE / 2, y1 + _HIGH), (x2 + _WIDE / 2, y2)
        bend = (y2 - y1 - _HIGH) / 2
        first, second = (start[0], start[1] + bend), (end[0], end[1] - bend)
    elif y2 == y1:
        right = x2 > x1
        start = (x1 + (_WIDE if right else 0), y1 + _HIGH / 2)
        end = (x2 + (0 if right else _WIDE), y2 + _HIGH / 2)
        first, second = start, end
    else:
        start, end = (x1 + _WIDE, y1 + 14), (x2 + _WIDE, y2 + 26)
        away = max(start[0], end[0]) + 34
        first, second = (away, start[1]), (away, end[1])
    path = (
        f"M{start[0]:.0f} {start[1]:.0f}C{first[0]:.0f} {first[1]:.0f} "
        f"{second[0]:.0f} {second[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
    )
    middle = (
        (start[0] + 3 * first[0] + 3 * second[0] + end[0]) / 8,
        (start[1] + 3 * first[1] + 3 * second[1] + end[1]) / 8,
    )
    return path, middle
