"""Keep passes that were handed out, until a day after they have expired.

The release before knows nothing of the table and hands out no passes. After a downgrade and back,
passes handed out before are refused online, for nothing is known of them; offline they hold.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9a25aad20727"
down_revision: str | None = "4c1d0e8fa7b6"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "passes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("direction IN ('export', 'import')", name=op.f("ck_passes_direction")),
        sa.CheckConstraint("use IN ('yard', 'gate')", name=op.f("ck_passes_use")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_passes_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_passes_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_passes_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
    )
    op.create_index(op.f("ix_passes_expires_at"), "passes", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("passes")
