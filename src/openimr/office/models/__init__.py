"""What the office remembers, by noun."""

from openimr.office.models.cases import ApplicationDraft, Case, Item, Note, Party
from openimr.office.models.events import Checkpoint, Event
from openimr.office.models.letters import Fee, Issued, Letter
from openimr.office.models.people import ReviewerProfile, Role, User
from openimr.office.models.records import Document, Page, Upload
from openimr.office.models.reviews import (
    Assignment,
    Attestation,
    Clearance,
    InformationRequest,
    MachineDraft,
    Opinion,
    OpinionVersion,
    PanelApproval,
    QualityCheck,
    Summary,
    SummaryVersion,
    Verdict,
)

__all__ = [
    "ApplicationDraft",
    "Assignment",
    "Attestation",
    "Case",
    "Checkpoint",
    "Clearance",
    "Document",
    "Event",
    "Fee",
    "InformationRequest",
    "Issued",
    "Item",
    "Letter",
    "MachineDraft",
    "Note",
    "Opinion",
    "OpinionVersion",
    "Page",
    "PanelApproval",
    "Party",
    "QualityCheck",
    "ReviewerProfile",
    "Role",
    "Summary",
    "SummaryVersion",
    "Upload",
    "User",
    "Verdict",
]
