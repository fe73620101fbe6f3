"""Correct receipts by two persons: another takes the place of one that named the wrong payer.

The release before reads none of it. The downgrade forgets who asked; voided receipts stay so.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0c84d7e2f9b1"
down_revision: str | None = "f2a94c61d0b8"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SETTLED = "num_nulls(settled_at, settled_by) IN (0, 2) AND (state = 'asked') = (settled_at IS NULL)"
LINKS = {"receipt_id": "receipts", "asked_by": "principals", "settled_by": "principals"}


def upgrade() -> None:
    op.create_table(
        "receipt_corrections",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name == "settled_by") for name in LINKS),
        *(
            sa.Column(name, sa.Text(), nullable=name == "payer_tax_code")
            for name in ("reason", "payer_name", "payer_tax_code", "state")
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused')", name=op.f("ck_receipt_corrections_state")
        ),
        sa.CheckConstraint(
            "settled_by <> asked_by", name=op.f("ck_receipt_corrections_settled_by_another")
        ),
        sa.CheckConstraint(SETTLED, name=op.f("ck_receipt_corrections_settled_whole")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_receipt_corrections_{column}_{table}")
            )
            for column, table in LINKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_corrections")),
    )
    op.create_index(
        op.f("ix_receipt_corrections_receipt_id"), "receipt_corrections", ["receipt_id"]
    )
    op.create_index(
        "uq_receipt_corrections_open",
        "receipt_corrections",
        ["receipt_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    op.drop_table("receipt_corrections")
