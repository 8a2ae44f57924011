"""Settings of all tests.

Property tests look for new examples at every run on a desk; continuous integration runs the same
examples each time, so that a change is judged by what it changes.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
