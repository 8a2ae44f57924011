"""The event log: append-only, chained, signed, verified."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from openimr.office import audit
from openimr.office.models import Checkpoint, Event


@pytest.fixture
def log(staff):
    for number in range(5):
        audit.record("test.entry", staff["carl"], number=number)
    return Event.objects.order_by("sequence")


def test_the_chain_holds(log) -> None:
    assert not list(audit.verify())
    assert [event.sequence for event in log] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_changes(log, change) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        log.update(action="other") if change == "update" else log.delete()


def _tamper(sql: str) -> None:
    """Change the table as someone with the file in hand would: triggers dropped first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE office_event DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER office_event_no_update")
            cursor.execute("DROP TRIGGER office_event_no_delete")
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE office_event SET action = 'x' WHERE sequence = 3", "was changed"),
        ("UPDATE office_event SET actor_name = 'ida' WHERE sequence = 3", "was changed"),
        ("DELETE FROM office_event WHERE sequence = 3", "are missing"),
        ("UPDATE office_event SET previous = hash WHERE sequence = 4", "does not follow"),
    ],
)
def test_what_was_changed_behind_its_back_is_told(log, sql, says) -> None:
    _tamper(sql)

    assert any(says in fault.says for fault in audit.verify())


def test_a_cut_tail_is_told_by_its_checkpoint(log) -> None:
    audit.checkpoint()
    _tamper("DELETE FROM office_event WHERE sequence > 3")

    assert [fault.says for fault in audit.verify()] == ["is signed by a checkpoint but missing"]


def test_a_forged_checkpoint_is_told(log) -> None:
    head = log.last()
    Checkpoint.objects.create(
        sequence=head.sequence, hash=head.hash, signature="AAAA", key_id="forged"
    )

    assert any("wrong signature" in fault.says for fault in audit.verify())


def test_a_checkpoint_is_made_once(log) -> None:
    assert audit.checkpoint() is not None
    assert audit.checkpoint() is None
