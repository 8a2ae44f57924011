"""The virus scan of uploads: a command of the installation; without its clean word, no entry."""

from __future__ import annotations

import logging
import shlex
import subprocess
from enum import Enum
from pathlib import Path

from django.conf import settings

_log = logging.getLogger("openimr.office.scanning")
SECONDS = 300


class Verdict(Enum):
    """What the scan said."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


def scan(path: Path) -> Verdict:
    """Scan a file with the command of ``OPENIMR_VIRUS_SCAN``; clean where none is set.

    The command gets the path as its last argument and answers as ``clamscan`` does: 0 is clean,
    1 is infected. Anything else, or nothing within five minutes, is not a clean scan.
    """
    if not settings.VIRUS_SCAN:
        return Verdict.CLEAN
    try:
        done = subprocess.run(
            [*shlex.split(settings.VIRUS_SCAN), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        _log.error("the virus scan did not run: %s", type(error).__name__)
        return Verdict.NOT_SCANNED
    if done.returncode == 1:
        _log.warning("the virus scan refused file %s", path.name)
        return Verdict.INFECTED
    if done.returncode != 0:
        _log.error("the virus scan failed with code %s", done.returncode)
        return Verdict.NOT_SCANNED
    return Verdict.CLEAN
