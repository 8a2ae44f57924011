"""Compare matchers for the lexicon pass: pyahocorasick, Hyperscan (if installed), stdlib `re`.

Usage: python benchmarks/evidence_matcher.py [--summaries N]

Each is given the whole lexicon and must report character offsets of whole words. Texts are
written from the lexicon's own words, so that no record is needed.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable

from openimr.evidence.lexicon import Lexicon
from openimr.evidence.text import Reading


def texts(terms: list[str], count: int) -> list[str]:
    """`count` texts of about 2,000 characters: terms among words that are none."""
    chance = random.Random(7)
    filler = ["the", "patient", "was", "then", "seen", "by", "a", "colleague", "who", "wrote"]
    made = []
    for _ in range(count):
        words: list[str] = []
        while sum(map(len, words)) < 1700:
            words += chance.choices(filler, k=5)
            words.append(chance.choice(terms) + chance.choice([",", ".", "", "", ""]))
        made.append(" ".join(words))
    return made


def timed(name: str, build: Callable[[], Callable[[str], int]], sample: list[str]) -> None:
    """Print how long building took and how many texts a second are scanned."""
    begin = time.process_time()
    try:
        scan = build()
    except (ImportError, RuntimeError, MemoryError) as reason:
        print(f"{name:16} not measured: {reason}")
        return
    built = time.process_time() - begin
    begin = time.process_time()
    hits = sum(scan(text) for text in sample)
    seconds = time.process_time() - begin
    print(f"{name:16} built in {built:6.2f} s, {len(sample) / seconds:8.0f} texts/s, {hits} hits")


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--summaries", type=int, default=300)
    count = parser.parse_args().summaries
    lexicon = Lexicon()
    terms = sorted(lexicon.targets)
    sample = [Reading(text).flat for text in texts(terms, count)]
    print(f"{len(terms)} terms, {count} texts of {sum(map(len, sample)) // count} characters")

    def aho() -> Callable[[str], int]:
        return lambda text: sum(map(len, lexicon.scan(text)))

    def automaton() -> Callable[[str], int]:
        return lambda text: sum(1 for _ in lexicon._automaton.iter(text))

    def expression() -> Callable[[str], int]:
        longest_first = sorted(terms, key=len, reverse=True)
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        return lambda text: sum(1 for _ in pattern.finditer(text))

    def hyperscan() -> Callable[[str], int]:
        import hyperscan as hs

        database = hs.Database()
        words = [term for term in terms if term[0].isalnum() and term[-1].isalnum()]
        database.compile(
            expressions=[rf"\b{re.escape(term)}\b".encode() for term in words],
            ids=list(range(len(words))),
            flags=[hs.HS_FLAG_SOM_LEFTMOST] * len(words),
        )

        def scan(text: str) -> int:
            found: list[tuple[int, int]] = []
            data = text.encode()
            database.scan(data, match_event_handler=lambda i, a, b, f, c: found.append((a, b)))
            # Hyperscan counts bytes: characters are found by decoding where the text is not ASCII.
            if len(data) != len(text):
                found = [(len(data[:a].decode()), len(data[:b].decode())) for a, b in found]
            return len(found)

        return scan

    timed("pyahocorasick", automaton, sample)
    timed("  with layers", aho, sample)
    timed("hyperscan", hyperscan, sample)
    timed("re", expression, sample[: max(1, count // 30)])


if __name__ == "__main__":
    main()
