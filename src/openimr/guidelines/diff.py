"""What changed between two states of the guidelines, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from openimr.errors import GuidelineError
from openimr.guidelines.files import read_guideline
from openimr.guidelines.guideline import Criterion, Edition, Example, Guideline
from openimr.guidelines.library import SHIPPED, build
from openimr.guidelines.show import edition_words
from openimr.guidelines.wording import in_words, sentence

SHIPPED_NAME = "shipped"
"""Stands for the library that ships with OpenIMR where a folder is expected."""

_PLAIN = ("title", "family", "category", "region", "parent")
_LISTED = ("drug_classes", "depends_on")


class Difference(msgspec.Struct, frozen=True):
    """One treatment that differs: ``change`` is added, removed or changed; ``lines`` say how."""

    treatment: str
    change: str
    lines: tuple[str, ...] = ()


def read_part(place: Path | str) -> dict[str, Guideline]:
    """The guidelines of a folder or of one file, by treatment.

    Args:
        place: a folder, a file, or ``shipped``. What a file shares with a guideline that is not
            there too (``same_as``) is taken from the shipped library.

    Raises:
        GuidelineError: a file is wrong, or there is none.
    """
    path = Path(place)
    if str(place) == SHIPPED_NAME and not path.exists():
        path = SHIPPED
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path] * path.is_file()
    if not files:
        remedy = f"name a folder of guideline files, a file, or {SHIPPED_NAME}"
        raise GuidelineError(str(place), "holds no guideline", remedy)
    shipped = sorted(SHIPPED.glob("*.yaml"))
    sources = {str(one.resolve()): one.read_bytes() for one in (*shipped, *files)}
    wanted = {str(one.resolve()) for one in files}
    # Of two files for one treatment the later counts, so those asked for come last.
    ordered = sorted(sources, key=lambda name: name in wanted)
    built = build({name: sources[name] for name in ordered})
    asked = {read_guideline(sources[name], name).treatment for name in wanted}
    return {one.treatment: one for one in built if one.treatment in asked}


def differences(old: dict[str, Guideline], new: dict[str, Guideline]) -> list[Difference]:
    """What the new guidelines change, treatment by treatment, in alphabetical order."""
    found = []
    for treatment in sorted(old.keys() | new.keys()):
        before, after = old.get(treatment), new.get(treatment)
        if before is None and after is not None:
            count = f"{len(after.criteria)} criteria, {len(after.examples)} examples"
            found.append(Difference(treatment, "added", (f"{after.title}: {count}",)))
        elif after is None and before is not None:
            found.append(Difference(treatment, "removed", (before.title,)))
        elif before is not None and after is not None:
            lines = tuple(compare(before, after))
            if lines:
                found.append(Difference(treatment, "changed", lines))
    return found


def compare(old: Guideline, new: Guideline) -> Iterator[str]:
    """What changed in one guideline, a line each."""
    for name in _PLAIN:
        yield from _changed(name, getattr(old, name), getattr(new, name))
    for name in _LISTED:
        yield from _members(name.replace("_", " "), getattr(old, name), getattr(new, name))
    yield from _members("name", map(_written, old.names), map(_written, new.names))
    codes = [[f"{code.system} {code.code}" for code in one.codes] for one in (old, new)]
    yield from _members("code", *codes)
    yield from _editions(old.editions, new.editions)
    yield from _criteria(old.criteria, new.criteria)
    yield from _examples(old.examples, new.examples)


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    kept = {key: part for key, part in msgspec.to_builtins(value).items() if part}
    return ", ".join(f"{key} of {' + '.join(part)}" for key, part in kept.items())


def _changed(what: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        yield f"{what}: {_or_none(before)} -> {_or_none(after)}"


def _or_none(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _members(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    old, new = list(before), list(after)
    yield from (f"{what} added: {one}" for one in new if one not in old)
    yield from (f"{what} removed: {one}" for one in old if one not in new)


def _editions(old: Sequence[Edition], new: Sequence[Edition]) -> Iterator[str]:
    before, after = {e.id: e for e in old}, {e.id: e for e in new}
    for name in [*before, *(n for n in after if n not in before)]:
        if name not in after:
            yield f"edition {name} removed: {edition_words(before[name])}"
        elif name not in before:
            yield f"edition {name} added: {edition_words(after[name])}"
        elif before[name] != after[name]:
            words = edition_words(before[name]), edition_words(after[name])
            yield f"edition {name}: " + (
                f"{words[0]} -> {words[1]}"
                if words[0] != words[1]
                else "when it speaks has changed"
            )


def _criteria(old: Sequence[Criterion], new: Sequence[Criterion]) -> Iterator[str]:
    before, after = {c.id: c for c in old}, {c.id: c for c in new}
    for name in [*before, *(n for n in after if n not in before)]:
        if name not in after:
            yield f"{name} removed ({before[name].kind}): {before[name].says}"
        elif name not in before:
            one = after[name]
            yield f"{name} added ({one.kind}, {one.weight}): {one.says}"
            yield f"{name} asks: {sentence(in_words(one.test))}"
        else:
            yield from (f"{name} {line}" for line in _criterion(before[name], after[name]))


def _criterion(old: Criterion, new: Criterion) -> Iterator[str]:
    yield from _changed("words", old.says, new.says)
    for what, before, after in (
        ("asks", old.test, new.test),
        ("applies only when", old.applies_when, new.applies_when),
        ("waived when", old.waiver, new.waiver),
    ):
        if before != after:
            words = [sentence(in_words(c)) if c is not None else "nothing" for c in (before, after)]
            yield f"{what}: {words[0]} -> {words[1]}"
    for name in ("kind", "weight", "group", "stands_in_for", "permits", "phases", "editions"):
        was, now = getattr(old, name), getattr(new, name)
        yield from _changed(name.replace("_", " "), was, now)
    yield from _changed("source", old.source.cite, new.source.cite)
    yield from _changed("certainty", old.source.certainty, new.source.certainty)
    yield from _changed("to document", old.gap, new.gap)


def _examples(old: Sequence[Example], new: Sequence[Example]) -> Iterator[str]:
    before, after = {e.name: e for e in old}, {e.name: e for e in new}
    yield from _members("example", before, after)
    for name in before.keys() & after.keys():
        was, now = before[name].expect, after[name].expect
        if was.decision != now.decision:
            yield f"example {name}: expects {was.decision} -> {now.decision}"
        elif was != now:
            yield f"example {name}: expects other findings"
        elif before[name] != after[name]:
            yield f"example {name}: reworded"
