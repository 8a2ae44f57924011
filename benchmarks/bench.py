"""Measure OpenIMR against named peers in one run, and print ratios.

Machines differ and are noisy: what lasts is the ratio between two figures of one table.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpus import determinations, letters
from rich.console import Console
from rich.table import Table

import openimr
from openimr import evidence
from openimr.archive.packing import decode_facts, encode_facts
from openimr.evidence.lexicon import lexicon
from openimr.guidelines import conditions
from openimr.letters import case_side, read_text, write
from openimr.reviews.proposals import propose
from openimr.reviews.run import read_facts, review, review_facts

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers/bin/python"
SPLIT = re.compile(
    r"HOW THE IMR FINAL|CLINICAL CASE SUMMARY|IMR ISSUES, DECISIONS|(?:Upheld|Overturned)\s|"
    r"Claims Administrator guideline|MAXIMUS guideline|Decision rationale"
)
TREE = (
    "conservative_care_failed or conservative_care_weeks >= 4",
    "any(sensory_deficit, motor_deficit, reflex_change, slr_positive and radicular_pain)",
    "pain_relief_percent >= 50 and relief_duration_weeks >= 6",
    "not red_flags",
    "sessions_requested <= 6",
    "count(mcmurray, effusion, joint_line_tenderness) >= 2",
    "surgery_considered or documented(procedure_planned)",
    "prior_sessions_completed + sessions_requested <= 24",
)


def rate(work: Callable[[Any], object], things: Sequence[Any], seconds: float) -> float:
    """Things a second: the median of five runs of a fifth of the time each."""
    work(things[0])
    runs = []
    for _ in range(5):
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds / 5:
            work(things[done % len(things)])
            done += 1
        runs.append(done / (time.perf_counter() - began))
    return statistics.median(runs)


def peer(name: str, texts: Sequence[str], targets: Sequence[str], seconds: float) -> float | None:
    """Documents a second of a peer in its own environment; None where that is not set up."""
    if not PEERS.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        letters_file, targets_file = Path(folder, "letters.jsonl"), Path(folder, "targets.json")
        letters_file.write_text("\n".join(json.dumps(t) for t in texts), "utf-8")
        targets_file.write_text(json.dumps(list(targets)), "utf-8")
        call = [str(PEERS), str(Path(__file__).with_name("peers.py")), name]
        done = subprocess.run(
            [*call, str(letters_file), str(targets_file), str(seconds)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.stderr.write(f"{name}: {done.stderr.strip().splitlines()[-1]}\n")
        return None
    return float(json.loads(done.stdout.splitlines()[-1])["per_second"])


ONE_TREE = (
    "conservative_care_weeks >= 4 and any(sensory_deficit, motor_deficit, reflex_change) and "
    "pain_relief_percent >= 50 and not red_flags and sessions_requested <= 6 and mcmurray"
)


def trees(texts: Sequence[str], seconds: float) -> float:
    """Times a second that all of these conditions are evaluated, with full trace."""
    tree = [conditions.parse(text) for text in texts]
    known = {
        name: conditions.Known(value, ())
        for name, value in {
            "conservative_care_weeks": 6.0,
            "sensory_deficit": True,
            "motor_deficit": False,
            "pain_relief_percent": 60.0,
            "red_flags": False,
            "sessions_requested": 6.0,
            "mcmurray": True,
            "effusion": True,
        }.items()
    }

    def lookup(fact: str, _: str | None) -> conditions.Known | None:
        return known.get(fact)

    return rate(lambda _: [c.evaluate(lookup) for c in tree], [None], seconds)


def start_up() -> float:
    """Milliseconds from calling ``imr --help`` to its end, the median of nine."""
    imr = Path(sys.executable).with_name("imr")
    took = []
    for _ in range(9):
        began = time.perf_counter()
        subprocess.run([imr, "--help"], capture_output=True, check=True)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def memory(count: int) -> tuple[float, float]:
    """Peak resident megabytes after a tenth of the letters and after all of them."""
    texts = letters(200)

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    early = 0.0
    for number in range(count):
        review(case_side(read_text(texts[number % len(texts)])))
        if number == count // 10:
            early = peak()
    return early, peak()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5.0, help="time for each figure")
    options.add_argument("--letters", type=int, default=300, help="letters in the corpus")
    options.add_argument("--memory", type=int, default=0, help="letters for the memory run")
    given = options.parse_args()
    seconds = given.seconds

    made = determinations(given.letters)
    texts = letters(given.letters)
    summaries = [d.summary or "" for d in made]
    mean = statistics.mean(map(len, texts))
    mean_summary = statistics.mean(map(len, summaries))
    out = Console()
    out.print(f"{len(texts)} invented letters, {mean:.0f} characters; summaries {mean_summary:.0f}")

    rows: list[tuple[str, float | None, str, str]] = []
    reading = rate(read_text, texts, seconds)
    split = rate(lambda t: SPLIT.split(t), texts, seconds)
    eyecite = peer("eyecite", texts, [], seconds)
    rows += [
        ("read a letter from text", reading, "letters/s", "3,000 wanted"),
        ("  peer: bare re split at the headings", split, "letters/s", _times(reading, split)),
        ("  peer: eyecite citation pass", eyecite, "letters/s", _times(reading, eyecite)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, d in enumerate(made[:20]):
            path = Path(folder, f"{number}.pdf")
            path.write_bytes(write(d, "pdf"))
            files.append(path)
        rows.append(
            (
                "read a letter from PDF",
                rate(openimr.read, files, seconds),
                "letters/s",
                "150 wanted",
            )
        )

    targets = sorted(lexicon().targets)
    facts = rate(evidence.find_facts, summaries, seconds)
    rows.append(("find facts in a summary", facts, "letters/s", "800 wanted"))
    found = rate(evidence.find_facts, texts, seconds)
    rows.append(("find facts in a whole letter", found, "letters/s", f"{len(targets)} targets"))
    for name, title, wanted in (
        ("medspacy", "medspaCy, default", "200 x wanted"),
        ("medspacy-sentencizer", "medspaCy, sentencizer", "25 x wanted"),
    ):
        theirs = peer(name, texts, targets, seconds)
        rows.append((f"  peer: {title}", theirs, "letters/s", f"{_times(found, theirs)}; {wanted}"))

    cases = [case_side(d) for d in made]
    rows.append(("review a case", rate(review, cases, seconds), "cases/s", "facts to rationale"))
    told = [(case, read_facts(case)) for case in cases]
    stored = [encode_facts(facts) for _, facts in told]
    from_facts = rate(lambda pair: review_facts(*pair), told, seconds)
    rows.append(("  from its facts", from_facts, "cases/s", ""))
    lean = rate(lambda pair: propose(*pair), told, seconds)
    rows.append(("  from its facts, the proposal alone", lean, "cases/s", "1,500 wanted"))
    size = statistics.mean(map(len, stored))
    note = f"{size:,.0f} bytes; {statistics.mean(len(f) for _, f in told):.0f} facts"
    rows.append(
        (
            "facts to stored bytes",
            rate(lambda p: encode_facts(p[1]), told, seconds),
            "cases/s",
            note,
        )
    )
    rows.append(("stored bytes to facts", rate(decode_facts, stored, seconds), "cases/s", ""))
    one = trees([ONE_TREE], seconds)
    rows.append(("a criteria tree of eight facts, with trace", one, "trees/s", "100,000 wanted"))
    rows.append(("eight criteria, each with its trace", trees(TREE, seconds), "items/s", ""))
    for to, wanted in (("pdf", 25), ("html", 5), ("docx", 50), ("text", 0)):
        speed = rate(lambda d, to=to: write(d, to), made, seconds)
        note = f"{1000 / speed:.1f} ms each" + (f"; {wanted} ms wanted" if wanted else "")
        rows.append((f"write a letter as {to}", speed, "letters/s", note))
    rows.append(("imr --help", start_up(), "ms", "150 ms wanted"))
    if given.memory:
        early, late = memory(given.memory)
        note = f"{early:.0f} MB after a tenth of {given.memory}"
        rows.append(("peak memory of reviewing", late, "MB", note))

    table = Table("what", "figure", "unit", "ratio and bar")
    for what, figure, unit, note in rows:
        shown = (
            "not set up"
            if figure is None
            else f"{figure:,.0f}"
            if figure >= 10
            else f"{figure:.1f}"
        )
        table.add_row(what, shown, unit, note)
    out.print(table)


def _times(ours: float, theirs: float | None) -> str:
    return "" if not theirs else f"we are {ours / theirs:.2g} x"


if __name__ == "__main__":
    main()
