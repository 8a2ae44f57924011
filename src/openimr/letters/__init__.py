"""Determination to text, HTML, PDF and DOCX, and back: both by one form per letter variant."""

from openimr.letters.read import case_side, read_text
from openimr.letters.write import write

__all__ = ["case_side", "read_text", "write"]
