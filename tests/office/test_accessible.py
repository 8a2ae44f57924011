"""Every page as axe-core sees it (WCAG 2.2 AA, light and dark), and the ways of the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.urls import reverse
from test_permissions import arguments

from openimr.office.urls import office as addresses

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe.min.js").read_text()
TABLE = yaml.safe_load((HERE / "permissions.yaml").read_text())
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false});
  const wrong = found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3)
    .map(node => node.html.slice(0, 160) + ' (' + node.failureSummary.slice(0, 200) + ')').join(' | '));
  return [found.passes.length, wrong];
}"""


def violations(page) -> list[str]:
    """What axe-core finds against the rules of WCAG 2.2 AA."""
    page.evaluate(AXE)
    passed, wrong = page.evaluate(RUN, list(RULES))
    assert passed > 5
    return wrong


def test_a_broken_rule_is_found(chromium) -> None:
    page = chromium.new_page()
    page.set_content("<main><p style='color:#999'>Pale</p><input><img src='x'></main>")

    wrong = " ".join(violations(page))

    assert {"color-contrast", "label", "image-alt"} <= set(wrong.replace(":", " ").split())


def fitting(person: str, case) -> str:
    """The user name of a person of the permission table."""
    return case.assignments.get().reviewer.username if person == "mine" else person


def links_of(case, names, person: str) -> list[str]:
    """Every address of the table that the person may open with GET, for one case."""
    given = arguments(case) | {"to": "html"}
    found = []
    for address in addresses:
        if person in names[address.name].get("get", ()):
            kwargs = {key: given[key] for key in address.pattern.converters}
            found.append(reverse(f"office:{address.name}", kwargs=kwargs))
    return found


def look_at(page, urls: list[str]) -> dict[str, list[str]]:
    """What breaks a rule on these pages, in light and in dark; whatever is no page is left out."""
    found, seen = {}, 0
    for url in urls:
        if "text/html" not in page.request.get(url).headers.get("content-type", ""):
            continue
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(url)
            # A piece of a page, or a letter that is shown in a frame, has no main part.
            if page.locator("main").count() == 1:
                seen += 1
                if wrong := violations(page):
                    found[f"{url} {scheme}"] = wrong
    assert seen
    return found


@pytest.mark.parametrize("person", ["ida", "carl", "mine", "quinn", "mona", "adam"])
def test_no_page_breaks_a_rule(pages, case_in, person) -> None:
    case = case_in("in_review")
    page = pages(fitting(person, case))

    assert not look_at(page, links_of(case, TABLE, person))


@pytest.mark.parametrize(
    ("state", "person", "at"),
    [
        ("screening", "ida", ""),
        ("screening", "ida", "screening/"),
        ("deferred", "ida", "screening/"),
        ("eligible", "ida", "screening/"),
        ("assigned", "ida", "letters/"),
        ("information_requested", "ida", "screening/"),
        ("records_complete", "carl", "assign/"),
        ("reviewer_information", "carl", "requests/"),
        ("quality", "mine", "desk/"),
        ("quality", "mine", "desk/sign/"),
        ("quality", "quinn", "quality/"),
        ("ready_to_issue", "carl", "issue/"),
        ("issued", "carl", "after/"),
        ("issued", "mona", ""),
    ],
)
def test_nor_as_the_case_goes_on(pages, case_in, state, person, at) -> None:
    case = case_in(state)
    page = pages(person if person != "mine" else case.assignments.get().reviewer.username)

    assert not look_at(page, [f"/cases/{case.number}/{at}"])


def test_signing_in_and_refusals(pages) -> None:
    page = pages("adam")

    assert not look_at(page, ["/cases/", "/cases/CM26-9999999/"])
    page.context.clear_cookies()
    assert not look_at(page, ["/accounts/login/"])


def reached(page, name: str, most: int = 60) -> bool:
    """Whether the tabulator key comes to a control of this name, which then shows that it has it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said, ring = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
            const label = one.labels && one.labels[0] || one;
            return [(one.getAttribute('aria-label') || label.textContent || '').trim(),
              style.outlineStyle !== 'none' || style.boxShadow !== 'none']; }"""
        )
        if said.startswith(name):
            assert ring, f"{name} has the focus and does not show it"
            return True
    return False


def test_the_skip_link_leads_past_the_menu(pages, case_in) -> None:
    page = pages("carl", f"/cases/{case_in('assigned').number}/")

    assert reached(page, "Skip to content", most=1)
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_step_is_taken_with_the_keyboard_alone(pages, case_in) -> None:
    page = pages("carl", f"/cases/{case_in('assigned').number}/")

    assert reached(page, "The records are complete")
    page.keyboard.press("Enter")
    assert reached(page, "The records are complete", most=2)
    page.keyboard.press("Enter")

    page.get_by_role("status").get_by_text("Done: The records are complete").wait_for()


def test_an_item_is_decided_with_the_keyboard_alone(pages, case_in) -> None:
    case = case_in("in_review")
    page = pages(case.assignments.get().reviewer.username, f"/cases/{case.number}/desk/")

    assert reached(page, "Check and sign")
    assert reached(page, "Upheld", most=120)
    page.keyboard.press("Space")
    assert reached(page, "Guideline or evidence", most=3)
    page.keyboard.type("MTUS Low Back Disorders Guideline")
    assert reached(page, "Rationale", most=1)
    page.keyboard.type("The record shows no trial of therapy.")
    assert reached(page, "Save now", most=12)
    page.keyboard.press("Enter")
    page.locator("form.opinion[data-saved=yes]").wait_for()

    opinion = case.assignments.get().opinions.get(item=case.items.first())
    assert opinion.decision == "Upheld"
    assert opinion.rationale.endswith("therapy.")


def test_a_save_under_way_does_not_take_the_focus_from_the_checks(pages, case_in) -> None:
    case = case_in("in_review")
    page = pages(case.assignments.get().reviewer.username, f"/cases/{case.number}/desk/")
    # A remark with a quote of the file, which can be reached by the keyboard.
    page.locator("#rationale").fill("There is no documentation of pain. He is 97 years old.")
    page.locator("form.opinion[data-saved=yes]").wait_for()
    page.evaluate(
        "document.getElementById('checks').insertAdjacentHTML('beforeend', '<a href=\"#x\">a quote</a>')"
    )
    page.get_by_role("link", name="a quote").focus()

    page.evaluate(
        """() => { const words = document.getElementById('rationale');
        words.value += ' More.'; htmx.trigger(words.form, 'save'); }"""
    )
    page.get_by_role("link", name="a quote").wait_for(state="detached")

    assert page.evaluate("document.getElementById('checks').contains(document.activeElement)")
