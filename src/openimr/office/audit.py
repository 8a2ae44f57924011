"""The event log: written with the action it tells of, in one transaction; verified as a chain."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction

from openimr.office.keys import kept
from openimr.office.models import Case, Checkpoint, Event, User

GENESIS = "0" * 64
CHECKPOINT_EVERY = 500
"""Entries after which the head is signed; ``imr admin checkpoint`` signs at any time."""

_LOCK = 7_205_001
"""Advisory lock of PostgreSQL under which entries are numbered."""


class Fault(NamedTuple):
    """What is wrong with the log, and where."""

    sequence: int
    says: str


def record(action: str, actor: User | None, case: Case | None = None, **detail: Any) -> Event:
    """Append an entry, within the transaction of what it tells.

    Args:
        action: what was done, as a word with a dot: ``case.assign``, ``document.view``.
        actor: who did it; None for the system.
        case: the case it was done in.
        detail: further facts; never clinical words, never names of patients.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Event.objects.order_by("-sequence").values_list("sequence", "hash").first()
        sequence, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
        event = Event(
            sequence=sequence,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            actor=actor,
            actor_name=actor.username if actor else "system",
            action=action,
            case=case,
            case_number=case.number if case else "",
            detail=detail,
            previous=previous,
        )
        event.hash = digest(event)
        event.save(force_insert=True)
        if sequence % CHECKPOINT_EVERY == 0:
            checkpoint()
    return event


def digest(event: Event) -> str:
    """SHA-256 over the entry in canonical JSON and the hash before it."""
    content = json.dumps(
        [
            event.sequence,
            event.at,
            event.actor_name,
            event.action,
            event.case_number,
            event.detail,
            event.previous,
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(content.encode()).hexdigest()


def checkpoint() -> Checkpoint | None:
    """Sign the head of the log; None where there is nothing new to sign."""
    head = Event.objects.order_by("-sequence").first()
    if head is None or Checkpoint.objects.filter(sequence=head.sequence).exists():
        return None
    key = _key()
    signature = key.sign(f"{head.sequence}:{head.hash}".encode())
    return Checkpoint.objects.create(
        sequence=head.sequence,
        hash=head.hash,
        signature=base64.b64encode(signature).decode(),
        key_id=key_id(key.public_key()),
    )


def verify() -> Iterator[Fault]:
    """Every fault of the chain and its checkpoints, in order; nothing where all is well."""
    previous, expected = GENESIS, 1
    heads = {point.sequence: point for point in Checkpoint.objects.all()}
    public = _key().public_key()
    for event in Event.objects.order_by("sequence").iterator(chunk_size=2000):
        if event.sequence != expected:
            yield Fault(expected, f"entries {expected} to {event.sequence - 1} are missing")
        if event.previous != previous:
            yield Fault(event.sequence, "does not follow from the entry before it")
        if digest(event) != event.hash:
            yield Fault(event.sequence, "was changed after it was written")
        point = heads.pop(event.sequence, None)
        if point is not None:
            yield from _signed(point, event.hash, public)
        previous, expected = event.hash, event.sequence + 1
    for point in heads.values():
        yield Fault(point.sequence, "is signed by a checkpoint but missing")


def _signed(point: Checkpoint, hashed: str, public: Ed25519PublicKey) -> Iterator[Fault]:
    if point.hash != hashed:
        yield Fault(point.sequence, "differs from what its checkpoint signed")
    try:
        public.verify(base64.b64decode(point.signature), f"{point.sequence}:{point.hash}".encode())
    except (InvalidSignature, ValueError):
        yield Fault(point.sequence, "has a checkpoint with a wrong signature")


def key_id(public: Ed25519PublicKey) -> str:
    """A short name of a public key."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _key() -> Ed25519PrivateKey:
    """The organization's signing key, made in the data folder when first needed."""
    key = serialization.load_pem_private_key(kept(settings.DATA, "audit.pem", _made), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
