"""The clinical case summary of an invented case, and where in it each fact stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from openimr.archive.sample.case import Case, Item
from openimr.archive.sample.content import Random, and_list, fact_words, fill, pick, raw
from openimr.archive.sample.criteria import Key
from openimr.archive.sample.plans import called, said_as
from openimr.guidelines.closures import Value

MARK = "[Invented sample: no such person or case exists.]"
"""The first words of every summary: seen by any reader, and kept by reading and writing."""

ORDERS = (
    "opening mechanism dx tried care person visit complaint exam mri xray test drugs monitor "
    "response work plan requests rfa review",
    "opening dx visit complaint exam mri xray test tried care drugs monitor response person work "
    "plan requests review",
    "opening mechanism dx mri xray test tried care drugs response monitor person visit complaint "
    "exam work plan requests rfa review",
    "opening dx tried care visit complaint monitor response drugs exam person mri xray test plan "
    "requests rfa review",
)
_ORDERS = tuple(tuple(order.split()) for order in ORDERS)
_RUN_TOGETHER = 0.006
_TYPO = 0.02
_QUIET = {
    "age",
    "months_since_injury",
    "pain_score",
    "pain_location",
    "on_drugs",
    "conservative_care_tried",
}


@dataclass(slots=True)
class Summary:
    """A summary as it grows: its text, its facts with their places, what each fact was said as.

    Now and then two sentences run together and letters change places, as in real ones.
    """

    random: Random
    parts: list[str] = field(default_factory=list)
    length: int = 0
    facts: list[dict[str, Any]] = field(default_factory=list)
    said: dict[Key, str] = field(default_factory=dict)

    def say(self, words: str) -> int:
        """Add words; the place where they begin."""
        start = self.length
        self.parts.append(words)
        self.length += len(words)
        return start

    def sentence(self, words: str) -> int:
        """Add a sentence after a space."""
        if self.length and self.random() > _RUN_TOGETHER:
            self.say(" ")
        return self.say(words)

    def state(self, key: Key, value: Value, start: int, quote: str) -> None:
        """Note that a fact stands here."""
        fact, about = key
        self.facts.append(
            {
                "fact": fact,
                "value": str(value).lower() if isinstance(value, bool) else str(value),
                "polarity": "negated" if value is False else "present",
                "about": about,
                "start": start,
                "end": start + len(quote),
                "quote": quote,
            }
        )

    @property
    def text(self) -> str:
        """The whole summary."""
        return "".join(self.parts)


def write_summary(case: Case) -> Summary:
    """Write the summary of a case."""
    summary = Summary(case.random)
    summary.say(MARK)
    parts = _by_part(case)
    for part in pick(case.random, _ORDERS):
        writer = _WRITERS.get(part)
        if writer is not None:
            writer(case, summary, parts.get(part, ()))
        else:
            _sentences(case, summary, parts.get(part, ()))
    return summary


Said = tuple[Key, Value, str]


def _by_part(case: Case) -> dict[str, list[Said]]:
    """The wording of every fact that holds, by the part of the summary it belongs to."""
    found: dict[str, list[Said]] = {}
    words_of = fact_words()
    for key, value in case.state.items():
        words = words_of.get(key[0])
        if words is None or key[0] in _QUIET:
            continue
        ways = words.wordings(value)
        if ways:
            found.setdefault(words.part, []).append((key, value, _worded(case, key, value, ways)))
    return found


def _worded(case: Case, key: Key, value: Value, ways: Sequence[str]) -> str:
    template = pick(case.random, ways)
    if "{" not in template:
        return template
    slots = case.slots
    if "{tx" in template:
        name = _name(case, key[1])
        slots = slots | {"tx": name, "tx_cap": name[0].upper() + name[1:]}
    if "{v}" in template:
        slots = slots | {"v": value, "w": max(1, int(value) - 2 - int(case.random() * 3))}  # type: ignore[arg-type]
    return template.format_map(slots)


def _name(case: Case, about: str | None) -> str:
    """How the record names the treatment or drug that a fact is bound to."""
    for item in case.items:
        if item.variant.drug and item.variant.drug == about:
            return said_as(item.variant)
    return (called(about) if about else None) or "the treatment"


def typo(words: str, random: Random) -> str:
    """Two letters inside a long word change places."""
    long = [word for word in words.split() if len(word) > 6 and word.isalpha() and word.islower()]
    if not long:
        return words
    word = pick(random, long)
    at = 2 + int(random() * (len(word) - 4))
    return words.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def _sentences(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    for key, value, meant in said:
        words = typo(meant, case.random) if case.random() < _TYPO else meant
        start = summary.sentence(words)
        quote = words.removesuffix(".")
        summary.state(key, value, start, quote)
        summary.said[key] = quote
        if key[0] == "vas_without_med":
            summary.state(("vas_with_med", key[1]), "stated", start, quote)


def _listing(case: Case, summary: Summary, said: Sequence[Said], leads: Sequence[str]) -> None:
    """Fragments in a list after a lead: "Examination revealed a, b and c."."""
    if not said:
        return
    lead = fill(pick(case.random, leads), case.slots | {"list": "\0"})
    before, after = lead.split("\0")
    summary.sentence(before)
    last = len(said) - 1
    for number, (key, value, words) in enumerate(said):
        if number:
            summary.say(" and " if number == last else ", ")
        start = summary.say(words)
        summary.state(key, value, start, words)
        summary.said[key] = words
    summary.say(after)


def _plain(name: str) -> Any:
    def write(case: Case, summary: Summary, said: Sequence[Said]) -> None:
        summary.sentence(fill(pick(case.random, raw("prose")[name]), case.slots))

    return write


def _opening(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    words = fill(pick(case.random, raw("prose")["opening"]), case.slots)
    start = summary.sentence(words)
    for fact, quote in (("age", str(case.slots["age"])), ("injury_date", case.slots["doi"])):
        at = words.find(quote)
        summary.state((fact, None), quote, start + at, quote)


def _diagnoses(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    own = fill(pick(case.random, case.kind.dx), case.slots)
    label: Said = (("diagnoses", case.region), own, own)
    _listing(case, summary, [label, *said], raw("prose")["diagnoses"])


def _visit(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    words = fill(pick(case.random, raw("prose")["visit"]), case.slots)
    start = summary.sentence(words)
    at = words.rfind(str(case.slots["pain"]))
    summary.state(
        ("pain_score", case.region), case.slots["pain"], start + at, words[at:].removesuffix(".")
    )


def _exam(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    _listing(case, summary, said, raw("prose")["exam"])


def _mri(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    _listing(case, summary, said, raw("prose")["mri"])


def _xray(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    _listing(case, summary, said, raw("prose")["xray"])


def _tried(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    listed: list[Said] = [
        (("conservative_care_tried", case.region), value, words)
        for words, value in case.tried
        if value
    ]
    _listing(case, summary, listed, raw("prose")["tried"])


def _drugs(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    listed: list[Said] = [(("on_drugs", None), value, words) for words, value in case.taken]
    _listing(case, summary, listed, raw("prose")["drugs"])


def _work(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    if case.random() < 0.6:
        ways = raw("prose")["work"]
        status = pick(case.random, ("full", "modified", "modified", "off"))
        if not any(fact in _WORKING for fact, _ in case.state):
            summary.sentence(fill(pick(case.random, ways[status]), case.slots))


_WORKING = ("work_restrictions_reduced", "failed_return_to_work", "homebound", "wheelchair_user")


def _requests(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    _asking(case, summary, "plan", case.items)


def _rfa(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    if case.random() < 0.5:
        _asking(case, summary, "rfa", case.items)


def _review(case: Case, summary: Summary, said: Sequence[Said]) -> None:
    _asking(case, summary, "review", [item for item in case.items if not item.remainder])
    _asking(case, summary, "review_partly", [item for item in case.items if item.remainder])
    if case.random() < 0.25:
        summary.sentence(fill(pick(case.random, raw("prose")["review_why"]), case.slots))


def _asking(case: Case, summary: Summary, name: str, items: Sequence[Item]) -> None:
    if not items:
        return
    asked = and_list([_inside(item.request) for item in items])
    template = pick(case.random, raw("prose")[name])
    summary.sentence(fill(template, case.slots | {"requests": asked}))


def _inside(request: str) -> str:
    """A request within a sentence: a capital stays where it belongs to a name."""
    first, second = request[0], request[1:2]
    plain = (
        second.islower() and " " in request and request.split(maxsplit=1)[0].lower() in _common()
    )
    return (first.lower() if plain else first) + request[1:]


@cache
def _common() -> frozenset[str]:
    return frozenset(raw("prose")["common"])


_WRITERS: dict[str, Any] = {
    "opening": _opening,
    "mechanism": _plain("mechanism"),
    "dx": _diagnoses,
    "visit": _visit,
    "exam": _exam,
    "mri": _mri,
    "xray": _xray,
    "tried": _tried,
    "drugs": _drugs,
    "work": _work,
    "requests": _requests,
    "rfa": _rfa,
    "review": _review,
}
