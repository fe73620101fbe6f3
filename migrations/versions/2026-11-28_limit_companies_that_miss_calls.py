"""Keep strikes, and limit companies that miss many calls.

The release before gives no strikes and lets everybody wait; whom a limit keeps out waits again when
this release comes to it. The downgrade forgets strikes, appeals and decisions.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "df98d34e936c"
down_revision: str | None = "a0c96e17d5b3"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


KINDS = {
    "ck_deadlines_kind": "kind IN ('reminder', 'window-end', 'deferral-end', 'limit-end')",
    "ck_deadlines_call_of_calls": "(kind IN ('reminder', 'window-end')) = (call_id IS NOT NULL)",
}
KINDS_BEFORE = {
    "ck_deadlines_kind": "kind IN ('reminder', 'window-end', 'deferral-end')",
    "ck_deadlines_call_of_calls": "(kind = 'deferral-end') = (call_id IS NULL)",
}


def upgrade() -> None:
    create_strikes()
    op.add_column("entries", sa.Column("limited_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entries", sa.Column("limited_to", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_entries_limited_whole"),
        "entries",
        "(limited_until IS NULL) = (limited_to IS NULL)",
        postgresql_not_valid=True,
    )
    allow(KINDS)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE entries VALIDATE CONSTRAINT ck_entries_limited_whole")
        for name in KINDS:
            op.execute(f"ALTER TABLE deadlines VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_entries_limited",
            "entries",
            ["gate_code", "direction", "presence_at", "id"],
            postgresql_where=sa.text("limited_until IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_entries_waiting_of",
            "entries",
            ["organisation_id"],
            postgresql_where=sa.text("queue_key IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def allow(rules: dict[str, str]) -> None:
    """Put other rules in the place of what deadlines may be; what was allowed stays allowed."""
    for name, rule in rules.items():
        op.execute(
            f"-- squawk-ignore ban-drop-constraint\nALTER TABLE deadlines DROP CONSTRAINT {name}"
        )
        op.create_check_constraint(op.f(name), "deadlines", rule, postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_index("ix_entries_waiting_of", "entries")
    op.drop_index("ix_entries_limited", "entries")
    op.execute("DELETE FROM deadlines WHERE kind = 'limit-end'")
    allow(KINDS_BEFORE)
    op.drop_constraint(op.f("ck_entries_limited_whole"), "entries", type_="check")
    op.drop_column("entries", "limited_to")
    op.drop_column("entries", "limited_until")
    op.drop_table("strikes")


def create_strikes() -> None:
    op.create_table(
        "strikes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("policy_code", sa.Text(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_on", sa.Date(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_by", sa.Uuid(), nullable=True),
        sa.Column("appeal", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("decision IN ('upheld', 'lifted')", name=op.f("ck_strikes_decision")),
        sa.CheckConstraint(
            "decided_at IS NULL OR appealed_at IS NOT NULL",
            name=op.f("ck_strikes_decided_on_appeal"),
        ),
        sa.CheckConstraint(
            "num_nulls(appealed_at, appealed_by, appeal) IN (0, 3)",
            name=op.f("ck_strikes_appealed_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(decision, decided_at, decided_by, decision_reason) IN (0, 4)",
            name=op.f("ck_strikes_decided_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["appealed_by"], ["principals.id"], name=op.f("fk_strikes_appealed_by_principals")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_strikes_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["principals.id"], name=op.f("fk_strikes_decided_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_strikes_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_strikes_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_strikes_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_code"],
            ["policy_editions.code"],
            name=op.f("fk_strikes_policy_code_policy_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
        sa.UniqueConstraint("call_id", name=op.f("uq_strikes_call_id")),
    )
    op.create_index("ix_strikes_newest", "strikes", ["struck_at", "id"])
    op.create_index(
        op.f("ix_strikes_organisation_id_struck_on"),
        "strikes",
        ["organisation_id", "struck_on"],
    )
    op.create_index(
        "ix_strikes_undecided",
        "strikes",
        ["struck_at", "id"],
        postgresql_where=sa.text("appealed_at IS NOT NULL AND decided_at IS NULL"),
    )
