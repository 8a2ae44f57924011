"""Write docs/office/workflow.md and workflow.svg from the workflow table."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "office"


def made() -> dict[str, str]:
    """The two files by name; the office's settings must be in force."""
    from openimr.office import diagram
    from openimr.office.models import Role
    from openimr.office.workflow import table

    law = table()
    states = "\n".join(
        f"| {diagram.said(name)} | {state.says} | {state.kind} |"
        for name, state in law.states.items()
    )
    steps = []
    for number, line in diagram.rows(law):
        source = (
            "any open state"
            if len(line.from_) > diagram.MANY
            else ", ".join(diagram.said(name) for name in line.from_)
        )
        target = "stays" if line.to == "same" else diagram.said(line.to)
        who = ", ".join(Role(role).label for role in line.roles)
        checks = ", ".join(name.replace("_", " ") for name in line.guard)
        steps.append(
            f"| {number} | {line.says} | {source} | {target} | {who} | {checks} | "
            f"{line.clock or ''} | {line.rule} |"
        )
    text = f"""# The workflow

Made by `docs/make_workflow.py` from `src/openimr/office/workflow.yaml`; do not edit. The office shows
the same table at `/workflow/`. The numbers of the drawing are those of the steps below.

![States and the steps between them](workflow.svg)

## States

| State | Means | Kind |
|---|---|---|
{states}

## Steps

| No. | Step | From | To | Who | Only if | Time limit | Rule |
|---|---|---|---|---|---|---|---|
{chr(10).join(steps)}

## As Mermaid

```mermaid
{diagram.mermaid(law)}```
"""
    return {"workflow.md": text, "workflow.svg": diagram.svg(law)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openimr.office.settings")
    os.environ.setdefault("OPENIMR_DATA", tempfile.mkdtemp())
    import django

    django.setup()
    HERE.mkdir(exist_ok=True)
    for name, text in made().items():
        (HERE / name).write_text(text, "utf-8")
