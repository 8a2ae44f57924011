"""Invented determinations at any number, whose facts, criteria and outcomes agree."""

from openimr.archive.sample.letter import Sampled, sampled
from openimr.archive.sample.output import Tally, sample, write_samples

__all__ = ["Sampled", "Tally", "sample", "sampled", "write_samples"]
