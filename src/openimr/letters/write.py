"""Write a determination as a letter: text, HTML, PDF or DOCX.

Reading is the inverse: what :func:`write` returns, read back, is the determination in the
normal form that :func:`carried` gives. What a form cannot carry is refused, never dropped.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import msgspec

from openimr.errors import InputError
from openimr.letters import folding
from openimr.letters.compose import Block, Letter, compose
from openimr.letters.forms import Form, form, forms
from openimr.letters.items import modified
from openimr.letters.read import read_text
from openimr.model import Determination, DeterminedItem, Reviewer

if TYPE_CHECKING:
    import jinja2

Format = Literal["text", "html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = ("text", "html", "pdf", "docx")

_SOURCE = "determination"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\uffff]")
_LONGEST_WORD = 150
_PDFIUM = threading.Lock()


def write(determination: Determination, to: Format, organization: str | None = None) -> bytes:
    """A determination as a letter in its own form (``determination.format``).

    Args:
        determination: what was decided. Its text may hold anything but control characters.
        to: ``text`` (UTF-8), ``html`` (one page that needs no other file), ``pdf`` (tagged,
            PDF/UA-1), or ``docx``.
        organization: the independent medical review organization that issues the letter; by
            default the one that the form names.

    Raises:
        InputError: the form is not known or only read; the determination holds something that
            the form cannot carry back (the message names the field); or, for PDF, a character
            that its fonts lack or a word too long for the page.
    """
    chosen = _written(determination.format)
    settled = carried(determination)
    letter = compose(settled, chosen, folding.fold(organization or chosen.organization))
    text = _as_text(letter)
    _check(settled, text)
    made = render(letter, to)
    if to == "pdf":
        # Where lines break is known only now, and could make a label of the words of a text.
        _check(settled, _text_of(made))
    return made


def render(letter: Letter, to: Format) -> bytes:
    """A letter of any kind in a format: a cover page, a notice, or a composed determination.

    Args:
        letter: its blocks; the text must be free of control characters.
        to: ``text`` (UTF-8), ``html``, ``pdf`` (tagged) or ``docx``.

    Raises:
        InputError: for PDF, a character that its fonts lack or a word too long for the page.
    """
    if to == "text":
        return _as_text(letter).encode()
    if to == "html":
        return _template().render(letter=letter).encode()
    if to == "pdf":
        return _as_pdf(letter)
    from openimr.letters.word import as_docx

    return as_docx(letter)


def printed(determination: Determination) -> bytes:
    """A determination as text (UTF-8), without the check that it reads back as it is.

    For what is known to be in its normal form (:func:`carried`), such as determinations that were
    read or made by a program whose tests check it; several times as fast as :func:`write`.

    Raises:
        InputError: the form is not known or only read.
    """
    chosen = _written(determination.format)
    return _as_text(compose(determination, chosen, chosen.organization)).encode()


def _written(form_id: str) -> Form:
    chosen = form(form_id)
    if not chosen.writes:
        known = ", ".join(known.id for known in forms().values() if known.writes)
        raise InputError(_SOURCE, f"letters of form {chosen.id} are only read", f"use {known}")
    return chosen


def carried(determination: Determination) -> Determination:
    """The determination as a letter carries it: its normal form.

    White space is folded, soft hyphens and non-breaking signs are made plain, empty text is
    None, the reviewer is called as the form calls him or her, and a modified request given in
    its parts has the form's wording.

    Raises:
        InputError: a field holds a control character, or a modified request is contradictory.
    """
    chosen = form(determination.format)
    reviewer = determination.reviewer
    return msgspec.structs.replace(
        determination,
        items=tuple(_carried_item(item, n, chosen) for n, item in enumerate(determination.items)),
        case_number=_normal(determination.case_number, "case_number"),
        reviewer=Reviewer(
            licensure=_all(reviewer.licensure, "reviewer.licensure"),
            certification=_all(reviewer.certification, "reviewer.certification"),
            wording=_normal(reviewer.wording, "reviewer.wording") or chosen.reviewer_noun,
        ),
        summary=_normal(determination.summary, "summary"),
        documents_reviewed=_all(determination.documents_reviewed, "documents_reviewed"),
    )


def _carried_item(item: DeterminedItem, number: int, chosen: Form) -> DeterminedItem:
    where = f"items[{number}]"
    texts = {
        field: _normal(getattr(item, field), f"{where}.{field}")
        for field in (
            *("request", "ur_guideline", "imr_guideline", "rationale"),
            *("original", "authorized", "remainder"),
        )
    }
    request = texts["request"] or ""
    parts = (texts["original"], texts["authorized"], texts["remainder"])
    if any(parts) and modified(request, chosen) != parts:
        request = _modified_request(request, parts, where, chosen)
    return DeterminedItem(
        request=request,
        decision=item.decision,
        ur_guideline=texts["ur_guideline"],
        imr_guideline=texts["imr_guideline"],
        rationale=texts["rationale"],
        original=parts[0],
        authorized=parts[1],
        remainder=parts[2],
        criteria=tuple(
            msgspec.structs.replace(
                row,
                criterion=_normal(row.criterion, f"{where}.criteria") or "",
                says=_normal(row.says, f"{where}.criteria") or "",
                remark=_normal(row.remark, f"{where}.criteria"),
            )
            for row in item.criteria
        ),
    )


def _modified_request(
    request: str, parts: tuple[str | None, str | None, str | None], where: str, chosen: Form
) -> str:
    original, authorized, remainder = parts
    if original and authorized and remainder and request in parts:
        wording = chosen.modified[original == remainder]
        return wording.format(original=original, authorized=authorized, remainder=remainder)
    raise InputError(
        _SOURCE,
        f"{where} is a modified request, but its request does not name the same parts",
        "give original, authorized and remainder, and one of them as the request",
    )


def _normal(text: str | None, where: str) -> str | None:
    if text is None:
        return None
    found = _CONTROL.search(text)
    if found:
        raise InputError(
            _SOURCE,
            f"{where} holds the control character U+{ord(found[0]):04X}",
            "remove it from the text",
        )
    return folding.fold(folding.clean(text)) or None


def _all(texts: tuple[str, ...], where: str) -> tuple[str, ...]:
    return tuple(normal for text in texts if (normal := _normal(text, where)))


def _check(settled: Determination, text: str) -> None:
    """Refuse what would not come back: the letter's text is read and compared."""
    try:
        returned = read_text(text)
    except InputError:
        returned = None
    if returned == settled:
        return
    field = _first_difference(settled, returned) if returned else "items"
    raise InputError(
        _SOURCE,
        f"{field} cannot be carried by a letter of form {settled.format}: it would be read back"
        " as something else",
        "reword it, or choose another form",
    )


def _first_difference(wanted: Determination, returned: Determination) -> str:
    for field in wanted.__struct_fields__:
        if field != "items" and getattr(wanted, field) != getattr(returned, field):
            return field
    if len(wanted.items) != len(returned.items):
        return "items"
    for number, (ours, theirs) in enumerate(zip(wanted.items, returned.items, strict=True)):
        for field in ours.__struct_fields__:
            if getattr(ours, field) != getattr(theirs, field):
                return f"items[{number}].{field}"
    return "items"


# ---------------------------------------------------------------------------------------- text


def _as_text(letter: Letter) -> str:
    paragraphs = [letter.title]
    if letter.form == "F26":
        paragraphs.append(letter.organization)
    for block in letter.blocks:
        paragraphs += _block_text(block)
    return "\n\n".join(paragraphs) + "\n"


def _block_text(block: Block) -> list[str]:
    if block.kind == "facts":
        return ["\n".join(f"{label} {value}" for label, value in block.rows)]
    if block.kind == "labelled":
        return [f"{block.label} {block.text}".rstrip()]
    if block.kind == "numbered":
        return ["\n".join(f"{n}. {row[0]}" for n, row in enumerate(block.rows, start=1))]
    if block.kind == "table":
        return ["\n".join(" | ".join(row) for row in (block.columns, *block.rows))]
    if block.kind == "note":
        return [f"{block.text} ({block.label}; {block.rule})"]
    return [block.text]


# ----------------------------------------------------------------------------------- html, pdf


def _source(name: str) -> str:
    return files("openimr.letters").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(_source("letter.html.j2"))


@lru_cache(maxsize=1)
def _typst() -> str:
    return _source("letter.typ")


def _as_pdf(letter: Letter) -> bytes:
    from openimr.letters.typesetting import typeset

    longest = max((len(w) for block in letter.blocks for w in block.text.split()), default=0)
    if longest > _LONGEST_WORD:
        raise InputError(
            _SOURCE,
            f"a word of {longest} characters does not fit on a line of the PDF",
            "put a space in it, or choose another format",
        )
    return typeset(_typst(), msgspec.to_builtins(letter))


def _text_of(pdf: bytes) -> str:
    import pypdfium2

    # PDFium may not be entered by two threads at a time.
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return "\f".join(page.get_textpage().get_text_range() for page in document)
        finally:
            document.close()
