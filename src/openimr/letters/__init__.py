"""Determination to text, HTML, PDF and DOCX, and back: both by one form per letter variant."""

from openimr.letters.compose import Block, Letter
from openimr.letters.read import case_side, read_text
from openimr.letters.write import carried, printed, render, write

__all__ = ["Block", "Letter", "carried", "case_side", "printed", "read_text", "render", "write"]
