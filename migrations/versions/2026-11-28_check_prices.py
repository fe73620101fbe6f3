"""Keep how far each day's check of all charges is, and which are not what they should be."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "5be94c07d1a3"
down_revision: str | None = "f27a9c4e81d5"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = ("checked", "without_facts", "differing")


def upgrade() -> None:
    op.create_table(
        "price_checks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "differing <= checked", name=op.f("ck_price_checks_differing_are_checked")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_checks")),
        sa.UniqueConstraint("day", name=op.f("uq_price_checks_day")),
    )


def downgrade() -> None:
    op.drop_table("price_checks")
