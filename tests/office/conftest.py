"""What office tests share: invented people, cases brought to a state, clients that are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models.signals import post_migrate
from django.test import Client

import office_browser as browser
from openimr.office import demo
from openimr.office.demo_paths import bring
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
        return bring(case, state, staff)

    return make


@pytest.fixture
def as_user(staff) -> Callable[[str], Client]:
    """A client that is signed in: ``as_user("carl")``."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(staff[username], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def chromium():
    """A browser without a window, one for all walks."""
    with browser.chromium() as running:
        yield running


@pytest.fixture
def emptied(transactional_db):
    """Have the tables emptied after a test whose server wrote outside of its transaction."""
    yield
    close = browser.open_triggers()

    def again(sender, **_) -> None:
        if sender.label == "office":
            post_migrate.disconnect(again)
            close()

    # Django sends this signal when it has emptied the tables.
    post_migrate.connect(again, weak=False)


@pytest.fixture
def pages(emptied, live_server, chromium):
    """Open the office as someone, in a window of his own: ``pages("carl", "/cases/")``."""
    contexts = []

    def sign_in(username: str, path: str = "/", **options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(demo.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(path)
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def case(case_in) -> Case:
    """A case that waits for its records."""
    return case_in("assigned")


@pytest.fixture
def url(case) -> str:
    """The address of its records."""
    return f"{case.get_absolute_url()}records/"


@pytest.fixture
def at_desk(case_in, as_user):
    """A case in review with its reviewer's client: ``case, client, url``."""

    def sit(number: int = 3, state: str = "in_review"):
        case = case_in(state, number=number)
        reviewer = case.assignments.get().reviewer.username
        return case, as_user(reviewer), f"{case.get_absolute_url()}desk/"

    return sit
