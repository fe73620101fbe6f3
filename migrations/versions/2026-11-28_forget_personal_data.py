"""Say how long personal data are kept, and keep who asked to be forgotten.

The release before erases nothing and shows what was erased as empty. A downgrade loses requests that
wait; what was erased does not come back.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e8d4b6f1a27c"
down_revision: str | None = "7c25f0ab9e31"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DRIVER = ("driver_name", "driver_document", "driver_phone")
KEPT = {
    **{
        f"ix_entries_kept_{column}": ("entries", "ended_at", f"{column} IS NOT NULL")
        for column in DRIVER
    },
    "ix_difficulties_kept": ("difficulties", "answered_at", "erased_at IS NULL"),
    "ix_strikes_kept": ("strikes", "decided_at", "erased_at IS NULL"),
}


def upgrade() -> None:
    create_retention_rows()
    create_subject_erasures()
    for table in ("difficulties", "strikes"):
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    with op.get_context().autocommit_block():
        for name, (table, column, kept) in KEPT.items():
            op.create_index(
                name,
                table,
                [column],
                postgresql_where=sa.text(f"{column} IS NOT NULL AND {kept}"),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name, (table, *_) in KEPT.items():
        op.drop_index(name, table)
    for table in ("difficulties", "strikes"):
        op.drop_column(table, "erased_at")
    op.drop_table("subject_erasures")
    op.drop_table("retention_rows")


def create_subject_erasures() -> None:
    op.create_table(
        "subject_erasures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_subject_erasures_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["principals.id"], name=op.f("fk_subject_erasures_asked_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_erasures")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_subject_erasures_entry_id")),
    )
    op.create_index(
        "ix_subject_erasures_open",
        "subject_erasures",
        ["entry_id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def create_retention_rows() -> None:
    op.create_table(
        "retention_rows",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("record"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_retention_rows_said_once",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_retention_rows_valid_on_has_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rows")),
    )
    op.execute(
        "CREATE TRIGGER tr_retention_rows_kept BEFORE DELETE OR TRUNCATE ON retention_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_retention_rows_guarded BEFORE UPDATE ON retention_rows"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )
