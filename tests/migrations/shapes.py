"""What a database's own catalogue says of its schema."""

from sqlalchemy import Connection, text

Shape = dict[str, set[tuple[str, ...]]]

QUESTIONS = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default,
            is_identity, identity_generation
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            AND conrelid <> 0 AND conrelid::regclass::text <> 'alembic_version'
    """,
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    """,
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
    """,
    "functions": """
        SELECT pronamespace::regnamespace::text, proname, prosrc
        FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE lanname = 'plpgsql'
    """,
}


def shape_of(connection: Connection) -> Shape:
    """Return columns, constraints, indexes, triggers and functions, each by its definition."""
    return {
        kind: {tuple(str(value) for value in row) for row in connection.execute(text(question))}
        for kind, question in QUESTIONS.items()
    }
