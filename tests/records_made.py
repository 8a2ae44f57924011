"""Invented records for tests of the office, and how they are sent."""

from __future__ import annotations

import io
import json
import shutil

import pytest

from documents_made import pdf
from openimr.office.models import Document

TEXT = (
    "Progress report (PR-2)\nDate of service: 03/14/2026\nThe invented worker has low back pain; "
    "home exercise has been tried for eight weeks.\nSigned by: Irma Imagined, M.D.\n"
)
REPORT = pdf(TEXT.replace("(PR-2)", "PR-2").splitlines(), ["Page two: lumbar spine is tender."])
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)


def begin(client, url, data, name="report.pdf", **more):
    asked = {"name": name, "size": len(data), "fingerprint": "1", **more}
    return client.post(f"{url}uploads/", json.dumps(asked), content_type="application/json")


def send(client, url, upload, offset, data):
    return client.post(
        f"{url}uploads/{upload}/",
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def upload(client, url, data, name="report.pdf"):
    """Upload a file in one piece; returns its document."""
    key = begin(client, url, data, name).json()["upload"]
    answer = send(client, url, key, 0, data)
    assert answer.status_code == 200, answer.content
    return Document.objects.get(pk=answer.json()["document"])


def written(*lines: str, frames: int = 1, form: str = "TIFF") -> bytes:
    """An image of large printed lines."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=44)
    pages = []
    for number in range(frames):
        page = Image.new("L", (1700, 1100), 255)
        for row, line in enumerate((*lines, f"Sheet number {number + 1}")):
            ImageDraw.Draw(page).text((120, 120 + 90 * row), line, font=font, fill=0)
        pages.append(page)
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if form == "TIFF" else {}
    pages[0].save(out, form, dpi=(200, 200), **more)
    return out.getvalue()
