"""Letters that left or will leave the house, with the log of service; fees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from openimr.office.models.cases import Case, Party


class Letter(models.Model):
    """One letter to one recipient. ``text`` is what was sent; ``file`` the PDF's content hash.

    ``kind``: assignment, determination, refusal, deferral, information_request, conversion,
    withdrawal, termination.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=24)
    recipient_role = models.CharField(max_length=40)
    recipient = models.ForeignKey(Party, null=True, blank=True, on_delete=models.SET_NULL)
    recipient_name = models.CharField(max_length=200)
    address = models.TextField(blank=True)
    channel = models.CharField(max_length=12, default="mail")
    text = models.TextField()
    file = models.CharField(max_length=64, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    served_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_role}"


class Issued(models.Model):
    """A determination as issued, never changed: :class:`openimr.model.Determination` in JSON.

    Later copies, in whatever format, are printed from it. ``file`` is the hash of its PDF.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="issued")
    round = models.PositiveSmallIntegerField(default=0)
    determination = models.TextField()
    content_hash = models.CharField(max_length=64)
    file = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()

    class Meta:
        """The newest first; one a round."""

        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round"], name="issued_once")
        ]

    def __str__(self) -> str:
        return f"determination of {self.case_id}"


class Fee(models.Model):
    """What the review costs, by the program's schedule; US dollars."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="fees")
    title = models.CharField(max_length=120)
    amount = models.PositiveIntegerField()
    payer_role = models.CharField(max_length=40)
    citation = models.CharField(max_length=200)
    due_on = models.DateField()

    class Meta:
        """In order of entry."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.amount} USD"
