"""Let refunds be opened of what never crossed, end corrections of voided receipts, forget purposes.

The release before opens no such refund, and leaves corrections as they are; it reads neither.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2d85f0b9c3e6"
down_revision: str | None = "b7d15e92ac04"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CAUSES = (
    "repriced", "underpaid", "overpaid", "double", "unknown-code", "ambiguous", "superseded",
    "cancelled", "bundle-broken",
)  # fmt: skip
STATES = ("asked", "approved", "refused")
BY_ANOTHER = "settled_by <> asked_by"
REFUNDS, CORRECTIONS = "refunds", "receipt_corrections"


def one_of(column: str, values: Sequence[str]) -> str:
    return "{} IN ('{}')".format(column, "', '".join(values))


def check(table: str, name: str, rule: str) -> None:
    """Replace a check by another, which is looked at without keeping others from the table."""
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}"
    )
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule, postgresql_not_valid=True)


CHECKED = ((REFUNDS, "cause"), (CORRECTIONS, "state"), (CORRECTIONS, "settled_by_another"))


def upgrade() -> None:
    check(REFUNDS, "cause", one_of("cause", (CAUSES[0], "not-crossed", *CAUSES[1:])))
    check(CORRECTIONS, "state", one_of("state", (*STATES, "overtaken")))
    check(CORRECTIONS, "settled_by_another", f"state = 'overtaken' OR {BY_ANOTHER}")
    with op.get_context().autocommit_block():
        for table, name in CHECKED:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")
        op.create_index(
            "ix_payments_with_purpose", "payments", ["received_at", "id"],
            postgresql_where=sa.text("purpose IS NOT NULL"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_payments_with_purpose", "payments")
    op.execute("UPDATE refunds SET cause = 'cancelled' WHERE cause = 'not-crossed'")
    op.execute("DELETE FROM receipt_corrections WHERE state = 'overtaken'")
    check(REFUNDS, "cause", one_of("cause", CAUSES))
    check(CORRECTIONS, "state", one_of("state", STATES))
    check(CORRECTIONS, "settled_by_another", BY_ANOTHER)
