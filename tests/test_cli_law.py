"""``imr clocks`` and ``imr eligible`` as a case manager uses them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from openimr.cli.main import cli

CLOCKS = ["clocks", "--event", "records_complete=2016-12-07", "--now", "2016-12-20"]


def run(*arguments: str):
    return CliRunner().invoke(cli, list(arguments))


def test_what_is_due_and_why() -> None:
    result = run(*CLOCKS)

    assert result.exit_code == 0
    assert "Fri 6 Jan 2017" in result.output
    assert "Labor Code" in result.output
    assert "wait for their event" in result.output


def test_as_data() -> None:
    lines = json.loads(run(*CLOCKS, "--json").output)["deadlines"]

    assert [(line["clock"], line["state"]) for line in lines] == [("determination", "open")]


def test_of_a_case_file(tmp_path) -> None:
    file = tmp_path / "case.json"
    file.write_text(
        json.dumps(
            {
                "case_number": "CM17-9000001",
                "date_assigned": "2016-12-07",
                "events": {"assigned": "2016-12-08"},
                "circumstances": {"records_channel": "electronic"},
                "items": [{"request": "MRI of the knee"}],
            }
        )
    )

    lines = json.loads(run("clocks", str(file), "--json").output)["deadlines"]

    assert [line["due"][:10] for line in lines if line["clock"] == "records"] == ["2016-12-20"]


def test_names_are_listed() -> None:
    assert "ur_served" in run("clocks", "--names").output
    assert "ur_served" in json.loads(run("clocks", "--names", "--json").output)["events"]


def test_screening_of_an_application() -> None:
    result = run(
        "eligible",
        *("--event", "ur_served=2016-11-29", "--event", "application_received=2017-02-20"),
        *("--set", "signed=no"),
    )

    assert "UNTIMELY" in result.output
    assert "if a person confirms" in result.output


def test_screening_as_data() -> None:
    result = run("eligible", "--event", "ur_served=2016-11-29", "--set", "signed=no", "--json")

    assert json.loads(result.output)["screening"]["outcome"] == "refuse"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["clocks"], "give a CASE or at least one --event"),
        (["clocks", "--event", "ur_served"], "write NAME=VALUE"),
        (["clocks", "--event", "ur_served=2016-11-29", "--now", "soon"], "write 2026-03-31"),
        (["clocks", "--event", "x=2016-11-29"], "there is no event called x"),
        (["eligible", "--event", "injury=2016-11-29", "--program", "mars"], "no such program"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(arguments, says) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert says in result.output + str(result.exception)
