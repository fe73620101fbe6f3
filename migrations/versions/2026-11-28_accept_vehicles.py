"""Keep that the other side has taken a vehicle in, and under which number.

The release before writes observations without the number, of the kinds that it knows, and runs on.
The downgrade forgets the numbers; that vehicles were accepted stays in the rows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3fa81c6d927e"
down_revision: str | None = "a71c3e5d9b04"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = "kind IN ('arrival', 'yard-in', 'yard-out', 'admission', 'exit', 'refusal')"
AFTER = "kind IN ('arrival', 'yard-in', 'yard-out', 'admission', 'exit', 'acceptance', 'refusal')"


def upgrade() -> None:
    op.add_column("observations", sa.Column("acceptance_number", sa.Text(), nullable=True))
    allow(AFTER)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE observations VALIDATE CONSTRAINT ck_observations_kind")


def downgrade() -> None:
    allow(BEFORE)
    op.drop_column("observations", "acceptance_number")


def allow(kinds: str) -> None:
    """Say anew of which kinds observations are."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "ALTER TABLE observations DROP CONSTRAINT ck_observations_kind"
    )
    op.create_check_constraint(
        op.f("ck_observations_kind"), "observations", kinds, postgresql_not_valid=True
    )
