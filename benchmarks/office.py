"""The office with 10,000 open cases: milliseconds of its lists and case pages under 20 users.

Usage: python benchmarks/office.py [--cases 10000] [--requests 600]

Every user asks again at once; the figures are only good on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

USERS = 20
BATCH = 2000


def prepare(cases: int) -> None:
    """Fill the office: a few cases by the ordinary way, copied with their rows in bulk."""
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from openimr.office import demo
    from openimr.office.models import Assignment, Case, Document, Item, Party

    staff = demo.people()
    states = ("screening", "assigned", "records_complete", "in_review", "quality", "ready_to_issue")
    with transaction.atomic():
        models = [
            demo.bring(demo.application(n, staff), states[n % 6], staff) for n in range(1, 31)
        ]
    rows = {
        m.pk: {of: list(of.objects.filter(case=m)) for of in (Party, Item, Document, Assignment)}
        for m in models
    }
    for start in range(len(models), cases, BATCH):
        with transaction.atomic():
            copies = []
            for number in range(start, min(start + BATCH, cases)):
                model = models[number % len(models)]
                copy = (
                    Case.objects.get(pk=model.pk)
                    if number < start + len(models)
                    else copies[number - start - len(models)][1]
                )
                fields = {
                    f.attname: getattr(copy, f.attname)
                    for f in Case._meta.concrete_fields
                    if f.attname != "id"
                }
                fields["number"] = f"CM26-9{100000 + number}"
                fields["employee_last_name"] = f"Invented{number % 997}"
                copies.append((model, Case(**fields)))
            made = Case.objects.bulk_create([one for _, one in copies])
            for of in (Party, Item, Document, Assignment):
                of.objects.bulk_create(
                    of(
                        **{
                            f.attname: getattr(row, f.attname)
                            for f in of._meta.concrete_fields
                            if f.attname not in ("id", "case_id")
                        },
                        case=case,
                    )
                    for (model, _), case in zip(copies, made, strict=True)
                    for row in rows[model.pk][of]
                )
    sessions, queries = {}, {}
    numbers = list(Case.objects.values_list("number", flat=True))
    for who in ("carl", "mona", "ida"):
        session = SessionStore()
        session[SESSION_KEY] = str(staff[who].pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = staff[who].get_session_auth_hash()
        session.save()
        sessions[who] = session.session_key
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(staff["mona"], backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        client.get(page.format(numbers[0]))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            answer = client.get(page.format(numbers[0]))
        assert answer.status_code == 200, (page, answer.status_code)
        queries[page] = len(caught)
    print(
        json.dumps(
            {
                "sessions": sessions,
                "numbers": random.sample(numbers, 500),
                "queries": queries,
                "cases": len(numbers),
            }
        )
    )


PAGES = ("/", "/cases/", "/cases/?state=assigned&page=3", "/cases/?q=Invented42", "/cases/?due=overdue",
         "/cases/{}/", "/cases/{}/records/", "/cases/{}/history/")  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--cases", type=int, default=10_000)
    asked.add_argument("--requests", type=int, default=600)
    asked.add_argument("--prepare", action="store_true")
    given = asked.parse_args()
    if given.prepare:
        return prepare(given.cases)
    with tempfile.TemporaryDirectory(prefix="openimr-bench-") as folder:
        env = os.environ | {
            "OPENIMR_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "openimr.office.settings",
        }
        subprocess.run(
            [sys.executable, "-m", "openimr.office.manage", "migrate", "-v", "0"],
            env=env,
            check=True,
        )
        begun = time.perf_counter()
        told = json.loads(
            subprocess.run(
                [sys.executable, __file__, "--prepare", "--cases", str(given.cases)],
                env=env,
                check=True,
                stdout=subprocess.PIPE,
            ).stdout
        )
        print(f"{told['cases']} open cases, filled in {time.perf_counter() - begun:.0f} s")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--port",
                str(port),
                "--workers",
                "2",
                "--no-ws",
                "--log-level",
                "error",
                "openimr.office.wsgi:application",
            ],
            env=env,
        )
        try:
            measure(port, told, given.requests)
        finally:
            server.terminate()
            server.wait()


def measure(port: int, told: dict, requests: int) -> None:
    """Ask for every page in turn, 20 at a time, and print what it took."""
    times: dict[str, list[float]] = {page: [] for page in PAGES}
    lock = threading.Lock()

    def ask(number: int) -> None:
        page = PAGES[number % len(PAGES)]
        url = f"http://127.0.0.1:{port}{page.format(random.choice(told['numbers']))}"
        session = told["sessions"][("carl", "mona", "ida")[number % 3]]
        request = urllib.request.Request(url, headers={"Cookie": f"sessionid={session}"})
        begun = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
        with lock:
            times[page].append((time.perf_counter() - begun) * 1000)

    for _ in range(200):
        try:
            ask(0)
            break
        except OSError:
            time.sleep(0.1)
    with ThreadPoolExecutor(USERS) as pool:
        list(pool.map(ask, range(40)))
        for each in times.values():
            each.clear()
        list(pool.map(ask, range(requests)))
    print(f"{'page':34}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}")
    for page, each in times.items():
        p95 = statistics.quantiles(each, n=20)[-1]
        print(f"{page:34}{statistics.median(each):8.0f}{p95:8.0f}{told['queries'][page]:9}")


if __name__ == "__main__":
    main()
