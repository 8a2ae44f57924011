"""Clinical text to facts: span, polarity, time, speaker and binding of each.

``find_facts`` reads a text, ``sentences`` shows whose voice each sentence is.
"""

from __future__ import annotations

from openimr.evidence.find import find_facts
from openimr.evidence.sentences import Sentence, sentences

__all__ = ["Sentence", "find_facts", "sentences"]
