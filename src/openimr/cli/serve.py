"""``imr serve``: the office in a browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from openimr.errors import InputError


@click.command(
    epilog="""\b
Examples:
  imr serve --demo
  imr serve --data /srv/openimr --host 0.0.0.0 --port 8443
  OPENIMR_DATABASE=postgresql://imr@db/imr imr serve
"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the embedded database, files and keys (default: OPENIMR_DATA or ./office).",
)
@click.option("--demo", is_flag=True, help="Fill an empty office with invented people and cases.")
@click.option(
    "--cases", default=44, show_default=True, help="How many invented cases, with --demo."
)
def serve(host: str, port: int, workers: int, data: Path | None, demo: bool, cases: int) -> None:
    """Start the office: web server and background worker, database made or brought up to date.

    Stop it with Ctrl-C. Settings are environment variables; see docs/office.md.
    """
    if data is not None:
        os.environ["OPENIMR_DATA"] = str(data.resolve())
    need_office()
    _manage("migrate", "--verbosity", "0")
    if demo:
        click.echo(f"Making {cases} invented cases (once) ...", err=True)
        _manage("seed", "--cases", str(cases))
    processes = [
        subprocess.Popen(web_server(host, port, workers)),
        subprocess.Popen([sys.executable, "-m", "openimr.office.manage", "worker"]),
    ]
    click.echo(f"The office is at http://{host}:{port}/ (cases at /cases/).")
    if demo:
        _people()
    _watch(processes)


def web_server(host: str, port: int, workers: int) -> list[str]:
    """The command that starts the web server.

    Two threads to a process: pages are made by the processor, and more would only take turns.
    Connections are not limited below the server's own bound: a browser keeps several open.
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--no-ws", "--log-level", "warning", "--blocking-threads", "2"),
        "openimr.office.wsgi:application",
    ]


def need_office() -> None:
    """Raise InputError where the office's libraries are not installed."""
    try:
        import django  # noqa: F401
        import granian  # noqa: F401
    except ImportError:
        raise InputError(
            "imr serve", "the office is not installed", "pip install 'openimr[office]'"
        ) from None


def _manage(*arguments: str) -> None:
    from openimr.office.manage import main

    main(list(arguments))


def _people() -> None:
    from rich.table import Table

    from openimr.cli.common import console
    from openimr.office.demo import PASSWORD, PEOPLE

    table = Table("Sign in as", "who is", title=f"Password of all: {PASSWORD}")
    for username, first, last, role in PEOPLE:
        table.add_row(username, f"{role.label}: {first} {last} (invented)")
    console().print(table)


def _watch(processes: list[subprocess.Popen[bytes]]) -> None:
    """Until one ends or someone stops us; then all end."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    bad = [process.returncode for process in processes if process.returncode not in (0, -15, 130)]
    if bad:
        raise InputError("imr serve", "a process ended by itself", "see the lines above")
