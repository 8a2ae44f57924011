"""Planted identifiers: what is found, what is wrongly found, beside Presidio on the same records.

    python benchmarks/redact.py [--peer .venv-redact/bin/python] [--copies 6] [--seed 1]

The records are invented (``redact_planted.py``); both sides are asked for all identifiers of safe
harbor, dates among them. An identifier is found when all its letters and digits are covered; a
span is right when it touches a planted identifier.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import redact_planted

from openimr.archive.redact import Known, Options, Redactor, from_fields

SETS = ("redact_dev.txt", "redact_held.txt", "redact_held2.txt")


def measure(records, spans):
    """Return recall, precision, and what was missed by category."""
    total, missed, right, wrong = Counter(), Counter(), 0, 0
    for record, found in zip(records, spans, strict=True):
        covered = bytearray(len(record.text))
        for start, end in found:
            covered[start:end] = b"\1" * (end - start)
        for one in record.planted:
            total[one.category] += 1
            signs = (n for n in range(one.start, one.end) if record.text[n].isalnum())
            missed[one.category] += not all(covered[n] for n in signs)
        for start, end in found:
            hit = any(start < one.end and one.start < end for one in record.planted)
            right, wrong = right + hit, wrong + (not hit)
    count = total.total()
    return {
        "planted": count,
        "recall": (count - missed.total()) / count,
        "precision": right / max(1, right + wrong),
        "missed": dict(+missed),
    }


def ours(records, known):
    """Return our spans and the records a second."""
    began = time.perf_counter()
    spans = []
    for record in records:
        given = from_fields(record.known) if known else Known()
        redactor = Redactor(Options("hipaa_safe_harbor"), given)
        spans.append([(span.start, span.end) for span in redactor.spans(record.text)])
    return spans, len(records) / (time.perf_counter() - began)


def peer(python, records):
    """Return Presidio's spans and the records a second."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(record.text) + "\n" for record in records)
        file.flush()
        call = [python, str(Path(__file__).with_name("redact_peer.py")), file.name]
        made = json.loads(subprocess.run(call, check=True, capture_output=True).stdout)
    return [[(s, e) for s, e, _ in spans] for spans in made["spans"]], made["per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="the Python that has Presidio")
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name in SETS:
        records = redact_planted.records(name, asked.seed, asked.copies)
        for label, known in (("with the case's fields", True), ("without", False)):
            spans, rate = ours(records, known)
            show(name, label, measure(records, spans), rate)
        if asked.peer:
            spans, rate = peer(asked.peer, records)
            show(name, "Presidio", measure(records, spans), rate)


def show(name, label, found, rate):
    print(
        f"{name:18} {label:24} recall {found['recall']:.4f} precision {found['precision']:.4f}"
        f" of {found['planted']} planted, {rate:.0f} records/s  missed {found['missed']}",
        file=sys.stdout,
        flush=True,
    )


main()
