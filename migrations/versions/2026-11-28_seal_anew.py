"""Remember how far encrypted columns have been sealed anew for the current key.

The release before knows nothing of the table; a downgrade makes the next upgrade begin again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5f2d8a90e31"
down_revision: str | None = "3fa81c6d927e"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reseal_progress",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("key_name", sa.Text(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_reseal_progress")),
    )


def downgrade() -> None:
    op.drop_table("reseal_progress")
