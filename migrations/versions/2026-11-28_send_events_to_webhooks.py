"""Send events to webhooks: where to, what is due, and each attempt.

The release before knows nothing of these tables and leaves them alone; a downgrade loses webhooks
and the log of deliveries.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e81f6b20c94d"
down_revision: str | None = "9738b4e810e8"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    create_webhooks()
    create_deliveries()
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "error IN ('status', 'redirect', 'timeout', 'name-not-resolved', 'address-forbidden',"
            " 'connection', 'tls', 'protocol')",
            name=op.f("ck_delivery_attempts_error"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id_deliveries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index(
        op.f("ix_delivery_attempts_delivery_id_at"), "delivery_attempts", ["delivery_id", "at"]
    )


def create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sees_all", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'disabled')", name=op.f("ck_webhooks_state")
        ),
        sa.CheckConstraint(
            "disabled_reason IN ('gone', 'failing')", name=op.f("ck_webhooks_disabled_reason")
        ),
        sa.CheckConstraint(
            "(state = 'disabled') = (disabled_reason IS NOT NULL)",
            name=op.f("ck_webhooks_disabled_with_reason"),
        ),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)",
            name=op.f("ck_webhooks_old_secret_with_end"),
        ),
        sa.CheckConstraint(
            "(failures = 0) = (failing_since IS NULL)", name=op.f("ck_webhooks_failing_since_first")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_webhooks_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_webhooks_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["principals.id"], name=op.f("fk_webhooks_created_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(
        op.f("ix_webhooks_organisation_id_created_at_id"),
        "webhooks",
        ["organisation_id", "created_at", "id"],
    )


def create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("event_number", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'given_up')", name=op.f("ck_deliveries_state")
        ),
        sa.CheckConstraint(
            "(position IS NULL) = (event_number IS NULL)",
            name=op.f("ck_deliveries_position_of_event"),
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (ended_at IS NULL)",
            name=op.f("ck_deliveries_ended_unless_pending"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id_webhooks")
        ),
        sa.ForeignKeyConstraint(
            ["event_number"], ["events.number"], name=op.f("fk_deliveries_event_number_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "webhook_id", "position", name=op.f("uq_deliveries_webhook_id_position")
        ),
    )
    op.create_index(
        "ix_deliveries_due", "deliveries", ["webhook_id", "due_at"], postgresql_where=PENDING
    )
    op.create_index(
        "ix_deliveries_of_entry",
        "deliveries",
        ["webhook_id", "entry_id", "position"],
        postgresql_where=PENDING,
    )
    op.create_index(
        op.f("ix_deliveries_webhook_id_since_id"), "deliveries", ["webhook_id", "since", "id"]
    )
    op.create_index(op.f("ix_deliveries_ended_at"), "deliveries", ["ended_at"])


def downgrade() -> None:
    for table in ("delivery_attempts", "deliveries", "webhooks"):
        op.drop_table(table)
