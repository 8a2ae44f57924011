"""Citations to the wording of a letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from openimr.citations.patterns import page_words
from openimr.citations.registry import Chapter, chapter_of, registry
from openimr.model import Citation

Style = Literal["pages", "sections", "house"]

_OUTSIDE = {
    "pages": "The {who} did not base their decision on the MTUS.",
    "sections": "The {who} based their decision on recommendation(s) outside of the MTUS "
    "Guidelines.",
}
_NONE = "The {who} did not cite any medical evidence for its decision."


def cite(
    citations: Sequence[Citation], style: Style = "sections", who: str = "Expert Reviewer"
) -> str:
    """The guideline line of a letter.

    Args:
        citations: what the decision rests on; those of the MTUS are printed first.
        style: ``pages`` as in 2013-2015 ("Page(s): 46."), ``sections`` as in 2016-2017
            ("2016, Section(s): Facet blocks."), ``house`` as in OpenIMR's own letter.
        who: ``Claims Administrator``, ``Expert Reviewer`` or ``Physician Reviewer``.

    Returns:
        One line. :func:`openimr.citations.find` reads the same citations back from it.
    """
    if not citations:
        return _NONE.format(who=who)
    inside = [c for c in citations if c.body == "MTUS"]
    outside = [c for c in citations if c.body != "MTUS"]
    if style == "house":
        return "Decision based on: " + "; ".join(_house(c) for c in [*inside, *outside]) + "."
    parts: list[str] = []
    if inside:
        parts.append(_sentence("MTUS ", ", and ".join(_mtus(c, style) for c in inside)))
    else:
        parts.append(_OUTSIDE[style].format(who=who))
    if outside:
        parts.append(_sentence("Non-MTUS Citation ", "; ".join(_outside(c) for c in outside)))
    return " ".join(parts)


def _sentence(source: str, what: str) -> str:
    sentence = f"Decision based on {source}{what}".rstrip()
    # A web address keeps its end unchanged; a full stop would become part of it.
    return sentence if sentence.endswith(".") else sentence + "."


def _mtus(citation: Citation, style: Style) -> str:
    chapter = chapter_of(citation)
    parts = [_mtus_name(citation, chapter, style)]
    if citation.year is not None:
        parts.append(f" {citation.year}")
    if citation.section is not None:
        parts.append(f", Section(s): {citation.section}" if style == "sections" else "")
        parts.append(f" {citation.section}" if style == "pages" else "")
    if citation.pages:
        comma = "," if style == "sections" else ""
        parts.append(f"{comma} Page(s): {page_words(citation.pages)}")
    return "".join(parts).strip()


def _mtus_name(citation: Citation, chapter: Chapter | None, style: Style) -> str:
    if chapter is None:
        return citation.chapter or ""
    if style == "sections":
        return chapter.sections_name or chapter.name
    if chapter.pages_name is None and chapter.number is not None:
        return f"ACOEM Chapter {chapter.number} {chapter.name}"
    return chapter.pages_name or chapter.name


def _outside(citation: Citation) -> str:
    body = registry().bodies.get(citation.body)
    name = (body.printed if body else None) or citation.body
    parts = [name]
    chapter = chapter_of(citation)
    if citation.body == "ACOEM":
        parts[0] = "ACOEM Practice Guidelines"
        if chapter is not None and chapter.number is not None:
            parts.append(f", Chapter {chapter.number}")
        elif chapter is not None and chapter.edition is not None:
            parts.append(f", {chapter.edition}")
    if citation.chapter is not None:
        joint = " " if citation.body == "ODG" else ", "
        parts.append(f"{joint}{chapter.name if chapter else citation.chapter}")
    if citation.year is not None:
        parts.append(f" ({citation.year})")
    if citation.section is not None:
        joint = ", " if citation.chapter is not None else " "
        parts.append(f"{joint}{citation.section}")
    if citation.pages:
        parts.append(f", page {page_words(citation.pages)}")
    return "".join(parts)


def _house(citation: Citation) -> str:
    body = registry().bodies.get(citation.body)
    parts = [body.printed if body and body.printed else citation.body]
    if citation.chapter is not None:
        parts.append(citation.chapter)
    if citation.year is not None:
        parts[-1] += f" ({citation.year})"
    if citation.section is not None:
        parts.append(f"section “{citation.section}”")
    if citation.pages:
        several = "s" if len(citation.pages) > 1 else ""
        parts.append(f"page{several} {page_words(citation.pages)}")
    return ", ".join(parts)
