"""The embedded database: who writes waits in line, and whoever dies or fails leaves it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections, transaction

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("OPENIMR_DATABASE")), reason="is about the embedded database"
)


class UnluckyError(Exception):
    """What goes wrong within a transaction."""


def elsewhere(work) -> threading.Thread:
    """Begin work in another thread, on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_transactions_go_one_after_the_other(transactional_db) -> None:
    order = []

    def second() -> None:
        with transaction.atomic():
            order.append("second")

    with transaction.atomic():
        other = elsewhere(second)
        time.sleep(0.1)
        order.append("first")
    other.join(10)

    assert order == ["first", "second"]


def test_a_transaction_that_fails_lets_the_next_one_in(transactional_db) -> None:
    def fail() -> None:
        with pytest.raises(UnluckyError), transaction.atomic():
            raise UnluckyError

    for _ in range(3):
        other = elsewhere(fail)
        fail()
        other.join(10)
        assert not other.is_alive()


def test_a_connection_that_is_closed_amid_a_transaction_lets_the_next_one_in(
    transactional_db,
) -> None:
    def leave() -> None:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        connection.close()

    elsewhere(leave).join(10)
    other = elsewhere(lambda: transaction.atomic().__enter__())
    other.join(10)

    assert not other.is_alive()


def test_a_process_that_is_killed_lets_the_next_one_in(tmp_path) -> None:
    held = (
        "import django, time; django.setup()\n"
        "from django.db import transaction\n"
        "with transaction.atomic():\n    print('in', flush=True); time.sleep({})"
    )
    env = os.environ | {
        "OPENIMR_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "openimr.office.settings",
    }
    first = subprocess.Popen(
        [sys.executable, "-c", held.format(60)], env=env, stdout=subprocess.PIPE
    )
    assert first.stdout is not None
    assert first.stdout.readline() == b"in\n"
    first.send_signal(signal.SIGKILL)
    first.wait()

    told = subprocess.run(
        [sys.executable, "-c", held.format(0)], env=env, capture_output=True, timeout=60, check=True
    )
    assert told.stdout == b"in\n"
