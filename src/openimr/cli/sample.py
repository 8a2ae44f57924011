"""``imr sample``: invented determinations at any number."""

from __future__ import annotations

from pathlib import Path

import click

from openimr.cli.common import progress

FORMATS = ("text", "tar", "jsonl", "html", "pdf", "docx")


@click.command(
    epilog="""\b
Examples:
  imr sample 100 --out invented/
  imr sample 1000000 --seed 7 --format tar --out stream/
  imr sample 500000 --first 500000 --seed 7 --format tar --out stream2/
  imr evaluate invented/ --labels invented/labels.jsonl
"""
)
@click.argument("count", type=click.IntRange(min=0), metavar="N")
@click.option("--seed", type=int, default=0, show_default=True, help="The series of letters.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("imr-sample"),
    show_default=True,
    help="Folder to write to.",
)
@click.option(
    "--format",
    "to",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Form of the letters: a file each; or one stream, of texts (tar) or of data (jsonl).",
)
@click.option(
    "--first",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Number of the first letter: processes can share one series by ranges.",
)
@click.option(
    "--agreement",
    type=click.FloatRange(0.5, 1.0),
    default=0.88,
    show_default=True,
    help="Share of items in which the physician decides as the criteria do.",
)
def sample(count: int, seed: int, out: Path, to: str, first: int, agreement: float) -> None:
    """Write N invented determinations, with what is true in them.

    Facts, criteria and outcomes of a letter agree, but for a share of items in which the
    physician departs from the criteria, as real reviewers do. Beside the letters stand truth.jsonl
    (what each letter says), labels.jsonl (what an expert reads in it: treatments, decisive
    criteria, facts with their places) and departures.jsonl. Every letter is marked as invented:
    in the first words of its summary, and by a case number that begins with 9. Letter k of a seed
    is the same whatever N is.
    """
    from openimr.archive.sample import write_samples

    with progress("Writing", count) as step:
        tally = write_samples(
            out,
            count,
            seed,
            first=first,
            agreement=agreement,
            to=to,  # type: ignore[arg-type]
            progress=step,
        )
    share = tally.overturned / tally.items if tally.items else 0.0
    click.echo(
        f"{tally.letters} invented letters with {tally.items} items in {out}: {share:.1%} "
        f"overturned, {tally.departures} decided against the criteria."
    )
