"""How often the citations read from a guideline line are those an expert reads in it.

For each item of the shared determinations, the set of (body, chapter) read from the reviewer's
guideline line is compared with the label's, both under registered chapter names. The development
half is listed item by item where it differs; of the check half only the figure is printed.

Run: python benchmarks/citations_labels.py [--shared DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from openimr.citations import canonical, find

SHARED = Path(os.environ.get("OPENIMR_SHARED", Path(__file__).parents[1] / "../shared"))


def is_development(case_number: str) -> bool:
    return int(sha256(case_number.encode()).hexdigest(), 16) % 2 == 0


def items(folder: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Case number, guideline line and labeled citations of every item."""
    with (folder / "labels.jsonl").open(encoding="utf-8") as lines:
        labels = {row["case_number"]: row["items"] for row in map(json.loads, lines)}
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            labeled = labels.get(row["case_number"], [])
            for issue, label in zip(row["issues"], labeled, strict=False):
                yield row["case_number"], issue["maximus_guideline"], label["cited"]


def measure(folder: Path) -> dict[str, tuple[int, int]]:
    """Per half: items whose set is equal, and all items."""
    equal: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case_number, line, cited in items(folder):
        half = "development" if is_development(case_number) else "check"
        read = {(c.body, c.chapter) for c in find(line)}
        want = {(c["body"], canonical(c["body"], c["chapter"])) for c in cited}
        total[half] += 1
        equal[half] += read == want
        if half == "development" and read != want:
            key = lambda pair: (pair[0], pair[1] or "")  # noqa: E731
            print(f"{case_number}: read {sorted(read, key=key)}, labeled {sorted(want, key=key)}")
    return {half: (equal[half], total[half]) for half in ("development", "check")}


def speed(folder: Path) -> float:
    """Microseconds a guideline line, registry already loaded."""
    lines = [line for _, line, _ in items(folder)]
    find(lines[0])
    started = time.perf_counter()
    for line in lines:
        find(line)
    return (time.perf_counter() - started) / len(lines) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, default=SHARED)
    folder = parser.parse_args().shared / "determinations"
    for half, (equal, total) in measure(folder).items():
        print(f"{half}: {equal} of {total} items equal ({equal / total:.1%})")
    print(f"{speed(folder):.0f} microseconds a guideline line")


if __name__ == "__main__":
    main()
