"""Runs in .venv-peers: documents a second of a peer over letters given as JSON lines.

python peers.py eyecite|medspacy|medspacy-sentencizer LETTERS.jsonl TARGETS.json SECONDS
"""

from __future__ import annotations

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def _worker(name, targets):
    if name == "eyecite":
        from eyecite import get_citations

        return get_citations
    import medspacy
    from loguru import logger
    from medspacy.ner import TargetRule

    logger.remove()
    if name == "medspacy":
        nlp = medspacy.load()
    else:
        nlp = medspacy.load(medspacy_enable=["medspacy_target_matcher", "medspacy_context"])
        nlp.add_pipe("sentencizer", first=True)
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(t, "FINDING") for t in targets])
    return nlp


def main():
    name, letters_file, targets_file, seconds = sys.argv[1:]
    texts = [json.loads(line) for line in open(letters_file, encoding="utf-8")]
    with open(targets_file, encoding="utf-8") as file:
        work = _worker(name, json.load(file))
    work(texts[0])
    done, characters, began = 0, 0, time.perf_counter()
    while time.perf_counter() - began < float(seconds):
        text = texts[done % len(texts)]
        work(text)
        done += 1
        characters += len(text)
    took = time.perf_counter() - began
    print(json.dumps({"per_second": done / took, "characters_per_second": characters / took}))


main()
