"""The review sheet as one HTML page that needs no network and works from a file."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from openimr.reviews.sheet import words
from openimr.reviews.sheet.marks import Span, merged, pieces
from openimr.reviews.sheet.view import Mark, Record, Sheet

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup


def render(sheet: Sheet) -> bytes:
    """Return the page in UTF-8. All text of the case is escaped; only our own script may run."""
    page = _template().render(
        s=sheet,
        machine=words.MACHINE,
        who_decides=words.WHO_DECIDES,
        decision_words=words.DECISION,
        polarities=[(polarity, words.name(polarity)) for polarity in words.POLARITIES],
    )
    return page.encode("utf-8")


def resource(filename: str) -> str:
    """Return a file of the templates folder."""
    return (files("openimr.reviews.sheet") / "templates" / filename).read_text("utf-8")


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    import jinja2
    from markupsafe import Markup

    css, script = resource("sheet.css"), resource("sheet.js")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        css=Markup(css),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
        name=words.name,
        text_of=record_markup,
    )
    return environment.from_string(resource("sheet.html.j2"))


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def record_markup(record: Record) -> Markup:
    """Return the text of a record with its evidence marked.

    Each piece of evidence has a number that leads back to the finding; the sentences round the
    evidence are wrapped so that they can light up; stretches that only facts rest on get a
    quiet mark. Overlapping spans are cut at each other's borders, so elements always nest.
    """
    from markupsafe import Markup, escape

    text = record.text or ""
    evidence = {f"e{m.number}": m for m in record.marks}
    facts = {f.to: f for f in record.facts if f.to and f.to not in evidence}
    spans = [Span(m.start, m.end, key) for key, m in evidence.items()]
    spans += [Span(f.start, f.end, key) for key, f in facts.items()]
    sentences = merged((m.begin, m.stop) for m in record.marks)
    opens, closes = {a for a, _ in sentences}, {b for _, b in sentences}
    pages = {start: number for number, start in enumerate(record.page_starts, 1)}
    anchors = {key: _anchor(mark) for key, mark in evidence.items()}

    out: list[str] = []
    for piece in pieces(len(text), spans, (*opens, *closes, *pages)):
        if piece.start in closes:
            out.append("</span>")
        if piece.start in pages:
            out.append(f'<span class="page">Page {pages[piece.start]}</span>')
        if piece.start in opens:
            out.append('<span class="s">')
        for index in piece.opening:
            key = spans[index].key
            out.append(anchors.get(key) or f'<span class="at" id="{key}" tabindex="-1"></span>')
        words_here = escape(words.plain(text[piece.start : piece.end]))
        if not piece.covering:
            out.append(words_here)
            continue
        keys = [spans[index].key for index in piece.covering]
        cited = [key for key in keys if key in evidence]
        first = evidence[cited[0]].polarity if cited else facts[keys[0]].polarity
        tag, kind = ("mark", "") if cited else ("span", "f ")
        several = " several" if len(cited) > 1 else ""
        out.append(
            f'<{tag} class="{kind}p-{first}{several}" data-k="{" ".join(keys)}">'
            f"{words_here}</{tag}>"
        )
    if len(text) in closes:
        out.append("</span>")
    return Markup("".join(out))


def _anchor(mark: Mark) -> str:
    from markupsafe import escape

    label = f"Evidence {mark.number}, {words.name(mark.polarity)}: back to {mark.cited[0].label}"
    return (
        f'<a class="n" id="e{mark.number}" href="#{mark.cited[0].to}" '
        f'aria-label="{escape(label)}">{mark.number}</a>'
    )
