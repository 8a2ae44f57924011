"""The review sheet: the records of a case beside what the machine read and proposes.

For the physician reviewer, the case manager and the attorney: the same view
(:mod:`openimr.reviews.sheet.view`) as a page, a PDF, a Word file, plain text and on the terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from openimr.model import Case, Review

if TYPE_CHECKING:
    from rich.console import Console

Format = Literal["text", "html", "pdf", "docx"]


def render(case: Case, review: Review, to: Format) -> bytes:
    """Return the review sheet of a case as a file of the format `to`.

    Text is UTF-8 with frames in ASCII; HTML is one page that loads nothing; the PDF is tagged.
    Every format bears DRAFT unless the review is attested.

    Raises:
        InputError: case and review bear different case numbers.
        ValueError: `to` is not one of the formats.
    """
    from openimr.reviews.sheet.build import build_sheet

    sheet = build_sheet(case, review)
    if to == "html":
        from openimr.reviews.sheet import html

        return html.render(sheet)
    if to == "pdf":
        from openimr.reviews.sheet import pdf

        return pdf.render(sheet)
    if to == "docx":
        from openimr.reviews.sheet import docx

        return docx.render(sheet)
    if to == "text":
        from openimr.reviews.sheet import terminal

        return terminal.render(sheet)
    raise ValueError(f"a review sheet can be text, html, pdf or docx, not {to}")


def print_review(case: Case, review: Review, console: Console) -> None:
    """Print the review sheet of a case on a terminal, compactly.

    Without a terminal, or with one that cannot show more, frames and marks are plain ASCII.

    Raises:
        InputError: case and review bear different case numbers.
    """
    from openimr.reviews.sheet import terminal
    from openimr.reviews.sheet.build import build_sheet

    terminal.show(build_sheet(case, review), console)
