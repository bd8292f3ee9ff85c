from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_who_holds_a_job"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="job",
            name="losses",
        ),
    ]
