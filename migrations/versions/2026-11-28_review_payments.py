"""Keep how money came in, what its payer wrote, and what waits for a review.

The release before writes payments of its own channel, each with its order, and reads no other: a
payment without an order it never looks for. It leaves `orders.payment_id` empty, so who paid an
order is asked of both sides. The text of a payment may be sealed anew; all else of it stays as it
came. The downgrade is refused while there is a payment without an order.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "8c4e17b2a9d5"
down_revision: str | None = "3e91c7d4a8f2"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CHECKS = {
    "kind": "kind IN ('underpaid', 'overpaid', 'double', 'unknown-code', 'ambiguous', 'superseded',"
    " 'cancelled', 'bundle-broken')",
    "settlement": "settlement IN ('applied', 'refunded', 'split')",
    "settled_whole": "num_nulls(settlement, settled_at, settled_by, reason, refund_vnd) IN (0, 5)",
    "refund_not_negative": "refund_vnd >= 0",
    "refund_of_settlement": "(settlement = 'applied') = (refund_vnd = 0)",
}
FOREIGN = {"payment_id": "payments", "order_id": "orders", "settled_by": "principals"}
CHANNELS = "channel IN ('bank', 'statement', 'cash', 'card', 'sandbox')"
STAYS = (
    "id, order_id, amount_vnd, channel, source_reference, paid_at, received_at, principal_id,"
    " organisation_id"
)
BACKFILL = """
    UPDATE orders SET payment_id = payments.id
    FROM payments WHERE payments.order_id = orders.id AND orders.payment_id IS NULL
"""


def upgrade() -> None:
    op.add_column(
        "payments",
        sa.Column("channel", sa.Text(), server_default=sa.text("'bank'"), nullable=False),
    )
    op.add_column("payments", sa.Column("purpose", sa.LargeBinary(), nullable=True))
    op.execute(
        "-- squawk-ignore ban-drop-not-null\nALTER TABLE payments ALTER COLUMN order_id DROP NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_payments_channel"), "payments", CHANNELS, postgresql_not_valid=True
    )
    op.add_column("orders", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_orders_payment_id_payments"), "orders", "payments", ["payment_id"], ["id"],
        postgresql_not_valid=True,
    )  # fmt: skip
    keep(f"UPDATE OF {STAYS}")
    create_reviews()
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE payments VALIDATE CONSTRAINT ck_payments_channel")
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_payment_id_payments")
        op.execute(BACKFILL)
        op.create_index(
            "ix_payments_received_at_id", "payments", ["received_at", "id"],
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip
        op.create_index(
            "ix_orders_payment_id", "orders", ["payment_id"],
            postgresql_where=sa.text("payment_id IS NOT NULL"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def keep(edits: str) -> None:
    """Refuse these edits of payments, and to remove any."""
    op.execute("DROP TRIGGER tr_payments_kept ON payments")
    op.execute(
        f"CREATE TRIGGER tr_payments_kept BEFORE {edits} OR DELETE OR TRUNCATE ON payments"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def create_reviews() -> None:
    op.create_table(
        "payment_reviews",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("refund_vnd", sa.BigInteger(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_payment_reviews_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_payment_reviews_{column}_{table}")
            )
            for column, table in FOREIGN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_reviews")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payment_reviews_payment_id")),
    )
    op.create_index(
        "ix_payment_reviews_open", "payment_reviews", ["opened_at", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )  # fmt: skip
    op.create_index(op.f("ix_payment_reviews_order_id"), "payment_reviews", ["order_id"])


def downgrade() -> None:
    op.drop_table("payment_reviews")
    op.drop_index("ix_orders_payment_id", "orders")
    op.drop_column("orders", "payment_id")
    op.drop_index("ix_payments_received_at_id", "payments")
    keep("UPDATE")
    op.alter_column("payments", "order_id", nullable=False)
    op.drop_constraint("ck_payments_channel", "payments")
    op.drop_column("payments", "purpose")
    op.drop_column("payments", "channel")
