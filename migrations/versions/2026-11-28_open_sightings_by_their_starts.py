"""Find what opens the leaf of a sighting by the observation, for the wait that counts from it.

The release before commits to no plate of a sighting and leaves the column alone.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3e91c7d4a8f2"
down_revision: str | None = "c41e7ab52d09"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("log_openings", sa.Column("sighting_id", sa.Uuid(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_log_openings_sighting",
            "log_openings",
            ["sighting_id"],
            postgresql_where=sa.text("sighting_id IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_log_openings_sighting", "log_openings")
    op.drop_column("log_openings", "sighting_id")
