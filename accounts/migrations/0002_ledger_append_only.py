"""The database itself keeps the ledger: no entry is changed or deleted, no charge overdraws."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER ledger_no_update BEFORE UPDATE ON accounts_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
    """,
    """
    CREATE TRIGGER ledger_no_delete BEFORE DELETE ON accounts_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END
    """,
    """
    CREATE TRIGGER ledger_no_overdraft BEFORE INSERT ON accounts_ledgerentry
    WHEN NEW.kind = 'charge' AND NEW.amount + (
        SELECT COALESCE(SUM(amount), 0) FROM accounts_ledgerentry WHERE user_id = NEW.user_id
    ) < 0
    BEGIN SELECT RAISE(ABORT, 'a charge cannot take the balance below zero'); END
    """,
]
TRIGGERS = ["ledger_no_update", "ledger_no_delete", "ledger_no_overdraft"]

POSTGRESQL = [
    """
    CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'ledger entries are never changed or deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON accounts_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
    """,
    # Charges of one user must not pass each other, so the user's row is locked first.
    """
    CREATE FUNCTION ledger_refuse_overdraft() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
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
    """
    CREATE TRIGGER ledger_no_overdraft BEFORE INSERT ON accounts_ledgerentry
    FOR EACH ROW WHEN (NEW.kind = 'charge') EXECUTE FUNCTION ledger_refuse_overdraft()
    """,
]


def guard(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for trigger in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER {trigger}")
    else:
        schema_editor.execute("DROP FUNCTION ledger_refuse_change CASCADE")
        schema_editor.execute("DROP FUNCTION ledger_refuse_overdraft CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
