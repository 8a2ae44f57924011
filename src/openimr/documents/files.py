"""Any document file to text: the format is told by content, the text keeps its pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openimr.documents import sniff, text
from openimr.documents.limits import DEFAULTS, Limits, size
from openimr.errors import InputError
from openimr.model import Document

STANDARD_INPUT = "standard input"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document with how it was read.

    ``format`` is pdf, docx, html, text or image; ``ocr_pages`` counts from 1; ``notes`` are
    sentences about what a careful reader should know (a repaired file, pages left out).
    """

    document: Document
    format: str
    ocr_pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a format's reader returns: text, page offsets and remarks."""

    text: str
    page_starts: tuple[int, ...] = (0,)
    ocr_pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _How:
    """The options of a call, passed down together."""

    limits: Limits
    ocr: bool
    as_printed: bool


def load(
    path: Path | str, *, limits: Limits = DEFAULTS, ocr: bool = True, as_printed: bool = False
) -> Document:
    """Read one file (or ``-`` for standard input) as a document.

    Args:
        path: a PDF, DOCX, HTML, text or scanned image file; its name does not matter.
        limits: ceilings on size; the defaults suit medical records.
        ocr: whether pages without a text layer are recognized with Tesseract; without it they
            are left out.
        as_printed: keep a hyphen at a line's end of a PDF with its line break, as published
            determinations are compared word for word; else the word is mended.

    Raises:
        InputError: the file is missing, empty, damaged, locked, too large or not a document.
    """
    return read(path, limits=limits, ocr=ocr, as_printed=as_printed).document


def read(
    path: Path | str, *, limits: Limits = DEFAULTS, ocr: bool = True, as_printed: bool = False
) -> Loaded:
    """As :func:`load`, also telling the format, the recognized pages and what to know of them."""
    how = _How(limits, ocr, as_printed)
    if str(path) == "-":
        return _read_bytes(_standard_input(limits), STANDARD_INPUT, how, path=None)
    file = Path(path)
    source = str(path)
    try:
        if file.is_dir():
            raise InputError(source, "is a folder, not a document", "name a file in it")
        if file.is_char_device() or file.is_block_device():
            raise InputError(source, "is a device, not a document", "name a file")
        with file.open("rb") as stream:
            length = os.fstat(stream.fileno()).st_size
            if length > limits.file_bytes:
                raise _too_large(source, length, limits.file_bytes, "split it into parts")
            head = stream.read(sniff.HEAD)
            if sniff.sniff(head) in ("text", "html") and length > limits.text_bytes:
                raise _too_large(source, length, limits.text_bytes, "split it into parts")
            data = head + stream.read(limits.file_bytes - len(head) + 1)
    except OSError as error:
        raise file_error(source, error) from None
    except ValueError:  # a zero byte in the path
        raise InputError(source, "is not a path", "check the path") from None
    if len(data) > limits.file_bytes:
        raise _too_large(source, len(data), limits.file_bytes, "split it into parts")
    return _read_bytes(data, source, how, path=source)


def load_bytes(
    data: bytes,
    source: str,
    *,
    limits: Limits = DEFAULTS,
    ocr: bool = True,
    as_printed: bool = False,
) -> Document:
    """As :func:`load`, of a file's bytes: a member of an archive, an upload.

    Args:
        data: the whole file.
        source: what to call it, in the document's name and in an error.
        limits: as in :func:`load`, as are ``ocr`` and ``as_printed``.
    """
    return _read_bytes(data, source, _How(limits, ocr, as_printed), path=source).document


def file_error(source: str, error: OSError) -> InputError:
    """The sentence for a file that the operating system would not open."""
    if isinstance(error, FileNotFoundError):
        return InputError(source, "no such file", "check the path")
    if isinstance(error, PermissionError):
        return InputError(
            source, "no permission to read it", "change its permissions or run as its owner"
        )
    reason = (error.strerror or "cannot be opened").lower()
    return InputError(source, f"cannot be read ({reason})", "check the path and the disk")


def _too_large(source: str, given: int, limit: int, remedy: str) -> InputError:
    return InputError(source, f"is {size(given)}, over the limit of {size(limit)}", remedy)


def _standard_input(limits: Limits) -> bytes:
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise InputError(
            STANDARD_INPUT, f"is over the limit of {size(limits.file_bytes)}", "give a file name"
        )
    return data


def _read_bytes(data: bytes, source: str, how: _How, path: str | None) -> Loaded:
    kind, content = _content(data, source, how)
    if not content.text.strip():
        raise InputError(source, "holds no text", "give a file with text in it")
    document = Document(
        name=Path(path).name if path is not None else STANDARD_INPUT,
        text=content.text,
        path=path,
        page_starts=content.page_starts,
    )
    return Loaded(document, kind, content.ocr_pages, content.notes)


def _content(data: bytes, source: str, how: _How) -> tuple[str, Content]:
    """The format and text of a whole file, or the sentence that says why there is none."""
    limits = how.limits
    match sniff.sniff(data[: sniff.HEAD]):
        case "pdf":
            from openimr.documents.pdf import from_pdf

            return "pdf", from_pdf(data, source, limits, ocr=how.ocr, as_printed=how.as_printed)
        case "zip":
            from openimr.documents.docx import from_docx

            return "docx", Content(from_docx(data, source, limits))
        case "image":
            from openimr.documents.ocr import from_image

            return "image", Content(from_image(data, source, limits), ocr_pages=(1,))
        case "html":
            _check_text_size(data, source, limits)
            return "html", Content(text.from_html(_html(data)))
        case "text":
            _check_text_size(data, source, limits)
            return "text", _plain(data, source)
        case "empty":
            problem = "is empty (0 bytes)" if not data else "holds only white space"
            raise InputError(source, problem, "give a file with text in it")
        case "rtf":
            raise InputError(source, "is in rich text format", "save it as DOCX or PDF")
        case "ole":
            raise InputError(
                source,
                "is an old or password-protected Office file",
                "save it without a password as DOCX or PDF",
            )
        case "binary":
            raise InputError(
                source, "is not a document (binary data)", "give a PDF, DOCX, HTML or text file"
            )


def _check_text_size(data: bytes, source: str, limits: Limits) -> None:
    if len(data) > limits.text_bytes:
        raise _too_large(source, len(data), limits.text_bytes, "split it into parts")


def _html(data: bytes) -> str:
    charset = text.html_charset(data)
    if charset is not None and sniff.utf16_of(data) is None:
        try:
            return data.decode(charset).removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
    return sniff.decode(data)


def _plain(data: bytes, source: str) -> Content:
    try:
        decoded = sniff.decode(data)
    except UnicodeDecodeError as error:
        raise InputError(
            source, f"is not valid {error.encoding} at byte {error.start}", "save it as UTF-8"
        ) from None
    if "\x00" in decoded:
        raise InputError(
            source,
            f"has a zero byte at character {decoded.index(chr(0))}",
            "give a PDF, DOCX, HTML or text file",
        )
    return Content(*text.paged(decoded))


def walk(paths: Iterable[Path | str]) -> Iterator[Path]:
    """The files that ``paths`` name, one at a time and in a stable order.

    A file stands for itself; a folder for all files below it, sorted by name, hidden ones left
    out and links to folders not followed. ``-`` is passed on.

    Raises:
        InputError: a path does not exist, may not be read, or is a folder without files.
    """
    for path in paths:
        top = Path(path)
        if str(path) == "-":
            yield top
        elif os.path.isdir(top):
            found = False
            for file in _below(top):
                found = True
                yield file
            if not found:
                raise InputError(str(path), "the folder has no files", "name a folder with files")
        elif os.path.exists(top):
            yield top
        else:
            raise InputError(str(path), "no such file or folder", "check the path")


def _below(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise file_error(str(folder), error) from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)
