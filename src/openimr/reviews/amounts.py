"""How much is asked for: visits, tablets, days of rental, injections.

A request is judged by its largest amount: "2-3 times a week for 4-6 weeks" is 18 visits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from openimr.evidence.numbers import NUMBER_WORDS

Amount = bool | float | str | tuple[str, ...]
Amounts = dict[str, Amount]
"""Request facts of the condition language, by name."""

_ARTICLES = ("a", "an")
_WORDS = "|".join(
    sorted((word for word in NUMBER_WORDS if word not in _ARTICLES), key=len, reverse=True)
)
_NUM = rf"(?:\d{{1,4}}(?:\.\d+)?|(?:{_WORDS}|an?)\b)"
_COUNT = rf"(?:\d{{1,4}}(?:\.\d+)?|(?:{_WORDS})\b)"
_RANGE = rf"({_COUNT})(?:\s?(?:-|–|to|or)\s?({_COUNT}))?"
_VISITS = r"(?:visits?|sessions?|treatments?|appointments?|tx|units? of therapy)"

_SAID_TWICE = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\s?\((\d{{1,3}})\)", re.I)
_WEEK = (
    r"(?:(?:x|×|times?|visits?|sessions?|treatments?|days?)\s*)?"
    r"(?:(?:per|a|each|every|/|x|×)\s*)?(?:weekly|weeks?|wks?)\b\.?"
)
_FREQUENCY = re.compile(
    rf"\b{_RANGE}\s*{_WEEK}[\s,;]*(?:(?:for|x|times|×|over)\s*)?"
    rf"(?:(?:the next|a total of|up to)\s*)?{_RANGE}\s*(?:more\s*)?(weeks?|wks?|months?|mos?)\b",
    re.I,
)
_EACH_PERIOD = re.compile(
    rf"\b(?:once\s+|1\s?x\s?/?\s?)?(?:weekly|monthly|(?:a|per|every) (?:week|month))\s*"
    rf"(?:for|x|×|times)\s*{_RANGE}\b(?!\s?(?:mg|days?|months?))",
    re.I,
)
_GRID = re.compile(
    rf"\b{_RANGE}\s?(?:x|×|times(?! (?:a|per)\b))\s?{_RANGE}(?:\s?(?:weeks?|wks?))?\b"
    r"(?!\s?(?:mg|ml|mcg|cm|views?|%))",
    re.I,
)
_WEEKLY = re.compile(
    rf"\b{_RANGE}\s?(?:x|×|times?)?\s?(?:per|a|each|every|/)?\s?(?:weekly|week|wk)\b", re.I
)
_FOR_WEEKS = re.compile(rf"\b(?:for|over|x|times)\s{_RANGE}\s?(weeks?|wks?|months?)\b", re.I)
_SESSIONS = (
    re.compile(
        rf"\b{_RANGE}\s?(?:additional |more |further |initial |total )?(?:\w+ ){{0,3}}?{_VISITS}\b",
        re.I,
    ),
    re.compile(rf"\b{_VISITS}\s?(?:x|×|#|,|:|-)?\s?{_RANGE}\b", re.I),
    re.compile(
        r"(?:\b(?:x|qty:?|quantity:?)|#|×)\s?(\d{1,3})()\b(?!\s?(?:mg|weeks?|days?|months?))", re.I
    ),
    re.compile(r"\((\d{1,3})()\)"),
    re.compile(r",\s?(\d{1,2})()\s*$"),
    re.compile(
        r"\b(?:therapy|acupuncture|chiropractic|massage|psychotherapy|cbt|pt|ot)\s(\d{1,2})()\s*$",
        re.I,
    ),
)
_NAMED_BY_NUMBER = re.compile(
    r"\b(?:tylenol|codeine|t)\s?(?:w(?:ith|/)\s?codeine\s?)?(?:#|no\.?)\s?[1-4]\b", re.I
)
"""Tylenol #3 is a drug's name, not three tablets."""
TABLETS = re.compile(
    r"(?:#|\bqty\.?\s?:?|\bquantity\s?:?(?: of)?|\bcount:?|\bdisp(?:ense)?:?|\bno\.)\s?(\d{1,4})\b"
    r"|\b(\d{1,4})\s?(?:tablets?|tabs?|capsules?|caps?|pills?|patch(?:es)?|count|ct)\b"
    r"|(?:^|[\s,])x\s?(\d{2,4})\b(?!\s?(?:days?|weeks?|months?))"
    r"|\((\d{2,4})\)\s*$",
    re.I,
)
_PACKAGES = re.compile(
    rf"\b({_NUM})\s?(?:\(\d\)\s?)?(?:containers?|box(?:es)?|tubes?|bottles?|jars?|kits?|packs?|units?)\b"
    r"|\b(?:dose ?pac?k|tube|bottle|kit|box)s?\s?(?:x|×|#)\s?(\d{1,2})\b",
    re.I,
)
_VOLUME = re.compile(r"(?<![/.\d])\b(\d{1,4})\s?(?:g|gm|gms|grams?|ml)\b(?!\s?/)", re.I)
_STRENGTH = re.compile(
    r"\b(\d{1,4}(?:\.\d+)?(?:/\d{1,4}(?:\.\d+)?)?)\s?(mg\b|mcg\b|%|units?\b)", re.I
)
_REFILLS = re.compile(rf"\b({_NUM})\s?refills?\b|\brefills?:?\s?(?:x\s?)?(\d{{1,2}})\b", re.I)
_RENTAL = re.compile(
    rf"\b({_NUM})[\s-](day|week|month)s?['’]?\s?(?:rental|use|trial|of use)|"
    rf"(?:rental|rent|use|trial)\s?(?:for|of|x|:|,)?\s?(?:up to )?({_NUM})[\s-](day|week|month)s?",
    re.I,
)
_PERIOD = re.compile(
    rf"(?:\b(?:for|x|×)\s?|[,(:;]\s?|^|\s)({_NUM})[\s-]?(day|week|month)s?\b(?!\s?(?:per|a)\b)",
    re.I,
)
_PIECES = re.compile(
    r"(?:#|\bqty\.?\s?:?|\bquantity\s?:?(?: of)?|\bx)\s?(\d{1,3})\b"
    r"(?!\s?(?:days?|weeks?|months?|cm|mm|in))"
    rf"|,\s?(\d{{1,2}})\s*$|^({_NUM})\s(?!(?:views?|level|day|week|month|times))",
    re.I,
)
_DAYS = {"day": 1, "week": 7, "month": 30}
_INJECTIONS = re.compile(
    rf"\b({_NUM})\s?(?:\w+[ -]){{0,4}}?inj(?:ections?)?\b"
    r"|\b(?:inj(?:ections?)?|tpis?|blocks?|l?esis?)\.?,?\s?(?:x|×|#|qty:?|\()?\s?(\d{1,2})\b(?!\s?(?:mg|ml|cc|levels?|weeks?))",
    re.I,
)
_PURCHASE = re.compile(r"\bpurchase[ds]?\b|\bbuy\b", re.I)
_TRIAL = re.compile(r"\btrial\b|\brental\b|\brent\b", re.I)


def number(word: str) -> float:
    """The number that a numeral or number word stands for."""
    word = word.lower()
    return float(NUMBER_WORDS[word]) if word in NUMBER_WORDS else float(word)


def days_of_use(text: str) -> float | None:
    """Days for which a device or piece of equipment is asked, rented or tried; None if not told."""
    if match := _PERIOD.search(text):
        return number(match[1]) * _DAYS[match[2].lower()]
    pieces = pieces_of(text)
    return pieces if pieces and pieces >= 7 and _TRIAL.search(text) else None


def pieces_of(text: str) -> float | None:
    """How many pieces or tests a request states (``#1``, ``QTY: 2``, ``1 knee scooter``)."""
    match = _PIECES.search(_SAID_TWICE.sub(r"\1", text))
    return None if match is None else number(next(group for group in match.groups() if group))


def _upper(match: re.Match[str], first: int) -> float:
    """The upper end of a range such as 2-3: a request is judged by its largest amount."""
    low, high = match[first], match[first + 1]
    return max(number(low), number(high)) if high else number(low)


def read_amounts(text: str, *, is_drug: bool) -> Amounts:
    """The amounts a request states.

    Args:
        text: the words in dispute.
        is_drug: whether a drug is asked for, whose amounts are tablets and strengths.

    Returns:
        Those of ``sessions_requested``, ``frequency_per_week``, ``duration_weeks_requested``,
        ``rental_days``, ``injections_per_session``, ``rental_or_purchase``, ``dispense_qty``,
        ``strength`` and ``refills`` that are stated.
    """
    text = _SAID_TWICE.sub(r"\1", text)
    found: Amounts = {}
    if is_drug:
        text = _NAMED_BY_NUMBER.sub("", text)
        if counts := list(TABLETS.finditer(text)):
            # "1 tablet twice a day, quantity 60": what is dispensed, not what is taken at a time.
            said = next((match[1] for match in counts if match[1]), None)
            found["dispense_qty"] = float(said or max(_numbers(counts), key=float))
        elif match := _VOLUME.search(text):
            found["dispense_qty"] = float(match[1])
        elif match := _PACKAGES.search(text):
            found["dispense_qty"] = number(match[1] or match[2])
        if match := _STRENGTH.search(text):
            found["strength"] = match[1] + match[2].lower()
        if match := _REFILLS.search(text):
            found["refills"] = number(match[1] or match[2])
        return found
    _visit_amounts(text, found)
    if match := _RENTAL.search(text):
        count, period = (match[1], match[2]) if match[1] else (match[3], match[4])
        found["rental_days"] = number(count) * _DAYS[period.lower()]
    if match := _INJECTIONS.search(text):
        found["injections_per_session"] = number(match[1] or match[2])
    if _PURCHASE.search(text):
        found["rental_or_purchase"] = "purchase"
    elif _TRIAL.search(text):
        found["rental_or_purchase"] = "rental"
    return found


def _numbers(matches: Sequence[re.Match[str]]) -> list[str]:
    return [group for match in matches for group in match.groups() if group]


def _visit_amounts(text: str, found: Amounts) -> None:
    taken = (0, 0)
    if match := _FREQUENCY.search(text) or _GRID.search(text):
        taken = match.span()
        per_week, weeks = _upper(match, 1), _upper(match, 3)
        if match.lastindex == 5 and match[5][0] in "mM":
            weeks *= 4
        found["frequency_per_week"] = per_week
        found["duration_weeks_requested"] = weeks
        found["sessions_requested"] = per_week * weeks
    elif match := _EACH_PERIOD.search(text):
        taken = match.span()
        found["sessions_requested"] = _upper(match, 1)
    else:
        per_week = weeks = 0.0
        if match := _WEEKLY.search(text):
            per_week = found["frequency_per_week"] = _upper(match, 1)
        if match := _FOR_WEEKS.search(text):
            weeks = _upper(match, 1) * (4 if match[3][0] in "mM" else 1)
            found["duration_weeks_requested"] = weeks
        if per_week and weeks:
            found["sessions_requested"] = per_week * weeks
    for pattern in _SESSIONS:
        match = pattern.search(text)
        # "Sessions 2 times a week for 6 weeks" does not ask for two sessions.
        if match is not None and not (match.start() < taken[1] and taken[0] < match.end()):
            found["sessions_requested"] = _upper(match, 1)
            break
