"""Keep expected waits, to score them by the calls that came.

The release before makes none and reads none; a downgrade forgets how far they were off.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e47a1c09d5b2"
down_revision: str | None = "df98d34e936c"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DIRECTIONS = "direction IN ('export', 'import')"
LANES = "lane IN ('green-season', 'green', 'ordinary')"


def upgrade() -> None:
    op.create_table(
        "wait_estimates",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *numbers("clock", "low", "likely", "high"),
        sa.Column("method", sa.Text(), nullable=False),
        *numbers("sample"),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.BigInteger(), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=True),
        *checks("wait_estimates"),
        sa.CheckConstraint(
            "low <= likely AND likely <= high", name=op.f("ck_wait_estimates_in_order")
        ),
        sa.CheckConstraint(
            "(called_at IS NULL) = (error IS NULL) AND (called_at IS NULL) = (inside IS NULL)",
            name=op.f("ck_wait_estimates_scored_together"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_wait_estimates_entry_id_entries")
        ),
        gate_of("wait_estimates"),
        sa.PrimaryKeyConstraint("entry_id", "due_at", name=op.f("pk_wait_estimates")),
    )
    op.create_index(op.f("ix_wait_estimates_due_at"), "wait_estimates", ["due_at"])
    op.create_index(
        "ix_wait_estimates_scored",
        "wait_estimates",
        ["gate_code", "direction", "called_at"],
        postgresql_where=sa.text("called_at IS NOT NULL"),
    )
    op.create_table(
        "wait_scores",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        *numbers("scored", "inside", "error_sum", "absolute_error_sum"),
        *numbers("week_scored", "week_inside", "week_median_error"),
        *checks("wait_scores"),
        sa.CheckConstraint(
            "inside <= scored AND week_inside <= week_scored",
            name=op.f("ck_wait_scores_inside_of_all"),
        ),
        gate_of("wait_scores"),
        sa.PrimaryKeyConstraint(
            "on_day", "gate_code", "direction", "lane", name=op.f("pk_wait_scores")
        ),
    )


def numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def checks(table: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(DIRECTIONS, name=op.f(f"ck_{table}_direction")),
        sa.CheckConstraint(LANES, name=op.f(f"ck_{table}_lane")),
    ]


def gate_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["gate_code"], ["gates.code"], name=op.f(f"fk_{table}_gate_code_gates")
    )


def downgrade() -> None:
    op.drop_table("wait_scores")
    op.drop_table("wait_estimates")
