"""The start of a guideline file: a skeleton that has the right shape and says what goes where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from openimr.errors import GuidelineError
from openimr.guidelines.guideline import Edition, Guideline

_ID = re.compile(r"(other:)?[a-z][a-z0-9_]*")

_HEAD = """\
# {title}: a skeleton. Replace what stands in CAPITALS and every example, then run
#   imr guideline check FOLDER
# How to write each part: docs/guidelines.md. Take the criteria from the text itself, in your own
# words; `certainty` says how sure their wording is.
treatment: {treatment}
title: {title}
family: {family}          # treatments of one family share their histories (esi, mri ...)
category: {category}      # injection imaging test drug therapy program consultation
#                         equipment surgery device other
{region}names:            # how requests call it; the longest match wins
  - {name}
  # - {{all: [words, that, must, occur], none: [words, that, exclude]}}
# drug_classes: [nsaid]   # for drugs: requests for a drug of this class come here
# codes:
#   - {{system: CPT, code: "00000", certainty: GK-M}}
# parent: true            # where it belongs to another item of the case and falls with it
"""
_EDITIONS = """\
editions:                 # the text in force on the day of the decision
  - id: acoem-2004
    in_force: {from: 2004-01-01, to: 2017-11-30}
    citation: {body: MTUS, chapter: "CHAPTER", year: 2004, section: "SECTION"}
  - id: odg               # a later step of the search sequence, where the MTUS is silent
    step: ODG
    in_force: {from: 2013-01-01}
    citation: {body: ODG, chapter: "CHAPTER", section: "SECTION"}
"""
_CRITERIA = """\
criteria:
  - id: C1                # never renumber: findings are named after it
    kind: requirement     # requirement contraindication limit documentation alternative permit
    says: Conservative care has been tried and has failed.
    condition: any(conservative_care_failed, conservative_care_weeks >= 6)
    gap: Which care was given, for how long, and how it failed.
    source: {cite: "BODY CHAPTER p.0", certainty: GK-L}     # S S2 GK-H GK-M GK-L
  - id: C2
    kind: contraindication
    weight: core          # core: decides; supporting: silence is only a gap
    says: An infection is active.
    condition: active_infection
    source: {cite: "BODY CHAPTER p.0", certainty: GK-L}
"""
_EXAMPLES = """\
examples:                 # run as tests; invented people only; at least one of each decision
  - name: everything documented
    request: {name}
    decided: 2016-12-20
    text: >-
      The injured worker is a 41 year old male who sustained an industrial injury on
      03/02/2016. INVENT A SUMMARY.
    expect: {{decision: Overturned, findings: {{{first}: met}}}}
  - name: close twin - the deciding fact is absent
    request: {name}
    decided: 2016-12-20
    text: >-
      The injured worker is a 41 year old male who sustained an industrial injury on
      03/02/2016. INVENT THE TWIN.
    expect: {{decision: Upheld, findings: {{{first}: not_documented}}}}
"""


def skeleton(treatment: str, model: Guideline | None = None) -> str:
    """A guideline file to fill in.

    Args:
        treatment: the id of the new treatment.
        model: a guideline whose family, category, region, editions and criteria it starts from;
            the criteria are shared by reference, to be kept, changed or struck.

    Returns:
        YAML with comments that passes the check of shape.

    Raises:
        GuidelineError: the id has not the form of one.
    """
    if not _ID.fullmatch(treatment):
        remedy = "use small letters, digits and underscores, such as mri_hip"
        raise GuidelineError(treatment, "is no treatment id", remedy)
    plain = treatment.removeprefix("other:").replace("_", " ")
    title = plain[0].upper() + plain[1:]
    head = _HEAD.format(
        treatment=json.dumps(treatment) if ":" in treatment else treatment,
        title=title,
        name=plain,
        family=model.family if model else treatment.removeprefix("other:"),
        category=model.category if model else "other",
        region=f"region: {model.region}\n" if model and model.region else "# region: lumbar\n",
    )
    editions = "editions:\n" + "".join(map(_edition, model.editions)) if model else _EDITIONS
    criteria = "".join(_shared(model)) if model else _CRITERIA
    first = next((c.id for c in model.criteria if c.kind == "requirement"), "C1") if model else "C1"
    return head + editions + criteria + _EXAMPLES.format(name=plain, first=first)


def _edition(edition: Edition) -> str:
    """An edition in the short style of the library's files; JSON is YAML too."""
    start, end = edition.in_force.start, edition.in_force.end
    days = [f"from: {start}"] * bool(start) + [f"to: {end}"] * bool(end)
    citation = edition.citation
    parts = {
        "body": citation.body,
        "chapter": citation.chapter,
        "year": citation.year,
        "section": citation.section,
        "pages": list(citation.pages) or None,
    }
    cited = ", ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in parts.items()
        if value is not None
    )
    lines = [f"  - id: {edition.id}"]
    lines += [f"    step: {edition.step}"] * (edition.step != "MTUS")
    lines += [f"    in_force: {{{', '.join(days)}}}"] * bool(days)
    lines += [f"    regions: [{', '.join(edition.regions)}]"] * bool(edition.regions)
    lines += [f"    when: {json.dumps(edition.when)}"] * bool(edition.when)
    lines += [f"    style_2013: {json.dumps(edition.style_2013)}"] * bool(edition.style_2013)
    lines.append(f"    citation: {{{cited}}}")
    return "\n".join(lines) + "\n"


def _shared(model: Guideline) -> Iterator[str]:
    yield f"criteria:                 # shared with {model.treatment}; own keys override\n"
    for criterion in model.criteria:
        yield f"  - id: {criterion.id}\n    same_as: {criterion.key}\n"
        said = " ".join(criterion.says.split())
        yield f"    # {criterion.kind}: {said}\n    # condition: {criterion.test.text}\n"
        if criterion.group:
            yield f"    group: {criterion.group}\n"
        if criterion.stands_in_for:
            yield f"    stands_in_for: {criterion.stands_in_for}\n"
        if criterion.permits:
            yield f"    permits: [{', '.join(criterion.permits)}]\n"
        if criterion.phases:
            yield f"    phases: [{', '.join(criterion.phases)}]\n"
        if criterion.editions:
            yield f"    editions: [{', '.join(criterion.editions)}]\n"
