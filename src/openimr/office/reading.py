"""Documents to text, page by page: the text layer, recognition where there is none, the index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.db import transaction

from openimr.documents import load_bytes, ocr
from openimr.documents.limits import DEFAULTS, Limits
from openimr.documents.ocr import Word
from openimr.documents.paged import check_pages, frames, pdf_page_image, pdf_pages
from openimr.errors import InputError
from openimr.office import audit, page_images
from openimr.office.duplicates import fold, mark
from openimr.office.files import place
from openimr.office.indexing import guess_index
from openimr.office.models import Document, Page
from openimr.office.models.records import DocumentStatus
from openimr.office.scanning import Verdict, scan

SOURCE = "file"
"""What errors call the document: they are shown beside its name."""
_AT_ONCE = 100
_SHEET = 6000


def limits() -> Limits:
    """The limits of the installation."""
    return replace(DEFAULTS, file_bytes=settings.UPLOAD_MB * 2**20, pages=settings.UPLOAD_PAGES)


def read(key: int) -> None:
    """Scan and read a document that waits or was being read; others are left alone.

    Raises:
        InputError: it is locked, damaged or over a limit.
    """
    document = Document.objects.select_related("case").filter(pk=key).first()
    if document is None or document.status not in (DocumentStatus.WAITING, DocumentStatus.READING):
        return
    path = place(document.file)
    if not _is_clean(document, path):
        return
    Document.objects.filter(pk=key).update(status=DocumentStatus.READING, problem="")
    if document.media_type == "application/pdf":
        note = _pdf(document, path)
    elif document.media_type.startswith("image/"):
        note = _scan(document, path)
    else:
        note = _text(document, path)
    if not document.pages.exclude(text="").exists():
        raise InputError(SOURCE, "no text was found in it", note or "send a clearer copy")
    guess_index(document)
    mark(document.case)
    _done(document, DocumentStatus.READY, note)


def pages_read(key: int) -> int:
    """How many pages of a document have been read."""
    return Page.objects.filter(document=key).count()


def give_up(key: int, problem: str, remedy: str) -> None:
    """Tell why a document could not be read; the pages that were read stay."""
    document = Document.objects.select_related("case").filter(pk=key).first()
    if document is not None:
        mark(document.case)
        _done(document, DocumentStatus.FAILED, sentence(problem, remedy))


def sentence(problem: str, remedy: str) -> str:
    """``It is empty; choose it again.``"""
    words = f"{problem}; {remedy}".rstrip(".") + "."
    return (words[0].upper() + words[1:])[:300]


def _done(document: Document, status: DocumentStatus, problem: str) -> None:
    open_states = (DocumentStatus.WAITING, DocumentStatus.READING)
    with transaction.atomic():
        changed = Document.objects.filter(pk=document.pk, status__in=open_states).update(
            status=status, problem=problem[:300]
        )
        if changed:
            audit.record(
                "record.read", None, document.case, document=document.pk, status=str(status)
            )


def _is_clean(document: Document, path: Path) -> bool:
    verdict = scan(path)
    if verdict is Verdict.CLEAN:
        return True
    says = (
        "The virus scan found something in it; ask its sender for a clean copy."
        if verdict is Verdict.INFECTED
        else "The virus scan did not run, so the file stays closed; have the administrator look "
        "at the scanner, then read it again."
    )
    _done(document, DocumentStatus.INFECTED, says)
    return False


def _pdf(document: Document, path: Path) -> str:
    bounds = limits()
    with page_images.open_pdf(path) as (pdf, notes):
        check_pages(len(pdf), SOURCE, bounds)
        pages = pdf_pages(pdf, notes, SOURCE)
    page_images.keep_ratios(document.file, [page.ratio for page in pages])
    Document.objects.filter(pk=document.pk).update(page_count=len(pages))
    scans = [number for number, page in enumerate(pages, 1) if page.is_scan]
    _keep(
        document,
        (
            Page(number=number, text=page.text)
            for number, page in enumerate(pages, 1)
            if not page.is_scan or not ocr.available()
        ),
    )
    remark = "; ".join(notes)
    if not scans:
        return sentence(remark, "compare it with the original") if remark else ""

    def image(number: int) -> bytes:
        with page_images.open_pdf(path) as (pdf, _):
            return pdf_page_image(pdf, number - 1, bounds)

    return _recognize(document, scans, image)


def _scan(document: Document, path: Path) -> str:
    bounds = limits()
    with frames(path, SOURCE, bounds) as opened_image:
        ratios = []
        for index in range(opened_image.count):
            opened_image.image.seek(index)
            width, height = opened_image.image.size
            ratios.append(width / height)
        page_images.keep_ratios(document.file, ratios)
        Document.objects.filter(pk=document.pk).update(page_count=opened_image.count)

        def image(number: int) -> bytes:
            out = BytesIO()
            grey = opened_image.frame(number - 1).convert("L")
            grey.save(out, format="PNG", dpi=(bounds.ocr_dpi, bounds.ocr_dpi), compress_level=1)
            return out.getvalue()

        numbers = list(range(1, opened_image.count + 1))
        if not ocr.available():
            _keep(document, (Page(number=number) for number in numbers))
        return _recognize(document, numbers, image)


def _text(document: Document, path: Path) -> str:
    loaded = load_bytes(path.read_bytes(), SOURCE, limits=limits(), ocr=False)
    text = loaded.text or ""
    starts = [*(loaded.page_starts or (0,)), len(text)]
    sheets = [
        sheet for start, end in pairwise(starts) for sheet in _sheets(text[start:end].rstrip("\n"))
    ]
    check_pages(len(sheets), SOURCE, limits())
    Document.objects.filter(pk=document.pk).update(page_count=len(sheets))
    _keep(
        document,
        (Page(number=number, text=sheet + "\n") for number, sheet in enumerate(sheets, 1)),
    )
    return ""


def _sheets(text: str) -> Iterator[str]:
    """A text without pages in portions that are a page's worth, cut at line ends."""
    while len(text) > _SHEET:
        cut = text.rfind("\n", _SHEET // 2, _SHEET)
        cut = cut if cut > 0 else text.rfind(" ", _SHEET // 2, _SHEET)
        cut = cut if cut > 0 else _SHEET
        yield text[:cut]
        text = text[cut:].removeprefix("\n")
    yield text


def _keep(document: Document, pages: Iterator[Page]) -> None:
    """Enter pages in portions; those that are there stay as they are."""
    portion: list[Page] = []
    for page in pages:
        page.document = document
        page.text_hash = fold(page.text)
        portion.append(page)
        if len(portion) == _AT_ONCE:
            _enter(document, portion)
            portion = []
    _enter(document, portion)


def _enter(document: Document, portion: list[Page]) -> None:
    Page.objects.bulk_create(portion, ignore_conflicts=True)
    Document.objects.filter(pk=document.pk).update(pages_read=document.pages.count())


def _recognize(document: Document, numbers: list[int], image: page_images.Imager) -> str:
    """Recognize pages one by one; each is kept at once. Returns what a reader should know."""
    if not ocr.available():
        return sentence(
            f"{len(numbers)} of its pages are scans whose words are not in the text",
            "have Tesseract installed on the server, then read it again",
        )
    known = set(document.pages.filter(recognized=True).values_list("number", flat=True))
    failed = []
    for number in numbers:
        if number in known:
            continue
        try:
            text, words = ocr.words(image(number), SOURCE, f"page {number}", limits())
        except InputError:
            failed.append(number)
            text, words = "", []
        _keep_words(document, number, words)
        Page.objects.update_or_create(
            document=document,
            number=number,
            defaults={
                "text": text,
                "text_hash": fold(text),
                "recognized": number not in failed,
            },
        )
        Document.objects.filter(pk=document.pk).update(pages_read=document.pages.count())
    if not failed:
        return ""
    shown = ", ".join(str(number) for number in failed[:12])
    return sentence(f"the words of page {shown} could not be recognized", "read it by eye")


def _keep_words(document: Document, number: int, words: list[Word]) -> None:
    target = page_images.folder(document.file) / f"words-{number}.json"
    page_images.write(target, json.dumps(words).encode())
