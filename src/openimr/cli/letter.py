"""``imr letter``: a determination → the letter."""

from __future__ import annotations

from pathlib import Path

import click

from openimr.cli.common import emit

FORMATS = ("text", "html", "pdf", "docx")


@click.command(
    epilog="""\b
Examples:
  imr letter determination.json --to pdf --out letter.pdf
  imr read --json old.pdf | imr letter - --to text
  imr letter determination.json --form F16 --to docx --out letter.docx
"""
)
@click.argument("file", metavar="FILE")
@click.option("--to", type=click.Choice(FORMATS), default="text", show_default=True, help="Format.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.option("--form", help="Letter form to use instead of the one the determination names.")
@click.option("--organization", help="Name of the review organization that the letter prints.")
def letter(
    file: str, to: str, out: Path | None, form: str | None, organization: str | None
) -> None:
    """Write a determination (JSON, - for standard input) as a letter in the style of its day."""
    import msgspec

    from openimr.documents import read_determination_json
    from openimr.letters import write

    determination = read_determination_json(file)
    if form:
        determination = msgspec.structs.replace(determination, format=form)
    given = {"organization": organization} if organization else {}
    emit(write(determination, to, **given), out)  # type: ignore[arg-type]
    if out is not None:
        click.echo(str(out))
