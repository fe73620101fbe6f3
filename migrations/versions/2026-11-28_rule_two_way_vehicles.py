"""Say from when until when each rule on two-way vehicles holds.

The release before reads none of it and runs on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d90f3b6ae517"
down_revision: str | None = "e9b3d05c71fa"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "two_way_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("rule"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_two_way_rules_said_once",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_two_way_rules_valid_on_has_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_two_way_rules")),
    )
    op.execute(
        "CREATE TRIGGER tr_two_way_rules_kept BEFORE DELETE OR TRUNCATE ON two_way_rules"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_two_way_rules_guarded BEFORE UPDATE ON two_way_rules"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )


def downgrade() -> None:
    op.drop_table("two_way_rules")
