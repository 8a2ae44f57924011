"""The guideline library: every treatment that can be reviewed, by id, by name, by family.

Parsing the YAML of all files takes a few hundred milliseconds, so the parsed library is kept in
the user's cache directory under the hash of what it was made from; it is made anew whenever a
file, or the shape of the files, changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from openimr._version import __version__
from openimr.errors import GuidelineError
from openimr.guidelines import conditions, files, guideline
from openimr.guidelines.conditions import ConditionError
from openimr.guidelines.guideline import Criterion, Edition, Guideline, WrittenGuideline
from openimr.guidelines.names import NameIndex, NameMatch

SHIPPED = Path(__file__).with_name("library")
FACTS = Path(__file__).with_name("facts.yaml")

INHERITED = ("kind", "says", "condition", "source", "gap", "weight", "when", "lifted_by")
"""What ``same_as`` takes over where the criterion does not state it itself."""


class Library:
    """All guidelines, immutable.

    ``version`` is a hash of the files it was made from; ``paths`` the file of each treatment.
    """

    def __init__(
        self, guidelines: Iterable[Guideline], version: str, paths: Mapping[str, Path]
    ) -> None:
        by_id = {one.treatment: one for one in guidelines}
        self.version = version
        self.paths = paths
        self.treatments: Mapping[str, Guideline] = MappingProxyType(by_id)

    def get(self, treatment: str) -> Guideline | None:
        """The guideline of a treatment id, or None."""
        return self.treatments.get(treatment)

    def by_name(self, request: str) -> list[NameMatch]:
        """The treatments a request names, most specific first: see :class:`NameIndex`."""
        return list(self._found(request))

    def by_drug_class(self, classes: Sequence[str]) -> list[Guideline]:
        """The guidelines for drugs of these classes, in the order of the classes."""
        found: dict[str, Guideline] = {}
        for name in classes:
            for one in self._drug_classes.get(name, ()):
                found.setdefault(one.treatment, one)
        return list(found.values())

    def family(self, treatment: str) -> tuple[str, ...]:
        """The ids of the treatments that share a history with this one, itself among them.

        ``treatment`` may also be the name of a family. Unknown ids stand alone.
        """
        one = self.treatments.get(treatment)
        name = treatment if one is None else one.family
        return self._families.get(name, (treatment,))

    def edition_for(self, treatment: str, day: date | None = None) -> tuple[Edition, ...]:
        """The editions in force on a day, in search-sequence order; empty for unknown ids."""
        one = self.treatments.get(treatment)
        return () if one is None else one.chain(day)

    @cached_property
    def _found(self) -> Callable[[str], list[NameMatch]]:
        # The same few thousand requests make up much of an archive.
        return lru_cache(maxsize=4096)(NameIndex(self.treatments.values()).find)

    @cached_property
    def _families(self) -> dict[str, tuple[str, ...]]:
        families: dict[str, tuple[str, ...]] = {}
        for one in self.treatments.values():
            families[one.family] = (*families.get(one.family, ()), one.treatment)
        return families

    @cached_property
    def _drug_classes(self) -> dict[str, list[Guideline]]:
        classes: dict[str, list[Guideline]] = {}
        for one in self.treatments.values():
            for name in one.drug_classes:
                classes.setdefault(name, []).append(one)
        return classes


def load(folder: Path | None = None, *extra: Path) -> Library:
    """Load a library.

    Args:
        folder: the folder of guideline files; None for the shipped ones.
        extra: further folders laid over it, such as a licensee's own texts: a file for a
            treatment that is there already replaces it whole, others are added.

    Returns:
        The library, complete and checked for shape; :mod:`openimr.guidelines.check` tests what
        the files say.

    Raises:
        GuidelineError: where a file is wrong, naming file, line and key.
    """
    sources = _read(folder or SHIPPED, *extra)
    version = _hash(FACTS.read_bytes() if FACTS.exists() else b"", sources)
    cached = _from_cache(version)
    if cached is None:
        cached = build(sources)
        _to_cache(version, cached)
    by_name = {Path(path).name: Path(path) for path in sources}
    paths = {one.treatment: by_name[one.path] for one in cached}
    return Library(cached, version, MappingProxyType(paths))


def _read(*folders: Path) -> dict[str, bytes]:
    sources: dict[str, bytes] = {}
    for folder in folders:
        if not folder.is_dir():
            raise GuidelineError(str(folder), "is no folder", "name a folder of guideline files")
        for path in sorted(folder.glob("*.yaml")):
            sources[str(path)] = path.read_bytes()
    return sources


def _hash(facts: bytes, sources: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(facts)
    for path, data in sources.items():
        digest.update(f"\0{Path(path).name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:16]


def build(sources: Mapping[str, bytes]) -> tuple[Guideline, ...]:
    """Parse files and complete their criteria.

    Args:
        sources: path and bytes of each file; of two files for one treatment the later counts.

    Raises:
        GuidelineError: where a file is wrong, naming file, line and key.
    """
    written: dict[str, _File] = {}
    for path, data in sources.items():
        one = _File(path, data, files.read_guideline(data, path))
        earlier = written.get(one.content.treatment)
        if earlier is not None and Path(earlier.path).parent == Path(path).parent:
            problem = f"{one.content.treatment} is already in {Path(earlier.path).name}"
            raise one.error(("treatment",), problem, "keep one file for each treatment")
        written[one.content.treatment] = one
    return tuple(_complete(one, written) for one in written.values())


class _File(NamedTuple):
    path: str
    data: bytes
    content: WrittenGuideline

    def error(self, place: files.Place, problem: str, remedy: str) -> GuidelineError:
        return files.at_line(self.path, files.line_of(self.data, place), problem, remedy)


def _complete(one: _File, written: Mapping[str, _File]) -> Guideline:
    shared = {
        name: getattr(one.content, name)
        for name in one.content.__struct_fields__
        if name != "criteria"
    }
    for place, edition in enumerate(one.content.editions):
        _parses(one, ("editions", place, "when"), edition.id, edition.when)
    criteria = tuple(_resolve(one, place, written) for place in range(len(one.content.criteria)))
    return Guideline(criteria=criteria, path=Path(one.path).name, **shared)


def _resolve(one: _File, number: int, written: Mapping[str, _File]) -> Criterion:
    """Complete the criterion with this number in the file."""
    own = one.content.criteria[number]
    if own.shared and own.same_as is None:
        problem = f"{own.id} is shared with nothing"
        raise one.error(("criteria", number, "shared"), problem, "add same_as")
    stated = _inherit(one, number, written)
    for name in ("kind", "says", "condition", "source"):
        if stated[name] is None:
            raise one.error(
                ("criteria", number), f'criterion {own.id} lacks "{name}"', f'add "{name}"'
            )
    for name in ("condition", "when", "lifted_by"):
        _parses(one, ("criteria", number, name), own.id, stated[name])
    stated["weight"] = stated["weight"] or "core"
    return Criterion(
        id=own.id,
        key=(own.shared and own.same_as) or f"{one.content.treatment}.{own.id}",
        same_as=own.same_as,
        group=own.group,
        stands_in_for=own.stands_in_for,
        phases=own.phases,
        permits=own.permits,
        editions=own.editions,
        **stated,
    )


def _parses(one: _File, place: files.Place, owner: str, text: str | None) -> None:
    if text is None:
        return
    try:
        conditions.compiled(text)
    except ConditionError as error:
        problem = f'"{place[-1]}" of {owner}: {error}'
        raise one.error(place, problem, "correct the condition") from None


def _inherit(one: _File, number: int, written: Mapping[str, _File]) -> dict[str, Any]:
    """What the criterion states itself, filled up along its chain of ``same_as``."""
    own = one.content.criteria[number]
    stated = {name: getattr(own, name) for name in INHERITED}
    seen = [f"{one.content.treatment}.{own.id}"]
    reference = own.same_as
    while reference is not None:
        treatment, _, name = reference.partition(".")
        other = written.get(treatment)
        model = other and next((c for c in other.content.criteria if c.id == name), None)
        if model is None or reference in seen:
            problem = f"{own.id} refers to {reference}, which "
            problem += "leads back to itself" if model else "does not exist"
            remedy = "name a criterion that states its own test"
            raise one.error(("criteria", number, "same_as"), problem, remedy)
        for key in INHERITED:
            if stated[key] is None:
                stated[key] = getattr(model, key)
        seen.append(reference)
        reference = model.same_as
    return stated


def _cache_file(version: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    shape = hashlib.sha256(Path(guideline.__file__).read_bytes()).hexdigest()[:8]
    return Path(base) / "openimr" / f"library-{__version__}-{shape}-{version}.msgpack"


def _from_cache(version: str) -> tuple[Guideline, ...] | None:
    try:
        return msgspec.msgpack.decode(_cache_file(version).read_bytes(), type=tuple[Guideline, ...])
    except (OSError, RuntimeError, msgspec.DecodeError):
        return None


def _to_cache(version: str, guidelines: tuple[Guideline, ...]) -> None:
    """Keep the parsed library; a cache that cannot be written is done without."""
    with contextlib.suppress(OSError, RuntimeError):
        target = _cache_file(version)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(guidelines))
        os.replace(name, target)
