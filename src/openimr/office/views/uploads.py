"""Uploads: in pieces by script, or whole through a plain form."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from openimr.office import audit
from openimr.office.models import Case, Party, Upload
from openimr.office.uploads import (
    LARGEST_PIECE,
    PIECE,
    Gap,
    NotTaken,
    append,
    begin,
    cancel,
    clean_name,
    finish,
)
from openimr.office.views.common import number_of, user_of, with_case

LARGEST_NUMBER = 2**62
"""Beyond it a size is refused as too large and not as a number that nothing can hold."""
MOST_FILES = 50
"""Files of one plain form."""


@with_case("case.change")
@require_POST
def start(request: HttpRequest, case: Case) -> HttpResponse:
    """Begin or resume an upload (JSON), or take whole files (a plain form)."""
    if request.content_type != "application/json":
        return _whole(request, case)
    try:
        asked = json.loads(request.body)
        length = min(int(asked["size"]), LARGEST_NUMBER)
        name = _text(asked["name"])
    except (ValueError, KeyError, TypeError):
        return _refused("The upload was not announced as it should be; load the page again.", 400)
    try:
        upload = begin(
            case,
            user_of(request),
            name,
            length,
            fingerprint=_text(asked.get("fingerprint")),
            sender=_sender(case, _text(asked.get("sender"))),
        )
    except NotTaken as refusal:
        return _refused(str(refusal), 422)
    return JsonResponse({"upload": str(upload.pk), "received": upload.received, "piece": PIECE})


def _text(told: object) -> str:
    """A text of JSON without the character NUL, which no database of ours keeps."""
    return str(told or "").replace("\x00", "")


@with_case("case.change")
def piece(request: HttpRequest, case: Case, upload: UUID) -> HttpResponse:
    """GET: how much is there. POST: add a piece (``Upload-Offset``). DELETE: cancel."""
    held = Upload.objects.filter(pk=upload, case=case, user=user_of(request)).first()
    if held is None:
        return _refused("The upload is finished, cancelled or forgotten; choose it again.", 410)
    if request.method == "POST":
        return _piece(request, held)
    if request.method == "GET":
        return JsonResponse({"received": held.received, "size": held.size})
    if request.method != "DELETE":
        return HttpResponseNotAllowed(["GET", "POST", "DELETE"])
    cancel(held)
    return JsonResponse({"cancelled": True})


def _piece(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Add a piece; the last one finishes the upload."""
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit()) or len(offset) > 15:
        return _refused("The piece does not say where it belongs; load the page again.", 400)
    try:
        received = append(upload, int(offset), request.body)
        if received < upload.size:
            return JsonResponse({"received": received})
        document, new = finish(upload)
    except Gap as gap:
        return JsonResponse({"received": gap.received, "problem": str(gap)}, status=409)
    except NotTaken as refusal:
        if upload.pk:
            cancel(upload)
        return _refused(str(refusal), 422)
    except RequestDataTooBig:
        return _refused(f"A piece has at most {LARGEST_PIECE} bytes; send smaller ones.", 413)
    return JsonResponse(
        {"received": received, "document": document.pk, "new": new, "known_as": document.name}
    )


def _whole(request: HttpRequest, case: Case) -> HttpResponse:
    """Take the files of a plain form; each stands or falls alone."""
    files = request.FILES.getlist("files")[:MOST_FILES]
    if not files:
        messages.error(request, "No file was chosen; choose one or more and send the form again.")
    sender = _sender(case, request.POST.get("sender", ""))
    for file in files:
        try:
            _take(request, case, file, sender)
        except NotTaken as refusal:
            audit.record("record.refuse", user_of(request), case)
            messages.error(request, f"{clean_name(file.name or '')}: {refusal}")
    return redirect("office:records", case.number)


def _take(request: HttpRequest, case: Case, file: UploadedFile[Any], sender: Party | None) -> None:
    upload = begin(case, user_of(request), file.name or "", file.size or 0, sender=sender)
    try:
        for block in file.chunks(PIECE):
            append(upload, upload.received, block)
        document, new = finish(upload)
    except NotTaken:
        if upload.pk:
            cancel(upload)
        raise
    if new:
        messages.success(request, f"{document.name} was received and will be read now.")
    else:
        messages.warning(request, f"{upload.name} is in the file already, as {document.name}.")


def _sender(case: Case, key: str) -> Party | None:
    number = number_of(key)
    return case.parties.filter(pk=number).first() if number is not None else None


def _refused(problem: str, status: int) -> JsonResponse:
    return JsonResponse({"problem": problem}, status=status)
