"""What a pattern's words are worth: numbers, lengths of time, changes, parts, words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from openimr.evidence.dates import parse_date
from openimr.evidence.numbers import number, plain, weeks

_SECOND = {"v": ("w", "u"), "x": ("y", "t"), "y": (None, "z")}
_A_YEAR = re.compile(r"(?:19|20)\d\d")


def value_of(kind: str, match: re.Match[str], day: date | None = None) -> Any:
    """Return the value of a match by its ``kind``, or None where its words hold none.

    ``day`` is the day of the note, from which "since March 2014" counts.
    """
    if kind == "since":
        return _since(day, match)
    if kind == "since_months":
        passed = _since(day, match)
        return None if passed is None else plain(round(passed * 12 / 52.18, 1))
    return _VALUES[kind](match)


def _first(match: re.Match[str]) -> tuple[float | None, str | None]:
    """Return the number that matched and the unit word: the upper end of a range."""
    groups = match.groupdict()
    for name, (second, unit) in _SECOND.items():
        if groups.get(name) is not None:
            high = groups.get(second) if second else None
            return number(high or groups[name]), (groups.get(unit) if unit else None)
    return None, None


_OPERATION = re.compile(
    r"(?:status[\s-]post|s/p|underwent|undergone|had|history of|prior|previous|following|after)"
    r"(?: (?:an?|the))? (.+)"
)


def _surgery(match: re.Match[str]) -> str:
    found = _OPERATION.match(match[0])
    return found[1] if found else match[0]


def _number(match: re.Match[str]) -> int | float | None:
    value, _ = _first(match)
    return None if value is None else plain(value)


def _unit(match: re.Match[str], factor: float) -> float | int | None:
    groups = match.groupdict()
    name = next((n for n in ("v", "x") if groups.get(n)), "y")
    # Of a range the lower end: a relief of "6 to 8 weeks" is at least 6.
    value = number(groups.get(name))
    unit = groups.get("u") or groups.get("t") or groups.get("z")
    if value is None or unit is None:
        return None
    if groups[name] == "several":
        value = 2.0
    return plain(weeks(value, unit) * factor)


def _pair(match: re.Match[str]) -> tuple[float | None, float | None]:
    """Return the numbers before and after a change: groups v and w, or x and y."""
    groups = match.groupdict()
    first, second = ("v", "w") if groups["v"] is not None else ("x", "y")
    return number(groups[first]), number(groups[second])


def _drop(match: re.Match[str]) -> bool | None:
    """Return True where the number went down, else None."""
    before, after = _pair(match)
    return True if before is not None and after is not None and after < before else None


def _rise(match: re.Match[str]) -> bool | None:
    """Return True where the number went up, else None; "flexion 0 to 120" is a range."""
    before, after = _pair(match)
    if before is None or after is None or after <= before:
        return None
    return True if before or _WENT_UP.search(match[0]) else None


_WENT_UP = re.compile(
    r"\b(?:went|gone|came|rose|risen|raised|improv|increas|progress|grew|gain|up)"
)
_FRACTIONS = {"half": 50, "third": 33, "thirds": 67, "quarters": 75, "fourths": 75, "fifths": 80}


def _fraction(match: re.Match[str]) -> int | None:
    """Return a part in percent: "two thirds", "halved"."""
    said = next(g for g in match.groupdict().values() if g is not None)
    return 50 if said.startswith("halv") else _FRACTIONS.get(re.split(r"[\s-]", said)[-1])


def _fall(match: re.Match[str]) -> int | float | None:
    before, after = _pair(match)
    if not before or after is None or before > 10 or after > before:
        return None
    return plain(round(100 * (before - after) / before))


def _uneven(match: re.Match[str]) -> bool | None:
    """Return True where one side measures less than four fifths of the other, else None.

    The hand that is used more is stronger by about a tenth, which is no weakness.
    """
    one, other = number(match["v"]), number(match["w"])
    if not one or not other or min(one, other) >= 0.8 * max(one, other):
        return None
    return True


def _sessions(match: re.Match[str]) -> int | float | None:
    groups = match.groupdict()
    per_week, count = groups.get("c") or groups.get("a"), groups.get("d") or groups.get("b")
    if per_week is None:
        per_week, count = groups.get("g") or groups.get("e"), groups.get("h") or groups.get("f")
    if per_week is not None:
        first, second = number(per_week), number(count)
        return None if first is None or second is None else plain(first * second)
    value = number(groups.get("v") or groups.get("x") or groups.get("y"))
    return None if value is None or value > 100 else plain(value)


def _text(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return (groups.get("v") or groups.get("x") or match[0]).strip(" ,;.")


def _date(match: re.Match[str]) -> str | None:
    found = parse_date(match["v"])
    if found is None:
        year = re.fullmatch(r"\D*((?:19|20)\d\d)", match["v"])
        return year[1] if year else None
    return found.isoformat()


def _since(day: date | None, match: re.Match[str]) -> float | int | None:
    """Return the weeks from a day to the day of the note: "since March 2014"."""
    first = parse_date(match["v"])
    if first is None and (year := _A_YEAR.fullmatch(match["v"])):
        # at least from the end of that year
        first = date(int(year[0]), 12, 31)
    if first is None or day is None or first >= day:
        return None
    return plain(round((day - first).days / 7, 1))


def _kg(match: re.Match[str]) -> int | float | None:
    value = number(match["v"])
    if value is None:
        return None
    return plain(value if match["u"].startswith("k") else round(value * 0.4536, 1))


def _work(match: re.Match[str]) -> str:
    return {
        "ttd": "TTD",
        "off": "off work",
        "retired": "retired",
        "modified": "modified duty",
        "full": "full duty",
        "partial": "partial disability",
        "part": "other",
    }[str(match.lastgroup)]


def _outcome(match: re.Match[str]) -> str:
    if match["mod"]:
        return "modified"
    return "approved" if match["yes"] else "denied"


_VALUES: dict[str, Callable[[re.Match[str]], bool | int | float | str | None]] = {
    "number": _number,
    "weeks": lambda m: _unit(m, 1.0),
    "days": lambda m: _unit(m, 7.0),
    "months": lambda m: _unit(m, 12 / 52.18),
    "fall": _fall,
    "fraction": _fraction,
    "drop": _drop,
    "rise": _rise,
    "uneven": _uneven,
    "sessions": _sessions,
    "text": _text,
    "date": _date,
    "kg": _kg,
    "work": _work,
    "ur": _outcome,
    "yes_no": lambda m: True,
    "true": lambda m: True,
    "surgery": _surgery,
    "none_said": lambda m: "none",
    "grade": lambda m: _text(m).split(" ")[0],
    "phase": lambda m: m.lastgroup,
    "sex": lambda m: "female" if m["v"] in ("female", "woman", "lady", "f") else "male",
}
