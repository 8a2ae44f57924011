"""Determination to text, HTML, PDF and DOCX, and back: both by one form per letter variant."""

from openimr.letters.read import case_side, read_text
from openimr.letters.write import carried, printed, write

__all__ = ["carried", "case_side", "printed", "read_text", "write"]
