"""Have receipts numbered by a provider of electronic receipts: what it is to be told, in order.

Receipts that are there are told, too. The release before tells nothing, and makes no rows: what it
issues while both run is told by nobody. The downgrade forgets what was told; numbers stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f27a9c4e81d5"
down_revision: str | None = "b93d5e20f8a1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TELL = (
    "INSERT INTO receipt_dispatches (receipt_id, order_id, told, state, attempts)"
    " SELECT id, order_id, '{told}', 'pending', 0 FROM receipts WHERE {at} IS NOT NULL"
    " ORDER BY issued_at, series, number"
)


def upgrade() -> None:
    op.create_table(
        "receipt_dispatches",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("told IN ('issued', 'voided')", name=op.f("ck_receipt_dispatches_told")),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'refused')", name=op.f("ck_receipt_dispatches_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_receipt_dispatches_attempts_counted")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name=op.f("fk_receipt_dispatches_receipt_id_receipts")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_receipt_dispatches_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipt_dispatches")),
        sa.UniqueConstraint(
            "receipt_id", "told", name=op.f("uq_receipt_dispatches_receipt_id_told")
        ),
    )
    op.create_index(
        "ix_receipt_dispatches_open",
        "receipt_dispatches",
        ["order_id", "number"],
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "ix_receipt_dispatches_due",
        "receipt_dispatches",
        [sa.text("due_at NULLS FIRST"), "number"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    for told, at in (("issued", "issued_at"), ("voided", "voided_at")):
        op.execute(TELL.format(told=told, at=at))


def downgrade() -> None:
    op.drop_table("receipt_dispatches")
