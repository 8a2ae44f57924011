"""OpenIMR: independent medical review, from the case file to the signed determination.

The four roads as functions; everything heavy is imported when it is first used.

>>> import openimr
>>> [fact.value for fact in openimr.facts("Pain is rated 7/10.") if fact.fact == "pain_score"]
[7]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from openimr._version import __version__

if TYPE_CHECKING:
    from openimr.archive.redact import Redacted
    from openimr.archive.sample import Sampled
    from openimr.guidelines.library import Library
    from openimr.model import Case, Determination, Document, Fact, Review

__all__ = [
    "__version__",
    "facts",
    "load_case",
    "read",
    "read_bytes",
    "redact",
    "review",
    "sample",
    "write",
]


def read(path: Path | str) -> Determination:
    """Read one published determination.

    Args:
        path: a PDF, DOCX, HTML or text file; ``-`` is standard input.

    Raises:
        InputError: the file is not a determination or cannot be read; the message says why.
    """
    from openimr.documents import load

    return _determination(load(path, as_printed=True), str(path))


def read_bytes(data: bytes, source: str) -> Determination:
    """Read one published determination from the bytes of its file.

    Args:
        data: a whole PDF, DOCX, HTML or text file.
        source: what to call it in an error message.

    Raises:
        InputError: as :func:`read`.
    """
    from openimr.documents import load_bytes

    return _determination(load_bytes(data, source, as_printed=True), source)


def _determination(document: Document, source: str) -> Determination:
    from openimr.letters import read_text

    text = document.text or ""
    starts = [*document.page_starts[1:], len(text)]
    pages = [text[a:b] for a, b in zip(document.page_starts or (0,), starts, strict=True)]
    return read_text("\f".join(page.rstrip("\n") for page in pages), source=source)


def load_case(path: Path | str) -> Case:
    """Load a case file: a folder with ``case.json``, a lone JSON file, or a determination, of
    which only the case side is used.

    Raises:
        InputError: with file, place and remedy.
    """
    from openimr.documents import load_case as from_file
    from openimr.letters import case_side

    place = Path(path)
    if place.is_dir() or place.suffix.lower() in (".json", ".jsonl"):
        return from_file(place)
    return case_side(read(path))


def review(case: Case, library: Library | None = None) -> Review:
    """Review a case: facts, findings and a proposed decision for each disputed item, as a draft.

    Args:
        case: the case file, documents loaded as text.
        library: the guideline library; the shipped one by default.
    """
    from openimr.reviews.run import review as run

    return run(case, library)


def write(
    determination: Determination, to: Literal["text", "html", "pdf", "docx"] = "text"
) -> bytes:
    """Write a determination as a letter in the form it names.

    Raises:
        InputError: the determination holds something its form cannot carry.
    """
    from openimr.letters import write as to_letter

    return to_letter(determination, to)


def facts(text: str, kind: str = "clinical_summary") -> Sequence[Fact]:
    """The clinical facts of a text, each with the span it rests on.

    Args:
        text: a clinical text.
        kind: the kind of document it is, see :data:`openimr.model.DOCUMENT_KINDS`.
    """
    from openimr.evidence import find_facts

    return find_facts(text, kind=kind)


def sample(count: int, seed: int = 0) -> Iterator[Sampled]:
    """Invented determinations with what is true in them, one after the other.

    Args:
        count: how many.
        seed: the series; letter ``k`` of a seed is always the same.
    """
    from openimr.archive.sample import sample as invented

    return invented(count, seed)


def redact(
    text: str,
    profile: str = "dwc_publication",
    known: object = None,
    dates: Literal["keep", "year", "shift"] | None = None,
    days: int = 0,
) -> Redacted:
    """A text without the identifiers of people and parties, and what was removed from it.

    Args:
        text: a record or a determination.
        profile: ``dwc_publication`` or ``hipaa_safe_harbor``.
        known: the parties' names and numbers in objects and lists as an application gives them
            (``{"employee": {"name": ...}, "claim_number": ...}``); they are sought with slips.
        dates: what becomes of dates, instead of what the profile says.
        days: the shift of ``dates="shift"``.

    Raises:
        InputError: there is no such profile.

    >>> redact("Dr. Roe saw the patient on 3/4/2016; Gaenslen's test at L5-S1, pain 8/10.").text
    "Dr. [NAME] saw the patient on 3/4/2016; Gaenslen's test at L5-S1, pain 8/10."
    """
    from openimr.archive.redact import Options, Redactor, from_fields

    return Redactor(Options(profile, dates, days), from_fields(known or {}))(text)
