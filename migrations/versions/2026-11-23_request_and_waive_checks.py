"""Let checks be requested and waived, and agencies have supervisors.

The old release runs on: it writes neither of the new results and asks for none of the new columns.
The downgrade takes the open requests and the supervisors away; it refuses where a check was
requested or waived, for what was said stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3e8b41c07d52"
down_revision: str | None = "7d1c5a9e2b40"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "principals",
        sa.Column("supervisor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    check("principals", "supervisor_of_agencies", "NOT supervisor OR role = 'agency'")
    # What was allowed stays allowed, so no client loses a guarantee.
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nALTER TABLE checks DROP CONSTRAINT ck_checks_result"
    )
    check("checks", "result", "result IN ('requested', 'passed', 'failed', 'waived')")
    op.create_table(
        "check_requests",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.id"], name=op.f("fk_check_requests_check_id_checks")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_check_requests_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_check_requests")),
    )
    op.create_index(op.f("ix_check_requests_entry_id"), "check_requests", ["entry_id"])
    op.create_index(
        op.f("ix_check_requests_requested_at_check_id"),
        "check_requests",
        ["requested_at", "check_id"],
    )


def downgrade() -> None:
    op.drop_table("check_requests")
    op.drop_constraint(op.f("ck_checks_result"), "checks")
    check("checks", "result", "result IN ('passed', 'failed')")
    op.drop_constraint(op.f("ck_principals_supervisor_of_agencies"), "principals")
    op.drop_column("principals", "supervisor")


def check(table: str, name: str, condition: str) -> None:
    """Add a check in two steps; both tables are small, so the second is over in a moment."""
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}"
    )
