"""Know of an order what was given back: a balance is told without asking for its refunds.

The release before leaves it at nothing, and approves nothing while both run.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5e29b7c0d4a8"
down_revision: str | None = "0c84d7e2f9b1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CHECK = "ck_orders_refunded_within"


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("refunded_vnd", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.execute(
        "UPDATE orders SET refunded_vnd = back.amount_vnd FROM ("
        " SELECT order_id, sum(amount_vnd) AS amount_vnd FROM refunds"
        " WHERE state IN ('approved', 'paid') AND order_id IS NOT NULL GROUP BY order_id"
        ") AS back WHERE back.order_id = orders.id"
    )
    op.create_check_constraint(
        op.f(CHECK), "orders", "refunded_vnd BETWEEN 0 AND amount_vnd", postgresql_not_valid=True
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE orders VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    op.drop_column("orders", "refunded_vnd")
