"""Records: uploads in pieces, documents, their pages."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from openimr.office.models.cases import Case, Party


class DocumentStatus(models.TextChoices):
    """Where a document stands on its way from upload to text."""

    WAITING = "waiting", "Waiting to be read"
    READING = "reading", "Being read"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be read"
    INFECTED = "infected", "Refused by the virus scan"


class Upload(models.Model):
    """A file on its way in, in pieces, so that a broken connection resumes where it stopped.

    ``fingerprint`` tells the sender's file from another of the same name and size. ``document``
    is what became of it, so that a last piece that is sent again gets the same answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    sender = models.ForeignKey(Party, null=True, blank=True, on_delete=models.SET_NULL)
    document = models.ForeignKey("Document", null=True, blank=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class InTheFile(models.Manager["Document"]):
    """Documents that are in the file: one that was withdrawn is neither shown, read nor counted."""

    def get_queryset(self) -> models.QuerySet[Document]:
        """All but the withdrawn."""
        return super().get_queryset().filter(withdrawn_at=None)


class Document(models.Model):
    """One document of the file.

    ``file`` is its content hash in the store; ``kind`` as in a case file. ``confirmed``: a person
    entered type, author and date; else they are guessed from the text. ``withdrawn_*``: it was
    uploaded wrongly; its bytes are kept. ``after_round``: it came after the determination of that
    round of review, which has not seen it and is not to seem to have.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=32, default="other")
    author = models.CharField(max_length=200, blank=True)
    dated = models.DateField(null=True, blank=True)
    sender = models.ForeignKey(Party, null=True, blank=True, on_delete=models.SET_NULL)
    file = models.CharField(max_length=64)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    page_count = models.PositiveIntegerField(default=0)
    pages_read = models.PositiveIntegerField(default=0)
    status = models.CharField(
        max_length=10, choices=DocumentStatus.choices, default=DocumentStatus.WAITING
    )
    problem = models.CharField(max_length=300, blank=True)
    confirmed = models.BooleanField(default=False)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="withdrawn_documents",
    )
    withdrawn_reason = models.CharField(max_length=20, blank=True)
    withdrawn_note = models.CharField(max_length=500, blank=True)
    after_round = models.PositiveSmallIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    objects = InTheFile()
    everything: ClassVar[models.Manager[Document]] = models.Manager()

    class Meta:
        """In the order of the file: by date, then by arrival; the same file once a case."""

        ordering: ClassVar = ["dated", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "file"],
                condition=models.Q(withdrawn_at=None),
                name="document_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """One page of a document: its text, and whether that was recognized or printed.

    ``text_hash`` finds pages that are in the file twice.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    recognized = models.BooleanField(default=False)
    text_hash = models.CharField(max_length=32, blank=True, db_index=True)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        """By number; each number once."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="page_number")
        ]

    def __str__(self) -> str:
        return f"page {self.number}"
