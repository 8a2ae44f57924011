"""What office tests share: invented people, cases brought to a state, clients that are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from openimr.office import demo
from openimr.office.models import Case, User


@pytest.fixture
def staff(db) -> dict[str, User]:
    """The invented people, by user name."""
    return demo.people()


@pytest.fixture
def case_in(staff) -> Callable[..., Case]:
    """Make an invented case in a state: ``case_in("in_review", number=3)``."""

    def make(state: str, number: int = 3, **fields) -> Case:
        case = demo.application(number, staff)
        for name, value in fields.items():
            setattr(case, name, value)
        case.save()
        return demo.bring(case, state, staff)

    return make


@pytest.fixture
def as_user(staff) -> Callable[[str], Client]:
    """A client that is signed in: ``as_user("carl")``."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(staff[username], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
