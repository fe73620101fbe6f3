"""Register batches.

The release before leaves the new tables alone: batches wait. The downgrade forgets which there were and
what became of their rows; entries that were registered stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "146b25ac527f"
down_revision: str | None = "e86d13f5c0a9"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('completed', 'refused', 'cancelled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_batches_endings_end"),
        ),
        sa.CheckConstraint("format IN ('json', 'csv', 'xlsx')", name=op.f("ck_batches_format")),
        sa.CheckConstraint(
            "mode IN ('best-effort', 'all-or-nothing')", name=op.f("ck_batches_mode")
        ),
        sa.CheckConstraint(
            "state IN ('checking', 'registering', 'taking_back', 'completed', 'refused', 'cancelled')",
            name=op.f("ck_batches_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_batches_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_batches_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(
        "ix_batches_ended",
        "batches",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_batches_open",
        "batches",
        ["id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_batches_organisation", "batches", ["organisation_id", "accepted_at", "id"])
    op.create_table(
        "batch_rows",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("client_reference", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column(
            "problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.CheckConstraint(
            "(entry_id IS NOT NULL) = (outcome IN ('registered', 'taken_back'))",
            name=op.f("ck_batch_rows_registered_has_entry"),
        ),
        sa.CheckConstraint(
            "(outcome IN ('waiting', 'checked')) = (sealed IS NOT NULL)",
            name=op.f("ck_batch_rows_sealed_until_done"),
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'checked', 'registered', 'refused', 'left_out', 'taken_back')",
            name=op.f("ck_batch_rows_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batches.id"],
            name=op.f("fk_batch_rows_batch_id_batches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_batch_rows_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_rows")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_batch_rows_batch_id_number")),
    )
    op.create_index("ix_batch_rows_outcome", "batch_rows", ["batch_id", "outcome", "number"])


def downgrade() -> None:
    op.drop_table("batch_rows")
    op.drop_table("batches")
