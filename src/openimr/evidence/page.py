"""The sentence under the lens: what was matched in it, and how facts are written down."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from typing import Any, cast

from openimr.evidence.bind import LIMB, levels_near, regions_near, side_near
from openimr.evidence.context import Said, Scope, polarity, scopes
from openimr.evidence.entries import Entry, Hit
from openimr.evidence.sentences import Carry, Voice, voice_at
from openimr.evidence.text import Reading
from openimr.model import Fact, Region, Speaker

SPEAKERS: dict[str, Speaker] = {
    "complaint": "patient",
    "exam": "exam",
    "test": "test",
    "utilization_review": "utilization_review",
}


_SPINE = frozenset(("cervical", "thoracic", "lumbar"))
_SIDED = frozenset(("shoulder", "elbow", "wrist_hand", "hip", "knee", "ankle_foot"))
_UPPER = frozenset(("cervical", "shoulder", "elbow", "wrist_hand"))


_GOES_TO = re.compile(
    r"\b(?:radiat\w+|into|down|go(?:es|ing) (?:down |in)?to|spread\w*|"
    r"refer(?:s|red|ring)|travel\w*|shoot\w*|"
    r"(?P<numb>numb\w*|tingl\w+|paresthesi\w+|pins and needles))\b[^.;,]{0,45}$"
)
_DENIAL = ("no ", "not ", "without ", "little ", "lack of ")


SILENT = frozenset(("utilization_review", "guideline", "boilerplate"))
"""Voices that never state a finding about the patient."""


_ONE_TEXT = frozenset(("ur_reason", "purpose_of_request", "insomnia_detail", "side_effects"))
"""Facts in words, of which overlapping readings say the same."""


def _repeats(
    fact: str, value: Any, region: Any, about: str | None, side: str | None, same: list[Any]
) -> bool:
    """Whether a fact adds nothing to ``same``: value, region, object and side of an earlier one."""
    old, old_region, old_about, old_side = same
    if value != old and value is not True and fact not in _ONE_TEXT:
        return False
    if side is not None and side != old_side:
        return False
    return region in (None, old_region) and about in (None, old_about, region)


_ENDS = ("ankle_foot", "wrist_hand")
"""Where a root of the spine is felt: no complaint of its own after a study of the spine."""
_LEVEL = re.compile(r"[CTLS]\d")


class State:
    """What goes on from one sentence to the next."""

    __slots__ = (
        "asked",
        "carry",
        "complaint",
        "device",
        "edx",
        "exam",
        "injection",
        "sides",
        "test",
        "treatment",
    )

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.exam: Region | None = None
        self.complaint: Region | None = None
        self.test: Region | None = None
        self.treatment: str | None = None
        self.asked: str | None = None
        self.device: str | None = None
        self.edx = 0
        self.carry = Carry()
        self.injection: str | None = None
        self.sides: dict[str, str] = {}


class Page:
    """A text being read, one sentence at a time (:meth:`turn`)."""

    def __init__(
        self,
        base: int,
        document: str,
        page_starts: tuple[int, ...],
        state: State,
        facts: list[Fact],
    ) -> None:
        """Begin at offset ``base`` of the document; facts are added to ``facts``."""
        self.base = base
        self.document = document
        self.page_starts = page_starts
        self.state = state
        self.facts = facts
        self._seen: dict[tuple[str, Said], list[tuple[Any, ...]]] = {}
        self._found_near: dict[tuple[int, int, int], list[tuple[int, int, str]]] = {}
        self.asked: list[tuple[int, int]] = []
        """Treatments of the sentence that are only asked for or planned."""
        self.start = self.end = 0
        self.told: str | None = None
        """The treatment that the sentence before spoke of."""
        self.voices: tuple[Voice, ...] = ()
        self.words: list[Hit] = []
        self.cares: list[Hit] = []
        self.places: list[Hit] = []
        self.day: date | None = None
        self._scopes: list[Scope] | None = None
        self._denials: list[tuple[int, int]] = []
        self.open(Reading(""))

    def open(self, reading: Reading) -> None:
        """Lay ``reading`` under the lens."""
        self.reading = reading
        self.low = reading.low

    def turn(
        self,
        start: int,
        end: int,
        voices: tuple[Voice, ...],
        words: list[Hit],
        cares: list[Hit],
        places: list[Hit],
        day: date | None,
    ) -> None:
        """Go on to the sentence ``start``..``end``."""
        self.start, self.end = start, end
        self.told = self.state.treatment
        self.voices = voices
        self.words, self.cares, self.places = words, cares, places
        self.day = day
        self._scopes = None
        self._seen.clear()
        self.asked.clear()
        self._found_near.clear()
        # "An EMG was done. It showed a radiculopathy."
        if cares and any(e.edx for _, _, e in cares):
            self.state.edx = 2
        elif self.state.edx:
            self.state.edx -= 1
        # "Examination of the lumbar spine showed spasm. There was tenderness."
        side: Hit | None = None
        for hit in places:
            place, _, entry = hit
            if entry.kind == "side":
                side = hit
                continue
            if side is not None and entry.name in _SIDED and place - side[1] <= 12:
                self.state.sides[entry.name] = side[2].name
            if entry.name not in LIMB and entry.name != "spine":
                role = voice_at(voices, place).role
                if role == "exam":
                    if not self._radiates(place, entry.name):
                        self.state.exam = cast(Region, entry.name)
                elif role == "test":
                    self.state.test = cast(Region, entry.name)
                elif (
                    role in ("complaint", "assessment", "other")
                    and self.state.complaint is None
                    and not self._radiates(place, entry.name)
                    and not (entry.name in _ENDS and self.state.test in _SPINE)
                ):
                    self.state.complaint = cast(Region, entry.name)

    def _radiates(self, at: int, region: str) -> bool:
        """Whether pain only goes to the region at ``at``, or it is numb beside a limb in pain."""
        cue = _GOES_TO.search(self.low, max(self.start, at - 50), at)
        if cue is None or region in _SPINE:
            return False
        return cue["numb"] is None or any(
            start < cue.start() and (e.name in LIMB or e.name in _SPINE)
            for start, _, e in self.places
        )

    def goes_to(self, anchor: tuple[int, int], region: Region | None) -> bool:
        """Whether pain only goes to the region whose word stands at ``anchor``."""
        return region is not None and self._radiates(anchor[0], region)

    def before(self, at: int, role: str) -> tuple[Region | None, tuple[int, int] | None]:
        """Return the region named last before ``at`` in the sentence, else the one told before."""
        for start, stop, entry in reversed(self.places):
            if stop <= at and entry.kind == "region":
                return self._region(entry.name, self._carried(role), None), (start, stop)
        return self._carried(role), None

    def of_care(
        self, at: int, end: int, entry: Entry | None, role: str
    ) -> tuple[Region | None, tuple[int, int] | None]:
        """Return the region that care was of, with its place word.

        Where pain goes to is no place of care; care of "the neck and upper back" was of either.
        """
        found = self.regions(at, end, entry, role)
        own = [(r, a) for r, a in found if a is None or not self.goes_to(a, r)]
        if not own:
            return self.state.complaint, None
        return own[0] if len(own) == 1 else (None, own[0][1])

    def voice(self, at: int) -> Voice:
        """Return the voice that speaks at ``at``."""
        return voice_at(self.voices, at)

    def polarity(self, at: int, end: int, results: bool = True) -> tuple[Said, bool]:
        """Return the polarity of what stands there, and whether it is of the past."""
        if self._scopes is None:
            self._scopes = scopes(self.low, self.start, self.end, self.words)
            # "no improvement" is a finding of its own and still denies "improvement in motion"
            self._denials = [
                (s, t)
                for s, t, e in self.words
                if e.kind == "finding" and self.low.startswith(_DENIAL, s)
            ]
        if self._denials and any(s < at < t for s, t in self._denials):
            return "negated", False
        return polarity(at, end, self._scopes, results) if self._scopes else ("present", False)

    def planned(self, at: int, end: int, said: Said) -> Said:
        """Return ``planned`` for what is said of care that is only asked for, else ``said``."""
        asked = said == "present" and any(s < end and at < t for s, t in self.asked)
        return "planned" if asked else said

    def heads(self, at: int, end: int) -> bool:
        """Whether the words are a heading or its label ("MEDICATION REVIEW", "Therapy:")."""
        cased = self.reading.cased
        if cased[at:end].isupper() and sum(map(str.isalpha, cased[at:end])) > 4:
            first, last = cased.rfind(" ", 0, max(0, at - 1)) + 1, cased.find(" ", end + 1)
            before, after = cased[first:at].strip(), cased[end : last if last > 0 else None].strip()
            # "L4-5 TFESI" is no heading
            if any(len(w) > 2 and w.isupper() and not _LEVEL.match(w) for w in (before, after)):
                return True
        return self.low[end : end + 1] == ":" and " " not in self.low[at:end] and at == self.start

    def regions(
        self, at: int, end: int, entry: Entry | None, role: str
    ) -> list[tuple[Region | None, tuple[int, int] | None]]:
        """Return the regions of a finding, each with its place word if there is one."""
        if entry is not None and entry.person:
            # what is about the person belongs to no region
            return [(None, None)]
        fixed = entry.region if entry is not None else None
        nerve = bool(entry is not None and entry.nerve)
        if fixed is not None and not (entry is not None and entry.keep_region):
            near = self._near(at, end)
            return [(fixed, near[0][:2] if near else None)]
        if nerve and entry is not None and entry.name == "radicular_pain":
            root = self._root(at, end)
            if root is not None:
                return [root]
        near = self._near(at, end)
        if not nerve:
            near = [place for place in near if not self._radiates(place[0], place[2])]
        carried = self._carried(role)
        if len(near) > 1 and any(name in _SPINE for _, _, name in near):
            # "paraspinals of the thoracic spine": the named part says which
            near = [n for n in near if n[2] != "spine"]
        result: dict[Region | None, tuple[int, int] | None] = {}
        for start, stop, name in near:
            result.setdefault(self._region(name, carried, entry), (start, stop))
        if not result:
            result[fixed or carried] = None
        elif list(result) == [None] and fixed:
            return [(fixed, next(iter(result.values())))]
        return list(result.items())

    def _near(self, at: int, end: int) -> list[tuple[int, int, str]]:
        """Return the place words near a finding, worked out once for each stretch of words."""
        places = self.places
        if not places:
            return []
        key = (at, end, len(places))
        found = self._found_near.get(key)
        if found is None:
            found = self._found_near[key] = regions_near(self.low, at, end, places)
        return found

    def _region(self, name: str, carried: Region | None, entry: Entry | None) -> Region | None:
        """Return the region that a place word stands for, for the finding of ``entry``."""
        nerve = bool(entry is not None and entry.nerve)
        if name in LIMB:
            return LIMB[name] if nerve else None
        if name == "spine":
            return carried if carried in _SPINE else "lumbar"
        if entry is not None and entry.spinal:
            # the ankle jerk is a sign of the back, the biceps jerk of the neck
            return "cervical" if name in _UPPER else "lumbar"
        if nerve and name in ("ankle_foot", "hip") and self.state.complaint in (None, "lumbar"):
            # Numbness or a root pattern in the foot is a matter of the back, unless the
            # complaint is of the foot itself.
            return "lumbar"
        return cast(Region, name)

    def _root(self, at: int, end: int) -> tuple[Region, tuple[int, int]] | None:
        """Return the part of the spine that radiating pain comes from: by the limb it goes to."""
        spine: tuple[Region, tuple[int, int]] | None = None
        for start, stop, place in self.places:
            if stop <= at and place.name in _SPINE and place.kind != "level":
                spine = cast(Region, place.name), (start, stop)
            elif start >= at and start - end < 90 and place.name in LIMB:
                return LIMB[place.name], (start, stop)
        return spine

    def role(self, at: int, entry: Entry) -> str | None:
        """Return the role in which an entry counts at ``at``, or None where it is no finding."""
        voice = self.voice(at)
        role = voice.role
        if role in SILENT:
            return None
        if entry.exam and voice.explicit and role in ("plan", "assessment"):
            return None
        if entry.exam and role != "test":
            # What only an examiner can find is an examination finding wherever it stands, except
            # where it is only asked for.
            role = "exam"
        elif role == "plan":
            if entry.also_planned:
                return role
            if voice.explicit:
                return None
            role = "other"
        if entry.exclude_roles and role in entry.exclude_roles:
            return None
        if entry.only and (
            role not in entry.only
            or (voice.explicit and voice.role == "complaint" and "complaint" not in entry.only)
        ):
            return None
        return role

    def spine(self, at: int, end: int, role: str) -> bool:
        """Whether the finding at ``at``..``end`` is one of the spine, as far as can be told."""
        return any(
            region in (None, "cervical", "thoracic", "lumbar")
            for region, _ in self.regions(at, end, None, role)
        )

    def _carried(self, role: str) -> Region | None:
        if role == "exam":
            return self.state.exam or self.state.complaint
        if role == "test":
            return self.state.test
        return self.state.complaint

    def add(
        self,
        fact: str,
        value: bool | int | float | str | None,
        said: Said,
        at: int,
        end: int,
        *,
        role: str = "other",
        unit: str | None = None,
        about: str | None = None,
        region: Region | None = None,
        anchor: tuple[int, int] | None = None,
        speaker: Speaker | None = None,
        past: bool = False,
        day: date | None = None,
        levels: tuple[str, ...] | None = None,
        side: str | None = None,
        sided: bool = True,
    ) -> None:
        """Write down one fact; the same fact of the same words is written once.

        What the record says is *not documented* is no fact: silence is left to the review.
        """
        if said == "undocumented":
            return
        spans = self._seen.setdefault((fact, said), [])
        for first, last, *same in spans:
            if first < end and at < last and _repeats(fact, value, region, about, side, same):
                return
        spans.append((at, end, value, region, about, side))
        low = self.low
        places = self.places
        if places and sided:
            if side is None:
                side = side_near(low, at, end, places, anchor, fact == "pain_location")
            if levels is None and region in ("lumbar", "cervical", "thoracic"):
                levels = levels_near(low, at, end, self.start, self.end, places)
        if side is None and sided and region in _SIDED:
            # "Examination of the right knee showed ... . McMurray's test was positive."
            side = self.state.sides.get(region)
        reading = self.reading
        first = reading.origin(at)
        last = reading.origin(end - 1) + 1
        start = first + self.base
        self.facts.append(
            Fact(
                fact=fact,
                value=value,
                polarity=said,
                document=self.document,
                start=start,
                end=last + self.base,
                quote=reading.text[first:last],
                unit=unit,
                about=about or region,
                region=region,
                side=cast(Any, side),
                levels=levels or (),
                time="past" if past else "current",
                date=day or self.day,
                speaker=speaker or SPEAKERS.get(role, "provider"),
                page=bisect_right(self.page_starts, start) or None if self.page_starts else None,
            )
        )
