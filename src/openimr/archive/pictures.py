"""Charts of the statistics as SVG, drawn offline; each with words and figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from openimr.archive.statistics import Days, Formulaic, Row, Share
from openimr.errors import InputError

BLUE, ORANGE, GREY = "#1b5e8a", "#b4541a", "#8a8f94"
_WIDTH = 460
_MOST = 25


class Picture(NamedTuple):
    """A chart: ``svg``, what it shows in words (``says``), and the figures behind it."""

    title: str
    svg: str
    says: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def over_time(rows: Sequence[Row]) -> list[Picture]:
    """Items a month, and the overturn rate with its interval."""
    points = [_point(row) for row in rows]
    table = tuple((row.key[0], f"{row.items:,}", *_cells(row.rate)) for row in rows)
    head = ("Month", "Items", "Overturned", "95 % interval")
    alt = _altair()
    base = alt.Chart(alt.Data(values=points)).properties(width=_WIDTH, height=200)
    month = alt.X("name:T", title=None)
    bars = base.mark_bar(color=GREY).encode(
        x=alt.X("yearmonth(name):T", title=None), y=alt.Y("items:Q", title="Items decided")
    )
    rate = alt.Y("rate:Q", title="Overturned", axis=alt.Axis(format="%"))
    band = base.mark_area(color=BLUE, opacity=0.2).encode(
        x=month, y=alt.Y("low:Q", title="Overturned"), y2="high:Q"
    )
    line = base.mark_line(color=BLUE, point=len(points) < 40).encode(x=month, y=rate)
    return [
        Picture("Disputed items decided each month", _svg(bars), _counts_say(rows), head, table),
        Picture(
            "Share overturned, month by month",
            _svg(alt.layer(band, line)),
            _rates_say(rows, "month"),
            head,
            table,
        ),
    ]


def rates(title: str, what: str, rows: Sequence[Row]) -> Picture:
    """The overturn rate of each value with its interval; the most frequent values."""
    shown = rows[:_MOST]
    return Picture(
        title,
        _dots([_point(row) for row in shown], "Overturned", BLUE),
        _rates_say(shown, what),
        (what.capitalize(), "Items", "Overturned", "95 % interval"),
        tuple((row.key[0], f"{row.items:,}", *_cells(row.rate)) for row in shown),
    )


def agreement(title: str, rows: Sequence[Row]) -> Picture:
    """Of the items with a proposal, the share decided as the criteria say."""
    shown = [row for row in rows if row.proposed][:_MOST]
    points = [_named(row.key[0], row.agreement) for row in shown]
    low = min(shown, key=lambda row: row.agreement.share or 0, default=None)
    says = f"Agreement for {len(shown)} treatments."
    if low is not None:
        says += f" Lowest for {low.key[0]}, {_percent(low.agreement.share)}."
    return Picture(
        title,
        _dots(points, "Decided as the criteria say", ORANGE),
        says,
        ("Treatment", "Items with a proposal", "Decided as proposed", "95 % interval"),
        tuple((row.key[0], f"{row.proposed:,}", *_cells(row.agreement)) for row in shown),
    )


def days(title: str, rows: Sequence[Days]) -> Picture:
    """Median and ninth decile of the days to the decision by year."""
    shown = [row for row in rows if row.letters and row.of.isdigit()]
    points = [
        {"name": row.of, "days": value, "of": label}
        for row in shown
        for label, value in (("median", row.median), ("90 % within", row.p90))
    ]
    alt = _altair()
    chart = (
        alt.Chart(alt.Data(values=points))
        .mark_line(point=True)
        .encode(
            x=alt.X("name:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("days:Q", title="Days"),
            color=alt.Color(
                "of:N",
                title=None,
                scale=alt.Scale(domain=["median", "90 % within"], range=[BLUE, ORANGE]),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash("of:N", legend=None),
        )
        .properties(width=_WIDTH, height=200)
    )
    says = "; ".join(f"{row.of}: median {row.median}, 90 % within {row.p90}" for row in shown)
    return Picture(
        title,
        _svg(chart),
        f"Days by year. {says}.",
        ("Year", "Letters", "Median", "90 % within"),
        tuple((row.of, f"{row.letters:,}", str(row.median), str(row.p90)) for row in shown),
    )


def formulaic(title: str, rows: Sequence[Formulaic]) -> Picture:
    """The share of sentences that stand in another letter too, by treatment."""
    shown = rows[:_MOST]
    alt = _altair()
    chart = (
        alt.Chart(alt.Data(values=[{"name": row.treatment, "share": row.share} for row in shown]))
        .mark_bar(color=GREY)
        .encode(
            y=_names(alt),
            x=alt.X(
                "share:Q",
                title="Sentences that stand in another letter too",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
        )
        .properties(width=_WIDTH, height=alt.Step(20))
    )
    says = f"{len(shown)} treatments"
    if shown:
        first, last = shown[0], shown[-1]
        says += f", from {_percent(first.share)} for {first.treatment} to {_percent(last.share)}"
        says += f" for {last.treatment}"
    return Picture(
        title,
        _svg(chart),
        f"{says}.",
        ("Treatment", "Sentences looked at", "In another letter too"),
        tuple((row.treatment, f"{row.sentences:,}", _percent(row.share)) for row in shown),
    )


# ------------------------------------------------------------------------------------ drawing


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError:
        raise InputError(
            "--html", "Altair and vl-convert are not installed", "install openimr[archive]"
        ) from None
    return altair


def _names(alt: Any) -> Any:
    return alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))


def _dots(points: list[dict[str, Any]], title: str, color: str) -> str:
    alt = _altair()
    base = alt.Chart(alt.Data(values=points)).encode(y=_names(alt))
    axis = alt.Axis(format="%")
    spans = base.mark_rule(color=color, strokeWidth=2, opacity=0.5).encode(
        x=alt.X("low:Q", title=title, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(color=color, filled=True, size=60, opacity=1).encode(
        x=alt.X("rate:Q", title=title, axis=axis, scale=alt.Scale(zero=True))
    )
    return _svg(alt.layer(spans, dots).properties(width=_WIDTH, height=alt.Step(20)))


_SVG_HEAD = re.compile(r"<svg([^>]*)>")


def _svg(chart: Any) -> str:
    """A chart as SVG; hidden from screen readers, which get the words and the table."""
    import vl_convert

    # Words may be wider on the reader's screen than where the chart is drawn: room on the left.
    room = {"left": 36, "right": 12, "top": 6, "bottom": 6}
    chart = chart.configure(font="Arial, sans-serif", padding=room).configure_view(stroke=None)
    chart = chart.configure_axis(labelFontSize=12, titleFontSize=12, gridColor="#e4e6e8")
    drawn: str = vl_convert.vegalite_to_svg(chart.to_dict())
    head = _SVG_HEAD.search(drawn)
    assert head is not None
    kept = re.sub(r'\s(?:class|role|aria-\w+)="[^"]*"', "", head[1])
    body = re.sub(r'\s(?:role|aria-[\w-]+|tabindex)="[^"]*"', "", drawn[head.end() :])
    return f'<svg{kept} aria-hidden="true" focusable="false">{body}'


def _point(row: Row) -> dict[str, Any]:
    return {**_named(row.key[0], row.rate), "items": row.items}


def _named(name: str, share: Share) -> dict[str, Any]:
    return {"name": name, "rate": share.share, "low": share.low, "high": share.high}


# -------------------------------------------------------------------------------------- words


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _cells(share: Share) -> tuple[str, str]:
    if share.low is None or share.high is None:
        return "-", "-"
    return _percent(share.share), f"{100 * share.low:.1f} to {100 * share.high:.1f} %"


def _counts_say(rows: Sequence[Row]) -> str:
    if not rows:
        return "No item has a date."
    most = max(rows, key=lambda row: row.items)
    return (
        f"{len(rows)} months from {rows[0].key[0]} to {rows[-1].key[0]}; most items in "
        f"{most.key[0]}, {most.items:,}."
    )


def _rates_say(rows: Sequence[Row], what: str) -> str:
    if not rows:
        return "Nothing was counted."
    low = min(rows, key=lambda row: row.rate.share or 0)
    high = max(rows, key=lambda row: row.rate.share or 0)
    return (
        f"Share overturned by {what}, {len(rows)} shown: lowest {_percent(low.rate.share)} for "
        f"{low.key[0]}, highest {_percent(high.rate.share)} for {high.key[0]}."
    )
