"""Keep to which gates entries were diverted, and what they took along.

The release before diverts nobody and reads none of it. The downgrade forgets the gates that
entries have left; where they are now stands with them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a0c96e17d5b3"
down_revision: str | None = "de0992963643"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "diversions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("from_gate", sa.Text(), nullable=False),
        sa.Column("to_gate", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("diverted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("diverted_by", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=True),
        sa.Column("carried", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("from_gate <> to_gate", name=op.f("ck_diversions_goes_somewhere")),
        sa.CheckConstraint(
            "lane IN ('green-season', 'green', 'ordinary')", name=op.f("ck_diversions_lane")
        ),
        sa.ForeignKeyConstraint(
            ["diverted_by"], ["principals.id"], name=op.f("fk_diversions_diverted_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_diversions_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["from_gate"], ["gates.code"], name=op.f("fk_diversions_from_gate_gates")
        ),
        sa.ForeignKeyConstraint(
            ["to_gate"], ["gates.code"], name=op.f("fk_diversions_to_gate_gates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diversions")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_diversions_entry_id_number")),
    )


def downgrade() -> None:
    op.drop_table("diversions")
