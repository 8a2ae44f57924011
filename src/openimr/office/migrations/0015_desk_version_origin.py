"""Where a version of an opinion comes from: written, taken over, restored or set aside."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A field."""

    dependencies = [("office", "0014_upload_document")]
    operations = [
        migrations.AddField(
            model_name="opinionversion",
            name="origin",
            field=models.CharField(default="written", max_length=12),
        )
    ]
