"""Invented records with identifiers planted in them, each with its category and offsets.

A template file holds records between lines of ``---``; a place such as ``{pt.full}`` is filled
from an invented case and remembered as planted. Nothing here is of a real person.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent

FIRST = """Maria James Lupe Chen Darnell Priya Oksana William Robert Elizabeth Jose Thanh Fatima Kevin Grace
Margaret Dwayne Xiomara Siobhan Rajesh Yolanda Hector Bao Ingrid Tyrone Alejandra Vartan Mei Ofelia Gustavo""".split()
LAST = """Alvarez Okonkwo Petrossian Nguyen Haddad Whitfield Delacroix Ramirez-Soto O'Brien McAllister Vang Kowalczyk
Srinivasan Brubaker Castellanos Tuiasosopo Lindqvist Abernathy Zamora Ferraro St.Claire Dos-Santos Yamaguchi Hovsepian""".split()
HARD_LAST = (
    "Hand Neck Long Young Brown Rice Foot Cervantes Bone Payne Love Strong Day Wells King".split()
)
HARD_FIRST = "May Grace Joy Dawn Will Mark Bill Frank April June Rose Hope".split()
STREETS = [
    "Larkspur",
    "Alameda",
    "N. Euclid",
    "West Olive",
    "Calle Real",
    "Old Mill",
    "Juniper",
    "E. 14th",
]
STREET_TYPES = [
    "Street",
    "St.",
    "Ave",
    "Avenue",
    "Blvd.",
    "Road",
    "Rd",
    "Drive",
    "Lane",
    "Court",
    "Way",
    "Pkwy",
]
CITIES = [
    "Fresno",
    "Visalia",
    "San Bernardino",
    "Oxnard",
    "Chula Vista",
    "Elk Grove",
    "Rancho Cucamonga",
    "Salinas",
]
COMPANIES = [
    "Golden Poppy Bakery",
    "Redline Freight",
    "Tulare Packing",
    "Bayview Linen Service",
    "Sierra Crest Builders",
    "Copperleaf Staffing",
    "Harborside Cold Storage",
    "Quail Ridge Nursery",
]
SUFFIX = [", Inc.", " LLC", " Inc", " Corporation", ", LLC", " Co."]
INSURERS = [
    "Pinecrest Mutual Insurance",
    "Meridian Comp Services",
    "Westgate Indemnity Company",
    "Bluestone Casualty",
    "Alder Point Insurance Company",
    "Granite Bay Claims Services",
]
FACILITIES = [
    "Valley Crest Orthopedic Institute",
    "St. Brendan Hospital",
    "Mesa Verde Surgery Center",
    "Harbor View Medical Center",
    "Coastline Pain Management Clinic",
    "Sunrise Open MRI and Imaging Center",
    "Foothill Occupational Medical Group",
    "Pacific Rim Physical Therapy",
    "Mercy Grove Regional Medical Center",
]
FIRMS = ["Law Offices of {0} {1}", "{1} & {2}, LLP", "{1}, {2} and Partners", "The {1} Law Firm"]
MONTHS = (
    "January February March April May June July August September October November December".split()
)


def luhn_npi(rng: random.Random) -> str:
    """Return a ten-digit number that passes the NPI check."""
    while True:
        number = "1" + "".join(rng.choices(string.digits, k=9))
        total = 24
        for place, digit in enumerate(reversed(number)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return number


@dataclass
class Person:
    """An invented person; attributes are the ways of writing the name."""

    f: str
    l: str  # noqa: E741
    mi: str

    @property
    def forms(self) -> dict[str, str]:
        f, last, mi = self.f, self.l, self.mi
        slip = last[:2] + last[3] + last[2] + last[4:] if len(last) > 5 else last
        return {
            "full": f"{f} {last}", "first": f, "last": last, "mid": f"{f} {mi}. {last}", "rev": f"{last}, {f}",
            "revmid": f"{last}, {f} {mi}.", "upper": f"{f} {last}".upper(), "lower": f"{f} {last}".lower(),
            "uplast": last.upper(), "lowlast": last.lower(), "uprev": f"{last}, {f}".upper(), "init": f"{f[0]}. {last}",
            "initials": f"{f[0]}.{last[0]}.", "poss": f"{last}'s", "split": f"{f}\n{last}", "slip": slip,
            "fposs": f"{f}’s", "initmid": f"{f[0]}. {mi}. {last}", "full_slip": f"{f} {slip}",
        }  # fmt: skip


@dataclass
class World:
    """One invented case: people, organisations, numbers, days."""

    rng: random.Random
    hard: bool = False
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        rng = self.rng
        self.people = {
            role: self.person()
            for role in ("pt", "dr", "dr2", "adj", "atty", "kin", "boss", "ther", "datty")
        }
        self.employer = rng.choice(COMPANIES)
        self.suffix = rng.choice(SUFFIX)
        self.insurer = rng.choice(INSURERS)
        self.facility, self.facility2 = rng.sample(FACILITIES, 2)
        a, b = self.people["atty"], self.people["datty"]
        self.firm = rng.choice(FIRMS).format(a.f, a.l, b.l)
        self.city = rng.choice(CITIES)
        self.birth = date(rng.randint(1945, 1995), rng.randint(1, 12), rng.randint(1, 28))
        self.injury = date(rng.randint(2010, 2016), rng.randint(1, 12), rng.randint(1, 28))
        self.ids: dict[str, str] = {}

    def person(self) -> Person:
        rng = self.rng
        while True:
            first = rng.choice(HARD_FIRST if self.hard and rng.random() < 0.5 else FIRST)
            last = rng.choice(HARD_LAST if self.hard and rng.random() < 0.7 else LAST)
            if last not in self.names and first not in self.names:
                self.names |= {first, last}
                return Person(first, last, rng.choice("ABCDEHJKLMRST"))

    def digits(self, n: int) -> str:
        return "".join(self.rng.choices(string.digits[1:], k=n))

    def letters(self, n: int) -> str:
        return "".join(self.rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=n))

    def day(self) -> date:
        return self.injury + timedelta(days=self.rng.randint(20, 900))

    def phone(self, style: int) -> str:
        a, b, c = self.rng.choice(["559", "213", "619", "916", "831"]), "555", "0" + self.digits(3)
        return [f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}", f"1-{a}-{b}-{c}", f"+1 {a} {b} {c}",
                f"{a}{b}{c}", f"({a}){b}-{c}"][style]  # fmt: skip

    def value(self, key: str) -> tuple[str, str]:
        """Return category and text of a place."""
        head, _, tail = key.partition(".")
        rng = self.rng
        if head in self.people:
            return "NAME", self.people[head].forms[tail]
        if head == "date":
            return "DATE", self.dated(self.day(), tail)
        if head == "dob":
            return "DOB", self.dated(self.birth, tail)
        if head == "doi":
            return "DATE", self.dated(self.injury, tail)
        if head == "phone" or head == "fax":
            return head.upper(), self.phone(int(tail))
        simple = {
            "employer": ("ORG", self.employer), "employerx": ("ORG", self.employer + self.suffix),
            "insurer": ("ORG", self.insurer), "facility": ("ORG", self.facility), "facility2": ("ORG", self.facility2),
            "firm": ("ORG", self.firm), "city": ("ADDRESS", self.city),
            "street": ("ADDRESS", f"{rng.randint(12, 19999)} {rng.choice(STREETS)} {rng.choice(STREET_TYPES)}"),
            "streetapt": ("ADDRESS", f"{rng.randint(12, 19999)} {rng.choice(STREETS)} {rng.choice(STREET_TYPES)}, {rng.choice(['Apt 4B', 'Suite 210', '#12', 'Unit 7'])}"),
            "barestreet": ("ADDRESS", f"{rng.randint(100, 9999)} {rng.choice(['Broadway', 'Alameda', 'El Camino Real', 'Embarcadero'])}"),
            "pobox": ("ADDRESS", f"P.O. Box {self.digits(4)}"),
            "csz": ("ADDRESS", f"{self.city}, CA 9{self.digits(4)}"),
            "csz4": ("ADDRESS", f"{self.city}, California 9{self.digits(4)}-{self.digits(4)}"),
            "zip": ("ADDRESS", f"9{self.digits(4)}"),
            "ssn": ("SSN", f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"),
            "ssnbare": ("SSN", f"{rng.randint(100, 665)}{rng.randint(10, 99)}{rng.randint(1000, 9999)}"),
            "ssnmask": ("SSN", f"xxx-xx-{rng.randint(1000, 9999)}"),
            "ssn4": ("SSN", f"{rng.randint(1000, 9999)}"),
            "email": ("EMAIL", f"{self.people['pt'].f.lower()}.{self.people['pt'].l.lower()[:4]}{self.digits(2)}@example.com".replace("'", "")),
            "email2": ("EMAIL", f"{self.letters(1).lower()}{self.letters(6).lower()}@claims-{self.letters(4).lower()}.example.org"),
            "url": ("URL", f"https://www.{self.letters(7).lower()}.example.com/portal/{self.digits(5)}"),
            "urlbare": ("URL", f"www.{self.letters(7).lower()}-ortho.com"),
            "ip": ("IP", ".".join(str(rng.randint(11, 250)) for _ in range(4))),
            "npi": ("NPI", luhn_npi(rng)),
            "lic": ("LICENCE", f"{rng.choice(['A', 'G', 'C'])}{self.digits(5)}"),
            "licdc": ("LICENCE", f"DC {self.digits(5)}"),
            "dea": ("LICENCE", f"B{self.letters(1)}{self.digits(7)}"),
            "dl": ("LICENCE", f"{self.letters(1)}{self.digits(7)}"),
            "account": ("ACCOUNT", f"{self.digits(3)}-{self.digits(6)}"),
            "policy": ("ACCOUNT", f"WC{self.letters(1)}{self.digits(7)}"),
            "plan": ("ACCOUNT", f"{self.letters(3)}{self.digits(9)}"),
            "serial": ("DEVICE", f"{self.letters(3)}{self.digits(6)}{self.letters(1)}"),
            "plate": ("VEHICLE", f"{self.digits(1)}{self.letters(3)}{self.digits(3)}"),
            "vin": ("VEHICLE", f"1{self.letters(4)}{self.digits(6)}{self.digits(6)}"),
            "photo1": ("PHOTO", "photograph of the patient's face"), "photo2": ("PHOTO", "fingerprints"),
            "streetup": ("ADDRESS", f"{rng.randint(12, 19999)} {rng.choice(STREETS)} {rng.choice(STREET_TYPES)}, Suite 300".upper()),
            "age90": ("AGE", str(rng.randint(90, 99))),
            "age": ("-", str(rng.randint(23, 70))),
        }  # fmt: skip
        fixed = {
            "claim": ("CLAIM", f"{self.digits(4)}-WC-{self.digits(2)}-{self.digits(7)}"),
            "claim2": ("CLAIM", f"{self.letters(2)}{self.digits(8)}"),
            "claim3": ("CLAIM", f"30{self.digits(9)}-{self.digits(4)}-WC-01"),
            "claim4": ("CLAIM", f"0{self.digits(8)}"),
            "adj_no": ("EAMS", f"ADJ{self.digits(8)}"),
            "adj_sp": ("EAMS", f"ADJ {self.digits(7)}"),
            "wcis": ("WCIS", f"2{self.digits(11)}"),
            "wcis2": ("WCIS", f"{self.digits(22)}"),
            "mrn": ("MRN", f"{self.digits(8)}"),
            "mrn2": ("MRN", f"M-{self.digits(6)}"),
            "mrn3": ("MRN", f"{self.digits(3)}-{self.digits(2)}-{self.digits(2)}"),
            "cm": ("CASE", f"CM17-9{self.digits(6)}"),
        }
        if head in fixed:
            made = self.ids.setdefault(head, fixed[head][1])
            return fixed[head][0], made
        return simple[head]

    def dated(self, day: date, form: str) -> str:
        month = MONTHS[day.month - 1]
        th = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day.day, "th")
        return {
            "us": f"{day:%m/%d/%Y}", "us2": f"{day.month}/{day.day}/{day:%y}", "iso": day.isoformat(),
            "dash": f"{day:%m-%d-%Y}", "dash2": f"{day:%m-%d-%y}", "dot": f"{day.month}.{day.day}.{day:%y}",
            "long": f"{month} {day.day}, {day.year}", "th": f"{month} {day.day}{th}, {day.year}",
            "abbr": f"{month[:3]} {day.day}, {day.year}", "abbrdot": f"{month[:3]}. {day.day}, {day.year}",
            "dmy": f"{day.day} {month} {day.year}", "dmyabbr": f"{day:%d}-{month[:3]}-{day.year}",
            "my": f"{month} {day.year}", "my2": f"{day.month}/{day.year}", "ofmy": f"{day.day}{th} of {month}, {day.year}",
            "md": f"{month} {day.day}", "usspace": f"{day.month} / {day.day} / {day.year}", "upper": f"{month[:3]} {day.day:02d} {day.year}".upper(),
            "compact": f"{day:%Y%m%d}", "split": f"{month}\n{day.day}, {day.year}", "md2": f"{day.month}/{day.day}",
            "theof": f"{day.day}{th} of {month} {day.year}", "lower": f"{month} {day.day}, {day.year}".lower(),
        }[form]  # fmt: skip

    def known(self) -> dict[str, object]:
        """Return what a case's application would give."""

        def full(role: str) -> str:
            return self.people[role].forms["full"]

        return {
            "employee": {"name": full("pt"), "date_of_birth": self.birth.isoformat()},
            "employer": self.employer,
            "claims_administrator": {"name": self.insurer, "adjuster": full("adj")},
            "physicians": [full("dr"), full("dr2")],
            "attorneys": [full("atty"), full("datty")],
            "claim_number": [v for k, v in self.ids.items() if k.startswith("claim")],
            "eams": [v for k, v in self.ids.items() if k.startswith("adj")],
        }  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A planted identifier at its place."""

    category: str
    start: int
    end: int
    place: str


@dataclass(frozen=True)
class Record:
    """A record with what was planted in it; ``known`` is what the case's fields would tell."""

    template: int
    text: str
    planted: tuple[Planted, ...]
    known: dict[str, object]


def templates(name: str) -> list[str]:
    """Return the records of a template file."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [part.strip("\n") for part in text.split("\n---\n") if part.strip()]


def records(name: str, seed: int, copies: int) -> list[Record]:
    """Return each template filled ``copies`` times, every third time with names that are words."""
    made = []
    for number, template in enumerate(templates(name)):
        for copy in range(copies):
            rng = random.Random(f"{seed} {name} {number} {copy}")
            made.append(fill(number, template, World(rng, hard=copy % 3 == 2)))
    return made


def fill(number: int, template: str, world: World) -> Record:
    """Return one record of a template."""
    text, planted = "", []
    for literal, place, _, _ in string.Formatter().parse(template):
        text += literal
        if place:
            category, value = world.value(place)
            if category != "-":
                bare = value.removesuffix("'s").removesuffix("’s")
                planted.append(Planted(category, len(text), len(text) + len(bare), place))
            text += value
    return Record(number, text, tuple(planted), world.known())
