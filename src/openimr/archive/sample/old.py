"""Letters of 2013, whose forms are only read elsewhere: text, and what such a letter carries."""

from __future__ import annotations

from datetime import date

import msgspec

from openimr.model import Determination, DeterminedItem, Reviewer

DOCUMENTS = (
    "Application of Independent Medical Review",
    "Utilization Review Determination",
    "Medical Records from the claims administrator",
)
_LISTED = (
    "The following relevant documents received from the interested parties and the documents "
    "provided with the application were reviewed and considered. These documents included:\n"
    + "\n".join(f" • {name}" for name in DOCUMENTS)
)
_BASED = {
    "ur_guideline": "The Claims Administrator based its decision on",
    "F13": "The Physician Reviewer based his/her decision on",
    "L13": "The Expert Reviewer",
}
_NOUNS = {"L13": "expert reviewer", "M13": "medical reviewer", "F13": "physician reviewer"}
_VERDICT = {"Upheld": "is not medically necessary", "Overturned": "is medically necessary"}


def carried_by(form: str, determination: Determination) -> Determination:
    """A determination with no more than a letter of this form holds.

    Args:
        form: L13, M13 or F13.
        determination: with guideline lines that begin with "Decision based on".
    """
    held = determination
    reviewer = held.reviewer
    kept = {
        "L13": {"date_assigned": None, "priority": None},
        "F13": {"priority": None},
        "M13": dict.fromkeys(
            ("date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "priority")
        )
        | {"application_received": None},
    }[form]
    return msgspec.structs.replace(
        held,
        format=form,
        items=tuple(_item(form, item) for item in held.items),
        reviewer=Reviewer(
            licensure=reviewer.licensure,
            certification=reviewer.certification,
            wording=_NOUNS[form],
        ),
        documents_reviewed=DOCUMENTS,
        **kept,
    )


def _item(form: str, item: DeterminedItem) -> DeterminedItem:
    ours = _plain(item.imr_guideline)
    if form == "M13":
        return msgspec.structs.replace(item, ur_guideline=None, imr_guideline=ours)
    led = f"{_BASED[form]} {'relied on ' if form == 'L13' else ''}{_small(ours)}"
    theirs = f"{_BASED['ur_guideline']} {_small(_plain(item.ur_guideline))}"
    return msgspec.structs.replace(item, ur_guideline=theirs, imr_guideline=led)


def _plain(line: str | None) -> str:
    words = (line or "").rpartition("Decision based on ")[2]
    return words if words and "did not cite" not in words else "The medical literature."


def _small(words: str) -> str:
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def print_old(determination: Determination) -> str:
    """The text of a letter of 2013."""
    return {"L13": _l13, "M13": _m13, "F13": _f13}[determination.format](determination)


def _day(value: date | None) -> str:
    return "" if value is None else f"{value.month}/{value.day}/{value.year}"


def _credentials(held: Determination, noun: str) -> str:
    *others, last = held.reviewer.licensure
    states = f"{', '.join(others)} and {last}" if others else last
    specialties = ", ".join(held.reviewer.certification)
    return (
        f"The {noun} is Board Certified in {specialties} and is licensed to practice in {states}."
    )


def _l13(held: Determination) -> str:
    said = [
        f"{n}) MAXIMUS Federal Services, Inc. has determined the request for {item.request} "
        f"{_VERDICT[item.decision]} and appropriate."
        for n, item in enumerate(held.items, start=1)
    ]
    relied = (
        "Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer "
        "to Make His/Her Decision"
    )
    parts = [
        "MAXIMUS FEDERAL SERVICES, INC.\nIndependent Medical Review\nNotice of Independent "
        f"Medical Review Determination\nDated: {_day(held.decision_date)}",
        "Employee:\nClaim Number:\n"
        f"Date of UR Decision:          {_day(held.ur_denial_date)}\n"
        f"Date of Injury:               {_day(held.date_of_injury)}\n"
        f"IMR Application Received:     {_day(held.application_received)}\n"
        f"MAXIMUS Case Number:          {held.case_number}",
        *said,
        "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE",
        "Medical Qualifications of the Expert Reviewer:\nThe independent Medical Doctor who made "
        "the decision has no affiliation with the employer. "
        + _credentials(held, "physician reviewer"),
        f"Case Summary:\n{held.summary}",
        f"Documents Reviewed for Determination:\n{_LISTED}",
    ]
    for number, item in enumerate(held.items, start=1):
        parts += [
            f"{number}) Regarding the request for {item.request}:",
            f"{relied}\n{item.ur_guideline}\n{item.imr_guideline}",
            f"Rationale for the Decision:\n{item.rationale}",
        ]
    return "\n\n".join(parts) + "\n"


def _m13(held: Determination) -> str:
    item = held.items[0]
    listed = "\n".join(held.documents_reviewed)
    return (
        f"MEDICAL PROFESSIONAL REVIEW\nCase Number: {held.case_number}\n"
        f"ISSUE AT DISPUTE: {item.request}\nCASE SUMMARY:\n{held.summary}\n"
        f"DOCUMENTS REVIEWED FOR DETERMINATION:\n{listed}\n"
        "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY\nPROFESSIONAL REVIEWER AND WHY:\n"
        f"{item.imr_guideline}\n"
        "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS\nNOT MEDICALLY NECESSARY:\n"
        f"{item.rationale}\nMEDICAL REVIEWER QUALIFICATIONS:\n"
        f"{_credentials(held, 'reviewer')}\n"
    )


def _f13(held: Determination) -> str:
    listed = "\n".join(held.documents_reviewed)
    parts = [
        "MAXIMUS FEDERAL SERVICES, INC.\nIndependent Medical Review\n"
        f"Case Number: {held.case_number}\nDate Assigned: {_day(held.date_assigned)}\n"
        f"Date of Injury: {_day(held.date_of_injury)}\n"
        f"Decision Date: {_day(held.decision_date)}\nUR Denial Date: {_day(held.ur_denial_date)}\n"
        f"Application Received: {_day(held.application_received)}",
        "HOW THE IMR FINAL DETERMINATION WAS MADE\nMAXIMUS Federal Services sent the complete "
        f"case file to a physician reviewer. {_credentials(held, 'physician reviewer')}",
        f"DOCUMENTS REVIEWED\n{listed}",
        f"CLINICAL CASE SUMMARY\n{held.summary}",
        "IMR DECISION(S) AND RATIONALE(S)\nThe Final Determination was based on decisions for the "
        "disputed items/services set forth below:",
    ]
    parts += [
        f"{n}. The request for {item.request} {_VERDICT[item.decision]} and appropriate.\n"
        f"{item.ur_guideline}\n{item.imr_guideline}\n"
        f"The Physician Reviewer's decision rationale: {item.rationale}"
        for n, item in enumerate(held.items, start=1)
    ]
    return "\n\n".join(parts) + "\n"
