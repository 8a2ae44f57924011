"""Files on their way in: taken in pieces, each exactly where the last one ended, then stored."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openimr.documents.limits import MEGABYTE, size
from openimr.documents.sniff import HEAD, sniff
from openimr.office import audit
from openimr.office.files import keep_file
from openimr.office.filing import after_round
from openimr.office.models import Case, Document, Party, Upload, User

PIECE = 4 * MEGABYTE
"""What a browser sends at a time."""
LARGEST_PIECE = 8 * MEGABYTE
FORGOTTEN = timedelta(days=7)
"""After which an unfinished upload is thrown away."""

_TYPES = {"pdf": "application/pdf", "html": "text/html", "text": "text/plain"}
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_IMAGES = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_REFUSED = {
    "empty": "The file is empty; check it and choose it again.",
    "rtf": "The file is in rich text format; save it as DOCX or PDF.",
    "ole": "The file is an old or password-protected Office file; save it without a password as "
    "DOCX or PDF.",
    "binary": "The file is not a document; choose a PDF, DOCX, TIFF, JPEG, PNG, text or HTML file.",
}


class NotTaken(Exception):  # noqa: N818 - an answer, not a fault
    """A file or piece that is refused, in one sentence fit to be shown."""


class Gap(Exception):  # noqa: N818 - an answer, not a fault
    """A piece that does not follow on what is there; ``received`` is where to go on from."""

    def __init__(self, received: int) -> None:
        super().__init__(f"Go on from byte {received}.")
        self.received = received


def media_type(head: bytes) -> str:
    """The type of a file, told from its first bytes and never from its name.

    Raises:
        NotTaken: it is nothing that is read here.
    """
    kind = sniff(head[:HEAD])
    if kind in _REFUSED:
        raise NotTaken(_REFUSED[kind])
    if kind == "zip":
        return _DOCX
    if kind == "image":
        return next((name for start, name in _IMAGES if head.startswith(start)), "image/tiff")
    return _TYPES[kind]


def clean_name(name: str) -> str:
    """A file's name without folders and control characters; never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*')
    return kept.strip(". ")[:200] or "document"


def part(upload: Upload) -> Path:
    """Where the pieces of an upload are gathered."""
    folder: Path = settings.DATA / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{upload.pk}.part"


def begin(
    case: Case,
    user: User,
    name: str,
    length: int,
    *,
    fingerprint: str = "",
    sender: Party | None = None,
) -> Upload:
    """Start an upload, or find the one that this user began with the same file.

    Args:
        case: the case that the file belongs to.
        user: who uploads it.
        name: as the file is called there; folders are cut off.
        length: its size in bytes.
        fingerprint: tells it from another file of the same name and size.
        sender: the party who sent it, where that is known.

    Raises:
        NotTaken: it is empty or too large.
    """
    if length <= 0:
        raise NotTaken(_REFUSED["empty"])
    if length > settings.UPLOAD_MB * MEGABYTE:
        raise NotTaken(
            f"The file has {size(length)}, over the limit of {settings.UPLOAD_MB} MB; split it."
        )
    _sweep()
    shown = clean_name(name)
    if fingerprint:
        known = Upload.objects.filter(
            case=case, user=user, name=shown, size=length, fingerprint=fingerprint[:64]
        ).first()
        if known is not None:
            return known
    return Upload.objects.create(
        case=case,
        user=user,
        name=shown,
        size=length,
        fingerprint=fingerprint[:64],
        sender=sender,
    )


def append(upload: Upload, offset: int, data: bytes) -> int:
    """Add a piece; one that is there already changes nothing. Returns the bytes received.

    The piece is on the disk before the database says so: a server killed in between takes the
    same piece again, in the same place.

    Raises:
        Gap: the piece begins after the end of what is there.
        NotTaken: it reaches over the announced size, or its first bytes are no document.
    """
    if offset > upload.received:
        raise Gap(upload.received)
    if offset + len(data) > upload.size or len(data) > LARGEST_PIECE:
        raise NotTaken("The piece reaches over the end of the file; choose the file again.")
    if offset == 0:
        media_type(data)
    fresh = data[upload.received - offset :]
    if not fresh:
        return upload.received
    handle = os.open(part(upload), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        view = memoryview(fresh)
        at = upload.received
        while view:
            written = os.pwrite(handle, view, at)
            view, at = view[written:], at + written
        os.fsync(handle)
    finally:
        os.close(handle)
    moved = Upload.objects.filter(pk=upload.pk, received=upload.received).update(received=at)
    if not moved:
        # Another request added a piece meanwhile, or cancelled the upload.
        upload.refresh_from_db()
        raise Gap(upload.received)
    upload.received = at
    return at


def finish(upload: Upload) -> tuple[Document, bool]:
    """Store a complete upload as a document and have it read. Returns it, and whether it is new.

    The gathered file stays until the database has the document, so that a server killed in
    between finishes when it is asked again.

    Raises:
        Gap: pieces are missing.
        NotTaken: the file is no document.
    """
    if upload.document is not None:
        return upload.document, False
    if upload.received < upload.size:
        raise Gap(upload.received)
    file = part(upload)
    with file.open("rb") as opened:
        try:
            kind = media_type(opened.read(HEAD))
        except NotTaken:
            cancel(upload)
            raise
    link = file.with_name(f"{uuid.uuid4().hex}.link")
    os.link(file, link)
    content = keep_file(link)
    with transaction.atomic():
        document, new = Document.objects.get_or_create(
            case=upload.case,
            file=content,
            defaults={
                "name": upload.name,
                "media_type": kind,
                "size": upload.size,
                "sender": upload.sender,
                "uploaded_by": upload.user,
                "after_round": after_round(upload.case),
            },
        )
        upload.document = document
        upload.save(update_fields=["document"])
        if new:
            audit.record(
                "record.upload",
                document.uploaded_by,
                document.case,
                document=document.pk,
                upload=str(upload.pk),
                size=document.size,
            )
            _have_it_read(document)
    file.unlink(missing_ok=True)
    return document, new


def cancel(upload: Upload) -> None:
    """Throw an upload away; a document that was made of it stays."""
    file = part(upload)
    upload.delete()
    file.unlink(missing_ok=True)


def _have_it_read(document: Document) -> None:
    """In the transaction of the document: the job is there exactly when the document is."""
    from openimr.office.jobs import read_document

    read_document.enqueue(document.pk)


def _sweep() -> None:
    for old in Upload.objects.filter(created_at__lt=timezone.now() - FORGOTTEN)[:50]:
        cancel(old)
