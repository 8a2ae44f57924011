"""Intake: the form on a page and as a PDF, what a case holds of it."""

from __future__ import annotations

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openimr.office.blank import blank
from openimr.office.models import ApplicationDraft, Case, Event

FORM = {
    "items-TOTAL_FORMS": "2",
    "items-INITIAL_FORMS": "0",
    "received_on": "2026-03-02",
    "received_by": "fax",
    "form": "dwc_imr",
    "priority": "regular",
    "dispute": "necessity",
    "employee_first": "Imagined",
    "employee_last": "Worker",
    "injury": "2025-01-15",
    "claim_number": "INV-1",
    "employer": "Invented Works",
    "physician_first": "Dana",
    "physician_last": "Treater",
    "administrator_company": "Invented Claims",
    "administrator_channel": "electronic",
    "ur_decided": "2026-02-09",
    "ur_served": "2026-02-10",
    "ur_service": "electronic",
    "ur_outcome": "modified",
    "signed": "yes",
    "ur_attached": "yes",
    "requester": "employee",
    "items-0-request": "Physical therapy 12 visits",
    "items-0-ur_decision": "modified",
    "items-0-authorized": "6 visits",
    "items-0-remainder": "6 visits",
    "items-1-request": "Lumbar support",
    "items-1-ur_decision": "denied",
}


@pytest.fixture
def post(as_user):
    """Post the form of a new draft, with changes; returns the answer."""

    def send(do: str = "finish", **changes):
        client = as_user("ida")
        client.post("/applications/")
        pk = ApplicationDraft.objects.latest("pk").pk
        told = {name: value for name, value in (FORM | changes).items() if value}
        return client.post(f"/applications/{pk}/", told | {"do": do})

    return send


def test_a_form_becomes_a_case(post) -> None:
    assert post().status_code == 302
    case = Case.objects.get()

    assert case.number == "CM26-9000001"
    assert (case.state, case.employee, case.priority) == ("received", "Imagined Worker", "regular")
    assert case.events["ur_served"] == "2026-02-10"
    assert case.events["application_received"] == "2026-03-02"
    assert case.circumstances["signed"] is True
    assert case.circumstances["ur_service"] == "electronic"
    parties = {party.role: party for party in case.parties.all()}
    assert parties["requesting_physician"].name == "Dana Treater"
    assert parties["claims_administrator"].channel == "electronic"
    items = list(case.items.all())
    assert [item.ur_decision for item in items] == ["modified", "denied"]
    assert (items[0].original, items[0].remainder) == ("Physical therapy 12 visits", "6 visits")
    assert Event.objects.get(action="case.received").detail == {"channel": "fax", "items": 2}


def test_numbers_follow_within_a_year(post) -> None:
    post()
    post()
    post(received_on="2025-12-30", ur_decided="", ur_served="")

    numbers = set(Case.objects.values_list("number", flat=True))
    assert numbers == {"CM26-9000001", "CM26-9000002", "CM25-9000001"}


def test_a_form_is_entered_once_only(as_user) -> None:
    client = as_user("ida")
    client.post("/applications/")
    url = f"/applications/{ApplicationDraft.objects.get().pk}/"

    first, second = (client.post(url, FORM | {"do": "finish"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 404)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"employee_last": ""}, "Last name: fill this in."),
        ({"injury": "15/45/2025"}, "Date of injury: write the date as month/day/year"),
        ({"injury": "2099-01-01"}, "Date of injury: this day is still to come"),
        ({"ur_served": "2026-02-01"}, "Decision served on the employee on: this is before"),
        ({"received_by": "pigeon"}, "Received: choose one of the answers."),
        ({"items-0-remainder": ""}, "Treatment 1: Still in dispute: a modified request needs"),
        (
            {"items-0-request": "", "items-1-request": "", "items-0-ur_decision": ""},
            "Treatment 1: Service or good requested: fill this in.",
        ),
        ({"claim_number": "x" * 61}, "Claim number: shorten it to 60 characters."),
    ],
)
def test_mistakes_name_their_field(post, changes, says) -> None:
    answer = post(**changes)

    assert answer.status_code == 422
    assert says in answer.content.decode().replace("&quot;", '"').replace("Received by", "Received")
    assert not Case.objects.exists()


def test_a_half_filled_form_is_kept_as_a_draft(post, as_user) -> None:
    post("save", employee_last="", claim_number="HALF-1")

    draft = ApplicationDraft.objects.get()
    page = as_user("carl").get(f"/applications/{draft.pk}/").content.decode()
    assert 'value="HALF-1"' in page
    assert "Lumbar support" in page


def test_a_row_is_added_without_script(post, as_user) -> None:
    answer = post("add")

    assert answer["Location"].endswith("#item-3")
    page = as_user("ida").get(answer["Location"]).content.decode()
    assert "Treatment 3" in page
    assert "Treatment 4" not in page


def _filled(values: dict[str, str]) -> bytes:
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            if str(field.T) in values:
                field.V = values[str(field.T)]
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _upload(client, data: bytes):
    return client.post(
        "/applications/", {"form": SimpleUploadedFile("form.pdf", data, "application/pdf")}
    )


def test_a_filled_pdf_prefills_the_page(as_user) -> None:
    client = as_user("ida")
    data = _filled(
        {
            "employee_first": "Imagined",
            "employee_last": "Worker",
            "injury": "1/15/2025",
            "priority": "Expedited",
            "liability_disputed": "No",
            "items-1-request": "Lumbar support",
        }
    )
    answer = _upload(client, data)

    draft = ApplicationDraft.objects.get()
    assert draft.data["injury"] == "2025-01-15"
    assert (draft.data["priority"], draft.data["liability_disputed"]) == ("expedited", "no")
    assert "signed" not in draft.data, "a signature is for a person to see"
    page = client.get(answer["Location"]).content.decode()
    assert 'value="Worker"' in page
    assert "Lumbar support" in page
    assert client.get(f"/applications/{draft.pk}/form/").content == data
    assert not Case.objects.exists(), "a person checks before a case is made"


def test_the_uploaded_form_goes_into_the_file(as_user) -> None:
    client = as_user("ida")
    url = _upload(client, _filled({"employee_last": "Worker"}))["Location"]
    client.post(url, FORM | {"do": "finish"})

    assert Case.objects.get().documents.get().media_type == "application/pdf"


def test_a_flattened_form_gives_what_its_text_says(as_user) -> None:
    from openimr.letters.typesetting import typeset

    printed = typeset(
        '#set document(title: "Form")\n'
        "First name: Imagined\n\nLast name\n\nWorker\n\nDate of injury 1/15/2025\n\n"
        "Date of birth\n\nClaim number: INV-7\n\nTreatment 1: Service or good requested: Brace",
        {},
    )
    _upload(as_user("ida"), printed)

    draft = ApplicationDraft.objects.get()
    read = {name: draft.data.get(name) for name in draft.doubts}
    assert read == {
        "employee_first": "Imagined",
        "employee_last": "Worker",
        "injury": "2025-01-15",
        "claim_number": "INV-7",
        "items-0-request": "Brace",
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"plain words", "The file is no PDF; save the form as a PDF"),
        (b"%PDF-1.7 broken", "The PDF is damaged; ask the sender"),
    ],
)
def test_what_is_no_form_is_told(as_user, data, says) -> None:
    client = as_user("ida")
    answer = client.get(_upload(client, data)["Location"])

    assert says in answer.content.decode()
    assert not ApplicationDraft.objects.exists()


@pytest.mark.parametrize(("username", "status"), [("ida", 200), ("rita", 403), ("adam", 403)])
def test_who_may_enter_applications(as_user, username, status) -> None:
    assert as_user(username).get("/applications/").status_code == status
