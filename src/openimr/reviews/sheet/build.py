"""From a case and its review to the view of the review sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from openimr.errors import InputError
from openimr.model import (
    Attestation,
    Case,
    DisputedItem,
    Evidence,
    Fact,
    Finding,
    ItemReview,
    Review,
)
from openimr.reviews.sheet import marks, words
from openimr.reviews.sheet.view import (
    Criterion,
    FactRow,
    Item,
    Link,
    Looked,
    Mark,
    Pair,
    Quote,
    Record,
    Sheet,
    Signature,
    Step,
)
from openimr.reviews.sheet.words import plain


def build_sheet(case: Case, review: Review) -> Sheet:
    """Return the view of `review` beside the records of `case`.

    Raises:
        InputError: the two bear different case numbers.
    """
    _same_case(case, review)
    number = plain(review.case_number or case.case_number or "without number")
    signed = review.attestation if not review.draft else None
    numbering = _Numbering(case)
    items = tuple(
        _item(index, case, review, signed, numbering) for index in range(len(review.items))
    )
    evidence = numbering.marks()
    return Sheet(
        title=f"Review sheet {number}" + ("" if signed else " (DRAFT)"),
        case_number=number,
        draft=signed is None,
        banner=words.BANNER[signed is None],
        signature=_signature(signed) if signed else None,
        dates=_pairs(
            ("Date of injury", words.day(case.date_of_injury)),
            ("Utilization review denial", words.day(case.ur_denial_date)),
            ("Application received", words.day(case.application_received)),
            ("Assigned", words.day(case.date_assigned)),
            ("Decision", words.day(case.decision_date)),
            ("Priority", case.priority or ""),
        ),
        items=items,
        records=_records(case, review, evidence),
        marks=evidence,
        warnings=_warnings(review, numbering, case),
        engine=plain(f"engine {review.engine.version}, library {review.engine.library}"),
    )


def _same_case(case: Case, review: Review) -> None:
    if case.case_number and review.case_number and case.case_number != review.case_number:
        raise InputError(
            f"review of {plain(review.case_number)}",
            f"the case file given with it is that of {plain(case.case_number)}",
            "give the review and the case file of one case",
        )


def _pairs(*pairs: tuple[str, str | None]) -> tuple[Pair, ...]:
    return tuple(Pair(label, plain(value)) for label, value in pairs if value)


def _signature(attestation: Attestation) -> Signature:
    reviewer = attestation.reviewer
    return Signature(
        name=plain(reviewer.name),
        states=plain(", ".join(dict.fromkeys(licence.state for licence in reviewer.licences))),
        certification=plain("; ".join(reviewer.certification)),
        day=words.day(attestation.date),
        statement=plain(attestation.statement),
    )


class _Numbering:
    """Gives every cited span of the records one number, in the order findings cite them."""

    def __init__(self, case: Case) -> None:
        self._documents = case.documents
        self._seen: dict[tuple[int, int, int], int] = {}
        self._first: list[tuple[int, Evidence]] = []
        self._cited: list[list[Link]] = []
        self.lost = 0

    def number(self, evidence: Evidence, cited: Link) -> int | None:
        record = marks.locate(
            self._documents, evidence.document, evidence.start, evidence.end, evidence.quote
        )
        if record is None:
            self.lost += 1
            return None
        place = (record, evidence.start, evidence.end)
        if place not in self._seen:
            self._seen[place] = len(self._first)
            self._first.append((record, evidence))
            self._cited.append([])
        index = self._seen[place]
        self._cited[index].append(cited)
        return index + 1

    def page(self, number: int | None, evidence: Evidence) -> int | None:
        if evidence.page is not None or number is None:
            return evidence.page
        return marks.page_of(self._documents[self._first[number - 1][0]], evidence.start)

    def marks(self) -> tuple[Mark, ...]:
        sentences: dict[int, marks.Sentences] = {}
        result = []
        for index, (record, evidence) in enumerate(self._first):
            text = self._documents[record].text or ""
            if record not in sentences:
                sentences[record] = marks.Sentences(text)
            begin, stop = sentences[record].around(evidence.start, evidence.end)
            result.append(
                Mark(
                    number=index + 1,
                    record=record,
                    start=evidence.start,
                    end=evidence.end,
                    begin=begin,
                    stop=stop,
                    document=plain(evidence.document),
                    page=self.page(index + 1, evidence),
                    polarity=evidence.polarity,
                    before=plain(text[begin : evidence.start]),
                    quote=plain(evidence.quote),
                    after=plain(text[evidence.end : stop]),
                    cited=tuple(self._cited[index]),
                )
            )
        return tuple(result)


def _item(
    index: int, case: Case, review: Review, signed: Attestation | None, numbering: _Numbering
) -> Item:
    item = review.items[index]
    ident = f"item{index + 1}"
    records = frozenset(document.name for document in case.documents)
    criteria = tuple(
        _criterion(finding, f"{ident}-c{place + 1}", index, item, numbering, records)
        for place, finding in enumerate(item.findings)
    )
    by_code: dict[str, Criterion] = {}
    for criterion in criteria:
        by_code.setdefault(criterion.code, criterion)
    own = next((d for d in signed.decisions if d.item == index), None) if signed else None
    attested = (own.decision if own else item.proposed_decision) if signed else None
    return Item(
        number=index + 1,
        id=ident,
        request=plain(item.request),
        proposal=item.proposed_decision or "No proposal",
        decision=item.proposed_decision,
        probability=words.probability(item.confidence) if item.proposed_decision else "",
        share=item.confidence if item.proposed_decision else None,
        attested=attested,
        attested_rationale=plain(own.rationale) if own and own.rationale else "",
        asked=_asked(_disputed(case, item, index)),
        about=_about(item),
        guidelines=tuple(words.citation(g) for g in item.guidelines),
        steps=tuple(
            Pair(plain(step.step), plain(step.result).replace("_", " "))
            for step in item.search_sequence
        ),
        depends=_depends(item, review),
        criteria=criteria,
        tally=_tally(criteria),
        decisive=tuple(_step(code, "", by_code) for code in item.decisive),
        rationale=tuple(p.strip() for p in plain(item.rationale).split("\n") if p.strip()),
        turns=_turns(item),
        would_change=tuple(
            tuple(
                _step(code, change.says[place] if place < len(change.says) else "", by_code)
                for place, code in enumerate(change.criteria)
            )
            for change in item.would_change
        ),
        hangs_on=tuple(_step(code, "", by_code) for code in item.hangs_on),
        notes=tuple(plain(note) for note in item.notes),
    )


def _turns(item: ItemReview) -> Literal["would_change", "hangs_on", "none"]:
    if item.proposed_decision is None:
        return "none"
    return "would_change" if item.proposed_decision == "Upheld" else "hangs_on"


def _disputed(case: Case, item: ItemReview, index: int) -> DisputedItem | None:
    if index < len(case.items) and case.items[index].request == item.request:
        return case.items[index]
    same = [disputed for disputed in case.items if disputed.request == item.request]
    return same[0] if len(same) == 1 else None


def _asked(item: DisputedItem | None) -> tuple[Pair, ...]:
    if item is None:
        return ()
    return _pairs(
        ("Requested at first", item.original),
        ("Authorized by utilization review", item.authorized),
        ("In dispute", item.remainder),
        ("Utilization review relied on", item.ur_guideline),
    )


def _about(item: ItemReview) -> tuple[Pair, ...]:
    region = " ".join(words.name(part) for part in (item.side, item.region) if part)
    amount = words.number(item.quantity) if item.quantity is not None else ""
    return _pairs(
        ("Treatment", words.name(item.treatment.removeprefix("other:"))),
        ("Drug", item.drug),
        ("Region", region),
        ("Phase", words.name(item.phase) if item.phase else ""),
        ("Quantity", f"{amount} {item.unit or ''}".strip()),
    )


def _depends(item: ItemReview, review: Review) -> Link | None:
    index = item.dependent_on if item.dependent_on is not None else item.parent
    if index is None or not 0 <= index < len(review.items):
        return None
    return Link(f"item {index + 1}: {plain(review.items[index].request)}", f"item{index + 1}")


def _step(code: str, says: str, by_code: dict[str, Criterion]) -> Step:
    known = by_code.get(plain(code))
    return Step(
        code=plain(code),
        says=(plain(says) or (known.says if known else "")).rstrip("."),
        status=known.status if known else "",
        to=known.id if known else "",
    )


def _tally(criteria: Sequence[Criterion]) -> tuple[Pair, ...]:
    counts: dict[str, int] = {}
    for criterion in criteria:
        counts[criterion.status] = counts.get(criterion.status, 0) + 1
    return tuple(Pair(status.lower(), str(count)) for status, count in counts.items())


def _criterion(
    finding: Finding,
    ident: str,
    index: int,
    item: ItemReview,
    numbering: _Numbering,
    records: frozenset[str],
) -> Criterion:
    return Criterion(
        id=ident,
        code=plain(finding.criterion),
        kind=words.name(finding.kind),
        says=plain(finding.says),
        status=words.status(finding),
        tone=words.tone(finding),
        effect=words.EFFECT[finding.effect],
        group=plain(finding.group or ""),
        source=plain(finding.source or ""),
        certainty=words.certainty(finding.certainty),
        trace=plain(finding.trace or "").replace("_", " "),
        decisive=finding.criterion in item.decisive,
        quotes=_quotes(finding, ident, index, numbering),
        looked=_looked(finding, records),
    )


def _quotes(finding: Finding, ident: str, index: int, numbering: _Numbering) -> tuple[Quote, ...]:
    """Return one quote for each span, however many facts were read from it."""
    spans: dict[tuple[str, int, int], list[Evidence]] = {}
    for evidence in finding.evidence:
        spans.setdefault((evidence.document, evidence.start, evidence.end), []).append(evidence)
    result = []
    for place, group in enumerate(spans.values()):
        first = group[0]
        quote = f"{ident}-q{place + 1}"
        number = numbering.number(
            first, Link(f"item {index + 1}, {plain(finding.criterion)}", quote)
        )
        result.append(
            Quote(
                id=quote,
                number=number,
                text=" ".join(plain(first.quote).split()),
                document=plain(first.document),
                page=numbering.page(number, first),
                polarity=first.polarity,
                read_as="; ".join(dict.fromkeys(_read_as(e) for e in group)),
            )
        )
    return tuple(result)


def _read_as(evidence: Evidence) -> str:
    value = "" if evidence.value is True else words.fact_value(evidence.value)
    return f"{words.name(evidence.fact)} {value}".strip()


def _looked(finding: Finding, records: frozenset[str]) -> Looked | None:
    searched = finding.searched
    if searched is None:
        return None
    documents = ", ".join(plain(document) for document in searched.documents)
    if len(records) > 1 and records <= set(searched.documents):
        documents = f"all {len(records)} records"
    return Looked(
        facts=", ".join(words.name(fact) for fact in searched.facts),
        terms=", ".join(plain(term) for term in searched.terms),
        documents=documents,
    )


def _records(case: Case, review: Review, evidence: Sequence[Mark]) -> tuple[Record, ...]:
    facts: list[list[FactRow]] = [[] for _ in case.documents]
    named = {document.name: index for index, document in reversed([*enumerate(case.documents)])}
    place = {(m.record, m.start, m.end): f"e{m.number}" for m in evidence}
    for index, fact in enumerate(review.facts):
        record = marks.locate(case.documents, fact.document, fact.start, fact.end, fact.quote)
        home = named.get(fact.document) if record is None else record
        if home is None:
            continue
        to = "" if record is None else place.get((record, fact.start, fact.end), f"f{index + 1}")
        page = fact.page or marks.page_of(case.documents[home], fact.start)
        facts[home].append(_fact_row(fact, to, page))
    return tuple(
        Record(
            id=f"record{index + 1}",
            name=plain(document.name),
            kind=words.name(document.kind),
            day=words.day(document.date),
            text=document.text,
            page_starts=document.page_starts if len(document.page_starts) > 1 else (),
            marks=tuple(m for m in evidence if m.record == index),
            facts=tuple(facts[index]),
        )
        for index, document in enumerate(case.documents)
    )


def _fact_row(fact: Fact, to: str, page: int | None) -> FactRow:
    place = (fact.side, fact.region if fact.region != fact.about else None)
    about = (fact.about, " ".join(words.name(part) for part in place if part))
    return FactRow(
        to=to,
        fact=words.name(fact.fact),
        value=words.fact_value(fact.value, fact.unit),
        polarity=fact.polarity,
        speaker=words.name(fact.speaker),
        about=", ".join([*(words.name(part) for part in about if part), *map(plain, fact.levels)]),
        time=words.day(fact.date) or ("past" if fact.time == "past" else ""),
        page=page,
        quote=plain(fact.quote),
        start=fact.start,
        end=fact.end,
    )


def _warnings(review: Review, numbering: _Numbering, case: Case) -> tuple[str, ...]:
    result = []
    if numbering.lost:
        result.append(
            f"Quotes that do not stand in the records as loaded: {numbering.lost}. "
            "They are shown without a link; check them against the source."
        )
    if not case.documents:
        result.append("The case file holds no records.")
    if review.attestation is not None and review.draft:
        result.append("An attestation is present but the review is still marked as a draft.")
    if review.attestation is None and not review.draft:
        result.append("The review is not marked as a draft but bears no attestation.")
    return tuple(result)
