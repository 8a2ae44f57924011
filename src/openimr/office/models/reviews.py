"""Reviews: the machine's draft, and apart from it what physicians write and sign."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from openimr.office.models.cases import Case, Item


class MachineDraft(models.Model):
    """What the engine made of a file: a draft, never a decision.

    ``review`` is :class:`openimr.model.Review` as JSON; ``basis`` the hash of the documents and
    items it was made from, so that a stale draft is known.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    review = models.TextField()
    engine_version = models.CharField(max_length=40)
    library_version = models.CharField(max_length=80)
    basis = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"draft of {self.case_id}"


class Assignment(models.Model):
    """A reviewer on a case. ``state``: offered, accepted, declined, removed, done."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    state = models.CharField(max_length=10, default="offered")
    reason = models.CharField(max_length=300, blank=True)
    match = models.JSONField(default=dict)
    round = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In the order of assignment; a reviewer once a round."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "reviewer", "round"], name="assigned_once")
        ]
        # The load and the turn of every reviewer are counted whenever one is chosen.
        indexes: ClassVar = [
            models.Index(fields=["state", "reviewer"], name="assignment_load"),
            models.Index(fields=["reviewer", "created_at"], name="assignment_turn"),
        ]

    def __str__(self) -> str:
        return f"assignment of {self.case_id}"


class Clearance(models.Model):
    """A person's reasoned word that what the register leaves open does not keep a reviewer away.

    ``rules`` are the rules and conflicts that were open when it was given; a certain one is never
    cleared.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clearances")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clearances"
    )
    rules = models.JSONField(default=list)
    reason = models.TextField()
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clearances_given"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"clearance on {self.case_id}"


class PanelApproval(models.Model):
    """The Administrative Director's written approval of more than one reviewer (REV-20)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="panel_approvals")
    round = models.PositiveSmallIntegerField(default=0)
    reviewers = models.PositiveSmallIntegerField()
    approved_on = models.DateField()
    reference = models.CharField(max_length=120)
    finding = models.TextField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"panel of {self.reviewers}"


class Opinion(models.Model):
    """A reviewer's decision and rationale on an item, as it stands; versions keep its past."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="opinions")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="opinions")
    decision = models.CharField(max_length=12, blank=True)
    guideline = models.TextField(blank=True)
    rationale = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """By item; one an item and assignment."""

        ordering: ClassVar = ["item__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "item"], name="one_opinion")
        ]

    def __str__(self) -> str:
        return f"opinion on {self.item_id}"


class OpinionVersion(models.Model):
    """An opinion as it was saved once.

    ``origin``: written, draft (taken over from the machine), restored, or set_aside (a save over
    something newer, which never became the opinion).
    """

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    decision = models.CharField(max_length=12, blank=True)
    guideline = models.TextField(blank=True)
    rationale = models.TextField(blank=True)
    origin = models.CharField(max_length=12, default="written")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first; each number once."""

        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opinion", "version"], name="opinion_version")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class Summary(models.Model):
    """A reviewer's clinical case summary, as it stands; versions keep its past."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="summary")
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"summary of {self.assignment_id}"


class SummaryVersion(models.Model):
    """A summary as it was saved once; ``origin`` as of an :class:`OpinionVersion`."""

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    origin = models.CharField(max_length=12, default="written")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first; each number once."""

        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["summary", "version"], name="summary_version")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class Verdict(models.Model):
    """A reviewer's own verdict on one finding of the draft.

    It agrees, corrects (``status``) or comments. ``says`` and ``drafted`` are the criterion and
    the draft's status as the reviewer saw them: a newer draft does not change what was judged.
    """

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="verdicts")
    criterion = models.CharField(max_length=80)
    agrees = models.BooleanField(null=True)
    status = models.CharField(max_length=16, blank=True)
    says = models.TextField(blank=True)
    drafted = models.CharField(max_length=16, blank=True)
    comment = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One a criterion."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opinion", "criterion"], name="one_verdict")
        ]

    def __str__(self) -> str:
        return self.criterion


class Attestation(models.Model):
    """What a reviewer signed: canonical JSON of all decisions, its hash, the statement.

    Never changed; a return or remand is attested anew.
    """

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="attestations"
    )
    statement = models.TextField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    library_version = models.CharField(max_length=80)
    signed_at = models.DateTimeField(auto_now_add=True)
    superseded = models.BooleanField(default=False)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.content_hash[:12]


class InformationRequest(models.Model):
    """A question to a party, with its answer; both go to all parties (Labor Code 4610.6(b))."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="information_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    party_role = models.CharField(max_length=40)
    question = models.TextField()
    answer = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"request on {self.case_id}"


class QualityCheck(models.Model):
    """The second look. ``outcome``: passed or returned.

    ``answers``: question id to ``yes``, ``no`` or ``na``; ``sampled``: looked at in full.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="quality_checks")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    round = models.PositiveSmallIntegerField(default=0)
    sampled = models.BooleanField(default=False)
    answers = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"check of {self.case_id}"
