"""Typst source and data to a tagged PDF.

A template is plain Typst source that takes its data with ``#let data =
json(bytes(sys.inputs.data))``. Data reach the page as strings and never as markup, so no text
can change the layout or reach a file: a template must not ``eval`` what it is given.
"""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from openimr.errors import InputError

if TYPE_CHECKING:
    import typst

# A Typst compiler may not be entered by two threads at a time.
_turn = threading.Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    import typst

    # Only the fonts that come with Typst: the same page on every machine.
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)


def typeset(template: str, data: dict[str, object]) -> bytes:
    """Set a document with Typst.

    Args:
        template: Typst source; it reads ``sys.inputs.data``, a JSON text.
        data: what the template prints: anything that JSON holds.

    Returns:
        The bytes of a tagged PDF with its fonts embedded. It conforms to PDF/UA-1, so the
        template must set the document's title (``#set document(title: …)``). Equal input gives
        equal bytes when the template also sets the document's date.

    Raises:
        InputError: the template does not compile with these data. The message holds Typst's
            own words, never the data.

    Typst keeps what it has laid out in memory (about 0.15 MB a letter): processes that set
    thousands of documents should be renewed now and then.
    """
    import typst

    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    with _turn:
        try:
            made = _compiler().compile(
                template.encode(), format="pdf", sys_inputs=inputs, pdf_standards="ua-1"
            )
        except typst.TypstError as error:
            raise _refusal(error) from None
    if not isinstance(made, bytes):  # pragma: no cover - a PDF is always one piece
        raise TypeError("Typst returned no PDF")
    return made


def _refusal(error: typst.TypstError) -> InputError:
    # Only the message: the diagnostic quotes source lines, and the message may quote the text.
    if "could not be displayed" in error.message:
        odd = sorted({c for c in error.message.partition("`")[2] if not c.isascii()})
        points = ", ".join(f"U+{ord(c):04X}" for c in odd[:5]) or "a control character"
        return InputError(
            "PDF",
            f"the fonts of the letter have no sign for {points}",
            "replace the character or choose another format",
        )
    return InputError(
        "Typst template", f"cannot be typeset ({error.message})", "correct the template"
    )
