"""Keep an order in the books of one gate, and let postings name only what is there.

The release before leaves the gate of an order empty, which means the gate of its entry. Of entries
that were diverted it is the gate in whose books the order was made.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9c41e7d2a05b"
down_revision: str | None = "f3a92c60d81e"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NAMED = {"refund_id": "refunds", "shift_id": "shifts", "remittance_id": "remittances"}


def upgrade() -> None:
    op.add_column("orders", sa.Column("gate_code", sa.Text(), nullable=True))
    op.execute(
        "UPDATE orders SET gate_code = made.gate_code FROM postings AS made, entries"
        " WHERE made.order_id = orders.id AND made.cause = 'order-made'"
        " AND entries.id = orders.entry_id AND entries.gate_code <> made.gate_code"
    )
    for column, table in NAMED.items():
        op.create_foreign_key(
            op.f(f"fk_postings_{column}_{table}"), "postings", table, [column], ["id"],
            postgresql_not_valid=True,
        )  # fmt: skip
    with op.get_context().autocommit_block():
        for column, table in NAMED.items():
            op.execute(f"ALTER TABLE postings VALIDATE CONSTRAINT fk_postings_{column}_{table}")


def downgrade() -> None:
    for column, table in NAMED.items():
        op.drop_constraint(op.f(f"fk_postings_{column}_{table}"), "postings")
    op.drop_column("orders", "gate_code")
