"""Record who reads drivers' data in full, and find drivers by their numbers' hashes.

The release before reads nothing in full and leaves the table alone. A downgrade loses the record.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a71c3e5d9b04"
down_revision: str | None = "4b8e61f0d27c"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORDER = ("read_at", "id")
HASHES = {
    "ix_entries_driver_document": "driver_document_hash",
    "ix_entries_driver_phone": "driver_phone_hash",
}


def upgrade() -> None:
    create_personal_reads()
    with op.get_context().autocommit_block():
        for name, column in HASHES.items():
            op.create_index(
                name,
                "entries",
                [column],
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name in HASHES:
        op.drop_index(name, "entries")
    op.drop_table("personal_reads")


def create_personal_reads() -> None:
    op.create_table(
        "personal_reads",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "way IN ('entry', 'search', 'export')", name=op.f("ck_personal_reads_way")
        ),
        sa.CheckConstraint(
            "purpose IN ('border-control', 'contact-driver', 'correction', 'subject-request')",
            name=op.f("ck_personal_reads_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_personal_reads_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["organisations.id"],
            name=op.f("fk_personal_reads_company_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_personal_reads_principal_id_principals"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_personal_reads_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_reads")),
    )
    for owner in ((), ("entry_id",), ("company_id",), ("principal_id",)):
        columns = [*owner, *ORDER]
        name = op.f(f"ix_personal_reads_{'_'.join(columns)}")
        op.create_index(name, "personal_reads", columns)
    # Its time served, a row goes; until then nobody edits who read what.
    op.execute(
        "CREATE TRIGGER tr_personal_reads_kept BEFORE UPDATE OR TRUNCATE ON personal_reads"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
