"""Measure the evidence rules against the readers' labels.

Usage: python benchmarks/evidence_labels.py [--half development|second|check|all] [--by-fact]

The letters are parted by their case numbers: *development* and *second* may be read while rules
are written, *check* stays closed, so that its figures say what the rules do with unseen letters.

A label is found when a fact of the same name and polarity overlaps its words; a fact is confirmed
when a label of the same name and polarity overlaps it. The labels are one reader's and not
exhaustive, so precision counts only facts whose name the reader used in that letter, and is a
lower bound. `--misses` and `--extra` print words of letters and are refused for the check set.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

from openimr.evidence import find_facts

SHARED = Path(os.environ.get("OPENIMR_SHARED", Path(__file__).resolve().parents[1] / "../shared"))


SETS = ("development", "second", "check")


def part(case_number: str) -> str:
    """Return the set that a letter belongs to."""
    number = int(hashlib.sha256(case_number.encode()).hexdigest(), 16)
    return "development" if number % 2 == 0 else "second" if number % 4 == 1 else "check"


def summaries() -> dict[str, str]:
    """Case number to case summary, white space folded."""
    import pypdfium2

    result = {}
    for path in sorted((SHARED / "determinations/pdf").glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        found = re.search(
            r"CLINICAL CASE SUMMARY(.*?)IMR ISSUES, DECISIONS AND RATIONALES", text, re.S
        )
        if found:
            result[path.stem] = " ".join(found[1].replace("\ufffe", "- ").split())
    return result


def place(text: str, label: dict) -> tuple[int, int] | None:
    """Where the label's words stand: its offset, corrected to the nearest equal words."""
    words = label["quote"]
    best = None
    at = text.find(words)
    while at >= 0:
        if best is None or abs(at - label["start"]) < abs(best - label["start"]):
            best = at
        at = text.find(words, at + 1)
    if best is None:
        return label["start"], label["end"]
    return best, best + len(words)


def measure(half: str) -> tuple[float, float]:
    """Recall and precision over one set of the labelled summaries."""
    texts = summaries()
    wanted = found = given = confirmed = 0
    for line in (SHARED / "determinations/labels.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        number = row["case_number"]
        if part(number) != half or not row.get("facts") or number not in texts:
            continue
        facts = find_facts(texts[number])
        labels = [(x["fact"], x["polarity"], *place(texts[number], x)) for x in row["facts"]]
        names = {label[0] for label in labels}
        ours = [(f.fact, f.polarity, f.start, f.end) for f in facts if f.fact in names]
        wanted += len(labels)
        given += len(ours)
        found += sum(any(same(label, fact) for fact in ours) for label in labels)
        confirmed += sum(any(same(label, fact) for label in labels) for fact in ours)
    return found / wanted, confirmed / given


def same(one: tuple[str, str, int, int], other: tuple[str, str, int, int]) -> bool:
    """Whether name and polarity are equal and the words overlap."""
    return one[:2] == other[:2] and one[2] < other[3] and other[2] < one[3]


def main() -> int:
    """Print recall and precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=(*SETS, "all"), default="development")
    parser.add_argument("--by-fact", action="store_true")
    parser.add_argument("--misses", metavar="FACT")
    parser.add_argument("--extra", metavar="FACT")
    options = parser.parse_args()
    if (options.misses or options.extra) and options.half in ("check", "all"):
        parser.error("--misses and --extra read letters: not those of the check set")
    labels = [
        json.loads(line) for line in (SHARED / "determinations/labels.jsonl").open(encoding="utf-8")
    ]
    texts = summaries()
    wanted, found, given, confirmed = Counter(), Counter(), Counter(), Counter()
    seconds, letters = 0.0, 0
    find_facts("warm")
    for row in labels:
        number = row["case_number"]
        if options.half not in ("all", part(number)):
            continue
        if not row.get("facts") or number not in texts:
            continue
        text = texts[number]
        begin = time.process_time()
        facts = find_facts(text)
        seconds += time.process_time() - begin
        letters += 1
        spans = [(label, *place(text, label)) for label in row["facts"]]
        names = {label["fact"] for label in row["facts"]}
        for label, start, end in spans:
            name = label["fact"]
            wanted[name] += 1
            if any(
                f.fact == name
                and f.polarity == label["polarity"]
                and f.start < end
                and f.end > start
                for f in facts
            ):
                found[name] += 1
            elif name == options.misses or options.misses == "all":
                near = [
                    (f.fact, f.polarity, f.quote)
                    for f in facts
                    if f.start < end
                    and f.end > start
                    and (f.fact == name or options.misses != "all")
                ]
                print(number, name, label["polarity"], repr(text[start:end]), near)
        for fact in facts:
            if fact.fact not in names:
                continue
            given[fact.fact] += 1
            if any(
                label["fact"] == fact.fact
                and label["polarity"] == fact.polarity
                and fact.start < end
                and fact.end > start
                for label, start, end in spans
            ):
                confirmed[fact.fact] += 1
            elif fact.fact == options.extra or options.extra == "all":
                print(
                    number,
                    fact.fact,
                    fact.polarity,
                    fact.value,
                    repr(text[max(0, fact.start - 30) : fact.end + 30]),
                )
    if options.by_fact:
        for name, count in wanted.most_common():
            print(
                f"{name:38} recall {found[name]:4}/{count:4}"
                f"   precision {confirmed[name]:4}/{given[name]:4}"
            )
    total, hit = sum(wanted.values()), sum(found.values())
    made, right = sum(given.values()), sum(confirmed.values())
    print(
        f"{options.half}: {letters} letters, recall {hit}/{total} = {hit / total:.3f}, "
        f"precision {right}/{made} = {right / made:.3f}, "
        f"{letters / seconds:.0f} letters a second"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
