"""The database itself keeps the ledger: no entry is changed or deleted, nothing overdraws."""

from django.db import migrations

SQLITE = {
    "ledger_no_update": """
    CREATE TRIGGER ledger_no_update BEFORE UPDATE ON accounts_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
    """,
    "ledger_no_delete": """
    CREATE TRIGGER ledger_no_delete BEFORE DELETE ON accounts_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END
    """,
    # INSERT OR REPLACE deletes without waking the trigger above. An id that the database will
    # choose stands as -1 here.
    "ledger_no_replace": """
    CREATE TRIGGER ledger_no_replace BEFORE INSERT ON accounts_ledgerentry
    WHEN EXISTS (SELECT 1 FROM accounts_ledgerentry
                 WHERE id = NEW.id OR kind = NEW.kind AND source = NEW.source)
    BEGIN SELECT RAISE(ABORT, 'ledger entries are written once'); END
    """,
    "ledger_no_overdraft": """
    CREATE TRIGGER ledger_no_overdraft BEFORE INSERT ON accounts_ledgerentry
    WHEN NEW.kind IN ('charge', 'expiry') AND NEW.amount + (
        SELECT COALESCE(SUM(amount), 0) FROM accounts_ledgerentry WHERE user_id = NEW.user_id
    ) < 0
    BEGIN SELECT RAISE(ABORT, 'a charge cannot take the balance below zero'); END
    """,
}

POSTGRESQL_FUNCTIONS = {
    "ledger_refuse_change": """
    CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'ledger entries are never changed or deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    # Charges of one user must not pass each other, so the user's row is locked first. A snapshot
    # that is older than the lock would not show what was spent while waiting for it.
    "ledger_refuse_overdraft": """
    CREATE FUNCTION ledger_refuse_overdraft() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('transaction_isolation') = 'repeatable read' THEN
            RAISE EXCEPTION 'a charge cannot be checked at this isolation level'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR UPDATE;
        IF NEW.amount + (
            SELECT COALESCE(SUM(amount), 0) FROM accounts_ledgerentry WHERE user_id = NEW.user_id
        ) < 0 THEN
            RAISE EXCEPTION 'a charge cannot take the balance below zero'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
}
POSTGRESQL = {
    "ledger_append_only": """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON accounts_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
    """,
    "ledger_no_truncate": """
    CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON accounts_ledgerentry
    EXECUTE FUNCTION ledger_refuse_change()
    """,
    "ledger_no_overdraft": """
    CREATE TRIGGER ledger_no_overdraft BEFORE INSERT ON accounts_ledgerentry
    FOR EACH ROW WHEN (NEW.kind IN ('charge', 'expiry'))
    EXECUTE FUNCTION ledger_refuse_overdraft()
    """,
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = SQLITE
    else:
        statements = POSTGRESQL_FUNCTIONS | POSTGRESQL
    for statement in statements.values():
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for trigger in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {trigger}")
    else:
        for function in POSTGRESQL_FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION {function} CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
