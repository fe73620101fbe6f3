"""Give events positions in a feed, after their commit, and say who may see them.

The release before knows nothing of these tables and leaves them alone; a downgrade loses positions
only. Of the events that are there already the last few thousand are told: a transaction that runs
meanwhile may have drawn a lower number.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4c1d0e8fa7b6"
down_revision: str | None = "c5f2d8a90e31"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_number", sa.BigInteger(), nullable=False),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_number"], ["events.number"], name=op.f("fk_feed_event_number_events")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
        sa.UniqueConstraint("event_number", name=op.f("uq_feed_event_number")),
    )
    op.create_index("ix_feed_for_all", "feed", ["position"], postgresql_where=sa.text("for_all"))
    op.create_index(op.f("ix_feed_at"), "feed", ["at"])
    op.create_table(
        "feed_readers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_feed_readers_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["position"], ["feed.position"], name=op.f("fk_feed_readers_position_feed")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "position", name=op.f("pk_feed_readers")),
    )
    op.create_index(op.f("ix_feed_readers_position"), "feed_readers", ["position"])
    op.create_table(
        "feed_progress",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("forgotten_to", sa.BigInteger(), nullable=False),
        sa.Column("settled_to", sa.BigInteger(), nullable=False),
        sa.Column("marked_to", sa.BigInteger(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_xid", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_progress_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_progress")),
    )
    op.execute(
        "INSERT INTO feed_progress (id, position, forgotten_to, settled_to)"
        " SELECT 1, 0, 0, greatest(coalesce(max(number), 0) - 5000, 0) FROM events"
    )


def downgrade() -> None:
    for table in ("feed_progress", "feed_readers", "feed"):
        op.drop_table(table)
