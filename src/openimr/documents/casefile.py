"""Case files, attestations and determinations from JSON, with errors that name the field."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openimr.documents.files import STANDARD_INPUT, file_error, load
from openimr.documents.limits import DEFAULTS, Limits, size
from openimr.errors import InputError
from openimr.model import Attestation, Case, Determination, Document

CASE_FILE = "case.json"
_LINES = (".jsonl", ".ndjson")
_MINIMUM = '{"items": [{"request": "..."}]}'

T = TypeVar("T", bound=msgspec.Struct)

_AT = re.compile(r" - at `(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`")
_MISSING = re.compile(r"missing required field `(?P<name>.*)`")
_BYTE = re.compile(r"\(byte (?P<at>\d+)\)")
_TYPES = re.compile(r"Expected `(?P<want>[^`]*)`, got `(?P<got>[^`]*)`")
_STEP = re.compile(r"\.(?P<field>\w+)|\[(?P<index>\d+|\.\.\.)\]")

LONGEST_REQUEST = 4000
"""Characters of a request; published determinations stay below 1,500."""


def load_case(path: Path | str, *, limits: Limits = DEFAULTS, ocr: bool = True) -> Case:
    """Read a case file with the text of its documents.

    Args:
        path: a folder with ``case.json`` and its documents, a lone ``case.json``, or ``-``.
        limits: ceilings for each document.
        ocr: as in :func:`openimr.documents.load`.

    Returns:
        The case; each document has its text. A document that gives both ``text`` and ``path``
        keeps its text, so that offsets into it stay true.

    Raises:
        InputError: with the field, document or line at fault.
    """
    if str(path) == "-":
        folder = _Folder(STANDARD_INPUT, None, limits, ocr)
        return folder.fill(_case(sys.stdin.buffer.read(), STANDARD_INPUT))
    place = Path(path)
    if place.suffix.lower() in _LINES and place.is_file():
        return _only(iter_cases(place, limits=limits, ocr=ocr), str(path))
    file = _case_file(place) if place.is_dir() else place
    source = str(file)
    return _Folder(source, file.parent, limits, ocr).fill(_case(_bytes(file, limits), source))


def _only(cases: Iterator[Case], source: str) -> Case:
    case = next(cases, None)
    if case is None:
        raise InputError(source, "is empty", "write one case a line into it")
    if next(cases, None) is not None:
        raise InputError(source, "holds several cases", "give a file with one")
    return case


def iter_cases(path: Path | str, *, limits: Limits = DEFAULTS, ocr: bool = True) -> Iterator[Case]:
    """Cases one at a time: from JSON Lines, from a folder of case folders, or a single case.

    Raises:
        InputError: as :func:`load_case`; for JSON Lines the line is named.
    """
    place = Path(path)
    if place.is_dir() and not (place / CASE_FILE).is_file():
        folders = sorted(entry.parent for entry in place.glob(f"*/{CASE_FILE}"))
        if not folders:
            _case_file(place)
        for folder in folders:
            yield load_case(folder, limits=limits, ocr=ocr)
    elif place.suffix.lower() in _LINES and place.is_file():
        with place.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    source = f"{path}, line {number}"
                    yield _Folder(source, place.parent, limits, ocr).fill(_case(line, source))
    else:
        yield load_case(path, limits=limits, ocr=ocr)


def save_case(case: Case, folder: Path | str) -> Path:
    """Write ``case.json`` into ``folder`` (made if need be); fields that hold nothing are left out.

    Returns:
        The path of the file. :func:`load_case` reads the same case back.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        file = place / CASE_FILE
        plain = _pruned(msgspec.to_builtins(case))
        file.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise file_error(str(folder), error) from None
    return file


def read_attestation(path: Path | str) -> Attestation:
    """Read a physician's attestation (JSON)."""
    return _parsed(_bytes(Path(path), DEFAULTS), Attestation, str(path))


def read_determination_json(path: Path | str) -> Determination:
    """Read a determination as ``imr read`` writes it (JSON); ``-`` is standard input."""
    if str(path) == "-":
        return _parsed(sys.stdin.buffer.read(), Determination, STANDARD_INPUT)
    return _parsed(_bytes(Path(path), DEFAULTS), Determination, str(path))


def parse_determination(data: bytes, source: str) -> Determination:
    """A determination from the JSON that ``imr read`` writes.

    Raises:
        InputError: naming ``source`` and the field at fault.
    """
    return _parsed(data, Determination, source)


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, [], {})}
    if isinstance(value, (list, tuple)):
        return [_pruned(inner) for inner in value]
    return value


def _case_file(folder: Path) -> Path:
    file = folder / CASE_FILE
    if file.is_file():
        return file
    raise InputError(
        str(folder),
        f"the folder has no {CASE_FILE}",
        f"write one into it that holds at least {_MINIMUM}",
    )


def _bytes(file: Path, limits: Limits) -> bytes:
    try:
        length = file.stat().st_size
        if length > limits.text_bytes:
            raise InputError(
                str(file),
                f"is {size(length)}, over the limit of {size(limits.text_bytes)}",
                "move long texts into files of their own and name them with path",
            )
        return file.read_bytes()
    except OSError as error:
        raise file_error(str(file), error) from None


def _case(data: bytes, source: str) -> Case:
    case = _parsed(data, Case, source)
    if not case.items:
        raise InputError(
            source, "items is empty", "a case needs at least one disputed item with its request"
        )
    for index, item in enumerate(case.items):
        if not item.request.strip():
            raise InputError(source, f"items[{index}].request is empty", "name the treatment")
        longest = max(len(text or "") for text in (item.request, item.original, item.remainder))
        if longest > LONGEST_REQUEST:
            raise InputError(
                source,
                f"items[{index}] asks in {longest} characters",
                f"name the treatment in at most {LONGEST_REQUEST} and put records into documents",
            )
    seen: dict[str, int] = {}
    for index, document in enumerate(case.documents):
        if document.name in seen:
            raise InputError(
                source,
                f"documents[{index}] has the same name as documents[{seen[document.name]}]",
                "give each document a name of its own",
            )
        seen[document.name] = index
        if document.text is None and document.path is None:
            raise InputError(
                source, f"documents[{index}] has neither text nor path", "give one of them"
            )
    return case


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where the documents of a case lie (nowhere for standard input), and how they are read."""

    source: str
    root: Path | None
    limits: Limits
    ocr: bool

    def fill(self, case: Case) -> Case:
        """The case with the text of all its documents."""
        documents = tuple(
            self._loaded(document, f"documents[{index}]")
            for index, document in enumerate(case.documents)
        )
        return msgspec.structs.replace(case, documents=documents)

    def _loaded(self, document: Document, place: str) -> Document:
        if document.text is not None:
            starts = document.page_starts or (0,)
            return msgspec.structs.replace(document, page_starts=starts)
        path = document.path or ""
        self._check(path, place)
        try:
            read = load((self.root or Path()) / path, limits=self.limits, ocr=self.ocr)
        except InputError as error:
            raise InputError(
                f"{self.source}, {place}", f"{path}: {error.problem}", error.remedy
            ) from None
        return msgspec.structs.replace(document, text=read.text, page_starts=read.page_starts)

    def _check(self, path: str, place: str) -> None:
        """Refuse paths out of the folder; links are followed first, so they cannot lead out."""
        if self.root is None:
            raise InputError(
                self.source, f"{place}.path names a file", "give a case folder, or the text itself"
            )
        try:
            root = self.root.resolve()
            inside = (root / path).resolve().is_relative_to(root)
        except (OSError, ValueError, RuntimeError):
            raise InputError(
                self.source, f"{place}.path is not a path", "name a file in the case folder"
            ) from None
        if Path(path).is_absolute() or not inside:
            raise InputError(
                self.source,
                f"{place}.path leaves the case folder",
                "put the file into the case folder",
            )


def _parsed(data: bytes, kind: type[T], source: str) -> T:
    """Decode JSON into a model value; every failure is one sentence."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
    if not data.strip():
        raise InputError(source, "is empty", "write JSON into it")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise _field_error(str(error), kind, source) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _syntax_error(data, str(error), source) from None


def _syntax_error(data: bytes, message: str, source: str) -> InputError:
    """The place of a JSON mistake as line and column.

    msgspec tells a byte or nothing; the standard library's parser tells line and column.
    """
    try:
        text = data.decode("utf-8")
        json.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return InputError(source, f"is not UTF-8 in line {line}", "save it as UTF-8")
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        return InputError(
            source,
            f"is not valid JSON at line {error.lineno}, column {error.colno} ({what})",
            "correct it there",
        )
    except RecursionError:
        return InputError(source, "is nested too deeply", "see the format of a case file")
    # NaN and such, which the standard library lets through.
    at = _BYTE.search(message)
    where = int(at["at"]) if at else len(data)
    line, start = data.count(b"\n", 0, where) + 1, data.rfind(b"\n", 0, where)
    return InputError(
        source, f"is not valid JSON at line {line}, column {where - start}", "correct it there"
    )


def _field_error(message: str, kind: type[msgspec.Struct], source: str) -> InputError:
    """msgspec's message in the words of a case file, with the field's path."""
    at = _AT.search(message)
    path = at["path"].removeprefix("$").removeprefix(".") if at else ""
    where = f" at {path}" if path else ""
    message = message[: at.start()] if at else message
    if unknown := _UNKNOWN.search(message):
        return _unknown_field(unknown["name"], path, where, kind, source)
    if missing := _MISSING.search(message):
        name = missing["name"]
        example = f": {_MINIMUM}" if kind is Case and not path else ""
        return InputError(source, f'missing field "{name}"{where}', f'add "{name}"{example}')
    if "date" in message:
        return InputError(
            source, f"{path} is not a date", "write dates as YYYY-MM-DD, such as 2016-11-29"
        )
    if types := _TYPES.search(message):
        want, got = _type_name(types["want"]), _type_name(types["got"])
        return InputError(
            source, f"{path or 'the file'} is {got}", f"it must be {want.replace(' | ', ' or ')}"
        )
    if "Invalid enum value" in message:
        allowed = ", ".join(str(value) for value in _values(kind, path))
        return InputError(source, f"{path} has an unknown value", f"use one of: {allowed}")
    return InputError(source, f"{path}: {message}".removeprefix(": "), "see the file's format")


def _type_name(name: str) -> str:
    words = {
        "object": "an object",
        "array": "a list",
        "str": "a text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "null": "null",
    }
    return " or ".join(words.get(part, part) for part in name.split(" | "))


def _unknown_field(
    name: str, path: str, where: str, kind: type[msgspec.Struct], source: str
) -> InputError:
    names = _field_names(kind, path)
    close = get_close_matches(name, names, 1, 0.6)
    problem = f'unknown field "{name[:40]}"{where}'
    if close:
        return InputError(source, problem, f'did you mean "{close[0]}"?')
    return InputError(source, problem, f"the fields are: {', '.join(names)}")


def _type_at(kind: Any, path: str) -> Any:
    """The msgspec type description of the value that ``path`` names."""
    described: Any = msgspec.inspect.type_info(kind)
    for step in _STEP.finditer("." + path if path and not path.startswith("[") else path):
        described = _unwrapped(described)
        if step["field"]:
            fields = getattr(described, "fields", ())
            described = next((f.type for f in fields if f.encode_name == step["field"]), None)
        else:
            described = getattr(described, "item_type", None)
    return _unwrapped(described)


def _unwrapped(described: Any) -> Any:
    """``X`` for ``X | None``."""
    if isinstance(described, msgspec.inspect.UnionType):
        return next(t for t in described.types if not isinstance(t, msgspec.inspect.NoneType))
    return described


def _field_names(kind: type[msgspec.Struct], path: str) -> list[str]:
    return [field.encode_name for field in getattr(_type_at(kind, path), "fields", ())]


def _values(kind: type[msgspec.Struct], path: str) -> tuple[Any, ...]:
    return tuple(getattr(_type_at(kind, path), "values", ()))
