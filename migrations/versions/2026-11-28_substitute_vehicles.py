"""Keep substitutions of vehicles, and in what a vehicle that was seen is not as declared.

The release before knows of neither and runs on: the new columns have a default or none. The
downgrade forgets who substituted what; what was declared by it stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d41f7c6b0e92"
down_revision: str | None = "e25f5dac645f"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DECIDED = (
    "(state = 'proposed') = (decided_at IS NULL)"
    " AND (decided_at IS NULL) = (decided_by IS NULL)"
    " AND (decided_at IS NULL) = (authority IS NULL)"
)


def upgrade() -> None:
    op.add_column(
        "entries",
        sa.Column(
            "discrepancies", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("observations", sa.Column("vehicle", postgresql.JSONB(), nullable=True))
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("change", postgresql.JSONB(), nullable=False),
        sa.Column("pointers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("needs_check", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused')", name=op.f("ck_substitutions_state")
        ),
        sa.CheckConstraint(DECIDED, name=op.f("ck_substitutions_decided_by_somebody")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["principals.id"], name=op.f("fk_substitutions_decided_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_substitutions_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["principals.id"], name=op.f("fk_substitutions_proposed_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    op.create_index(op.f("ix_substitutions_entry_id"), "substitutions", ["entry_id"])
    op.create_index(
        "uq_substitutions_open",
        "substitutions",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_table("substitutions")
    op.drop_column("observations", "vehicle")
    op.drop_column("entries", "discrepancies")
