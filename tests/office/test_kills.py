"""kill -9 of web server and worker while people work: nothing acknowledged is lost or done twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

KILLS = 20
FEWEST = 6  # where the machine is too busy for all of them in the time
CASES = 60
MOST_SECONDS = 30.0
PREPARE = f"""
import json, django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from openimr.office import demo
with transaction.atomic():
    staff = demo.people()
    cases = [demo.application(number, staff).number for number in range(1, {CASES} + 1)]
session = SessionStore()
session[SESSION_KEY] = str(staff["ida"].pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = staff["ida"].get_session_auth_hash()
session.save()
print(json.dumps({{"session": session.session_key, "cases": cases}}))
"""
ASK = """
import json, django
django.setup()
from openimr.office import audit
from openimr.office.models import Case, Document, Event, Note
print(json.dumps({
    "notes": list(Note.objects.values_list("text", flat=True)),
    "noted": Event.objects.filter(action="case.note").count(),
    "screening": list(Case.objects.filter(state="screening").values_list("number", flat=True)),
    "screened": list(Event.objects.filter(action="case.start_screening").values_list("case_number", flat=True)),
    "documents": [[one.name, one.status, one.page_count, one.pages.count()]
                  for one in Document.objects.filter(name__startswith="sent-")],
    "faults": [fault.says for fault in audit.verify()],
}))
"""


class Office:
    """Two web servers and a worker, on a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.env = os.environ | {
            "OPENIMR_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "openimr.office.settings",
            "OPENIMR_SECRET_KEY": "only for this test",
        }
        self.ports = {"web": _free(), "other web": _free()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *arguments: str) -> str:
        told = subprocess.run(
            [sys.executable, *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr[-2000:]
        return told.stdout

    def start(self, what: str) -> None:
        command = ["-m", "openimr.office.manage", "worker"]
        if what in self.ports:
            command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
                       str(self.ports[what]), "--workers", "1", "--no-ws", "--log-level", "critical",
                       "openimr.office.wsgi:application"]  # fmt: skip
        self.running[what] = subprocess.Popen(
            [sys.executable, *command],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, what: str) -> None:
        """kill -9 of a web server with its processes, or of the worker, and a start anew."""
        os.killpg(self.running[what].pid, signal.SIGKILL)
        self.running[what].wait()
        self.start(what)

    def stop(self) -> None:
        for running in self.running.values():
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()

    def post(self, session: str, path: str, body: bytes, kind: str) -> bool:
        """Whether the office acknowledged an action."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{random.choice(list(self.ports.values()))}{path}", body
        )
        request.add_header("Content-Type", kind)
        request.add_header("X-CSRFToken", "a" * 32)
        request.add_header("Cookie", f"sessionid={session}; csrftoken={'a' * 32}")
        try:
            _once.open(request, timeout=3)
        except urllib.error.HTTPError as answer:
            return answer.code == 302
        except (OSError, http.client.HTTPException):
            return False
        return True


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_once = urllib.request.build_opener(_Stay)


@pytest.fixture
def office(tmp_path):
    if os.environ.get("OPENIMR_DATABASE"):
        pytest.skip("walks on its own embedded database")
    made = Office(tmp_path / "office")
    made.run("-m", "openimr.office.manage", "migrate", "--verbosity", "0")
    yield made
    made.stop()


def form(**fields: str) -> tuple[bytes, str]:
    from urllib.parse import urlencode

    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def sent_file(name: str) -> tuple[bytes, str]:
    words = f"Progress report {name}. Low back pain."
    body = (
        f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        f"Content-Type: text/plain\r\n\r\n{words}\r\n--b--\r\n"
    )
    return body.encode(), "multipart/form-data; boundary=b"


def work(office, session, cases, done, over, number) -> None:
    """A person at work, who does not try again what was not acknowledged."""
    turn = number
    while not over.is_set():
        turn += 2
        case = cases[turn // 2 % CASES]
        if turn % 10 in (0, 5):
            name = f"sent-{turn}.txt"
            if office.post(session, f"/cases/{cases[0]}/records/uploads/", *sent_file(name)):
                done["file"].add(name)
        elif turn % 10 in (2, 7) and case not in done["step"]:
            if office.post(session, f"/cases/{case}/steps/start_screening/", *form(version="")):
                done["step"].add(case)
        elif office.post(session, f"/cases/{case}/notes/", *form(text=f"note {turn}")):
            done["note"].add(f"note {turn}")


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(office) -> None:
    told = json.loads(office.run("-c", PREPARE))
    session, cases = told["session"], told["cases"]
    for what in ("web", "other web", "worker"):
        office.start(what)
    first = f"/cases/{cases[0]}/"
    until = time.monotonic() + MOST_SECONDS
    while not office.post(session, f"{first}notes/", *form(text="warm")):
        assert time.monotonic() < until, "the web server does not answer"
        time.sleep(0.1)

    done: dict[str, set[str]] = {"note": {"warm"}, "step": set(), "file": set()}
    over = threading.Event()
    until = time.monotonic() + MOST_SECONDS
    people = [
        threading.Thread(target=work, args=(office, session, cases, done, over, number))
        for number in range(2)
    ]
    for one in people:
        one.start()
    kills, chance = 0, random.Random()
    while kills < KILLS and time.monotonic() < until:
        # Something was acknowledged since; then it dies at any point of what comes next.
        before = sum(map(len, done.values()))
        while sum(map(len, done.values())) < before + 2 and time.monotonic() < until:
            over.wait(0.01)
        over.wait(chance.uniform(0, 0.15))
        office.kill(("web", "other web", "worker")[kills % 3])
        kills += 1
    over.set()
    for one in people:
        one.join()
    assert kills >= FEWEST, kills

    while time.monotonic() < until + 20:
        held = json.loads(office.run("-c", ASK))
        if all(status == "ready" for _, status, _, _ in held["documents"]):
            break
    names = Counter(name for name, *_ in held["documents"])
    assert not held["faults"]
    assert all(len(one) > 2 for one in done.values()), f"too little was done to tell: {done}"
    assert done["note"] <= set(held["notes"])
    assert len(set(held["notes"]) - {"warm"}) == len([n for n in held["notes"] if n != "warm"])
    assert done["step"] <= set(held["screening"])
    assert sorted(held["screened"]) == sorted(held["screening"])
    assert done["file"] <= set(names)
    assert set(names.values()) <= {1}
    assert all(one[1:] == ["ready", 1, 1] for one in held["documents"]), held["documents"]
    verified = office.run("-c", "from openimr.cli import main; main()", "audit", "verify")
    assert "the chain holds" in verified
