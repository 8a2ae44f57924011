"""The WSGI entry point."""

from __future__ import annotations

import gc
import os
import threading

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openimr.office.settings")
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # looked for at the start
application = get_wsgi_application()


def _warm() -> None:
    """Read the lexicon and the registry of citations, which the first check would wait for."""
    from openimr.citations import find
    from openimr.evidence import find_facts

    find_facts("Pain.")
    find("MTUS Low Back Complaints 2004")
    # What is read once stays: no request waits while it is searched for garbage.
    gc.collect()
    gc.freeze()


threading.Thread(target=_warm, daemon=True).start()
