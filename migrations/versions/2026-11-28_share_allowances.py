"""Keep what processes tell each other of allowances.

The release before counts by itself; nothing of it reads or writes the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7b0d94e2a1c6"
down_revision: str | None = "e8d4b6f1a27c"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "shared_allowances",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shared_allowances")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("shared_allowances")
