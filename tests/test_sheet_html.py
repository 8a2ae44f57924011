"""The review sheet as a page: self-contained, escaped, accessible, working in a browser."""

import html
import json
import re
import shutil
import subprocess
from itertools import pairwise

import pytest

import factories
import hostile
from openimr.reviews.sheet import render
from openimr.reviews.sheet.html import resource
from page_reader import Page


@pytest.fixture(scope="module")
def source():
    return render(*factories.case_and_review(), "html")


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_nothing_is_loaded_and_only_our_script_may_run(source, page):
    policy = next(a["content"] for a in page.all("meta") if "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy
    assert not re.search(rb"https?://|@import|url\(", source)
    assert not [a for _, a in page.elements if {"style", "onclick", "src"} & a.keys()]


def test_title_holds_the_case_number_and_nothing_clinical(source):
    assert b"<title>Review sheet CM17-9000001 (DRAFT)</title>" in source


def test_ids_are_unique_and_every_anchor_leads_somewhere(page):
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for a in page.all("a")]
    assert all(t.startswith("#") and t[1:] in ids for t in targets)
    named = " ".join(a.get("aria-labelledby", "") for _, a in page.elements).split()
    assert set(named) <= set(ids)


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_landmarks_skip_links_and_live_region(page):
    for landmark in ("header", "main", "aside", "nav"):
        assert page.all(landmark)
    assert [a["href"] for a in page.having("skip")] == ["#items", "#records"]
    assert [a for a in page.all("p") if a.get("aria-live") == "polite"]


def test_every_cited_quote_is_marked_with_its_number_and_can_lead_back(page):
    quotes = page.having("q")
    assert quotes
    numbers = {a["id"]: a for a in page.having("n")}
    for quote in quotes:
        back = numbers[quote["href"][1:]]
        assert back["href"][1:] in {q["id"] for q in quotes}
    keys = {k for m in page.all("mark") for k in m.get("data-k", "").split()}
    assert set(numbers) <= keys


def test_overlapping_evidence_is_cut_not_crossed(page):
    several = [m["data-k"] for m in page.all("mark") if "several" in m["class"]]
    assert [k.split() for k in several] == [["e1", "e2"], ["e2", "e3"]]


def test_the_text_of_the_records_is_whole(source):
    case, _ = factories.case_and_review()
    shown = re.findall(r'<div class="text" dir="auto">(.*?)</div>', source.decode(), re.S)
    for record, markup in zip(case.documents, shown, strict=True):
        bare = re.sub(r'<a class="n".*?</a>|<span class="page">.*?</span>', "", markup)
        assert html.unescape(re.sub("<[^>]+>", "", bare)) == record.text


@pytest.mark.parametrize(
    "words",
    [
        "DRAFT - proposal of the machine, not a determination",
        "What documentation would change the decision",
        "Hangs on",
        "What was looked for, and where",
        "Exceeded",
        "Triggered",
        "Within limit",
        "Not documented",
        "MTUS Knee Complaints (2004), Surgical, pages 344-345",
        "over 99%",
        "No proposal",
        "does not address",
        "12 visits of postoperative physical therapy",
        "tramadol",
        "general knowledge, medium confidence",
        "60 tablets",
        "Pain scores run from 4 to 8 in the same year.",
    ],
)
def test_the_page_says(page, words):
    assert words in "".join(page.text)


def test_attested_page_names_states_certification_and_date_and_is_no_draft():
    case, review = factories.case_and_review()
    page = Page(render(case, factories.attested(review), "html"))
    text = "".join(page.text)
    for words in ("CA, NV", "Orthopaedic Surgery", "January 5, 2017", "Taper is under way."):
        assert words in text
    assert not page.having("watermark")
    assert not [a for a in page.having("bar") if "draft" in a["class"]]


@pytest.mark.parametrize("words", hostile.TEXTS)
def test_hostile_text_stays_text(words):
    source = render(*hostile.case_and_review(words), "html")
    page = Page(source)
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert b"\x1b" not in source
    assert "\u202e".encode() not in source
    if words.isascii() and words.isprintable():
        assert words in "".join(page.text)


# --- colours -----------------------------------------------------------------------------------

PAIRS = [
    *(("--" + a, "--" + b, 4.5) for a in ("ink", "quiet", "link") for b in ("page", "card")),
    ("--ink", "--plain-bg", 4.5),
    *((f"--{t}-ink", f"--{t}-bg", 4.5) for t in ("draft", "signed", "good", "bad", "gap", "plain")),
    *(("--mark-ink", f"--{p}", 4.5) for p in ("present", "negated", "hedged", "planned")),
    *((f"--{p}-line", f"--{p}", 3.0) for p in ("present", "negated", "hedged", "planned")),
    *((f"--{p}-line", "--card", 3.0) for p in ("present", "negated", "hedged", "planned")),
    ("--lit-ink", "--lit", 4.5),
    ("--focus", "--page", 3.0),
    ("--focus", "--card", 3.0),
    ("--quiet", "--card", 3.0),
]


def _schemes():
    css = resource("sheet.css")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    light, dark = (dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", b)) for b in blocks)
    return {"light": light, "dark": light | dark}


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast_meets_wcag_aa(scheme, front, back, least):
    colours = _schemes()[scheme]
    high, low = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= least


# --- in a browser ------------------------------------------------------------------------------

SCRIPT = """<script>addEventListener("load", () => setTimeout(async () => {
  const rest = () => new Promise((done) => setTimeout(done, 60));
  const seen = () => ({
    focus: document.activeElement.id,
    lit: document.querySelectorAll("mark.lit").length,
    sentence: document.querySelector(".s.lit")?.textContent ?? "",
    said: document.getElementById("status").textContent,
    wide: document.documentElement.scrollWidth <= innerWidth,
  });
  const quote = document.getElementById("item1-c2-q1");
  const out = { start: seen() };
  quote.focus(); quote.click(); await rest(); out.shown = seen();
  document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Escape", bubbles: true })); await rest();
  out.back = seen();
  const facts = document.querySelectorAll(".facts")[1]; facts.open = true;
  const input = facts.querySelector("input"); input.value = "effusion";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  out.filter = facts.querySelector("output").textContent;
  const small = [...document.querySelectorAll("button, summary, input, select, a.n, a.q")]
    .filter((n) => n.offsetParent && !n.closest(".vh"))
    .filter((n) => { const b = n.getBoundingClientRect(); return b.height < 24 || b.width < 24; });
  out.small = small.map((n) => n.outerHTML.slice(0, 90));
  const pre = document.createElement("pre"); pre.id = "probe";
  pre.textContent = JSON.stringify(out); document.body.append(pre);
}, 50));</script></body>"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_a_quote_lights_its_sentence_and_escape_leads_back(source, tmp_path):
    file = tmp_path / "sheet.html"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", source.decode())
    file.write_text(text.replace("</body>", SCRIPT), encoding="utf-8")
    ran = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu"),
            *("--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"),
            *("--window-size=1400,900", "--virtual-time-budget=4000", "--dump-dom"),
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.search(r'<pre id="probe">(.*?)</pre>', ran.stdout, re.S)
    assert found, ran.stderr[-500:]
    seen = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert seen["start"]["lit"] == 0
    assert seen["shown"]["focus"] == "e3"
    assert seen["shown"]["lit"] >= 1
    assert "McMurray's test is positive" in seen["shown"]["sentence"]
    assert "Press Escape" in seen["shown"]["said"]
    assert (seen["back"]["focus"], seen["back"]["lit"]) == ("item1-c2-q1", 0)
    assert seen["filter"] == "36 of 288 shown"
    assert seen["small"] == []
    assert seen["start"]["wide"]
