"""Keep since when a vehicle stands where it does, and whether it is on its way into a yard.

The release before leaves both alone: who it calls from outside is not counted as on its way. A
downgrade loses since when vehicles stand where they do; the movements say it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b7d1e64a0f93"
down_revision: str | None = "5f0a72c9d4e1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "entries",
        sa.Column("awaits_place", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(
        "UPDATE entries SET moved_at = ("
        "SELECT max(occurred_at) FROM observations WHERE entry_id = entries.id"
        " AND kind IN ('yard-in', 'yard-out', 'arrival')"
        ") WHERE ended_at IS NULL"
    )
    op.execute("UPDATE entries SET awaits_place = true WHERE state = 'called' AND NOT inside")
    with op.get_context().autocommit_block():
        for name, column, where in (
            ("ix_entries_yard", "yard_code", "yard_code IS NOT NULL"),
            ("ix_entries_awaits_place", "gate_code", "awaits_place"),
        ):
            op.create_index(
                name,
                "entries",
                [column],
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name in ("ix_entries_awaits_place", "ix_entries_yard"):
        op.drop_index(name, table_name="entries")
    op.drop_column("entries", "awaits_place")
    op.drop_column("entries", "moved_at")
