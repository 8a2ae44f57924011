"""Background jobs. Each may be killed and run again: nothing is then there twice."""

from __future__ import annotations

import logging
from typing import Any

from django_tasks import TaskContext, task

from openimr.office import audit
from openimr.office.models import Case

_log = logging.getLogger("openimr.office.jobs")

MOST_ATTEMPTS = 10
"""A file at which the worker has died so often without reading a page is not tried again."""

DRAFTED_IN = ("records_complete", "reviewer_selected", "in_review", "reviewer_information")
"""States in which a document that comes has the draft made anew."""


@task(takes_context=True)
def read_document(context: TaskContext, document: int) -> None:
    """Scan, read and index a document (its key)."""
    from openimr.errors import InputError
    from openimr.office import reading

    if context.attempt > MOST_ATTEMPTS + reading.pages_read(document):
        reading.give_up(document, "reading it stopped several times", "split the file")
        return
    try:
        reading.read(document)
    except InputError as error:
        reading.give_up(document, error.problem, error.remedy)
    except Exception as error:
        # Its message could hold words of the record: only its type is logged.
        _log.error("document %s could not be read: %s", document, type(error).__name__)
        reading.give_up(document, "it is damaged or of an unusual make", "send it as a new PDF")
    else:
        case = Case.objects.filter(documents=document).first()
        if case is not None and case.state in DRAFTED_IN:
            request_draft(case)


@task()
def make_draft(case: int) -> int:
    """Have the machine draft a case from its file as it stands. Returns the draft's id.

    A failure is told without its words, which could be clinical.
    """
    from openimr.office.drafts import draft

    held = Case.objects.get(pk=case)
    try:
        made = draft(held)
    except Exception as error:
        raise RuntimeError(f"the draft failed with {type(error).__name__}") from None
    audit.record("draft.made", None, held, engine=made.engine_version)
    return int(made.pk)


def request_draft(case: Case) -> None:
    """Have a draft made soon. One that waits to be made is enough; one that is being made may
    have read an older file.

    The job is a row of the same database: it is there when the present transaction holds, and a
    process killed after that does not lose it.
    """
    if _last_status(case) != "READY":
        make_draft.enqueue(case.pk)


def draft_state(case: Case) -> str:
    """``waiting``, ``failed`` or ``idle``: how the last request for a draft stands."""
    last = _last_status(case)
    if last in ("READY", "RUNNING"):
        return "waiting"
    return "failed" if last == "FAILED" else "idle"


def _last_status(case: Case) -> str | None:
    from django_tasks_db.models import DBTaskResult

    last: Any = (
        DBTaskResult.objects.filter(
            task_path=make_draft.module_path, args_kwargs={"args": [case.pk], "kwargs": {}}
        )
        .order_by("-enqueued_at")
        .values_list("status", flat=True)
        .first()
    )
    return str(last) if last else None
