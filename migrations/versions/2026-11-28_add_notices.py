"""Add notices: what officers and the board state of a gate, and until when.

The release before knows none and calls through a closure or pause that this one posted: end the old
processes before the first notice. A downgrade forgets all notices, and with them the stops of the
open clocks, so that keys of that time say too little.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "de0992963643"
down_revision: str | None = "b7d1e64a0f93"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

RULES = {
    "kind": "kind IN ('closure', 'pause', 'capacity', 'counterpart-limit', 'season', 'advice')",
    "direction": "direction IN ('export', 'import')",
    "not_of_the_past": "starts_at >= posted_at",
    "begins_before_it_ends": "ends_at > starts_at",
    "lifted_after_posted": "lifted_at >= posted_at",
    "lifted_by_somebody": "(lifted_at IS NULL) = (lifted_by IS NULL)",
    "limits_have_numbers": (
        "(kind IN ('capacity', 'counterpart-limit'))"
        " = (per_hour IS NOT NULL OR per_day IS NOT NULL)"
    ),
    "limits_not_negative": "per_hour >= 0 AND per_day >= 0",
}
REFERENCES = {"gate_code": "gates.code", "posted_by": "principals.id", "lifted_by": "principals.id"}


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("route_code", sa.Text(), nullable=True),
        sa.Column("goods_group", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_hour", sa.BigInteger(), nullable=True),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column("text_vi", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("text_zh", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_notices_{name}"))
            for name, rule in RULES.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_notices_{column}_{target.partition('.')[0]}")
            )
            for column, target in REFERENCES.items()
        ),
        sa.ForeignKeyConstraint(
            ["gate_code", "route_code"],
            ["routes.gate_code", "routes.code"],
            name=op.f("fk_notices_gate_code_route_code_routes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_posted_at_id"), "notices", ["posted_at", "id"])
    op.create_index(
        op.f("ix_notices_gate_code_posted_at_id"), "notices", ["gate_code", "posted_at", "id"]
    )


def downgrade() -> None:
    op.drop_table("notices")
