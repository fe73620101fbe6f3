"""Say how long foreign vehicles may stay, and let the end of a stay become due.

The release before knows no such deadline and leaves open ones alone. A downgrade takes those back.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "c4a9e07b52d8"
down_revision: str | None = "c7e2b1f90d48"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = "'reminder', 'window-end', 'deferral-end', 'limit-end'"


def upgrade() -> None:
    create_stay_limits()
    allow(f"{KINDS}, 'stay-limit'")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE deadlines VALIDATE CONSTRAINT ck_deadlines_kind")


def downgrade() -> None:
    op.execute("DELETE FROM deadlines WHERE kind = 'stay-limit'")
    allow(KINDS)
    op.drop_table("stay_limits")


def allow(kinds: str) -> None:
    """Say anew which kinds of deadlines there are."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nALTER TABLE deadlines DROP CONSTRAINT ck_deadlines_kind"
    )
    op.create_check_constraint(
        op.f("ck_deadlines_kind"), "deadlines", f"kind IN ({kinds})", postgresql_not_valid=True
    )


def create_stay_limits() -> None:
    op.create_table(
        "stay_limits",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("vehicles", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("vehicles"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_stay_limits_said_once",
        ),
        sa.CheckConstraint("NOT isempty(valid_on)", name=op.f("ck_stay_limits_valid_on_has_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_limits")),
    )
    op.execute(
        "CREATE TRIGGER tr_stay_limits_kept BEFORE DELETE OR TRUNCATE ON stay_limits"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_stay_limits_guarded BEFORE UPDATE ON stay_limits"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )
