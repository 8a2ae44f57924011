"""Determination to text, HTML, PDF and DOCX, and back: both by one form per letter variant."""
