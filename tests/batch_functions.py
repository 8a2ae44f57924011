"""Work for the tests of batches: workers import it by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def doubled(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


def failing_on_seven(number: int) -> int:
    if number == 7:
        raise ValueError("words of a record")
    return number


def dying_on_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dying_once(task: tuple[int, str]) -> int:
    """Dies on seven, but only until the mark is there."""
    number, mark = task
    if number == 7 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def slow_with_pid(number: int) -> tuple[int, int]:
    time.sleep(0.05)
    return number, os.getpid()
