"""Let a log that cannot be gone on with stop alone.

The release before stops all of them there, and leaves the table alone. Before a downgrade, mend what
is stopped: what it has missed stands in the table only.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a6f07b93d1ce"
down_revision: str | None = "a41c7e9d0b36"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "log_stops",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_stops_direction")
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", name=op.f("pk_log_stops")),
    )


def downgrade() -> None:
    op.drop_table("log_stops")
