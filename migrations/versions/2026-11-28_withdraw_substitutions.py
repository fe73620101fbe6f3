"""Let substitutions be withdrawn, and keep the seasonal place of a gate that is left.

The release before has neither substitutions nor diversions. The downgrade reads withdrawn as
refused, for neither counts, and forgets the places: one who comes back asks anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b5e8d2716fa4"
down_revision: str | None = "c4a9e07b52d8"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATES = "'proposed', 'confirmed', 'refused'"


def upgrade() -> None:
    op.add_column("diversions", sa.Column("season_asked_on", sa.Date(), nullable=True))
    op.add_column("diversions", sa.Column("season_on", sa.Date(), nullable=True))
    allow(f"{STATES}, 'withdrawn'")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE substitutions VALIDATE CONSTRAINT ck_substitutions_state")


def downgrade() -> None:
    op.execute("UPDATE substitutions SET state = 'refused' WHERE state = 'withdrawn'")
    allow(STATES)
    op.drop_column("diversions", "season_on")
    op.drop_column("diversions", "season_asked_on")


def allow(states: str) -> None:
    """Say anew in which states substitutions are."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE substitutions DROP CONSTRAINT ck_substitutions_state"
    )
    op.create_check_constraint(
        op.f("ck_substitutions_state"),
        "substitutions",
        f"state IN ({states})",
        postgresql_not_valid=True,
    )
