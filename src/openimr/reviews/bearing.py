"""Which facts of the record bear on a disputed item, and what they add up to.

A fact bears on an item when what it is bound to fits: a deficit to the region and side, a response
to the treatment that gave it. Where facts contradict each other the later note beats the earlier,
an examination or test beats a complaint or a label, and the closer binding beats the looser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from openimr.errors import GuidelineError
from openimr.guidelines.conditions import Condition, Known, Result
from openimr.guidelines.facts import FactKind, silent_facts, vocabulary, with_derived
from openimr.guidelines.library import Library
from openimr.model import Fact, Region
from openimr.reviews.phases import LIMBS
from openimr.reviews.requests import Request

_OVER = {"exam": 3, "test": 3, "provider": 2, "request": 1, "patient": 1}
_EARLIEST = date(1900, 1, 1)
_NEIGHBOURS: Mapping[str, frozenset[str]] = {
    "cervical": frozenset({"cervical", "other"}),
    "lumbar": frozenset({"lumbar", "other"}),
    "other": frozenset({"other", "cervical", "lumbar", "wrist_hand", "ankle_foot", "elbow"}),
    "whole": frozenset(),
}


class Bearing:
    """The facts of a case seen from one disputed item.

    Instances are called as the ``lookup`` of a condition: ``bearing(fact, binding)`` gives the
    :class:`Known` value, or None when the record is silent.
    """

    def __init__(
        self,
        request: Request,
        index: Mapping[str, Sequence[Fact]],
        library: Library,
        computed: Mapping[str, Known],
    ) -> None:
        self.request = request
        self.contradictions: dict[str, tuple[Fact, ...]] = {}
        self._index = index
        self._library = library
        self._requested = dict(request.values)
        self._computed = computed
        self._kinds = vocabulary()
        self._silent = silent_facts((*index, *computed, *self._requested))
        self._known = with_derived(self._stated_of, silent=self._silent)

    def __call__(self, fact: str, binding: str | None) -> Known | None:
        """The value of a fact for this item; None when it is not documented."""
        return self._known(fact, binding)

    def test(self, condition: Condition) -> Result:
        """What a condition comes to for this item."""
        return condition.evaluate(self._known, self._silent)

    def says(self, fact: str) -> str:
        """The plain words of a fact."""
        return self._kinds[fact].says

    def _stated_of(self, fact: str, binding: str | None) -> Known | None:
        if fact in self._computed:
            return self._computed[fact]
        kind = self._kinds.get(fact)
        if kind is None:
            raise GuidelineError(
                "guideline library", f'names the unknown fact "{fact}"', "run imr guideline check"
            )
        if kind.section == "request" and fact in self._requested:
            return Known(self._requested[fact], ())
        told = self._index.get(fact)
        stated = None
        if told is not None:
            stated = self._settle(fact, kind, [f for f in told if self._bears(f, kind, binding)])
        if stated is None and fact in self._requested:
            return Known(self._requested[fact], ())
        return stated

    def _bears(self, fact: Fact, kind: FactKind, binding: str | None) -> bool:
        if fact.speaker == "utilization_review" and not fact.fact.startswith("ur_"):
            return False
        if kind.section == "examination" and fact.speaker in ("patient", "request"):
            return False
        if fact.polarity == "planned" and kind.planned == "ignore":
            return False
        if fact.polarity == "hedged" and kind.hedged == "ignore":
            return False
        if binding == "any" or (binding is None and kind.binding == "person"):
            return True
        if binding is not None:
            return self._bound_to(fact, binding)
        if kind.binding == "region":
            return self._in_region(fact)
        return self._of_treatment(fact, kind)

    def _bound_to(self, fact: Fact, binding: str) -> bool:
        if binding in _REGIONS:
            return fact.region == binding or fact.about == binding
        return fact.about is not None and (
            fact.about == binding or fact.about in self._library.family(binding)
        )

    def _in_region(self, fact: Fact) -> bool:
        own, theirs = self.request.bound_to, fact.region
        side, other = self.request.side, fact.side
        if side in ("left", "right") and other in ("left", "right") and side != other:
            return False
        if own is None or theirs is None or own == theirs:
            return True
        return theirs in _NEIGHBOURS.get(own, ())

    def _of_treatment(self, fact: Fact, kind: FactKind) -> bool:
        about = fact.about
        if about is None or about in _REGIONS:
            # Care for the spine is often told of with the limb it was meant to relieve.
            return self._in_region(fact) or fact.region in LIMBS.get(
                self.request.bound_to or "", ()
            )
        request = self.request
        if fact.fact == "prior_sessions_completed" and not self._for_the_part(fact):
            return False
        if about in (request.treatment, request.family, request.drug):
            return True
        if request.drug is not None and (
            about in request.drug_classes
            or about == "medication"
            or about in request.drug.split("/")
        ):
            return True
        return about in self._library.family(request.treatment)

    def _for_the_part(self, fact: Fact) -> bool:
        """Whether visits were for the part that the request is for, or are not said to be."""
        own = self.request.bound_to
        return own is None or fact.region in (None, own, "other")

    def _settle(self, name: str, kind: FactKind, facts: Sequence[Fact]) -> Known | None:
        """What the bearing facts add up to, by the order of precedence of the module."""
        if not facts:
            return None
        if kind.type == "number":
            return self._settle_number(facts)
        if kind.type == "list":
            values = tuple(dict.fromkeys(str(f.value) for f in facts if f.polarity != "negated"))
            return Known(values, tuple(facts)) if values else Known(False, tuple(facts))
        for_it = [f for f in facts if f.polarity != "negated" and f.value is not False]
        against = [f for f in facts if f.polarity == "negated" or f.value is False]
        if for_it and against:
            self.contradictions[name] = (*for_it, *against)
            best_for = max(self._rank(f) for f in for_it)
            best_against = max(self._rank(f) for f in against)
            chosen, holds = (for_it, True) if best_for >= best_against else (against, False)
        else:
            chosen, holds = (for_it, True) if for_it else (against, False)
        if holds and kind.type == "text":
            return Known(max(chosen, key=self._rank).value, tuple(chosen))
        return Known(holds, tuple(chosen))

    def _settle_number(self, facts: Iterable[Fact]) -> Known | None:
        numbers = [f for f in facts if isinstance(f.value, int | float) and f.polarity != "negated"]
        if not numbers:
            return None
        best = max(numbers, key=lambda f: (self._rank(f), float(f.value or 0)))
        value = best.value
        assert isinstance(value, int | float)
        return Known(float(value), (best,))

    def _rank(self, fact: Fact) -> tuple[int, date, int, int]:
        closeness = (fact.region is not None and fact.region == self.request.region) + (
            fact.about is not None and fact.about == self.request.treatment
        )
        current = int(fact.time == "current")
        return (current, fact.date or _EARLIEST, _OVER.get(fact.speaker, 0), closeness)


_REGIONS: frozenset[str] = frozenset(Region.__args__)  # type: ignore[attr-defined]


def index_facts(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts by name, in the order of the record."""
    index: dict[str, list[Fact]] = {}
    for fact in facts:
        index.setdefault(fact.fact, []).append(fact)
    return index
