"""A determination and a form to the blocks of a letter, which every format then prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from openimr.letters.forms import Credentials, Form, Item, Section
from openimr.letters.sections import print_date
from openimr.model import CriterionRow, Determination, DeterminedItem


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a letter.

    ``facts`` holds label and value pairs in ``rows``; ``labelled`` a ``label`` and its ``text``;
    ``numbered`` a list in ``rows``; ``table`` its ``columns`` and ``rows``; ``note`` a statement
    of law in ``text``, its citation in ``label`` and its rule in ``rule``.
    """

    kind: Literal["facts", "heading", "item", "paragraph", "labelled", "numbered", "table", "note"]
    text: str = ""
    label: str = ""
    rule: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter ready for printing: its title, what the head of each page says, its blocks."""

    title: str
    organization: str
    running: str
    form: str
    blocks: tuple[Block, ...]
    decided: str | None = None


def compose(determination: Determination, form: Form, organization: str) -> Letter:
    """The letter of a determination in a form.

    Args:
        determination: its text fields in normal form.
        form: the form to be filled in.
        organization: the independent medical review organization that issues it.
    """
    blocks = [*_header(determination, form)]
    for section in form.sections:
        blocks.append(Block(kind="heading", text=section.heading))
        if section.holds == "reviewer":
            blocks += _reviewer(determination, section, form, organization)
        elif section.holds == "summary":
            blocks += _paragraphs(section.lead, determination.summary)
        elif section.holds == "documents":
            listed = tuple((name,) for name in determination.documents_reviewed)
            blocks += [*_paragraphs(section.lead), Block(kind="numbered", rows=listed)]
        elif section.holds == "overview":
            blocks.append(_overview(determination))
        elif section.holds == "items":
            blocks += _paragraphs(section.lead)
            for number, item in enumerate(determination.items, start=1):
                blocks += _item(item, number, len(determination.items), form, organization)
        elif section.holds == "appeal":
            blocks += _notes(determination, section)
    decided = determination.decision_date
    return Letter(
        title=form.title,
        organization=organization,
        running=" · ".join(filter(None, (form.title, determination.case_number))),
        form=form.id,
        blocks=tuple(blocks),
        decided=decided.isoformat() if decided else None,
    )


def _paragraphs(*texts: str | None) -> list[Block]:
    return [Block(kind="paragraph", text=text) for text in texts if text]


def _overview(determination: Determination) -> Block:
    decided = (
        (f"{item.remainder or item.request}: {item.decision}",) for item in determination.items
    )
    return Block(kind="numbered", rows=tuple(decided))


def _header(determination: Determination, form: Form) -> Iterator[Block]:
    pairs = []
    for field, label in form.header.items():
        value = getattr(determination, field)
        if value is None:
            continue
        pairs.append((label, value if isinstance(value, str) else print_date(value, form)))
    if pairs:
        yield Block(kind="facts", rows=tuple(pairs))


def _reviewer(
    determination: Determination, section: Section, form: Form, organization: str
) -> Iterator[Block]:
    noun = determination.reviewer.wording or form.reviewer_noun
    credentials = section.credentials
    sentence = ""
    if credentials and credentials.style == "inline":
        sentence = _credentials_sentence(determination, credentials, noun)
    words = {
        "organization": organization,
        "reviewer": noun,
        "a_reviewer": f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}",
        "credentials": sentence,
    }
    for paragraph in section.paragraphs:
        yield Block(kind="paragraph", text=" ".join(paragraph.format(**words).split()))
    if credentials and credentials.style == "block":
        yield Block(kind="paragraph", text=credentials.lead)
        reviewer = determination.reviewer
        yield _labelled(credentials.licensure, ", ".join(reviewer.licensure))
        yield _labelled(credentials.certification, ", ".join(reviewer.certification))


def _credentials_sentence(determination: Determination, words: Credentials, noun: str) -> str:
    *others, last = determination.reviewer.licensure or ("",)
    states = f"{', '.join(others)} and {last}" if others else last
    specialties = ", ".join(determination.reviewer.certification)
    stated = [
        f"{label} {value}"
        for label, value in ((words.certification, specialties), (words.licensure, states))
        if value
    ]
    return f"The {noun} {' and '.join(stated)}." if stated else ""


def _labelled(label: str, text: str | None) -> Block:
    return Block(kind="labelled", label=label, text=text or "")


def _item(
    item: DeterminedItem, number: int, count: int, form: Form, organization: str
) -> Iterator[Block]:
    layout = form.item
    short = "MAXIMUS" if organization.startswith("MAXIMUS") else organization
    decision = layout.decisions[item.decision]
    if layout.layout == "headed":
        yield Block(kind="item", text=f"{item.request}: {decision}")
    else:
        heading = layout.heading.format(number=number, count=count)
        yield Block(kind="item", text=f"{heading} {item.request}")
    for field, wording in layout.labels.items():
        label = wording.replace("{short_organization}", short)
        if field == "decision":
            yield _labelled(label, decision)
        elif field == "criteria":
            if item.criteria:
                rows = tuple(_criterion(one, layout) for one in item.criteria)
                yield _labelled(label, "")
                yield Block(kind="table", columns=layout.columns, rows=rows)
        else:
            yield _labelled(label, getattr(item, field))


def _criterion(row: CriterionRow, layout: Item) -> tuple[str, str, str]:
    """A row of the criteria table; a physician's own finding and remark are marked as such."""
    status = layout.statuses[row.status]
    return (
        row.criterion,
        f"{status} {layout.by_reviewer}" if row.by_reviewer else status,
        f"{row.says} {layout.remark} {row.remark}".strip() if row.remark else row.says,
    )


def _notes(determination: Determination, section: Section) -> Iterator[Block]:
    decisions = {item.decision for item in determination.items}
    for note in section.notes:
        if note.when is None or note.when in decisions:
            yield Block(kind="note", text=note.says, label=note.cite, rule=note.rule)
