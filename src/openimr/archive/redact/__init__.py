"""Redaction: determinations and case files without the identifiers of people and parties."""

from openimr.archive.redact.engine import Options, Redacted, Redactor, Removed, actions
from openimr.archive.redact.known import Known, from_fields

__all__ = ["Known", "Options", "Redacted", "Redactor", "Removed", "actions", "from_fields"]
