"""Files and case folders: read, redacted, written anew, looked into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from openimr.archive.redact import rebuild, structured
from openimr.archive.redact.engine import Redactor
from openimr.archive.redact.known import Known, from_fields
from openimr.archive.redact.report import Taken
from openimr.archive.redact.structured import Fields
from openimr.archive.redact.verify import leaks
from openimr.documents import load_case, read
from openimr.documents.files import Loaded
from openimr.errors import InputError
from openimr.model import Case, Determination, Document

PARTIES = ("parties.json", "parties.yaml", "parties.yml")
"""Files of a case folder that name the parties; they are read and never copied."""

_ENDINGS = {"pdf": ".pdf", "docx": ".docx", "html": ".html", "text": ".txt", "image": ".pdf"}
_WRITERS = {
    "pdf": rebuild.as_pdf,
    "docx": rebuild.as_docx,
    "html": rebuild.as_html,
    "text": rebuild.as_text,
    "image": rebuild.as_pdf,
}


@dataclass(frozen=True)
class Output:
    """A redacted file: the name to give it, its bytes, and what was removed."""

    name: str
    data: bytes
    taken: tuple[Taken, ...]


def known_file(path: Path) -> Known:
    """Known values from a JSON or YAML file.

    Raises:
        InputError: it cannot be read, or is neither.
    """
    import yaml

    try:
        fields = yaml.safe_load(path.read_bytes())
    except OSError as error:
        from openimr.documents.files import file_error

        raise file_error(str(path), error) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        # The parser's message quotes the file, which holds names.
        raise InputError(str(path), "is neither JSON nor YAML", "correct it") from None
    if not isinstance(fields, (dict, list)):
        raise InputError(
            str(path), "holds no fields", 'write for example {"employee": {"name": "..."}}'
        )
    return from_fields(fields)


def one_file(path: Path | str, redactor: Redactor) -> Output:
    """Redact one file (or ``-``) into a file of the same kind.

    A determination is written anew as a letter of its form, JSON by its fields, all else from
    its words.

    Raises:
        InputError: the file cannot be read, or something that was removed can still be found
            in what would be written.
    """
    if str(path) != "-" and Path(path).suffix.lower() == ".json":
        return _checked(_json(Path(path), redactor))
    loaded = read(path)
    name = _name(Path(str(path)), loaded, redactor)
    return _checked(_determination(loaded, name, redactor) or _document(loaded, name, redactor))


def _checked(made: Output) -> Output:
    if any("shift" in one.mark for _, _, one in made.taken):
        return made
    left = leaks(made.data, (value for _, value, one in made.taken if one.mark[:1] in ("[", "")))
    if left:
        raise InputError(
            made.name,
            f"{left} removed values can still be found in the redacted file",
            "name them in a --known file and try again",
        )
    return made


def _name(path: Path, loaded: Loaded, redactor: Redactor) -> str:
    """A name for the redacted file: the original's where nothing in it tells a person."""
    ending = _ENDINGS[loaded.format]
    stem = path.stem if str(path) != "-" else "redacted"
    said = re.sub(r"[_+.-]+", " ", stem)
    telling = redactor(stem).removed or redactor(said).removed or redactor(said.title()).removed
    return ("redacted" if telling else stem) + ending


def pages_of(document: Document, redactor: Redactor) -> tuple[list[str], list[Taken]]:
    """The pages of a document, redacted, with what was removed.

    A name that runs from one page into the next leaves its mark on the first.
    """
    text = document.text or ""
    done = redactor(text)
    starts = list(document.page_starts or (0,))
    pages, taken = [], []
    removed = iter(done.removed)
    one = next(removed, None)
    at = 0
    for number, _ in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else len(text)
        parts = []
        while one is not None and one.start < stop:
            parts += [text[at : one.start], one.mark]
            taken.append(("", text[one.start : one.end], one))
            at = one.end
            one = next(removed, None)
        if at < stop:
            parts.append(text[at:stop])
            at = stop
        pages.append("".join(parts))
    return pages, taken


def _document(loaded: Loaded, name: str, redactor: Redactor) -> Output:
    pages, taken = pages_of(loaded.document, redactor)
    return Output(name, _WRITERS[loaded.format](pages), tuple(taken))


def _determination(loaded: Loaded, name: str, redactor: Redactor) -> Output | None:
    """A letter that can be read as a determination, written anew; None for all else."""
    from openimr.letters import read_text, write

    if loaded.format not in ("pdf", "docx", "html"):
        return None
    try:
        given = read_text(loaded.document.text or "", source=name)
        redactor.learn([loaded.document.text or ""])
        fields = Fields(redactor)
        clean = structured.determination(given, fields)
        data = write(clean, loaded.format)  # type: ignore[arg-type]
    except InputError:
        return None
    return Output(name, data, tuple(fields.removed))


def _json(path: Path, redactor: Redactor) -> Output:
    try:
        data = path.read_bytes()
        value = json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        from openimr.documents.files import file_error

        raise file_error(str(path), error) from None
    except (ValueError, RecursionError):
        raise InputError(str(path), "is not valid JSON", "correct it") from None
    fields = Fields(redactor)
    redactor.learn([text for text in _texts(value) if len(text) > 40])
    made: Any
    try:
        if isinstance(value, dict) and "format" in value and "items" in value:
            given = msgspec.json.decode(data, type=Determination)
            made = msgspec.to_builtins(structured.determination(given, fields))
        elif isinstance(value, dict) and "items" in value:
            made = _case_json(msgspec.json.decode(data, type=Case), fields)
        else:
            made = structured.plain(value, fields)
    except msgspec.ValidationError:
        made = structured.plain(value, fields)
    stem = "redacted" if redactor(path.stem).removed else path.stem
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    return Output(stem + ".json", text.encode(), tuple(fields.removed))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _case_json(given: Case, fields: Fields) -> Any:
    clean = structured.case_fields(given, fields)
    documents = tuple(
        msgspec.structs.replace(
            document,
            name=_document_name(document, number, fields),
            text=fields.text(document.text, f"documents[{number}].text"),
            path=None,
            date=fields.day(document.date, f"documents[{number}].date"),
            page_starts=(),
        )
        for number, document in enumerate(clean.documents)
        if document.text is not None
    )
    return msgspec.to_builtins(msgspec.structs.replace(clean, documents=documents))


def _document_name(document: Document, number: int, fields: Fields) -> str:
    # Names of documents must differ, and two may be alike once redacted.
    name = fields.text(document.name, f"documents[{number}].name") or ""
    return f"{number + 1:02d} {name}".strip()


def is_case(path: Path) -> bool:
    """Whether a folder is a case folder."""
    return (path / "case.json").is_file()


def case_folder(folder: Path, redactor: Redactor) -> Iterator[Output]:
    """A case folder whole: ``case.json`` and every document it names.

    The files of the documents get new names; what ``case.json`` does not name is not copied.
    Values of ``parties.json`` or ``parties.yaml`` in the folder are sought in all of it.

    Raises:
        InputError: as :func:`openimr.documents.load_case`.
    """
    for name in PARTIES:
        if (folder / name).is_file():
            redactor.know(known_file(folder / name))
    given = load_case(folder)
    redactor.learn(document.text or "" for document in given.documents)
    fields = Fields(redactor)
    clean = structured.case_fields(given, fields)
    documents = []
    for number, document in enumerate(given.documents):
        made, loaded = None, None
        if document.path is not None:
            loaded = read(folder / document.path)
            made = _document(
                loaded, f"document-{number + 1:02d}{_ENDINGS[loaded.format]}", redactor
            )
            yield _checked(made)
        documents.append(
            msgspec.structs.replace(
                document,
                name=_document_name(document, number, fields),
                path=made.name if made else None,
                text=None if made else fields.text(document.text, f"documents[{number}].text"),
                date=fields.day(document.date, f"documents[{number}].date"),
                page_starts=(),
            )
        )
    clean = msgspec.structs.replace(clean, documents=tuple(documents))
    plain = _pruned(msgspec.to_builtins(clean))
    text = json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
    yield _checked(Output("case.json", text.encode(), tuple(fields.removed)))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _pruned(v) for k, v in value.items() if v not in (None, [], (), {}, False)}
    return [_pruned(inner) for inner in value] if isinstance(value, (list, tuple)) else value
