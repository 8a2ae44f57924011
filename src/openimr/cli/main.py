"""The command group, and how errors reach people."""

from __future__ import annotations

import os
import sys

import click

from openimr._version import __version__
from openimr.cli.lazy import lazy_group
from openimr.errors import OpenIMRError

COMMANDS: dict[str, str] = {
    "read": "Read published determinations into structured data.",
    "letter": "Write a determination as a letter: text, HTML, PDF or DOCX.",
    "review": "Review case files: facts, findings, proposed decisions, rationale.",
    "facts": "Show the clinical facts read from a text, with the words behind them.",
    "guideline": "Show, list, check, compare and explain the guideline library.",
    "archive": "Published determinations at scale: build, add, verify, rebuild.",
    "evaluate": "Replay published determinations blind; compare with what was decided.",
    "clocks": "Show what is due when in a case, by which rule, and how it is computed.",
    "eligible": "Screen an application: grounds against a review, questions still open.",
    "panel": "Match reviewers to a case: qualification, specialty, conflicts of interest.",
    "sample": "Write invented determinations, with what is true in them.",
    "serve": "Start the office: the web application of a review organization.",
    "admin": "Set up and look after the office: database, people, audit log.",
    "audit": "Verify the office's audit log.",
    "redact": "Remove identifiers from determinations and case files before publication.",
    "demo": "Review an invented case and write its letter and review sheet.",
}
"""Each command and its one-line help. The module of the same name holds it; it is imported only
when it runs, so that ``imr --help`` answers at once."""


@click.group(
    cls=lazy_group({name: (name, says) for name, says in COMMANDS.items()}),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: imr demo",
)
@click.version_option(__version__, prog_name="imr")
def cli() -> None:
    """OpenIMR: independent medical review, from the case file to the signed determination.

    The machine reads, checks and drafts; an identified physician decides.
    """


def main() -> None:
    """Run the command line. A mistake of the user gets one sentence and exit code 1 or 2."""
    try:
        cli.main(prog_name="imr", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("imr: interrupted; files already written are complete.", err=True)
        sys.exit(130)
    except OpenIMRError as error:
        click.echo(f"imr: {error}", err=True)
        sys.exit(1)
    except MemoryError:
        click.echo("imr: out of memory; give fewer or smaller files at a time.", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: not an error, and nothing to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        # A mistake of ours. The message of an unknown error may hold words of a record, so only
        # its kind and place are told.
        if os.environ.get("OPENIMR_DEBUG"):
            raise
        click.echo(
            f"imr: internal error ({type(error).__name__} at {_place(error)}); please report it. "
            "OPENIMR_DEBUG=1 shows more, which may include clinical text.",
            err=True,
        )
        sys.exit(70)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
