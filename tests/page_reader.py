"""Reading the pages that OpenIMR writes: strictly, as a browser without mercy would."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "input", "img", "rect", "link", "hr"}


class Page(HTMLParser):
    """A page whose every element is closed in the order of opening."""

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(source.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    def having(self, word: str) -> list[dict[str, str]]:
        return [attrs for _, attrs in self.elements if word in attrs.get("class", "").split()]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def assert_self_contained(source: bytes) -> None:
    """Nothing is loaded, and only the page's own script and style may run."""
    import re

    page = Page(source)
    policy = next(a["content"] for a in page.all("meta") if "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy
    assert not re.search(rb"(href|src|action)=.https?://|@import|url\(", source)
    assert not [a for _, a in page.elements if {"style", "onclick", "src"} & a.keys()]


def assert_navigable(source: bytes) -> None:
    """Ids are unique, anchors and names lead somewhere, headings go down one level at a time."""
    from itertools import pairwise

    page = Page(source)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.all("a")} <= set(ids)
    named = " ".join(a.get("aria-labelledby", "") for _, a in page.elements).split()
    assert set(named) <= set(ids)
    levels = [int(t[1]) for t, _ in page.elements if len(t) == 2 and t[0] == "h" and t[1].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert page.all("html")[0]["lang"] == "en"
    assert page.having("skip")
    for picture in page.all("svg"):
        assert (
            picture.get("aria-hidden")
            or picture.get("aria-labelledby")
            or picture.get("aria-label")
        )


def luminance(colour: str) -> float:
    """Relative luminance of a colour such as ``#1b1f24`` (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: str, back: str) -> float:
    """Contrast of two colours (WCAG 2)."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
