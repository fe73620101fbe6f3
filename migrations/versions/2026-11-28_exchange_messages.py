"""Keep partners' messages, and the sources that they come from.

The release before leaves the new tables alone. The downgrade forgets what partners have sent and
what waits in quarantine; what was recorded by their messages stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "9738b4e810e8"
down_revision: str | None = "146b25ac527f"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=True),
        sa.Column("yard_code", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("least_confidence", sa.BigInteger(), nullable=False),
        sa.Column("repeat_seconds", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "adapter IN ('customs', 'border-guard', 'plate-camera', 'yard', 'other-side')",
            name=op.f("ck_sources_adapter"),
        ),
        sa.CheckConstraint("direction IN ('export', 'import')", name=op.f("ck_sources_direction")),
        sa.CheckConstraint("way IN ('in', 'out')", name=op.f("ck_sources_way")),
        sa.CheckConstraint(
            "least_confidence BETWEEN 0 AND 100", name=op.f("ck_sources_confidence_in_percent")
        ),
        sa.CheckConstraint(
            "repeat_seconds BETWEEN 0 AND 600", name=op.f("ck_sources_repeats_for_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_sources_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sources_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["principals.id"], name=op.f("fk_sources_registered_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["yard_code"], ["yards.code"], name=op.f("fk_sources_yard_code_yards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("code", name=op.f("uq_sources_code")),
    )
    op.create_index(op.f("ix_sources_organisation_id"), "sources", ["organisation_id"])
    op.create_table(
        "messages",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("declaration_number", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "candidates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "applied_to",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('taken', 'applied', 'repeated', 'quarantined', 'discarded')",
            name=op.f("ck_messages_state"),
        ),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by IS NULL)",
            name=op.f("ck_messages_resolved_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["principals.id"], name=op.f("fk_messages_resolved_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["principals.id"], name=op.f("fk_messages_sent_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_messages_source_id_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "source_id", "source_reference", name=op.f("uq_messages_source_id_source_reference")
        ),
    )
    op.create_index(
        "ix_messages_decided",
        "messages",
        ["received_at"],
        postgresql_where=sa.text("NOT (state = 'quarantined')"),
    )
    op.create_index(
        "ix_messages_read",
        "messages",
        ["source_id", "plate", "occurred_at"],
        postgresql_where=sa.text("state = 'applied' AND plate IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["received_at", "id"],
        postgresql_where=sa.text("state = 'quarantined'"),
    )


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_table("sources")
