from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    """What workers have in their hands goes on under the number that it has."""
    apps.get_model("jobs", "Report").objects.update(holds=F("tries"))


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0004_three_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="holds",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
