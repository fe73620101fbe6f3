"""Add deadlines, the outcomes of calls, and until when an entry has put itself off.

The release before leaves the new columns empty and the new table alone: its calls have no deadline
and never end by themselves, as before. A downgrade loses what became of every call.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b3e8d41f6a27"
down_revision: str | None = "c51e90ab73f4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("deferred_until", sa.DateTime(timezone=True), nullable=True))
    add_outcomes()
    create_deadlines()
    validate()


def downgrade() -> None:
    op.drop_table("deadlines")
    op.drop_constraint(op.f("ck_calls_ended_has_outcome"), "calls", type_="check")
    op.drop_constraint(op.f("ck_calls_outcome"), "calls", type_="check")
    for column in reversed([column.name for column in outcomes()]):
        op.drop_column("calls", column)
    op.drop_column("entries", "deferred_until")


def outcomes() -> list[sa.Column[object]]:
    return [
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("miss_number", sa.BigInteger(), nullable=True),
        sa.Column("charge", sa.BigInteger(), nullable=True),
        sa.Column("faults", postgresql.JSONB(), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
    ]


def add_outcomes() -> None:
    for column in outcomes():
        op.add_column("calls", column)
    # For new rows at once; for the old ones `validate` looks without keeping anybody from writing.
    for name, rule in (
        (
            "ck_calls_outcome",
            "outcome IN ('answered', 'missed', 'excused', 'no_show', 'withdrawn', 'ended')",
        ),
        ("ck_calls_ended_has_outcome", "(outcome IS NULL) = (ended_at IS NULL)"),
    ):
        op.create_check_constraint(op.f(name), "calls", rule, postgresql_not_valid=True)
    op.create_foreign_key(
        op.f("fk_calls_withdrawn_by_principals"),
        "calls",
        "principals",
        ["withdrawn_by"],
        ["id"],
        postgresql_not_valid=True,
    )


def validate() -> None:
    """Look at the old rows in transactions of their own, which hold no lock that stops others."""
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE calls VALIDATE CONSTRAINT ck_calls_outcome")
        op.execute("ALTER TABLE calls VALIDATE CONSTRAINT ck_calls_ended_has_outcome")
        op.execute("ALTER TABLE calls VALIDATE CONSTRAINT fk_calls_withdrawn_by_principals")


def create_deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_deadlines_direction")
        ),
        sa.CheckConstraint(
            "kind IN ('reminder', 'window-end', 'deferral-end')", name=op.f("ck_deadlines_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'deferral-end') = (call_id IS NULL)", name=op.f("ck_deadlines_call_of_calls")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_deadlines_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_deadlines_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_deadlines_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
        sa.UniqueConstraint("call_id", "kind", name=op.f("uq_deadlines_call_id_kind")),
    )
    op.create_index(op.f("ix_deadlines_entry_id"), "deadlines", ["entry_id"])
    op.create_index(
        "ix_deadlines_open",
        "deadlines",
        ["gate_code", "direction", "due_at", "id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
