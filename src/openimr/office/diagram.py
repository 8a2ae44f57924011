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
_ROAD, _ASIDE = 1, (2, 0, 3, 4, 5, 6, 7)
"""The column of the main road, and those that the other states take in turn."""


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
    places = _places(table, drawn)
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


def _places(table: Table, drawn: list[Arrow]) -> dict[str, tuple[int, int]]:
    """Where each state stands: a row by its longest way from the first, the main road in a column.

    The table names its states in the order of the process: an arrow against that order turns back
    and does not count for the rows.
    """
    order = {name: place for place, name in enumerate((ANY, *table.states))}
    ahead = [one for one in drawn if order[one.source] < order[one.target]]
    row = dict.fromkeys(order, 0)
    before: dict[str, str] = {}
    for name in order:
        for one in ahead:
            if one.source == name and row[one.target] <= row[name]:
                row[one.target] = row[name] + 1
                before[one.target] = name
    road = [max(row, key=lambda name: row[name])]
    while road[-1] in before:
        road.append(before[road[-1]])
    used: dict[int, int] = defaultdict(int)
    places = {}
    for name in order:
        column = _ROAD
        if name not in road:
            used[row[name]] += 1
            column = _ASIDE[used[row[name]] - 1]
        places[name] = (_MARGIN + column * _ACROSS, _MARGIN + row[name] * _DOWN)
    return places


def _path(source: tuple[int, int], target: tuple[int, int]) -> tuple[str, tuple[float, float]]:
    """A curve from box to box, and where its label stands: near its end, where ways part."""
    (x1, y1), (x2, y2) = source, target
    rows_down = (y2 - y1) // _DOWN
    if rows_down > 1 and x1 >= x2:
        # Past the boxes between: out to the right and back in from the right.
        start = (float(x1 + _WIDE), y1 + 28.0) if x1 == x2 else (x1 + _WIDE / 2, y1 + _HIGH * 1.0)
        end = (float(x2 + _WIDE), y2 + 12.0)
        away = start[0] + 34 if x1 == x2 else start[0]
        first, second = (away, start[1] if x1 == x2 else end[1]), (away, end[1])
    elif y2 > y1:
        start, end = (x1 + _WIDE / 2, float(y1 + _HIGH)), (x2 + _WIDE / 2, float(y2))
        bend = min((y2 - y1 - _HIGH) / 2, 60)
        first, second = (start[0], start[1] + bend), (end[0], end[1] - bend)
    elif y2 == y1 or x1 != x2:
        right = x2 > x1
        start = (float(x1 + (_WIDE if right else 0)), y1 + 12.0)
        end = (float(x2 + (0 if right else _WIDE)), y2 + 28.0)
        first, second = start, end
    else:
        away = 26 + 7 * (y1 - y2) / _DOWN
        start, end = (float(x1), y1 + 12.0), (float(x2), y2 + 28.0)
        first, second = (start[0] - away, start[1]), (end[0] - away, end[1])
    path = (
        f"M{start[0]:.0f} {start[1]:.0f}C{first[0]:.0f} {first[1]:.0f} "
        f"{second[0]:.0f} {second[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
    )
    at = 0.55 if rows_down < 0 else 0.72
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at * at * (1 - at), at**3)
    points = (start, first, second, end)
    middle = (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )
    return path, middle
