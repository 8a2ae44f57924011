"""The office with 10,000 open cases: milliseconds of its lists and case pages under 20 users.

Usage: python benchmarks/office.py [--cases 10000] [--requests 2000] [--think 1.0]

The first table is of users who ask again at once, the second of users who look at a page for a
while (``--think``: seconds on average; 0 leaves it out). The server's share of the cores is told:
where others take them, the milliseconds are theirs too.
"""

from __future__ import annotations

import argparse
import contextlib
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
from datetime import timedelta
from pathlib import Path

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
    from openimr.office.demo_paths import bring
    from openimr.office.models import Assignment, Case, Document, Item, Party

    staff = demo.people()
    states = ("screening", "assigned", "records_complete", "in_review", "quality", "ready_to_issue")
    with transaction.atomic():
        models = [bring(demo.application(n, staff), states[n % 6], staff) for n in range(1, 31)]
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
                fields["claim_number"] = f"WC-{number}"
                fields["employee_last_name"] = f"Invented{number % 997}"
                fields["date_of_injury"] = model.date_of_injury - timedelta(days=number % 3000)
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
    for who in sorted({who for _, who in PAGES}):
        session = SessionStore()
        session[SESSION_KEY] = str(staff[who].pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = staff[who].get_session_auth_hash()
        session.save()
        sessions[who] = session.session_key
    for page, who in PAGES:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(staff[who], backend="django.contrib.auth.backends.ModelBackend")
        client.get(page.format(numbers[0]))
        with CaptureQueriesContext(connection) as caught:
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


PAGES = (
    ("/", "carl"), ("/cases/", "mona"), ("/cases/?state=assigned&page=3", "ida"),
    ("/cases/?q=Invented42", "carl"), ("/cases/?due=overdue", "carl"), ("/screenings/", "ida"),
    ("/reviewers/", "mona"), ("/dashboard/", "mona"), ("/audit/", "mona"),
    ("/cases/{}/", "carl"), ("/cases/{}/records/", "carl"), ("/cases/{}/history/", "mona"),
    ("/cases/{}/screening/", "ida"), ("/cases/{}/letters/", "ida"), ("/cases/{}/requests/", "carl"),
    ("/cases/{}/assign/", "carl"), ("/cases/{}/quality/", "mona"), ("/cases/{}/issue/", "carl"),
    ("/cases/{}/after/", "carl"),
)  # fmt: skip
"""Pages with {} for a case number, and who asks for them."""


def main() -> None:
    from openimr.cli.serve import web_server

    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--cases", type=int, default=10_000)
    asked.add_argument("--requests", type=int, default=2000)
    asked.add_argument("--think", type=float, default=1.0)
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
        server = subprocess.Popen(web_server("127.0.0.1", port, 2), env=env)
        try:
            users = Users(port, told)
            users.warm()
            report(users, server.pid, told["queries"], given.requests, 0.0)
            if given.think:
                report(users, server.pid, told["queries"], given.requests // 4, given.think)
        finally:
            server.terminate()
            server.wait()


class Users:
    """Twenty people at once, each with one request under way; light, for they share the cores."""

    def __init__(self, port: int, told: dict) -> None:
        self.port, self.told = port, told

    def ask(self, number: int) -> tuple[str, float]:
        """A page, and its milliseconds from the connection to the last byte."""
        page, who = PAGES[number % len(PAGES)]
        cookies = f"csrftoken={'a' * 32}; sessionid={self.told['sessions'][who]}"
        wanted = (
            f"GET {page.format(random.choice(self.told['numbers']))} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n"
        )
        begun = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port), 60) as line:
            line.sendall(wanted.encode())
            parts = list(iter(lambda: line.recv(1 << 18), b""))
        took = (time.perf_counter() - begun) * 1000
        assert parts[0].startswith(b"HTTP/1.1 200"), (page, parts[0][:40])
        return page, took

    def warm(self) -> None:
        """Wait for the server, then ask for every page a few times."""
        for _ in range(300):
            try:
                self.ask(0)
                break
            except OSError:
                time.sleep(0.1)
        self.go(6 * len(PAGES), 0.0)

    def go(self, requests: int, think: float) -> list[tuple[str, float]]:
        """Ask so many times, each user pausing ``think`` seconds on average before a request."""
        numbers, times, lock = iter(range(requests)), [], threading.Lock()

        def user() -> None:
            while True:
                if think:
                    time.sleep(random.expovariate(1 / think))
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                took = self.ask(number)
                with lock:
                    times.append(took)

        threads = [threading.Thread(target=user) for _ in range(USERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(times) == requests, "a user met an error"
        return times


def cpu_seconds(server: int) -> float:
    """Processor time of the server's processes so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if str(server) in (fields[1], stat.parent.name):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def report(users: Users, server: int, queries: dict, requests: int, think: float) -> None:
    """Print a table of what the pages took."""
    load, begun, used = os.getloadavg()[0], time.perf_counter(), cpu_seconds(server)
    times = users.go(requests, think)
    took, used = time.perf_counter() - begun, cpu_seconds(server) - used
    pause = f"{think:g} s between requests on average" if think else "no pause"
    print(
        f"\n{USERS} users, {pause}: {requests / took:.0f} requests/s, {1000 * used / requests:.1f} "
        f"ms of processor each; the server had {used / took:.2f} of {os.cpu_count()} cores; "
        f"load average before {load:.1f}"
    )
    print(f"{'page':34}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}")
    for page, _ in PAGES:
        each = [one for name, one in times if name == page]
        p95 = statistics.quantiles(each, n=20)[-1]
        print(f"{page:34}{statistics.median(each):8.0f}{p95:8.0f}{queries[page]:9}")
    each = [one for _, one in times]
    print(f"{'all':34}{statistics.median(each):8.0f}{statistics.quantiles(each, n=20)[-1]:8.0f}")


if __name__ == "__main__":
    main()
