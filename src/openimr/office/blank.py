"""The blank application as a fillable PDF, made from ``application.yaml``.

An invented form with our own field names: it is not the Division's form and does not look like it.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from openimr.office.application import FormField, application
from openimr.office.filled import row_label

if TYPE_CHECKING:
    pass

_WIDTH, _HEIGHT, _MARGIN = 612, 792, 54
_COLUMN = (_WIDTH - 2 * _MARGIN - 18) / 2
_LABEL, _BOX, _LONG = 13, 18, 40
_COMBO = 1 << 17
_MULTILINE = 1 << 12


@lru_cache(maxsize=1)
def blank() -> bytes:
    """The fillable form; equal bytes each time."""
    sheet = _Sheet()
    sheet.heading(application().title, 15)
    for group in application().groups:
        rows = [row for row in group.fields if row.pdf]
        if group.pdf and rows:
            sheet.heading(group.title, 12)
            for row in rows:
                sheet.field(row.name, row.label, row)
            sheet.end_row()
            if group.id == "request":
                sheet.line("Signature of the employee or representative:")
    sheet.heading(application().items.title, 12)
    for index in range(application().items.pdf_rows):
        for row in application().items.fields:
            if row.pdf:
                sheet.field(f"items-{index}-{row.name}", row_label(index, row), row)
        sheet.end_row()
    return sheet.finished()


class _Sheet:
    """Pages that are filled from the top, two columns of fields."""

    def __init__(self) -> None:
        import pikepdf

        self.pdf = pikepdf.new()
        self.font = self.pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        self.fields = pikepdf.Array()
        self.drawn: list[str] = []
        self.right = False
        self._page()

    def _page(self) -> None:
        import pikepdf

        self._close()
        self.page = self.pdf.add_blank_page(page_size=(_WIDTH, _HEIGHT))
        self.page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.font))
        self.page.obj["/Tabs"] = pikepdf.Name.S
        self.y = float(_HEIGHT - _MARGIN)

    def _close(self) -> None:
        if self.drawn:
            self.page.Contents = self.pdf.make_stream("\n".join(self.drawn).encode("cp1252"))
        self.drawn = []

    def _room(self, height: float) -> None:
        if self.y - height < _MARGIN:
            self._page()

    def _print(self, x: float, y: float, size: float, text: str) -> None:
        safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        self.drawn.append(f"BT /Helv {size} Tf {x:.1f} {y:.1f} Td ({safe}) Tj ET")

    def heading(self, text: str, size: float) -> None:
        """A heading, kept with the first row after it."""
        self.end_row()
        self._room(size + 24 + _LABEL + _LONG)
        self.y -= size + 10
        self._print(_MARGIN, self.y, size, text)
        self.y -= 6

    def line(self, label: str) -> None:
        """A line to sign on."""
        self._room(44)
        self.y -= 30
        self._print(_MARGIN, self.y, 9, label)
        self.drawn.append(
            f"{_MARGIN + 230} {self.y - 2:.1f} m {_WIDTH - _MARGIN} {self.y - 2:.1f} l S"
        )
        self.y -= 8

    def end_row(self) -> None:
        """Start at the left again."""
        if self.right:
            self.right = False
            self.y -= _LABEL + _BOX + 6

    def field(self, name: str, label: str, row: FormField) -> None:
        """A label and its field below; long ones over both columns."""
        wide = row.kind == "long" or len(label) > 48
        if wide:
            self.end_row()
        height = _LONG if row.kind == "long" else _BOX
        if not self.right:
            self._room(_LABEL + height + 6)
        x = _MARGIN + (_COLUMN + 18 if self.right else 0)
        self._print(x, self.y - 9, 8.5, label)
        top = self.y - _LABEL
        self._add(
            name,
            label,
            row,
            (x, top - height, x + (_WIDTH - 2 * _MARGIN if wide else _COLUMN), top),
        )
        if wide or self.right:
            self.right = False
            self.y = top - height - 6
        else:
            self.right = True

    def _add(
        self, name: str, label: str, row: FormField, box: tuple[float, float, float, float]
    ) -> None:
        import pikepdf

        made: dict[str, Any] = {
            "Type": pikepdf.Name.Annot,
            "Subtype": pikepdf.Name.Widget,
            "T": name,
            "TU": label,
            "Rect": pikepdf.Array([round(side, 1) for side in box]),
            "F": 4,
            "DA": "/Helv 9 Tf 0 g",
            "MK": pikepdf.Dictionary(BC=pikepdf.Array([0.5, 0.5, 0.5])),
            "P": self.page.obj,
        }
        if row.kind in ("choice", "yes_no"):
            options = row.choices or {"yes": "Yes", "no": "No"}
            pairs = [pikepdf.Array([key, says]) for key, says in options.items()]
            made |= {"FT": pikepdf.Name.Ch, "Ff": _COMBO, "Opt": pikepdf.Array(pairs)}
        else:
            made |= {"FT": pikepdf.Name.Tx, "Ff": _MULTILINE if row.kind == "long" else 0}
        field = self.pdf.make_indirect(pikepdf.Dictionary(**made))
        self.fields.append(field)
        if "/Annots" not in self.page.obj:
            self.page.obj["/Annots"] = pikepdf.Array()
        self.page.obj["/Annots"].append(field)

    def finished(self) -> bytes:
        """The bytes."""
        import pikepdf

        self._close()
        root = self.pdf.Root
        root.AcroForm = pikepdf.Dictionary(
            Fields=self.fields,
            NeedAppearances=True,
            DA="/Helv 9 Tf 0 g",
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.font)),
        )
        root.Lang = "en-US"
        root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        self.pdf.docinfo["/Title"] = application().title
        out = io.BytesIO()
        self.pdf.save(out, deterministic_id=True)
        return out.getvalue()
