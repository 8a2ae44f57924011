"""Treatments and drugs of one sentence, and which of them a response belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable

from openimr.evidence.asked import asked_for, granted, no_care, no_plan, unwanted
from openimr.evidence.context import Said
from openimr.evidence.entries import Hit
from openimr.evidence.page import SILENT, Page
from openimr.evidence.response import ANESTHETICS, CUT, DEVICE, for_other_illness, treatment_id
from openimr.evidence.sentences import Voice
from openimr.model import Region

_ENDED = re.compile(
    r"\b(?:failed|fails|not tolerate|unable to tolerate|intoleran\w+ (?:to|of)|stopp?\w*|"
    r"discontinu\w+|d/?c'?d|(?<!day )(?<!days )off|allerg\w+ to|tried|"
    r"no longer|weaned off)\b[^.;]{0,25}$"
)
_GAVE_UP = re.compile(
    r"[^.;,]{0,12}? (?:was|were|has been|had been) (?:(?!not\b)\w+ ){0,12}?(?:discontinued|stopped|"
    r"weaned|tapered off|withdrawn|given up|ineffective|"
    r"not (?:effective|helpful|tolerated)|unsuccessful|failed)|[^.;,]{0,12}? failed\b|"
    r"[^.;,]{0,14}? (?:stopped|discontinued|d/?c'?d)\b"
)
_AFTER_SURGERY = re.compile(
    r"\b(?:status[\s-]post|s/p|underwent|undergone|had|history of|prior|previous|following|"
    r"after)\b[^.;,]*$"
)
_NEVER = re.compile(
    r"\b(?:never|not|no|naive to)\b(?: (?:yet|before|previously|ever|been|an?|any|the|prior|"
    r"previous|earlier|had|taken|used|tried|prescribed|given|on|use|of|exposure|to|other)){0,6} $"
)
_PRIOR = re.compile(r"\b(?:prior|previous|last|earlier|past|recent|most recent) (?:\w+ ){0,2}$")
_TESTED = re.compile(r"\b(?:positive|negative|consistent|inconsistent|detect\w+)\b[^.;]{0,60}$")
_CARE_CUE = re.compile(
    r"treat|therap|care|tri(?:ed|al)|fail|manag|conserv|received|underw|undergone"
)
_PLAN = re.compile(r"\b(?:plan|recommend|order|prescri)")
_NEITHER = re.compile(r"\b(?:neither|nor|no|none of)\b (?:\w+ ){0,4}$")
_HELPED = re.compile(
    r"[^.;]{0,60}?\b(?:helped|relieved|eased|(?:had|has) done|did (?:much|any|more|anything)|"
    r"brought|made|(?:gave|provided|had) (?:\w+ )?(?:relief|benefit|improvement))\b"
)
_FIRST = re.compile(
    r"\b(?:first|new|initial) (?:prescription|course|trial) (?:of|for)|\btrial of[^.;]{0,15}$|"
    r"\bprescription (?:of|for)[^.;]{0,20}$|\brx:? (?:compound\w* |topical )*$"
)
_SHORT = re.compile(
    r"(?: [\d.,/#]+ ?(?:mg|mcg|%)?| tablets?| cream| gel)* (?:was|were|is|are) "
    r"(?:also )?dispensed\b|"
    r"[^.;]{0,30}?\b(?:prescribed|written|given) (?:for|as) (?:an? )?"
    r"(?:short|\w+ (?:days?|weeks?)\b|up to)"
)
_PRESCRIBED = re.compile(r"(?<!previously )\bprescrib(?:es|ed|ing)\b(?! (?:since|in \d|by an))")
_REQUESTED = re.compile(r"\b(?:request\w*|authoriz\w+|asks? for|asked for)\b")
_CONTENT = re.compile(
    r"\b(?:contain(?:s|ing)|compos\w+ of|consist\w+ of|made (?:up )?of|ingredients?)\b[^.;:]{0,80}$"
)
_REFILL = re.compile(r"\b(?:continu\w+|refill\w*|renew\w*|prescribed|dispensed|given|currently)\b")
_GOES_ON = re.compile(
    r"\b(?:cont(?:inu\w+)?|refill\w*|renew\w*|rf|keep (?:on|taking)|stay on|maintain)\b\.?"
    r"(?:(?!\b(?:start|begin|trial|add|new|stop|consider)\b)[^.;])*$"
)


def treatment(page: Page, hit: Hit) -> None:
    """Write the facts of a treatment word: tried, planned, imaged or operated on."""
    at, end, entry = hit
    voice = page.voice(at)
    role = voice.role
    if role in SILENT or role == "assessment" or no_care(page, hit):
        return
    refused = unwanted(page, at)
    said, past = page.polarity(at, end)
    if said == "negated" and _NEITHER.search(page.low, max(page.start, at - 40), at):
        # "neither therapy nor the brace helped": both were given
        said = "present" if _HELPED.match(page.low, end, page.end) else said
    ident = treatment_id(page, hit)
    words = str(entry.words)
    regions = page.regions(at, end, None, role)
    region, anchor = regions[0] if entry.imaging else page.of_care(at, end, None, role)

    def add(
        fact: str, value: bool | str, polarity: Said, past: bool = False, about: str = ident
    ) -> None:
        page.add(
            fact,
            value,
            polarity,
            at,
            end,
            role=role,
            region=region,
            anchor=anchor,
            past=past,
            about=about,
        )

    if ident != DEVICE and (entry.treatment or {}).get("device"):
        page.state.device = ident
    # "a repeat MRI because the prior MRI is old": what is called prior was done
    prior = role == "plan" and _PRIOR.search(page.low, max(page.start, at - 30), at) is not None
    if prior:
        role, past = "history", True
    elif (
        refused
        or said == "planned"
        or (role == "plan" and voice.explicit)
        or asked_for(page, at, end)
    ):
        page.asked.append((at, end))
        page.state.asked = ident
        if (entry.treatment or {}).get("injection") and ident != "other:injection":
            page.state.injection = page.state.injection or ident
        denied = refused or said == "negated" or no_plan(page, end)
        _planned(page, hit, add, "negated" if denied else "planned")
        return
    since = entry.surgery and _AFTER_SURGERY.search(page.low, page.start, at)
    given_up = CUT.search(page.low, max(page.start, at - 20), at)
    if (entry.care or entry.surgery) and not given_up and not (since and hit is not page.cares[0]):
        # "takes gabapentin for pain after a laminectomy": the drug is spoken of
        page.state.treatment = ident
    if (entry.treatment or {}).get("injection") and ident != "other:injection":
        page.state.injection = ident
    if entry.imaging:
        _imaging(page, hit, ident, said, role, regions)
    elif entry.surgery:
        # a pattern or finding that names the operation fully has been written already
        named = any(e.name == "prior_surgery" and s < end and t > at for s, t, e in page.words)
        if (
            not named
            and (past or role in ("history", "test"))
            and not _AFTER_SURGERY.search(page.low, max(page.start, at - 40), at)
        ):
            add("prior_surgery", words, said, past=True, about=region or ident)
    elif entry.care:
        add("conservative_care_tried", words, said, past=past or role == "history")
        _given(page, hit, said, add)


def _planned(page: Page, hit: Hit, add: Callable[..., None], said: Said) -> None:
    """Write that care is asked for or planned; an operation or injection may be granted already."""
    at, end, entry = hit
    invasive = entry.surgery or (entry.treatment or {}).get("injection")
    if invasive or (
        # of a plan's list of therapies and tests the first; a bare request plans nothing more
        len(page.asked) == 1
        and any(_PLAN.search(page.low, v.start, v.after) for v in page.voices if v.role == "plan")
    ):
        add("procedure_planned", str(entry.words), said)
    if entry.surgery:
        add("surgery_considered", True, said)
    if invasive:
        add("invasive_procedure_planned", True, said)
        if said == "planned" and granted(page, at, end):
            add("surgery_approved" if entry.surgery else "parent_item_supported", True, "present")


def _given(page: Page, hit: Hit, said: Said, add: Callable[..., None]) -> None:
    """Write what follows from care that was given: it exists as prior treatment; its class."""
    at, end, entry = hit
    spec = entry.treatment or {}
    if any(spec.get(kind) for kind in ("sessions", "injection", "device")):
        add("prior_treatment_exists", True, said, past=True)
    if said == "negated" and spec.get("drug") and _NEVER.search(page.low, page.start, at):
        add("first_prescription", True, "present")
    ended = _ENDED.search(page.low, max(page.start, at - 50), at)
    if spec.get("drug_class") == "nsaid" and said == "present" and not ended:
        page.add("on_nsaid", True, said, at, end, about="nsaid", sided=False)


def _imaging(
    page: Page,
    hit: Hit,
    ident: str,
    said: Said,
    role: str,
    regions: list[tuple[Region | None, tuple[int, int] | None]],
) -> None:
    """Write that a region was imaged: once for each region named."""
    at, end, entry = hit
    for region, anchor in regions:
        last = anchor[1] if anchor is not None and at <= anchor[0] <= end + 40 else end
        own = entry.by_region.get(region) if entry.by_region and region else None
        page.add(
            "prior_imaging_same_region",
            str(entry.words),
            said,
            at,
            max(end, last),
            role=role,
            region=region,
            anchor=anchor,
            about=own or region or ident,
            speaker="test",
        )


_CUT_LATER = re.compile(
    r"[^.;:]{0,24}?(?:->|→|\b(?:in|by) half\b|\bfrom [\w/]+ to [\w/]+|"
    r"\b(?:cut|halved|stopped|discontinued|reduced|decreased|lowered|weaned|tapered)\b)"
)


def drug(page: Page, hit: Hit) -> None:
    """Write that a drug is taken, planned or was given up, and what follows from its class."""
    at, end, entry = hit
    voice = page.voice(at)
    role = voice.role
    low = page.low
    tested = any(h[2].name == "urine_drug_test" for h in page.cares) and _TESTED.search(
        low, max(page.start, at - 90), at
    )
    if role in SILENT or tested or _CONTENT.search(low, max(page.start, at - 90), at):
        # "the drug screen was positive for hydrocodone"; "an ointment containing menthol"
        return
    said, past = page.polarity(at, end)
    requested = role == "plan" and voice.explicit and _is_request(page, voice)
    # of a request "with 2 refills" is its own quantity
    until = end if requested else min(page.end, end + 40)
    if (
        role == "plan"
        and said == "present"
        and not _REFILL.search(low, max(page.start, at - 60), until)
    ):
        said = "planned"
    if said == "planned" and role == "plan" and _GOES_ON.search(low, max(page.start, at - 40), at):
        # "Plan: refill naproxen": what is taken now
        said = "present"
    if said == "present" and (
        _FIRST.search(low, max(page.start, at - 45), at)
        or _SHORT.match(low, end, min(page.end, end + 70))
        or (
            _PRESCRIBED.search(low, max(page.start, at - 45), min(page.end, end + 45))
            and _REQUESTED.search(low, page.start, page.end)
        )
    ):
        # a first or short prescription is not yet what the patient takes
        said = "planned"
    if said == "planned" and requested:
        # the drug in dispute: the request says so itself
        return
    generic = str(entry.name)
    if _ENDED.search(low, max(page.start, at - 50), at) or _GAVE_UP.match(low, end, page.end):
        past = True
    page.add("on_drugs", generic, said, at, end, role=role, about=generic, past=past, sided=False)
    # A drug that was cut is what a treatment brought, not the treatment itself.
    was_cut = CUT.search(low, max(page.start, at - 45), at) or _CUT_LATER.match(
        low, end, min(page.end, end + 60)
    )
    if (
        role != "plan"
        and not was_cut
        and not for_other_illness(entry)
        and not (page.state.injection and generic in ANESTHETICS)
    ):
        page.state.treatment = generic
    if said == "negated" and _NEVER.search(low, max(page.start, at - 45), at):
        # "has never taken tizanidine": a prescription now is the first
        page.add("first_prescription", True, "present", at, end, role=role, about=generic)
    classes = getattr(entry.drug, "classes", ()) or ()
    if (
        role == "history"
        and said == "present"
        and not for_other_illness(entry)
        and _tried(page, at)
    ):
        page.add(
            "conservative_care_tried",
            generic,
            said,
            at,
            end,
            role=role,
            about=generic,
            past=past,
            sided=False,
        )
    if said == "present" and not past:
        if "nsaid" in classes:
            page.add("on_nsaid", True, said, at, end, role=role, about="nsaid", sided=False)
        if getattr(entry.drug, "controlled", False) or "opioid" in classes:
            page.add(
                "on_controlled_drug", True, said, at, end, role=role, about=generic, sided=False
            )


def _is_request(page: Page, voice: Voice) -> bool:
    cue = page.low[voice.start : voice.after]
    return ("request" in cue or "authoriz" in cue) and _PLAN.search(cue) is None


def _tried(page: Page, at: int) -> bool:
    """Whether the list that holds ``at`` is one of treatment rather than of current drugs."""
    voice = page.voice(at)
    if voice.start == voice.after:
        # a member of a list whose heading stands before
        return False
    cue = page.low[voice.start : voice.after]
    return _CARE_CUE.search(cue) is not None or "treatment" in page.low[page.start : voice.start]
