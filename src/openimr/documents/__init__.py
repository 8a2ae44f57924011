"""Files to text with pages and offsets; case files to values.

:func:`load` reads one document of any format it knows; :func:`walk` lists the files of folders;
:func:`~openimr.documents.casefile.load_case` reads a case file with its documents.
"""

from openimr.documents.casefile import (
    iter_cases,
    load_case,
    parse_determination,
    read_attestation,
    read_determination_json,
    save_case,
)
from openimr.documents.files import Loaded, load, load_bytes, read, walk
from openimr.documents.limits import Limits

__all__ = [
    "Limits",
    "Loaded",
    "iter_cases",
    "load",
    "load_bytes",
    "load_case",
    "parse_determination",
    "read",
    "read_attestation",
    "read_determination_json",
    "save_case",
    "walk",
]
