"""What 20 users would wait for, by computation: two workers, each with a core of its own.

Usage: python benchmarks/office_queue.py [--processor 9.1] [--think 0]

The system gives each connection to a worker by chance; a worker answers two requests at a time,
in turns, and the others wait in line. ``--processor`` is what ``benchmarks/office.py`` prints: the
milliseconds of processor time of a request on average.
"""

from __future__ import annotations

import argparse
import heapq
import random
from dataclasses import dataclass
from statistics import mean, quantiles

USERS, WORKERS, THREADS = 20, 2, 2
PAGES = (7.7, 7.2, 7.0, 7.9, 7.0, 13.7, 3.6, 3.4, 7.4, 9.5, 10.9, 7.4, 12.9, 5.8, 7.1, 11.5, 13.0,
         9.4, 8.1)  # fmt: skip
"""Processor time of the pages of the benchmark beside each other; only their ratio counts."""


@dataclass
class Request:
    """A request on its way: milliseconds of work left, and when it came."""

    left: float
    came: float


def simulate(processor: float, think: float, requests: int = 40_000) -> list[float]:
    """Milliseconds from request to answer, with pauses of ``think`` milliseconds on average."""
    scale = processor / mean(PAGES)
    now, took = 0.0, []
    running: list[list[Request]] = [[] for _ in range(WORKERS)]
    waiting: list[list[Request]] = [[] for _ in range(WORKERS)]
    coming = [random.random() * processor for _ in range(USERS)]
    heapq.heapify(coming)
    while len(took) < requests:
        ends = [(min(r.left for r in at) * len(at), n) for n, at in enumerate(running) if at]
        end = min(ends, default=(float("inf"), 0))
        step = min(end[0], coming[0] - now if coming else float("inf"))
        for at in running:
            for one in at:
                one.left -= step / len(at)
        now += step
        if step < end[0]:
            heapq.heappop(coming)
            worker = random.randrange(WORKERS)
            free = len(running[worker]) < THREADS
            one = Request(random.choice(PAGES) * scale, now)
            (running if free else waiting)[worker].append(one)
            continue
        at, line = running[end[1]], waiting[end[1]]
        done = min(at, key=lambda r: r.left)
        at.remove(done)
        took.append(now - done.came)
        if line:
            at.append(line.pop(0))
        heapq.heappush(coming, now + (random.expovariate(1 / think) if think else 0))
    return took


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--processor", type=float, default=9.1)
    asked.add_argument("--think", type=float, default=0.0, help="seconds")
    given = asked.parse_args()
    random.seed(1)
    parts = quantiles(simulate(given.processor, given.think * 1000), n=20)
    print(f"median {parts[9]:.0f} ms, 95 % within {parts[18]:.0f} ms")


if __name__ == "__main__":
    main()
