"""The law as dated data: clocks, eligibility, vocabulary, fees; one folder a program.

A program (``ca_wc_imr``, ``ny_external_appeal``) is YAML; the code knows no state and no statute.
"""

from openimr.rules.calendars import Calendar, calendar
from openimr.rules.clocks import Deadline, deadlines
from openimr.rules.eligibility import GroundFinding, Screening, screen
from openimr.rules.matter import Matter, matter_of
from openimr.rules.program import Program, load_program, program_names

__all__ = [
    "Calendar",
    "Deadline",
    "GroundFinding",
    "Matter",
    "Program",
    "Screening",
    "calendar",
    "deadlines",
    "load_program",
    "matter_of",
    "program_names",
    "screen",
]
