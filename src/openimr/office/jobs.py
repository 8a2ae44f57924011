"""Background jobs. Each may be killed and run again: nothing is then there twice."""

from __future__ import annotations

import logging

from django_tasks import TaskContext, task

_log = logging.getLogger("openimr.office.jobs")

MOST_ATTEMPTS = 3
"""A file at which the worker has died so often is not tried again by itself."""


@task(takes_context=True)
def read_document(context: TaskContext, document: int) -> None:
    """Scan, read and index a document (its key)."""
    from openimr.errors import InputError
    from openimr.office import reading

    if context.attempt > MOST_ATTEMPTS:
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
