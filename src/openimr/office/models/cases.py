"""Cases: the application, its parties and its disputed items."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse


class Case(models.Model):
    """One application for independent medical review.

    ``state`` is one of ``workflow.yaml``. ``events`` (ISO instants) and ``circumstances`` are what
    the rules of the program ask for. ``due_at`` and ``due_clock`` are the next open deadline,
    kept here so that lists need not compute it. ``version`` grows with every change.
    """

    number = models.CharField(max_length=20, unique=True)
    program = models.CharField(max_length=40, default="ca_wc_imr")
    state = models.CharField(max_length=24)
    priority = models.CharField(max_length=10, default="regular")
    dispute = models.CharField(max_length=10, default="necessity")
    employee_first_name = models.CharField(max_length=80)
    employee_last_name = models.CharField(max_length=80)
    employee_born = models.DateField(null=True, blank=True)
    employee_address = models.TextField(blank=True)
    employee_phone = models.CharField(max_length=40, blank=True)
    date_of_injury = models.DateField(null=True, blank=True)
    claim_number = models.CharField(max_length=60, blank=True)
    eams_number = models.CharField(max_length=40, blank=True)
    jurisdictional_number = models.CharField(max_length=40, blank=True)
    diagnosis = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    events = models.JSONField(default=dict)
    circumstances = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    due_clock = models.CharField(max_length=60, blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="managed",
    )
    consolidated_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="consolidated"
    )
    outcome = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    excluded_reviewers = models.JSONField(default=list)
    remand_count = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Lists read the open cases, or those of a state, by due time; searches ignore case."""

        ordering: ClassVar = ["due_at", "number"]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at", "number"]),
            # State and manager are in it so that a work list passes over others' cases unread.
            models.Index(
                fields=["closed_at", "due_at", "number", "state", "manager"], name="case_open_due"
            ),
            models.Index(fields=["-received_at"]),
            models.Index(fields=["date_of_injury"], name="case_injury"),
            models.Index(Upper("employee_last_name"), name="case_last_name"),
            models.Index(Upper("claim_number"), name="case_claim"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The case's page. The number is no clinical content."""
        return reverse("office:case", args=[self.number])

    @property
    def employee(self) -> str:
        """The employee's name."""
        return f"{self.employee_first_name} {self.employee_last_name}".strip()


class Party(models.Model):
    """A person or organization of a case; roles are those of the conflict matrix and the law."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    also = models.JSONField(default=list)
    contact = models.CharField(max_length=200, blank=True)
    specialty = models.CharField(max_length=120, blank=True)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    fax = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=12, default="mail")

    class Meta:
        """In the order in which they were entered."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One disputed item; of a modified request only the remainder is in dispute.

    ``state``: disputed, withdrawn, authorized_late, not_eligible, decided_upheld,
    decided_overturned, implemented. ``category`` is the library's, entered when it is decided.
    ``ground`` is the code by which one that is not eligible was ended, ``ground_says`` what the
    letters say of it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    request = models.TextField()
    ur_decision = models.CharField(max_length=12, default="denied")
    ur_guideline = models.TextField(blank=True)
    original = models.TextField(blank=True)
    authorized = models.TextField(blank=True)
    remainder = models.TextField(blank=True)
    procedure_code = models.CharField(max_length=20, blank=True)
    requested_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=20, default="disputed")
    decision = models.CharField(max_length=12, blank=True)
    category = models.CharField(max_length=60, blank=True, db_index=True)
    ground = models.CharField(max_length=40, blank=True)
    ground_says = models.TextField(blank=True)

    class Meta:
        """By position; each position once."""

        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position"], name="item_position")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.position}"

    @property
    def number(self) -> int:
        """Its number as people count."""
        return int(self.position) + 1


class Note(models.Model):
    """A remark of the staff on a case; never part of the determination."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"note on {self.case_id}"


class ApplicationDraft(models.Model):
    """An application that is being entered: what the form holds so far, and the form that came.

    ``data`` are the form's fields as they were typed; ``doubts`` the names of fields that were
    read from the uploaded form and want a person's look. ``file`` is its content hash.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    data = models.JSONField(default=dict)
    doubts = models.JSONField(default=list)
    file = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-updated_at"]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def title(self) -> str:
        """The employee's name as far as it is entered."""
        names = (self.data.get(key, "") for key in ("employee_first", "employee_last"))
        return " ".join(filter(None, names)) or "No name yet"


def plain(case: Case) -> dict[str, Any]:
    """The fields of a case that an event may record: no clinical words, no names."""
    return {"state": case.state, "priority": case.priority, "version": case.version}
