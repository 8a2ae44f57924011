"""Small documents of every format, made on the spot for the tests of ``openimr.documents``."""

from __future__ import annotations

import zipfile
from io import BytesIO

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: list[str], password: str | None = None) -> bytes:
    """A PDF with a text layer: each page a list of lines."""
    import pikepdf

    made = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    for lines in pages:
        page = made.add_blank_page(page_size=(612, 792))
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        page.Contents = made.make_stream(f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode())
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    out = BytesIO()
    made.save(out, encryption=pikepdf.Encryption(owner=password, user=password)) if (
        password
    ) else made.save(out)
    return out.getvalue()


def scanned_pdf(*, text_pages: int = 0, stamp: str = "") -> bytes:
    """A PDF whose last page is an image with a stamp on it, after ``text_pages`` with text."""
    import pikepdf

    made = pikepdf.open(BytesIO(pdf(*[[f"Page {n + 1}."] for n in range(text_pages)], [stamp])))
    page = made.pages[-1]
    image = made.make_stream(bytes(64))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent = 8, 8, 8
    image.ColorSpace = pikepdf.Name.DeviceGray
    page.Resources.XObject = pikepdf.Dictionary(Im=image)
    page.contents_add(made.make_stream(b"q 600 0 0 700 0 0 cm /Im Do Q"))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def docx(body: str, *, prolog: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """A Word file whose ``word/document.xml`` holds this body."""
    document = f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
    parts = {
        "[Content_Types].xml": CONTENT_TYPES.encode(),
        "_rels/.rels": RELATIONS.encode(),
        "word/document.xml": (document + "</w:document>").encode(),
    }
    return zipped(parts | (extra or {}))


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(*runs: str) -> str:
    """A Word paragraph of these runs."""
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"
