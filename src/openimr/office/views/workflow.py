"""The workflow as the house has it: states and steps as tables, and drawn."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openimr.office import diagram
from openimr.office.models import Role
from openimr.office.views.common import allowed
from openimr.office.workflow import GUARDS, table
from openimr.rules import load_program


@allowed("office.work")
def workflow(request: HttpRequest) -> HttpResponse:
    """Every state and every step: who, under which condition, against which time limit."""
    law = load_program(settings.PROGRAM)
    limits = {clock.id: clock for clock in law.clocks}
    steps = [
        {
            "number": number,
            "line": line,
            "roles": [Role(role).label for role in line.roles],
            "guards": [(GUARDS[name].__doc__ or name).split("\n")[0] for name in line.guard],
            "clock": limits.get(line.clock or ""),
            "many": len(line.from_) > diagram.MANY,
        }
        for number, line in diagram.rows(table())
    ]
    return render(
        request, "office/workflow/workflow.html", {"states": table().states, "steps": steps}
    )


@allowed("office.work")
def drawing(request: HttpRequest) -> HttpResponse:
    """The drawing, from the same table."""
    response = HttpResponse(diagram.svg(table()), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
