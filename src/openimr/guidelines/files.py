"""Reading guideline files: YAML to structs, and messages that name file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from openimr.errors import GuidelineError
from openimr.guidelines.guideline import WrittenGuideline

Place = tuple[str | int, ...]
"""A way into a file: keys and list positions."""

SCHEMA = Path(__file__).with_name("schema.json")


def read_yaml(data: bytes, source: str) -> Any:
    """Load YAML safely.

    Raises:
        GuidelineError: where the bytes are no YAML, naming the line.
    """
    import yaml

    try:
        return yaml.load(data, Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        problem = getattr(error, "problem", None) or "no readable YAML"
        remedy = "correct the indentation or quote the text"
        raise GuidelineError(source, f"{line}{problem}", remedy) from None


@cache
def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_guideline(data: bytes, source: str) -> WrittenGuideline:
    """Read one guideline file.

    Args:
        data: the bytes of the file.
        source: its name for messages.

    Raises:
        GuidelineError: the first problem, naming line and key.
    """
    content = read_yaml(data, source)
    try:
        return msgspec.convert(content, WrittenGuideline)
    except msgspec.ValidationError as error:
        problems = schema_problems(data, content, source)
        raise (problems[0] if problems else plain_problem(data, source, error)) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of a guideline file, made from the structs."""
    made = msgspec.json.schema(WrittenGuideline)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "OpenIMR guideline file"
    return made


def schema_problems(data: bytes, content: Any, source: str) -> list[GuidelineError]:
    """All places where a loaded file departs from the schema.

    Unknown keys come first, since a misspelled key is also missing under its right name; then
    the order of the lines.
    """
    import jsonschema

    rules = msgspec.json.decode(SCHEMA.read_bytes())
    as_json = msgspec.json.decode(msgspec.json.encode(content, enc_hook=str, order="deterministic"))
    found: list[tuple[tuple[bool, int], GuidelineError]] = []
    for error in jsonschema.Draft202012Validator(rules).iter_errors(as_json):
        for place, problem, remedy in _explain(error):
            line = line_of(data, place)
            rank = (not problem.startswith("unknown key"), line)
            found.append((rank, at_line(source, line, problem, remedy)))
    return [error for _, error in sorted(found, key=lambda pair: pair[0])]


def at_line(source: str, line: int, problem: str, remedy: str) -> GuidelineError:
    """A guideline error that names the line."""
    return GuidelineError(source, f"line {line}: {problem}", remedy)


def _explain(error: Any) -> Iterator[tuple[Place, str, str]]:
    """Turn one schema error into place, problem and remedy."""
    place: Place = tuple(error.absolute_path)
    here = _name(place)
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known)):
            yield (*place, key), f'unknown key "{key}"{_in(here)}', suggest(key, known)
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        keys = ", ".join(f'"{key}"' for key in missing)
        yield place, f"{here} lacks {keys}", f"add {keys}"
    elif error.validator == "enum":
        allowed = [str(value) for value in error.validator_value if value is not None]
        remedy = suggest(str(error.instance), allowed)
        yield place, f'{here} cannot be "{error.instance}"', remedy
    elif error.validator == "anyOf" and error.context:
        deepest = max(error.context, key=lambda inner: (len(inner.absolute_path), _rank(inner)))
        yield from _explain(deepest)
    elif error.validator == "pattern":
        shape = error.validator_value
        yield (
            place,
            f'{here} has the form of no such name: "{error.instance}"',
            f"write it as {shape}",
        )
    else:
        expected = error.validator_value if error.validator == "type" else error.validator
        yield place, f"{here} is {type(error.instance).__name__}", f"expected {expected}"


def _rank(error: Any) -> int:
    return 0 if error.validator == "type" else 1


def _name(place: Place) -> str:
    return ".".join(str(step) for step in place) or "the file"


def _in(here: str) -> str:
    return "" if here == "the file" else f" in {here}"


def suggest(word: str, known: list[str], *, short: bool = False) -> str:
    """A remedy for a misspelt word: the nearest known one, else (unless ``short``) all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    return "correct the name" if short else "expected one of " + ", ".join(known)


def plain_problem(
    data: bytes, source: str, error: msgspec.ValidationError, *inside: str
) -> GuidelineError:
    """A shape error in words, at its line; ``inside`` is where in the file the shape began."""
    message, _, path = str(error).partition(" - at `$")
    steps = re.findall(r"\[(\d+)\]|\.(\w+)", path.rstrip("`"))
    place = (*inside, *(int(number) if number else word for number, word in steps))
    return at_line(source, line_of(data, place), f"{_name(place)}: {message}", "correct the value")


def line_of(data: bytes, place: Place) -> int:
    """The line (from 1) at which a place of a YAML file stands; the nearest one above if absent."""
    import yaml

    try:
        node = yaml.compose(data, Loader=_loader())
    except yaml.YAMLError:  # pragma: no cover - the caller has loaded it before
        return 1
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if step not in pairs:
                break
            key, node = pairs[step]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def duplicate_keys(data: bytes) -> list[tuple[int, str]]:
    """Line and key of every mapping key that is given twice (YAML keeps the last)."""
    import yaml

    found: list[tuple[int, str]] = []
    waiting = [yaml.compose(data, Loader=_loader())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    found.append((key.start_mark.line + 1, str(key.value)))
                seen.add(key.value)
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return sorted(found)
