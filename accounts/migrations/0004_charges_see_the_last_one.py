"""Refuse a charge at every isolation level at which it may not see the one before it."""

from importlib import import_module

from django.db import migrations

NAME = "ledger_refuse_overdraft"
BEFORE = import_module("accounts.migrations.0002_ledger_append_only").POSTGRESQL_FUNCTIONS[NAME]
# A serializable transaction is kept apart only from others of its kind, and the site's are not.
AFTER = BEFORE.replace("= 'repeatable read'", "IN ('repeatable read', 'serializable')")


def replace_by(function):
    def replace(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(function.replace("CREATE", "CREATE OR REPLACE", 1))

    return replace


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_user_session_epoch")]
    operations = [migrations.RunPython(replace_by(AFTER), replace_by(BEFORE))]
