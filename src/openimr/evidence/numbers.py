"""Numbers, durations and counts of visits as clinical records write them."""

from __future__ import annotations

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"once": 1, "twice": 2, "thrice": 3, "a": 1, "an": 1, "twenty-four": 24}
NUMBER_WORDS |= {
    word: 10 * tens
    for tens, word in enumerate(
        ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"], 3
    )
}
"""Numbers in words, articles among them."""

_WORDS = dict(NUMBER_WORDS)
_WORDS |= {"several": 3, "few": 3, "a few": 3, "i": 1, "ii": 2, "iii": 3, "iv": 4}

_WEEKS = {
    "hour": 1 / 168,
    "day": 1 / 7,
    "week": 1.0,
    "wk": 1.0,
    "mo": 52.18 / 12,
    "yr": 52.18,
    "hr": 1 / 168,
    "month": 52.18 / 12,
    "year": 52.18,
}


def number(text: str | None) -> float | None:
    """Return the number that ``text`` says in digits or in words, or None."""
    if text is None:
        return None
    text = text.strip().lower()
    if text == "half":
        return 0.5
    if text in _WORDS:
        return float(_WORDS[text])
    try:
        return float(text)
    except ValueError:
        tens, dash, ones = text.partition("-")
        if dash and tens in _WORDS and ones in _WORDS:
            return float(_WORDS[tens] + _WORDS[ones])
        return None


def plain(value: float) -> int | float:
    """Return an int where the number is whole, else a float of two decimals."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def weeks(value: float, unit: str) -> float:
    """Return ``value`` of hours, days, weeks, months or years in weeks (a month is 4.35)."""
    return value * _WEEKS[unit.rstrip("s")]
