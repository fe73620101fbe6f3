"""Let one payment to the treasury be posted in the books of every gate that it is of.

Nothing else may be posted twice, in whatever gate's books; the release before needs no more.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f3a92c60d81e"
down_revision: str | None = "b6f3d19a7c52"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ACT = [
    "order_id", "payment_id", "refund_id", "shift_id", "remittance_id", "cause", "debit", "credit",
]  # fmt: skip
GATE = "(remittance_id::text || gate_code)"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "uq_postings_act", "postings", [*ACT, sa.text(GATE)], unique=True,
            postgresql_nulls_not_distinct=True, postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip
        op.drop_index("uq_postings_once", "postings", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    op.create_index(
        "uq_postings_once", "postings", ACT, unique=True, postgresql_nulls_not_distinct=True
    )
    op.drop_index("uq_postings_act", "postings")
