r"""All terms of the rule data in one matcher.

The YAML files beside this module are read once and turned into one Aho-Corasick automaton over
:attr:`Reading.flat`. A term may hold alternatives: ``(left |)knee (pain|ache)``. Plurals and
hyphens are folded. Terms live in layers which do not hide one another: *place* (anatomy and
sides), *word* (findings, results, cues of assertion), *care* (treatments, drugs), *role* (voices
of a sentence) and *anchor* (a local pattern has to be run). Within a layer the leftmost longest
term wins.

Measured on 300 texts of 2,000 characters with 34,728 terms (``benchmarks/evidence_matcher.py``,
one core): pyahocorasick 13,300 texts a second, 8,200 with word edges and layers; Hyperscan 0.9.1
6,300 (82 s to compile, byte offsets); one stdlib ``re`` alternation 10.

The findings of the guideline library's own files (:data:`ASIDE_FILES`) stand in a layer
of their own, *aside*, in which only terms of one and the same fact hide one another: "persistent
low back pain" is a place of pain and tells that the complaint goes on.
"""

from __future__ import annotations

import gc
import re
import string
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import ahocorasick
import yaml

from openimr import drugs
from openimr.evidence.entries import Entry, Guard, Hit, Meaning, Scan, Slot
from openimr.evidence.terms import compiled, expand
from openimr.evidence.terms import plural as plural_of

PLACE, WORD, CARE, ROLE, NUMBER = range(5)
ASIDE = 5
ASIDE_FILES = tuple(
    sorted(
        path.name.removesuffix(".yaml")
        for path in resources.files(__package__).iterdir()
        if path.name.endswith("_more.yaml")
    )
)
"""Data files whose findings stand in the aside layer: every ``*_more.yaml`` beside this module."""


def _data(name: str) -> Any:
    source = resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


_NUMBER_WORDS = [
    "(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|sixteen|eighteen)",
    "(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|several|few|half|once|twice)",
    "(a (day|week|month|year|hour)|third|thirds|quarters|fourths|fifths|halved|halves|halving)",
]
"""What counts as a number, besides digits, for a pattern that has none without one."""

_NUMERIC = frozenset(
    (
        *("number", "weeks", "days", "months", "fall", "sessions", "kg", "date", "since"),
        *("since_months", "grade_number", "drop", "rise"),
    )
)


_SHORT = 3
_BEFORE = " " + string.punctuation + "°↓↑"


LONGEST_WINDOW = 400


class Lexicon:
    """The compiled data. Use :func:`lexicon`, which builds it once."""

    def __init__(self) -> None:
        """Read the data files and build the automaton."""
        self._slots: dict[str, Slot] = {}
        self.patterns: list[dict[str, Any]] = []
        self.guards: list[Guard] = []
        self._fitting: dict[tuple[frozenset[str], bool, bool], frozenset[int]] = {}
        self.headings: dict[str, str] = {}
        self.carries: dict[str, bool] = {}
        self.heads = re.compile("x^")
        self._anatomy()
        self._assertion()
        self._roles()
        self._treatments()
        self._drugs()
        for name in ("symptoms", "examination", "tests", "history", "monitoring", "person"):
            self._findings(_data(name))
        self._put(NUMBER, _NUMBER_WORDS, Entry("number"))
        self._anchors(_data("patterns")["patterns"])
        for name in ASIDE_FILES:
            data = _data(name)
            self._findings(data, ASIDE)
            self._anchors(data.get("patterns", ()))
        self.targets = tuple(self._slots)
        self._automaton = self._built()
        del self._slots

    def _built(self) -> Any:
        """Return the automaton over all terms, and what each means."""
        automaton = ahocorasick.Automaton()
        for term, slot in self._slots.items():
            if not term[0].isalnum() and (short := self._slots.get(term[1:])) is not None:
                # "10" with what may stand before it is also the term "/10"
                slot.anchors = tuple(dict.fromkeys((*slot.anchors, *short.anchors)))
        # A hundred thousand terms mean three thousand things: what is shared stays in the cache.
        shared: dict[Meaning, Meaning] = {}
        for term, slot in self._slots.items():
            meaning: Meaning = (
                len(term),
                not term[0].isalnum(),
                not term[-1].isalnum(),
                slot.entries(),
                slot.anchors,
                slot.asides,
            )
            meaning = shared.setdefault(meaning, meaning)
            if len(term) > _SHORT or not term[0].isalnum():
                automaton.add_word(term, meaning)
                continue
            # "le" stands in "able": short terms are sought with what may stand before a word.
            for before in _BEFORE + (string.digits if slot.anchors else ""):
                if before + term not in self._slots:
                    automaton.add_word(before + term, meaning)
        automaton.make_automaton()
        return automaton

    def _slot(self, term: str) -> Slot:
        slot = self._slots.get(term)
        if slot is None:
            slot = self._slots[term] = Slot()
        return slot

    def _put(
        self, layer: int, terms: list[str], entry: Entry, plural: bool = False, over: bool = False
    ) -> None:
        for raw in terms:
            for one in expand(str(raw)):
                for term in plural_of(one) if plural else [one]:
                    slot = self._slot(term)
                    if layer == PLACE:
                        slot.place = slot.place or entry
                    elif layer == WORD:
                        # A finding that is also a result word ("limp") is the finding.
                        if slot.word is None or (over and slot.word.kind == "result"):
                            slot.word = entry
                    elif layer == CARE:
                        slot.care = slot.care or entry
                    elif layer == ASIDE:
                        if not slot.asides:
                            slot.asides = (entry,)
                        elif all(old.name != entry.name for old in slot.asides):
                            slot.asides = (*slot.asides, entry)
                    elif layer == NUMBER:
                        slot.number = entry
                    else:
                        slot.role = slot.role or entry

    def _anatomy(self) -> None:
        data = _data("anatomy")
        for region, terms in data["regions"].items():
            self._put(PLACE, terms, Entry("region", region), plural=True)
        self._put(PLACE, data["masks"], Entry("mask"))
        for side, terms in data["sides"].items():
            self._put(PLACE, terms, Entry("side", side))
        for letter, side in (("l", "left"), ("r", "right")):
            self._put(PLACE, [letter], Entry("letter", side))
        for letter, region, last in (
            ("c", "cervical", 8),
            ("t", "thoracic", 12),
            ("l", "lumbar", 5),
            ("s", "lumbar", 5),
        ):
            entry = Entry("level", region)
            self._put(PLACE, [f"{letter}{n}" for n in range(1, last + 1)], entry)

    def _assertion(self) -> None:
        data = _data("context")
        for cue in ("undocumented", "negated", "hedged", "planned", "past"):
            for place, scopes in data[cue].items():
                for scope, terms in scopes.items():
                    kind = "before" if place == "before" else "after"
                    self._put(WORD, terms, Entry(kind, cue=cue, scope=scope))
        self._results(data["results"])
        self._put(WORD, data["stop"], Entry("stop"))

    def _results(self, data: dict[str, dict[str, list[str]]]) -> None:
        """Put the result words: for each group of tests, whether the word means abnormal."""
        groups: dict[str, dict[str, bool]] = {}
        for verdict in ("normal", "abnormal"):
            for group, terms in data[verdict].items():
                for term in (one for raw in terms for one in expand(str(raw))):
                    groups.setdefault(term, {})[group] = verdict == "abnormal"
        for term, group_verdicts in groups.items():
            # "negative" is a result of a test and a denial of anything else.
            old = self._slot(term).word or Entry("result")
            self._slots[term].word = Entry(
                "result", term, group=group_verdicts, cue=old.cue, scope=old.scope
            )
        for term, slot in self._slots.items():
            entry = slot.word
            verdicts = groups.get(term.rsplit(" ", 1)[-1])
            if entry is not None and entry.kind == "after" and verdicts and " not " not in term:
                # "was negative" closes a test as well as a clause.
                slot.word = Entry("result", group=verdicts, cue=entry.cue, scope=entry.scope)

    def _roles(self) -> None:
        data = _data("roles")
        for rank, role in enumerate(data["rank"]):
            self._put(ROLE, data["roles"][role]["whole"], Entry("whole", role, value=rank))
        for role, spec in data["roles"].items():
            self.carries[role] = bool(spec["carries"])
            self._put(ROLE, spec.get("here", []), Entry("here", role))
            self._put(ROLE, spec.get("weak", []), Entry("here", role, cue="weak"))
        self.headings = {
            name: role for role, names in data["headings"].items() for name in map(str, names)
        }

    def _treatments(self) -> None:
        data = _data("treatments")
        self.treatments: dict[str, dict[str, Any]] = {}
        self._put(CARE, data["masks"], Entry("mask"), plural=True)
        for spec in data["treatments"]:
            terms = spec.pop("terms")
            entry = Entry("treatment", spec["id"], words=spec["words"], treatment=spec)
            self.treatments.setdefault(spec["id"], spec)
            entry.by_region = spec.get("by_region")
            entry.care = bool(spec.get("care"))
            entry.imaging = bool(spec.get("imaging"))
            entry.edx = bool(spec.get("edx"))
            entry.surgery = bool(spec.get("surgery"))
            self._put(CARE, terms, entry, plural=True)

    def _drugs(self) -> None:
        for name, drug in drugs.lexicon().items():
            entry = Entry("drug", str(getattr(drug, "label", name)), drug=drug)
            self._put(CARE, [re.sub(r"[()|]", " ", name)], entry)

    def _findings(self, data: dict[str, Any], layer: int = WORD) -> None:
        for spec in data.get("masks", ()):
            self._put(layer, spec["terms"], Entry("mask", spec["fact"]), plural=True)
        for spec in data.get("findings", ()):
            entry = Entry("finding", spec["fact"], **_fields(spec))
            self._put(layer, spec["terms"], entry, plural=True, over=not entry.pain)
        for spec in data.get("assessed", ()):
            entry = Entry("assessed", spec["fact"], **_fields(spec))
            entry.exam = not entry.only_normal
            self._put(layer, spec["terms"], entry, plural=True, over=not entry.pain)
        if "diagnosis_cues" in data:
            self._put(ROLE, data["diagnosis_cues"], Entry("here", "assessment", cue="diagnosis"))
            heads = sorted(
                {t for raw in data["diagnosis_heads"] for t in expand(str(raw))}, key=len
            )
            joined = "|".join(re.escape(h).replace(r"\ ", r"[\s-]") for h in reversed(heads))
            self.heads = re.compile(rf"(?<![a-z])(?:{joined})(?![a-z])")

    def _anchors(self, patterns: Iterable[dict[str, Any]]) -> None:
        for spec in patterns:
            index = len(self.patterns)
            spec["entry"] = Entry("finding", spec["fact"], nerve=True) if "nerve" in spec else None
            allowed = frozenset(spec.get("roles", self.carries)) - frozenset(
                spec.get("roles_not", ())
            )
            # YAML reads a bare `true` as a boolean
            value = spec.get("value", "text")
            spec["value"] = "yes_no" if value is True else value
            needs = spec.get("needs")
            before, after = spec.get("window", (LONGEST_WINDOW, LONGEST_WINDOW))
            self.patterns.append(spec)
            self.guards.append(
                Guard(
                    allowed,
                    spec["value"] in _NUMERIC,
                    "drug_object" in spec,
                    compiled(needs) if needs else None,
                    before,
                    after,
                    compiled(str(spec["pattern"])),
                )
            )
            for raw in spec["anchors"]:
                for term in expand(str(raw)):
                    slot = self._slot(term)
                    slot.anchors = (*slot.anchors, index)

    def fitting(self, roles: frozenset[str], numbered: bool, drugs: bool) -> frozenset[int]:
        """Return the patterns worth running on a sentence of these voices.

        ``numbered`` tells whether it holds a number, ``drugs`` whether it names a drug.
        """
        key = (roles, numbered, drugs)
        found = self._fitting.get(key)
        if found is None:
            found = self._fitting[key] = frozenset(
                index
                for index, guard in enumerate(self.guards)
                if (numbered or not guard.numeric)
                and (drugs or not guard.drugs)
                and not roles.isdisjoint(guard.roles)
            )
        return found

    def scan(self, flat: str) -> Scan:
        """Return the hits of ``flat`` by layer, each in the order of the text."""
        found = Scan([], [], [], [], [], [], [])
        anchors, asides = found.anchors, found.asides
        layers = (found.places, found.words, found.cares, found.roles, found.numbers)
        padded = " " + flat + " "
        inside = _inside_words(padded)
        for last, (length, left, right, entries, ids, aside) in self._automaton.iter(padded):
            # Whole words only: the neighbours are not letters or digits.
            if inside[last + 1] and not right:
                continue
            start = last - length
            if inside[start] and not left:
                # "5mm", "58year": a unit may be glued to its number
                if ids and padded[start].isdigit():
                    anchors.append((start, ids))
                continue
            for layer, entry in entries:
                if entry.kind == "letter" and padded[last + 1] in "0123456789/-'&":
                    continue
                hits = layers[layer]
                if not hits or start >= hits[-1][1]:
                    hits.append((start, last, entry))
                else:
                    _keep(hits, start, last, entry)
            if ids and not (length < 6 and padded.startswith(" old", last + 1)):
                # the years of an age are no length of time
                anchors.append((start, ids))
            for entry in aside:
                _keep_aside(asides, start, last, entry)
        asides.sort(key=_start)
        return found


_ALNUM = bytes(chr(code).isalnum() for code in range(256))


def _inside_words(text: str) -> bytes:
    """Return for each character whether it is a letter or digit, as 1 or 0."""
    if text.isascii():
        return text.encode().translate(_ALNUM)
    return bytes(map(str.isalnum, text))


def _keep(hits: list[Hit], start: int, end: int, entry: Entry) -> None:
    """Add a hit that arrives in order of its end; the leftmost longest stays."""
    at = len(hits)
    while at and start < hits[at - 1][1]:
        if start > hits[at - 1][0]:
            return
        at -= 1
    if at < len(hits):
        del hits[at:]
    hits.append((start, end, entry))


def _keep_aside(hits: list[Hit], start: int, end: int, entry: Entry) -> None:
    """Add a hit that arrives in order of its end; of one fact the leftmost longest stays."""
    for at in range(len(hits) - 1, -1, -1):
        first, last, old = hits[at]
        if last <= start:
            break
        if old.name == entry.name:
            if first < start:
                return
            del hits[at]
    hits.append((start, end, entry))


def _start(hit: Hit) -> int:
    return hit[0]


def _fields(spec: dict[str, Any]) -> dict[str, Any]:
    fields = {key: spec[key] for key in spec if key in Entry.__slots__ and key != "terms"}
    fields["as_role"] = spec.get("as")
    fields["only"] = frozenset(spec["only"]) if "only" in spec else None
    fields["exclude_roles"] = frozenset(spec.get("exclude_roles", ()))
    fields["exam"] = spec.get("speaker") == "exam"
    after = [t for raw in spec.get("exclude_after", ()) for t in expand(str(raw))]
    fields["exclude_after"] = tuple(after) or None
    return fields


@cache
def lexicon() -> Lexicon:
    """Return the compiled lexicon, built at the first call (about a second)."""
    # Hundreds of thousands of small objects that all stay: collecting them only costs time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return Lexicon()
    finally:
        if collecting:
            gc.enable()
