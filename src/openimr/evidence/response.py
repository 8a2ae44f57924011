"""Which treatment of a sentence a response belongs to: what helped, failed or was counted."""

from __future__ import annotations

import re

from openimr.evidence.entries import Entry, Hit
from openimr.evidence.page import Page

_FROM = re.compile(
    r"\W*(?:of (?:his |her |the )?(?:pain|symptoms) )?(?:(?:from|with|after|following|by|to|"
    r"despite|of|a|an|the|his|her|prior|previous|last|first|trial|trials|course|use|any|both|lumbar|"
    r"cervical|left|right|conservative|treatment|including|oral)\b\W*)*$"
)
_ANOTHER_CLAUSE = re.compile(r",(?! (?:from|with|after|following|by|despite|including)\b)")
_LISTED = re.compile(r"[\s,;/&]*(?:and|or|as well as)?[\s\w]{0,12}$")
CUT = re.compile(
    r"\b(?:reduc\w+|decreas\w+|stop(?:p\w+)?|dropp\w+|gave up|cut\w*|half as (?:much|many)|fewer|"
    r"less|weaned|tapered|discontinu\w+|off)\b"
    r"(?! (?:pain|symptom|spasm)|[^.;,]*\b(?:with|from|after|by|pain|symptoms)\b)[^.;,]*$|"
    r"\b(?:did|does|went|gets? by|got by|manag\w+) without(?: (?:his|her|the|any|all))* $|"
    r"\b(?:went|came|got|down|moved) from $|\bfrom [\w/]+ to [\w/]+(?: tab\w*| pills?)?(?: of)? $|"
    r"\b(?:weaned|tapered|withdrawn|detoxified)(?: (?:off|from|of|his|her|the|all))* $"
)
_CUT_DOWN = re.compile(
    r"(?: use| intake| dose| doses| tablets?| tabs?| pills?| [\d./]+ ?mg)? ?"
    r"(?:(?:was|were|is|has been|have been|could be|went) )?(?:down (?:from|to)|cut|halved|"
    r"reduced|decreased|lowered|stopped|discontinued|tapered|weaned|"
    r"from [\w/]+ to [\w/]+ (?:an?|per|tab\w*|pills?|times|daily|mg))\b"
    r"(?! (?:\w+ ){0,3}(?:pain|symptoms?|spasms?|headaches?))"
)
_CUT_HIS = re.compile(
    r"\b(?:cut|cuts|halved|reduced|decreased|stopped|dropped|lowered|weaned|tapered|less|fewer|"
    r"without)(?: (?:down|back|off|on|of|his|her|the|their|use|intake|dose|doses|daily|needing))* $"
)
_UNIT = re.compile(
    r"\b(?:the|this|that|a|his|her|rental|rented|home|trial) (?:\w+ )?"
    r"(?:unit|device|machine|stimulator)\b"
)
DEVICE = "other:device"
"""A unit that goes unnamed where it stands."""
_OTHER_ILLNESS = frozenset(
    (
        "antibiotic",
        "anticoagulant",
        "antihypertensive",
        "antiplatelet",
        "bone_drug",
        "diabetes_drug",
        "dmard",
        "erectile_dysfunction_drug",
        "gi_protectant",
        "h2_blocker",
        "laxative",
        "opioid_constipation_drug",
        "ppi",
        "ppi_second_line",
        "respiratory_drug",
        "statin",
        "testosterone",
        "thyroid_drug",
        "urologic_drug",
    )
)
"""Classes of drugs against another illness or a side effect: no care of the injury."""


ANESTHETICS = frozenset(
    ("bupivacaine", "ropivacaine", "lidocaine", "betamethasone", "triamcinolone")
)
"""What is injected in a block: the block brought the relief."""
_WITH = re.compile(
    r"\b(?:with|w/|of|using|injected|containing|and) (?:[\d.%]+ ?(?:cc|ml|mg)? ?(?:of )?)*$"
)
_THE = re.compile(
    r"\b(?:the|this|that|these|those|his|her|first|second|last|previous|prior|earlier)(?: \w+)? $"
)
_THEN = re.compile(
    r"\b(?:during|throughout|over) (?:that|this) (?:time|period|interval)\b|"
    r"\b(?:thereafter|since then)\b|"
    r"(?<=[.;:] )(?:afterwards?|(?:following|after) (?:that|this|it))\b"
)
_EARLIER_ONE = re.compile(
    r"\bthe (?:earlier|first|second|previous|prior|last|former)(?: (?:one|ones|(?=in |of \d|gave|"
    r"helped|brought))|,)"
)
_ADJUNCT = re.compile(
    r"\b(?:along(?:side| with)|together with|in addition to|adjuncts? to|combined with|on top of|"
    r"in (?:conjunction|combination|tandem) with|concurrent\w* with)\b[^.;,]{0,25}$"
)
_NOT_BORNE = re.compile(
    r"[^.;,]{0,12}? (?:is|was|were|being) (?:not|poorly|badly) (?:tolerated|borne)"
)


GAINS = frozenset(
    (
        "adl_improved",
        "functional_improvement",
        "measured_function_improved",
        "medication_reduction",
        "work_restrictions_reduced",
    )
)
"""What care brought about: a hope of it, or what was before the injury, is none."""
_HOPED = re.compile(
    r"\b(?:wish\w*|wants?|hop(?:es?|ed|ing)|would like|desires?|intends?|aims?|goals?|purpose|may|"
    r"should|must|might|in order|expect\w*|anticipat\w*|attempt(?:s|ing)?|"
    r"(?:is|was|were|are|be) (?:advised|encouraged|asked|instructed|told|likely)) "
    r"(?:(?!\b(?:and|but|now)\b)[^.;,]){0,32}$|"
    r"\b(?:before|prior to) (?:the |his |her |this |being )?(?:\w+ )?"
    r"(?:injur(?:y|ed)|accident|incident)\b[^.;]{0,60}$"
)


_ONLY_IF = re.compile(
    r"(?<!even )(?<!as )\bif\b(?! any\b)|\bunless\b|"
    r"\bshould (?:therapy|pt|conservative|this|these|symptoms|pain)\b"
)


def only_if(low: str, start: int, end: int) -> bool:
    """Whether the words before ``end`` make a failure a condition: "if therapy does not help"."""
    return _ONLY_IF.search(low, start, end) is not None


def not_gained(low: str, start: int, at: int) -> bool:
    """Whether the words before ``at`` make a gain one that is only hoped for, or of old."""
    return _HOPED.search(low, max(start, at - 100), at + 1) is not None


def for_other_illness(entry: Entry) -> bool:
    """Whether a drug treats another illness or a side effect, and not the injury."""
    classes = getattr(entry.drug, "classes", ()) or ()
    return _OTHER_ILLNESS.issuperset(classes or ("unknown",))


def treatments_near(
    page: Page, at: int, end: int, drugs: bool = True
) -> list[tuple[str | None, int, int]]:
    """Return the treatments that a response at ``at``..``end`` belongs to: nearest, and its list.

    Each with the stretch of text from the response to it. Falls back on the treatment the
    sentence before spoke of. A unit that is nowhere named stands as None: the one asked for.
    """
    return [
        (page.state.device if about == DEVICE else about, first, last)
        for about, first, last in _near(page, at, end, drugs)
    ]


def _near(page: Page, at: int, end: int, drugs: bool) -> list[tuple[str, int, int]]:
    """Return the treatments near a response; a unit without a name as ``DEVICE``."""
    hits = [
        h
        for h in page.cares
        if (drugs and h[2].kind == "drug" and not for_other_illness(h[2]))
        or (h[2].care and (drugs or not (h[2].treatment or {}).get("drug")))
    ]
    if told := _told(page, at, hits):
        return [(told, at, end)]
    if len(hits) > 1:
        hits = [h for h in hits if not _beside(page, h)] or hits
    helped = [h for h in hits if not _was_cut(page, h)]
    if (unit := _UNIT.search(page.low, page.start, page.end)) and not any(
        (h[2].treatment or {}).get("device") for h in hits
    ):
        # "he used the unit daily, pain fell and he cut his ibuprofen"
        page.state.treatment = DEVICE
        if not helped or unit.start() < at:
            return [(DEVICE, at, end)]
    if hits and not helped and _CUT_HIS.search(page.low, page.start, hits[0][0]):
        told = page.told if page.told != str(hits[0][2].name) else None
        return [(told, at, end)] if told else []
    hits = helped or ([] if drugs and at > page.start and page.state.treatment else hits)
    if not hits:
        last = page.state.treatment
        if not drugs and any(h[2].kind == "drug" and h[2].name == last for h in page.cares):
            # "was able to stop Lyrica and go down to 2 Norco": thanks to what was told before
            last = page.told
        return [(last, at, end)] if last else []
    return [
        (treatment_id(page, h), min(at, h[0]), max(end, h[1]))
        for h in _with_list(page.low, at, end, hits)
    ]


def _told(page: Page, at: int, hits: list[Hit]) -> str | None:
    """Return the treatment told before that a response at ``at`` speaks of in so many words."""
    low = page.low
    if page.state.asked and (one := _EARLIER_ONE.search(low, page.start, at)):
        # "A second injection is asked for. The earlier one eased the pain."
        page.add(
            "prior_treatment_exists",
            True,
            "present",
            *one.span(),
            about=page.state.asked,
            past=True,
        )
        return page.state.asked
    if page.told and _THEN.search(low, page.start, page.end):
        # "was able to stop tramadol during that time": the treatment told before
        return page.told
    if page.state.injection and hits and all(_injected(low, page.start, h) for h in hits):
        # "I blocked the nerves. With bupivacaine she was free of pain for six hours."
        return page.state.injection
    return None


def _injected(low: str, start: int, hit: Hit) -> bool:
    """Whether a drug is what a block was done with."""
    return hit[2].name in ANESTHETICS and _WITH.search(low, start, hit[0]) is not None


def _was_cut(page: Page, hit: Hit) -> bool:
    """Whether a drug was cut: it is what got less, not what helped ("cut her use of Norco")."""
    at, end, entry = hit
    return CUT.search(page.low, max(page.start, at - 45), at) is not None or (
        entry.kind == "drug" and _CUT_DOWN.match(page.low, end, page.end) is not None
    )


def _with_list(low: str, at: int, end: int, hits: list[Hit]) -> list[Hit]:
    """Return the hit nearest to a response and the members of its list."""

    def cost(hit: Hit) -> float:
        if hit[0] >= end:
            gap = low[end : hit[0]]
            if gap.strip() != "," and _FROM.match(gap) and not _ANOTHER_CLAUSE.match(gap):
                return 0.2 * len(gap)
            return 2.0 * len(gap) + 60 * gap.count(";") + 25 * gap.count(",")
        if hit[1] <= at:
            gap = low[hit[1] : at]
            if gap.strip() == "(":
                # "physical therapy (no help), chiropractic (some help)"
                return 0.0
            return 0.8 * len(gap) + 60 * gap.count(";")
        return 0.0

    best = min(hits, key=cost)
    chain = [best]
    if low[best[1] : at].strip() == "(":
        hits = chain
    index = hits.index(best)
    # "no relief from A, B or C"; "A, B and C without relief"
    members, step = (hits[index + 1 :], 1) if best[1] > at else (hits[:index][::-1], -1)
    for other in members:
        first, second = (chain[-1], other) if step > 0 else (other, chain[-1])
        gap = low[first[1] : second[0]]
        if len(gap) > 25 or not _LISTED.match(gap):
            break
        chain.append(other)
    return chain


def _beside(page: Page, hit: Hit) -> bool:
    """Whether a treatment only goes along with another, is to come or could not be borne."""
    at, end, _ = hit
    return (
        any(s == at for s, _ in page.asked)
        or _ADJUNCT.search(page.low, max(page.start, at - 45), at) is not None
        or _NOT_BORNE.match(page.low, end, page.end) is not None
        or (page.state.injection is not None and _injected(page.low, page.start, hit))
    )


def treatment_id(page: Page, hit: Hit) -> str:
    """Return the treatment id of a treatment word or the generic name of a drug."""
    entry = hit[2]
    known = page.state.injection if entry.name == "other:injection" else None
    if known and _THE.search(page.low, max(page.start, hit[0] - 20), hit[0]):
        # "the injection gave relief": the one spoken of before
        return known
    if entry.kind == "drug" or not entry.by_region:
        return str(entry.name)
    for region, _ in page.regions(hit[0], hit[1], None, "other"):
        if region in entry.by_region:
            return str(entry.by_region[region])
    return str(entry.name)
