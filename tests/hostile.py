"""Texts that try to be markup, commands or layout, and a case that holds them everywhere."""

from factories import item_review
from invented import evidence
from openimr.model import (
    Case,
    Change,
    Citation,
    DisputedItem,
    Document,
    Engine,
    Fact,
    Finding,
    Review,
    Search,
    SearchStep,
)

TEXTS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "[bold red]loud[/bold red] [/]",
    '#let x = 1; #panic("typst") $ * _ ` @ref <label>',
    "{{7*7}} {% raw %}",
    "\u202eright to left\u202c \u200f\u05e9\u05dc\u05d5\u05dd",
    "\x1b[31mred\x1b[0m \x00 \ud800 \uffff",
    "W" * 300,
    "Ünïcode – “quoted” ≥ 3 µg 中文",
)


def case_and_review(words: str) -> tuple[Case, Review]:
    """Return a case and review in which every free text holds `words`."""
    text = f"Before. {words} said in the record. After."
    fact = Fact(
        fact=words,
        value=words,
        polarity="present",
        document=words,
        start=8,
        end=8 + len(words),
        quote=words,
        unit=words,
        about=words,
        levels=(words,),
    )
    finding = Finding(
        criterion=words,
        kind="requirement",
        says=words,
        status="not_documented",
        evidence=(evidence(fact),),
        searched=Search(facts=(words,), terms=(words,), documents=(words,)),
        group=words,
        source=words,
        certainty=words,
        trace=words,
    )
    item = item_review(
        words,
        treatment=words,
        drug=words,
        findings=(finding,),
        guidelines=(Citation(body=words, chapter=words, section=words),),
        search_sequence=(SearchStep(step=words, result=words),),
        proposed_decision="Upheld",
        confidence=0.5,
        decisive=(words,),
        rationale=words,
        would_change=(Change(criteria=(words,), says=(words,)),),
        hangs_on=(words,),
        notes=(words,),
    )
    case = Case(
        items=(
            DisputedItem(
                request=words, ur_guideline=words, original=words, authorized=words, remainder=words
            ),
        ),
        case_number="CM17-9000002",
        documents=(Document(name=words, kind=words, text=text),),
    )
    review = Review(
        case_number="CM17-9000002",
        items=(item,),
        facts=(fact,),
        engine=Engine(version=words, library=words),
    )
    return case, review
