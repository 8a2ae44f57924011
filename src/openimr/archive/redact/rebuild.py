"""A redacted text as a new file. Nothing of the original file goes into it but its clean words.

That is what makes it safe: no text layer, image, annotation, attachment, outline, earlier
revision, comment, tracked change or property of the original can come along.
"""

from __future__ import annotations

import html
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from openimr.errors import InputError

TITLE = "Redacted document"


def as_text(pages: list[str]) -> bytes:
    """UTF-8 text, a form feed between pages."""
    return "\f".join(page.rstrip("\n") + "\n" for page in pages).encode()


def as_html(pages: list[str]) -> bytes:
    """One page without scripts or links: a paragraph for a line."""
    lines = [line for page in pages for line in page.splitlines()]
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines if line.strip())
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
    return f"{head}</head>\n<body>\n{body}\n</body></html>\n".encode()


def as_docx(pages: list[str]) -> bytes:
    """A Word document: a paragraph for a line, a page break between pages, no properties."""
    import docx
    from docx.enum.text import WD_BREAK

    document = docx.Document()
    document.core_properties.title = TITLE
    for name in ("author", "comments", "keywords", "last_modified_by", "subject", "category"):
        setattr(document.core_properties, name, "")
    for number, page in enumerate(pages):
        if number:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for line in page.rstrip("\n").split("\n"):
            document.add_paragraph(_printable(line))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(pages: list[str]) -> bytes:
    """A tagged PDF with the lines of each page; signs that no font has become a question mark."""
    from openimr.letters.typesetting import typeset

    def made(pages: list[str]) -> bytes:
        lines = [[_printable(line) for line in page.rstrip("\n").split("\n")] for page in pages]
        return typeset(_template(), {"title": TITLE, "pages": lines})

    try:
        return made(pages)
    except InputError:
        return made([page.encode("cp1252", "replace").decode("cp1252") for page in pages])


@lru_cache(maxsize=1)
def _template() -> str:
    return files("openimr.archive.redact").joinpath("page.typ").read_text(encoding="utf-8")


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else " " for c in line)
