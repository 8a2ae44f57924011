"""Who may review a case: qualification, match of specialty, conflicts of interest, fairness."""

from openimr.panel.conflicts import Conflict, conflicts
from openimr.panel.match import Candidate, Need, NeedItem, match
from openimr.panel.register import RegisteredReviewer, read_register

__all__ = [
    "Candidate",
    "Conflict",
    "Need",
    "NeedItem",
    "RegisteredReviewer",
    "conflicts",
    "match",
    "read_register",
]
