"""Keep when an entry last left its line, and find those for which nothing has spoken for long.

The release before ends none of them and keeps no such instant. Who had waited and is registered
again counts from its last change. A downgrade forgets the instants; who has expired stays so.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e9b3d05c71fa"
down_revision: str | None = "b5e8d2716fa4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SPOKEN_FOR_AT = (
    "greatest(registered_at, planned_arrival_at, moved_at, deferred_until, limited_until,"
    " left_line_at)"
)


def upgrade() -> None:
    op.add_column("entries", sa.Column("left_line_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE entries SET left_line_at = changed_at"
        " WHERE state = 'registered' AND ended_at IS NULL AND waits_from IS NOT NULL"
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_entries_expiring",
            "entries",
            [sa.text(SPOKEN_FOR_AT)],
            postgresql_where=sa.text("state = 'registered' AND yard_code IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_entries_expiring", "entries")
    op.drop_column("entries", "left_line_at")
