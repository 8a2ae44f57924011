"""The event log, its checkpoints and signatures cannot be changed or deleted in the database itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLES = ("office_event", "office_checkpoint")

SQLITE = """
CREATE TRIGGER {table}_no_{low} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
SQLITE_SIGNED = """
CREATE TRIGGER office_attestation_frozen BEFORE UPDATE ON office_attestation
WHEN NEW.content IS NOT OLD.content OR NEW.content_hash IS NOT OLD.content_hash
  OR NEW.statement IS NOT OLD.statement OR NEW.signed_at IS NOT OLD.signed_at
  OR NEW.assignment_id IS NOT OLD.assignment_id OR (OLD.superseded AND NOT NEW.superseded)
BEGIN SELECT RAISE(ABORT, 'what was signed is frozen'); END
"""
POSTGRES = """
CREATE OR REPLACE FUNCTION office_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql;
"""
POSTGRES_SIGNED = """
CREATE OR REPLACE FUNCTION office_signed_frozen() RETURNS trigger AS $$
BEGIN
  IF NEW.content IS DISTINCT FROM OLD.content OR NEW.content_hash IS DISTINCT FROM OLD.content_hash
    OR NEW.statement IS DISTINCT FROM OLD.statement OR NEW.signed_at IS DISTINCT FROM OLD.signed_at
    OR NEW.assignment_id IS DISTINCT FROM OLD.assignment_id OR (OLD.superseded AND NOT NEW.superseded)
  THEN RAISE EXCEPTION 'what was signed is frozen'; END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER office_attestation_frozen BEFORE UPDATE ON office_attestation
FOR EACH ROW EXECUTE FUNCTION office_signed_frozen();
CREATE TRIGGER office_attestation_no_delete BEFORE DELETE ON office_attestation
FOR EACH ROW EXECUTE FUNCTION office_append_only();
"""


def forward(apps: Any, editor: Any) -> None:
    """Make the triggers."""
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        for table in TABLES:
            editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION office_append_only()"
            )
            editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION office_append_only()"
            )
        editor.execute(POSTGRES_SIGNED, params=None)
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            editor.execute(SQLITE.format(table=table, verb=verb, low=verb.lower()))
    editor.execute(SQLITE_SIGNED)
    editor.execute(SQLITE.format(table="office_attestation", verb="DELETE", low="delete"))


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("office", "0001_initial")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
