"""Clearances, approvals of panels, and what was issued (frozen)."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROZEN = ("case_id", "round", "determination", "content_hash", "issued_at")


def forward(apps: Any, editor: Any) -> None:
    """What was issued is frozen: its PDF's hash alone may be entered afterwards."""
    postgres = editor.connection.vendor == "postgresql"
    differs = "IS DISTINCT FROM" if postgres else "IS NOT"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in FROZEN)
    if postgres:
        editor.execute(
            "CREATE OR REPLACE FUNCTION office_issued_frozen() RETURNS trigger AS $$ BEGIN "
            f"IF {changed} THEN RAISE EXCEPTION 'what was issued is frozen'; END IF; "
            "RETURN NEW; END $$ LANGUAGE plpgsql",
            params=None,
        )
        editor.execute(
            "CREATE TRIGGER office_issued_frozen BEFORE UPDATE ON office_issued "
            "FOR EACH ROW EXECUTE FUNCTION office_issued_frozen()"
        )
        editor.execute(
            "CREATE TRIGGER office_issued_no_delete BEFORE DELETE ON office_issued "
            "FOR EACH ROW EXECUTE FUNCTION office_append_only()"
        )
        return
    editor.execute(
        f"CREATE TRIGGER office_issued_frozen BEFORE UPDATE ON office_issued WHEN {changed} "
        "BEGIN SELECT RAISE(ABORT, 'what was issued is frozen'); END"
    )
    editor.execute(
        "CREATE TRIGGER office_issued_no_delete BEFORE DELETE ON office_issued "
        "BEGIN SELECT RAISE(ABORT, 'office_issued is append-only'); END"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0010_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="category",
            field=models.CharField(blank=True, db_index=True, max_length=60),
        ),
        migrations.AddField(
            model_name="qualitycheck",
            name="round",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Clearance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rules", models.JSONField(default=list)),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clearances",
                        to="office.case",
                    ),
                ),
                (
                    "cleared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearances_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PanelApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("reviewers", models.PositiveSmallIntegerField()),
                ("approved_on", models.DateField()),
                ("reference", models.CharField(max_length=120)),
                ("finding", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="panel_approvals",
                        to="office.case",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Issued",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("determination", models.TextField()),
                ("content_hash", models.CharField(max_length=64)),
                ("file", models.CharField(blank=True, max_length=64)),
                ("issued_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued",
                        to="office.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "round"), name="issued_once")
                ],
            },
        ),
        migrations.RunPython(forward, migrations.RunPython.noop),
    ]
