"""The office's settings in tests: a folder of its own that goes away, quick passwords."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_FOLDER = tempfile.mkdtemp(prefix="openimr-office-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["OPENIMR_DATA"] = _FOLDER

from openimr.office.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
(DATA / "static").mkdir()  # noqa: F405
