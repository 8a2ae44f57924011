"""The report: statistics of an archive as one self-contained page with charts and their figures."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from openimr._version import __version__
from openimr.archive import pictures
from openimr.archive.statistics import Odds, Overview, Row, Share
from openimr.reviews.run import shipped_library


def write_page(whole: Overview) -> str:
    """The report as HTML: nothing is loaded from anywhere, every chart has words and a table.

    Args:
        whole: from :func:`openimr.archive.statistics.overview`.

    Raises:
        InputError: Altair or vl-convert is not installed.
    """
    from jinja2 import Environment

    text = files("openimr.archive").joinpath("templates/statistics.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(percent=_percent, interval=_interval, number=_number, month=_month)
    named = _Named(whole)
    return environment.from_string(text).render(
        whole=whole,
        version=__version__,
        sections=_sections(named),
        odds=[(named.word("treatment", row.treatment), row, named.says(row)) for row in whole.odds],
    )


class _Named:
    """The figures under names fit to be read: titles of treatments, plain words."""

    def __init__(self, whole: Overview) -> None:
        self._library = shipped_library()
        self.days = whole.days
        self.rows = {table.by[0]: self._rows(table.by[0], table.rows) for table in whole.tables}
        self.formulaic = tuple(
            msgspec.structs.replace(row, treatment=self.word("treatment", row.treatment))
            for row in whole.formulaic
        )

    def _rows(self, by: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        replace = msgspec.structs.replace
        return tuple(replace(row, key=(self.word(by, row.key[0]),)) for row in rows)

    def word(self, by: str, value: str) -> str:
        """A value as it is read: the title of a treatment, else its own words."""
        guideline = self._library.get(value) if by == "treatment" else None
        if guideline is not None:
            return guideline.title
        return value if by in ("specialty", "guideline") else value.replace("_", " ")

    def says(self, row: Odds) -> str:
        """What the criterion most at odds asks."""
        guideline = self._library.get((row.criterion or "").rpartition(".")[0])
        criterion = guideline.criterion(row.criterion or "") if guideline else None
        return criterion.says if criterion else ""


def _sections(named: _Named) -> list[tuple[str, str, list[pictures.Picture]]]:
    """Heading, what to know before reading the charts, charts."""
    rows = named.rows
    day_rows = {
        start: [row for row in named.days if row.start == start] for start in ("applied", "denied")
    }
    return [
        (
            "Over time",
            "By the month of the decision. The band is the 95 % interval.",
            pictures.over_time(rows["month"]),
        ),
        (
            "What is disputed",
            "The most frequent values first. A short line means many items, a long one few.",
            [
                pictures.rates(f"Share overturned by {name}", name, rows[kind])
                for kind, name in (
                    ("treatment", "treatment"),
                    ("drug_class", "drug class"),
                    ("region", "region of the body"),
                )
            ],
        ),
        (
            "Who decides, and by what",
            "A physician with two specialties counts under both, and so does an item decided by "
            "two guidelines.",
            [
                pictures.rates("Share overturned by specialty", "specialty", rows["specialty"]),
                pictures.rates("Share overturned by guideline", "guideline", rows["guideline"]),
            ],
        ),
        (
            "Physicians and criteria",
            "Each item was also reviewed by machine from the case side of the letter alone. Where "
            "the two part, either may be right: a published letter summarizes the records, and "
            "the physician has read them. Low agreement tells where to look, not who erred.",
            [pictures.agreement("Decided as the criteria say", rows["treatment"])],
        ),
        (
            "How long it takes",
            "Days by the calendar. Letters do not print the day the records arrived.",
            [
                pictures.days("From application to decision", day_rows["applied"]),
                pictures.days("From denial to decision", day_rows["denied"]),
            ],
        ),
        (
            "How formulaic the rationales are",
            "The share of sentences that stand, numbers aside, in another letter too. Quoted "
            "guideline text counts as well: a high share is no fault in itself.",
            [pictures.formulaic("Sentences that stand in another letter too", named.formulaic)],
        ),
    ]


def _percent(share: Share) -> str:
    return "-" if share.share is None else f"{100 * share.share:.1f} %"


def _interval(share: Share) -> str:
    if share.low is None or share.high is None:
        return ""
    return f"{100 * share.low:.1f} to {100 * share.high:.1f} %"


def _number(value: int) -> str:
    return f"{value:,}"


def _month(value: int | None) -> str:
    return "-" if value is None else f"{value // 100}-{value % 100:02d}"
