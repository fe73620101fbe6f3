"""Tell drivers: messages, how far they were made, and phones opened for them on record.

Begins with what happens from now on. The release before knows nothing of these tables and leaves
them alone; a downgrade loses them, and the record that phones were opened for messages.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b7d41e5a90c2"
down_revision: str | None = "c9e13a5d7f40"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PENDING = sa.text("state = 'pending'")
BEFORE = "way IN ('entry', 'search', 'export')"
AFTER = "way IN ('entry', 'search', 'export', 'message')"


def upgrade() -> None:
    create_messages()
    op.create_index(
        "ix_driver_messages_due", "driver_messages", ["sends_from"], postgresql_where=PENDING
    )
    op.create_index(
        op.f("ix_driver_messages_entry_id_event_number"),
        "driver_messages",
        ["entry_id", "event_number"],
    )
    op.create_index(op.f("ix_driver_messages_ended_at"), "driver_messages", ["ended_at"])
    op.create_table(
        "driver_message_progress",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_driver_message_progress_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_message_progress")),
    )
    op.execute("INSERT INTO driver_message_progress SELECT 1, position FROM feed_progress")
    limit_ways(AFTER)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE personal_reads VALIDATE CONSTRAINT ck_personal_reads_way")


def limit_ways(ways: str) -> None:
    """Say anew in which ways personal data are read."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE personal_reads DROP CONSTRAINT ck_personal_reads_way"
    )
    op.create_check_constraint(
        op.f("ck_personal_reads_way"), "personal_reads", ways, postgresql_not_valid=True
    )


def create_messages() -> None:
    op.create_table(
        "driver_messages",
        sa.Column("event_number", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sends_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sends_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('call', 'reminder', 'missed', 'excused', 'withdrawn', 'no-show', 'papers')",
            name=op.f("ck_driver_messages_kind"),
        ),
        sa.CheckConstraint(
            "language IN ('vi', 'en', 'zh')", name=op.f("ck_driver_messages_language")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'would_be_sent', 'given_up', 'dropped')",
            name=op.f("ck_driver_messages_state"),
        ),
        sa.CheckConstraint(
            "reason IN ('no-phone', 'phone-unusable', 'too-late', 'call-over', 'entry-ended',"
            " 'in-order-meanwhile', 'arrival-moved', 'refused-by-gateway')",
            name=op.f("ck_driver_messages_reason"),
        ),
        sa.CheckConstraint(
            "error IN ('status', 'redirect', 'timeout', 'name-not-resolved', 'address-forbidden',"
            " 'connection', 'tls', 'protocol')",
            name=op.f("ck_driver_messages_error"),
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (ended_at IS NULL)",
            name=op.f("ck_driver_messages_ended_unless_pending"),
        ),
        sa.CheckConstraint(
            "(state IN ('given_up', 'dropped')) = (reason IS NOT NULL)",
            name=op.f("ck_driver_messages_unsent_with_reason"),
        ),
        sa.CheckConstraint(
            "(kind = 'papers') = (call_id IS NULL)",
            name=op.f("ck_driver_messages_call_of_calls"),
        ),
        sa.ForeignKeyConstraint(
            ["event_number"], ["events.number"], name=op.f("fk_driver_messages_event_number_events")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_driver_messages_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_driver_messages_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_messages")),
        sa.UniqueConstraint("event_number", name=op.f("uq_driver_messages_event_number")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM personal_reads WHERE way = 'message'")
    limit_ways(BEFORE)
    op.drop_table("driver_message_progress")
    op.drop_table("driver_messages")
