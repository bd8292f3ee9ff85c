"""What a database consists of, as text that two states of it can be compared by."""

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
POSTGRESQL = """
    SELECT 'column', table_name, column_name, data_type || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'index', tablename, indexname, indexdef
    FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT 'trigger', event_object_table, trigger_name, action_statement
    FROM information_schema.triggers
"""


def described(connection) -> str:
    """One line for each table, column, index, constraint and trigger."""
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        return "\n".join(sorted(map(repr, cursor.fetchall())))
