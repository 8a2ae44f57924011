"""Where the published determinations lie that some tests read; they are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("OPENIMR_SHARED") or Path(__file__).parents[1] / ".." / "shared"
).resolve()
DETERMINATIONS = SHARED / "determinations"
needs_shared = pytest.mark.skipif(
    not DETERMINATIONS.is_dir(), reason="the published determinations are not at hand"
)
