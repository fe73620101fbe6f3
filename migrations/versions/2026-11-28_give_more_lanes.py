"""Let vehicles wait in the lanes that an edition may give besides the three of goods.

The release before knows three lanes and cannot read an entry in another. The downgrade reads one of
the others as ordinary, and leaves out what was scored and estimated of them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "e1a94c07d35b"
down_revision: str | None = "8c4e17b2a9d5"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_GOODS = "'green-season', 'green', 'ordinary'"
BY_GROUND = "'relief', 'defence', 'live-animals', 'medicines'"
OF_VEHICLES = ("entries", "calls", "stays", "diversions")
OF_LANES = ("wait_estimates", "wait_scores")


def upgrade() -> None:
    for table in (*OF_VEHICLES, *OF_LANES):
        allow(table, f"{BY_GROUND}, {OF_GOODS}")
    with op.get_context().autocommit_block():
        for table in (*OF_VEHICLES, *OF_LANES):
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_lane")


def downgrade() -> None:
    for table in OF_LANES:
        op.execute(f"DELETE FROM {table} WHERE lane IN ({BY_GROUND})")  # noqa: S608 - our own words
    for table in OF_VEHICLES:
        op.execute(f"UPDATE {table} SET lane = 'ordinary' WHERE lane IN ({BY_GROUND})")  # noqa: S608
    for table in (*OF_VEHICLES, *OF_LANES):
        allow(table, OF_GOODS)


def allow(table: str, lanes: str) -> None:
    """Say anew which lanes the rows of a table may name."""
    op.execute(
        f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT ck_{table}_lane"
    )
    op.create_check_constraint(
        op.f(f"ck_{table}_lane"), table, f"lane IN ({lanes})", postgresql_not_valid=True
    )
