"""Role by address: who gets through is written in ``permissions.yaml``, and nothing may be missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from openimr.office.files import keep
from openimr.office.models import ApplicationDraft, User
from openimr.office.urls import office as addresses

TABLE: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("permissions.yaml").read_text()
)
PEOPLE = ("ida", "carl", "mine", "other", "quinn", "mona", "adam", "erna")


def arguments(case) -> dict[str, Any]:
    """A value for every argument that an address may take, all of one case."""
    document = case.documents.first()
    return {
        "number": case.number,
        "step": "withdraw",
        "document": document.pk,
        "pk": case.letters.latest("pk").pk,
        "page": 1,
        "width": 900,
        "upload": uuid4(),
        "position": 0,
        "item": case.items.first().pk,
        "username": "rita",
        "to": "pdf",
        "draft": ApplicationDraft.objects.create(author=case.manager, file=keep(b"%PDF-")).pk,
    }


@pytest.fixture
def people(case_in, staff):
    """A case under review, and a client for each kind of person."""
    case = case_in("in_review")
    mine = case.assignments.get().reviewer
    other = next(staff[name] for name in ("rita", "ravi", "rosa") if staff[name] != mine)
    erna = User.objects.create(username="erna", role="employee")
    found = {}
    for name in PEOPLE:
        user = {"mine": mine, "other": other, "erna": erna}.get(name) or staff[name]
        found[name] = Client()
        found[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return case, found


def test_every_address_stands_in_the_table() -> None:
    assert sorted(address.name for address in addresses) == sorted(TABLE)


@pytest.mark.parametrize("address", addresses, ids=lambda address: address.name)
def test_every_view_names_its_permission(address) -> None:
    assert getattr(address.callback, "permission", None), "use @allowed or @with_case"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_gets_through(people, name) -> None:
    case, clients = people
    address = next(one for one in addresses if one.name == name)
    given = arguments(case)
    kwargs = {key: given[key] for key in address.pattern.converters}
    url = reverse(f"office:{name}", kwargs=kwargs)

    for method, through in TABLE[name].items():
        for person in PEOPLE:
            status = getattr(clients[person], method)(url).status_code
            refused = status in (403, 404)
            assert refused is (person not in through), f"{person} {method} {url}: {status}"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_nobody_gets_in_without_signing_in(people, name) -> None:
    case, _ = people
    address = next(one for one in addresses if one.name == name)
    given = arguments(case)
    url = reverse(f"office:{name}", kwargs={key: given[key] for key in address.pattern.converters})

    for method in TABLE[name]:
        response = getattr(Client(), method)(url)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]
