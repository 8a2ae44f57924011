"""A case through the real pages in a browser, each step as the person does it.

Labels and roles find what a person would find; nothing sleeps, nothing posts behind the page.
"""

from __future__ import annotations

import io
import re
import shutil
from datetime import timedelta

import pytest
from django.utils import timezone

from openimr.office import demo
from openimr.office.models import Case, PanelApproval

pytestmark = pytest.mark.browser

RECORD = (
    "Progress report of Dr. Imagined Treater. The employee reports low back pain after lifting. "
    "He completed 12 sessions of physical therapy without lasting relief. "
    "Straight leg raise is positive on the left. Naproxen 500 mg was taken for eight weeks."
)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def take_step(page, says: str, **answers: str) -> None:
    """Open a step of the case page, answer what it asks, and press its button."""
    step = page.locator("details", has=page.get_by_text(says, exact=True))
    step.locator("summary").click()
    for label, answer in answers.items():
        step.get_by_label(label.replace("_", " ")).fill(answer)
    step.get_by_role("button", name=says).click()
    page.get_by_role("status").get_by_text(f"Done: {says}").wait_for()


def settle(page, ground: str, value: str) -> None:
    """Settle an open ground of the screening, which then goes to those that do not apply."""
    asked = page.get_by_role("article").filter(has_text=ground)
    asked.get_by_role("combobox").select_option(label=value)
    asked.get_by_role("button", name="Save").click()
    asked.wait_for(state="hidden")


def tab(page, name: str) -> None:
    """Go to a page of the case."""
    tabs = page.get_by_role("navigation", name="Case")
    tabs.get_by_role("link", name=name, exact=True).click()
    tabs.locator("[aria-current=page]").get_by_text(name, exact=True).wait_for()


def offer_to_first(page) -> str:
    """Offer the case to the first candidate; returns his user name."""
    tab(page, "Reviewers")
    first = page.get_by_role("radio").first
    first.check()
    name = first.get_attribute("value")
    page.get_by_role("button", name="Offer the case").click()
    page.get_by_role("status").get_by_text("is offered").wait_for()
    return name


def take_offer(page) -> None:
    """Read the parties, state that there is no conflict, take the case."""
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Take the case").click()
    page.get_by_role("status").get_by_text("The case is yours.").wait_for()


def decide(page, decision: str, number: int, rationale: str) -> None:
    """Decide one item at the desk; the page saves it by itself and says so."""
    chosen = (
        page.get_by_role("navigation", name="Disputed items").get_by_role("listitem").nth(number)
    )
    chosen.get_by_role("link").click()
    chosen.locator("[aria-current=page]").wait_for()
    form = page.locator("form.opinion")
    form.get_by_label("Rationale", exact=True).fill(rationale)
    form.get_by_label("Guideline or evidence").fill("MTUS Low Back Disorders Guideline")
    form.get_by_label(decision).check()
    page.locator("form.opinion[data-saved=yes]").wait_for()


def decide_all(page, case: Case, decision: str = "Upheld") -> None:
    verb = "is" if decision == "Overturned" else "is not"
    for number, _ in enumerate(case.items.all()):
        decide(page, decision, number, f"The treatment {verb} medically necessary by the record.")


def sign(page) -> None:
    """Look over what is signed, acknowledge what the checks remark, give the password again."""
    page.get_by_role("link", name="Check and sign").click()
    page.get_by_role("heading", name="What you sign").wait_for()
    for box in page.get_by_role("checkbox").all():
        box.check()
    assert not page.locator(".blocking").all_inner_texts()
    page.get_by_label("Your password").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign and hand in").click()
    page.get_by_role("status").get_by_text(re.compile("^Signed")).wait_for()


def pass_quality(page) -> None:
    tab(page, "Second look")
    for group in page.get_by_role("group").all():
        group.get_by_label("Yes").check()
    page.get_by_role("button", name="Pass", exact=True).click()
    page.get_by_role("status").get_by_text("The review is passed.").wait_for()


def issue(page) -> None:
    tab(page, "Determination")
    page.get_by_role("button", name="Issue the determination").click()
    page.get_by_role("heading", name="Log of service").wait_for()


def scan() -> bytes:
    """A page as a scanner makes it: an image of letters."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1700, 600), 255)
    font = ImageFont.load_default(size=48)
    ImageDraw.Draw(image).multiline_text(
        (90, 90), "Operative report\nThe lumbar discectomy was done.\nNo complication.", 0, font
    )
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


def upload(page, name: str, kind: str, data: bytes) -> None:
    """Choose a file, which is sent at once, and wait for its line in the list."""
    page.get_by_label("Choose files, or drop them here").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )
    page.get_by_role("table").get_by_role("link", name=name, exact=True).wait_for()


def enter_application(page) -> Case:
    """Type in a paper form, as far as the office needs it."""
    today = timezone.localdate()
    page.get_by_role("button", name="Start an empty form").click()
    typed = {
        "First name": "Irma", "Last name": "Fenwick", "Date of injury": f"{today - timedelta(days=400)}",
        "Address, city, state, ZIP code": "1 Invented Street, Nowhere, CA 90000",
        "Employer": "Invented Freight Works", "Law firm": "Invented & Imagined LLP",
        "Physician's first name": "Iva", "Physician's last name": "Imagined",
        "Specialty": "Physical Medicine & Rehabilitation",
        "Claims administrator's company": "Invented Claims Services",
        "Date of the utilization review decision": f"{today - timedelta(days=10)}",
        "Decision served on the employee on": f"{today - timedelta(days=10)}",
        "Application form given on": f"{today - timedelta(days=10)}",
        "Signed on": f"{today - timedelta(days=2)}",
        "Service or good requested": "Acupuncture, 6 sessions for the lumbar spine",
    }  # fmt: skip
    chosen = {
        "Received by": "Mail", "Form used": "DWC Form IMR", "Utilization review decided": "Denied",
        "Served by": "Electronically", "Who applies": "Employee",
        "Is the request and consent to obtain records signed?": "Yes",
        "Is liability disputed for a reason other than necessity?": "No",
        "Is the utilization review decision attached?": "Yes",
    }  # fmt: skip
    for label, value in typed.items():
        page.get_by_label(re.compile(f"^{re.escape(label)}(:|needed|$)")).first.fill(value)
    for label, value in chosen.items():
        page.get_by_label(re.compile(f"^{re.escape(label)}(:|needed|$)")).first.select_option(
            label=value
        )
    page.get_by_role("button", name="Enter the application").click()
    page.get_by_role("status").get_by_text("is entered").wait_for()
    return Case.objects.get()


def test_from_the_form_to_the_letters(pages, staff) -> None:
    ida = pages("ida", "/applications/")
    case = enter_application(ida)
    take_step(ida, "Start the screening")
    settle(ida, "The same treatment is already under application", "No")
    settle(ida, "The same treatment was already decided", "No")
    settle(ida, "The appeals board found", "No")
    settle(ida, "No question of medical necessity", "Yes")
    ida.get_by_text("None applies. The machine screens").wait_for()
    take_step(ida, "Accept as eligible")
    take_step(ida, "Send the notice of assignment")
    ida.get_by_role("button", name="Mark as served").click()
    ida.get_by_text("4 letters marked as served").wait_for()

    carl = pages("carl", f"/cases/{case.number}/records/")
    upload(carl, "report.txt", "text/plain", RECORD.encode())
    if shutil.which("tesseract"):
        upload(carl, "scan.png", "image/png", scan())
        carl.get_by_label("Words").fill("discectomy")
        carl.get_by_role("button", name="Search").click()
        carl.locator("#found").get_by_role("link").first.wait_for()
    tab(carl, "Overview")
    take_step(carl, "The records are complete")
    name = offer_to_first(carl)

    reviewer = pages(name)
    reviewer.get_by_role("link", name=case.number).click()
    reviewer.locator("details", has=reviewer.get_by_text("Take the case")).locator(
        "summary"
    ).click()
    reviewer.get_by_role("link", name="Go there").first.click()
    take_offer(reviewer)
    decide_all(reviewer, case)
    sign(reviewer)
    assert now(case).state == "quality"

    quinn = pages("quinn", f"/cases/{case.number}/")
    pass_quality(quinn)
    assert now(case).state == "ready_to_issue"

    carl.goto(f"/cases/{case.number}/")
    issue(carl)
    letters = carl.get_by_role("table").get_by_role("link").all()
    assert len(letters) == 6
    for link in letters:
        answer = carl.request.get(link.get_attribute("href"))
        assert answer.ok
        assert answer.body().startswith(b"%PDF")
    assert now(case).state == "issued"


def review_and_issue(pages, case: Case, carl, decision: str = "Upheld") -> str:
    """From complete records to the letters; returns the reviewer's user name."""
    name = offer_to_first(carl)
    reviewer = pages(name, f"/cases/{case.number}/offer/")
    take_offer(reviewer)
    decide_all(reviewer, case, decision)
    sign(reviewer)
    pass_quality(pages("quinn", f"/cases/{case.number}/"))
    carl.goto(f"/cases/{case.number}/")
    issue(carl)
    return name


def answered(page, ground: str, value: str, says: str) -> None:
    """Answer the question of a ground, which then stands so (``Applies``, ``Does not apply``)."""
    asked = page.get_by_role("article").filter(has_text=ground)
    settled = page.locator("details.settled")
    if not asked.is_visible():
        settled.locator("> summary").click()
    asked.get_by_role("combobox").last.select_option(label=value)
    asked.get_by_role("button", name="Save").click()
    page.get_by_role("article").filter(has_text=ground).locator(".state").get_by_text(
        says, exact=True
    ).wait_for(state="attached")


def decide_on_grounds(page, says: str, ground: str) -> None:
    """Confirm a ground and take the step that follows from it."""
    step = page.locator("details", has=page.get_by_text(says, exact=True))
    step.locator("summary").click()
    step.get_by_label(ground).check()
    step.get_by_role("button", name=says).click()
    page.get_by_role("status").get_by_text(f"Done: {says}").wait_for()


def serve(page) -> None:
    """Mark the letters that wait as served."""
    page.get_by_role("button", name="Mark as served").click()
    page.get_by_role("status").get_by_text("marked as served").wait_for()


def test_an_expedited_review_from_its_certification_to_its_letters(pages, case_in) -> None:
    case = case_in("eligible")
    page = pages("ida", f"/cases/{case.number}/screening/")
    take_step(page, "Convert to an expedited review", Certification="A physician certified it.")
    assert now(case).priority == "expedited"
    page.goto(f"/cases/{case.number}/screening/")
    page.get_by_role("heading", level=1).get_by_text("Expedited").wait_for()
    take_step(page, "Send the notice of assignment")

    carl = pages("carl", f"/cases/{case.number}/")
    take_step(carl, "The records are complete")
    clock = now(case)
    assert clock.due_clock.startswith("determination")
    assert clock.due_at - timezone.now() < timedelta(days=4)
    review_and_issue(pages, case, carl)

    assert now(case).state == "issued"
    assert {one.kind for one in case.letters.all()} >= {"conversion", "assignment", "determination"}


def test_an_application_is_refused_when_a_person_confirms_the_ground(pages, case_in) -> None:
    case = case_in("screening")
    page = pages("ida", f"/cases/{case.number}/screening/")
    answered(page, "bears no signature", "No", "Applies")

    step = page.locator("details", has=page.get_by_text("Refuse the application", exact=True))
    step.locator("summary").click()
    step.get_by_role("button", name="Refuse the application").click()
    page.get_by_role("status").get_by_text("Confirm the grounds first").wait_for()
    assert now(case).state == "screening"
    decide_on_grounds(page, "Refuse the application", "bears no signature")
    serve(page)

    assert now(case).state == "ineligible"
    assert all("bears no signature" in one.text for one in case.letters.filter(kind="refusal"))
    assert not case.letters.filter(served_at=None).exists()


def test_a_review_is_deferred_and_resumed_to_its_end(pages, case_in) -> None:
    case = case_in("screening")
    page = pages("ida", f"/cases/{case.number}/screening/")
    answered(page, "Liability is disputed", "Yes", "Applies")
    decide_on_grounds(page, "Defer for the liability dispute", "Liability is disputed")
    serve(page)
    assert now(case).state == "deferred"

    page.goto(f"/cases/{case.number}/screening/")
    step = page.locator("details", has=page.get_by_text("The liability dispute is resolved"))
    step.locator("summary").click()
    step.get_by_label("Notice of the resolution was served on").fill(f"{timezone.localdate()}")
    step.get_by_role("button", name="The liability dispute is resolved").click()
    page.get_by_role("status").get_by_text("Done: The liability dispute is resolved").wait_for()
    assert now(case).state == "screening"

    take_step(page, "Accept as eligible")
    take_step(page, "Send the notice of assignment")
    carl = pages("carl", f"/cases/{case.number}/")
    take_step(carl, "The records are complete")
    review_and_issue(pages, case, carl)
    assert now(case).state == "issued"


def test_one_treatment_is_not_eligible_and_the_other_is_reviewed(pages, case_in) -> None:
    case = case_in("screening")
    case.items.exclude(position=0).delete()
    case.items.create(position=1, request="Naproxen 500 mg, 60 tablets")
    page = pages("ida", f"/cases/{case.number}/screening/")

    row = page.get_by_role("listitem").filter(has_text="Naproxen 500 mg")
    row.get_by_text("Not eligible alone").click()
    row.get_by_label("Ground").select_option(label="The same treatment was already decided.")
    row.get_by_label("On what that rests").fill("Decided in CM26-9000099.")
    row.get_by_label("I have checked").check()
    row.get_by_role("button", name="End this treatment").click()
    page.get_by_text("Not eligible: The same treatment was already decided.").wait_for()
    take_step(page, "Accept as eligible")

    assert now(case).state == "eligible"
    page.get_by_text("Application Eligible in Part").first.wait_for()
    assert [one.request for one in case.items.filter(state="not_eligible")] == [
        "Naproxen 500 mg, 60 tablets"
    ]


def test_the_summary_is_the_reviewers_and_a_wrong_record_goes(pages, case_in) -> None:
    case = case_in("in_review")
    carl = pages("carl", f"/cases/{case.number}/records/")
    upload(carl, "wrong.txt", "text/plain", b"A report of quite another person, who fell.")
    row = carl.get_by_role("row").filter(has_text="wrong.txt")
    row.get_by_role("link", name="Withdraw").click()
    carl.get_by_label("It is of another person or case").check()
    carl.get_by_role("button", name="Withdraw it").click()
    carl.get_by_role("status").get_by_text("withdrawn from the file").wait_for()
    assert not carl.get_by_role("link", name="wrong.txt", exact=True).count()

    page = pages(case.assignments.get().reviewer.username, f"/cases/{case.number}/desk/")
    page.get_by_role("link", name="Clinical case summary").click()
    page.get_by_label("Summary", exact=True).fill("The injured worker has low back pain.")
    page.locator("form.opinion[data-saved=yes]").wait_for()
    assert case.assignments.get().summary.text == "The injured worker has low back pain."
    decide_all(page, case)
    sign(page)
    assert "low back pain" in case.assignments.get().attestations.get().content


def test_an_employee_withdraws(pages, case_in) -> None:
    case = case_in("assigned")
    page = pages("carl", f"/cases/{case.number}/")

    take_step(page, "The employee withdraws", Reason="His letter of today.")

    assert now(case).state == "withdrawn"
    page.get_by_text("Your role has no step here.").wait_for()


def test_a_panel_that_is_split_evenly_overturns(pages, case_in, staff) -> None:
    case = case_in("records_complete")
    carl = pages("carl", f"/cases/{case.number}/assign/")
    carl.get_by_text("Enter the written approval").click()
    carl.get_by_label("Number of reviewers").fill("2")
    carl.get_by_label("Approved on").fill(f"{timezone.localdate() - timedelta(days=1)}")
    carl.get_by_label("Reference of the letter").fill("INV-1")
    carl.get_by_label("Why one reviewer is not enough").fill("Two fields of medicine.")
    carl.get_by_role("button", name="Enter the approval").click()
    carl.get_by_text("Approved for 2 reviewers").wait_for()
    assert PanelApproval.objects.get().reviewers == 2
    boxes = carl.get_by_role("checkbox").all()[:2]
    names = [box.get_attribute("value") for box in boxes]
    for box in boxes:
        box.check()
    carl.get_by_role("button", name="Offer the case").click()
    carl.get_by_role("status").get_by_text("is offered").wait_for()

    for name, decision in zip(names, ("Upheld", "Overturned"), strict=True):
        page = pages(name, f"/cases/{case.number}/offer/")
        take_offer(page)
        decide_all(page, case, decision)
        sign(page)

    quinn = pages("quinn", f"/cases/{case.number}/quality/")
    quinn.get_by_text("The reviewers differ.").first.wait_for()
    pass_quality(quinn)
    carl.goto(f"/cases/{case.number}/")
    issue(carl)
    assert {item.decision for item in case.items.all()} == {"Overturned"}


def test_a_remanded_case_goes_to_another_reviewer(pages, case_in) -> None:
    case = case_in("issued")
    first = case.assignments.get().reviewer.username
    carl = pages("carl", f"/cases/{case.number}/after/")
    for says, answers in (
        ("A petition was filed", {}),
        ("Reversed; to be reviewed anew by another reviewer", {"Reason": "The board's order."}),
    ):
        step = carl.locator("details", has=carl.get_by_text(says, exact=True))
        step.locator("summary").click()
        for label, answer in answers.items():
            step.get_by_label(label).fill(answer)
        step.get_by_role("button", name=says).click()
        carl.get_by_role("status").get_by_text(f"Entered: {says}").wait_for()

    second = offer_to_first(carl)
    assert second != first
    page = pages(second, f"/cases/{case.number}/offer/")
    take_offer(page)
    decide_all(page, case, "Overturned")
    sign(page)
    pass_quality(pages("quinn", f"/cases/{case.number}/"))
    carl.goto(f"/cases/{case.number}/")
    issue(carl)

    assert now(case).remand_count == 1
    assert sorted(case.issued.values_list("round", flat=True)) == [0, 1]
