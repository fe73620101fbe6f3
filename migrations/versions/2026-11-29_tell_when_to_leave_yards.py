"""Say how long vehicles drive from yards to gates, so that drivers are told when to leave.

The release before does not read the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "3d7a5c18b0e4"
down_revision: str | None = "e60b2d94f7c1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "travel_times",
        sa.Column("yard_code", sa.Text(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["yard_code"], ["yards.code"], name=op.f("fk_travel_times_yard_code_yards")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_travel_times_gate_code_gates")
        ),
    )
    op.execute(
        "ALTER TABLE travel_times ADD CONSTRAINT pk_travel_times"
        " PRIMARY KEY (yard_code, gate_code, valid_on WITHOUT OVERLAPS)"
    )
    op.execute(
        "CREATE TRIGGER tr_travel_times_kept BEFORE DELETE OR TRUNCATE ON travel_times"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_travel_times_guarded BEFORE UPDATE ON travel_times"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )


def downgrade() -> None:
    op.drop_table("travel_times")
