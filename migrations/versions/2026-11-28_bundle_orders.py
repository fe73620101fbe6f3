"""Let orders name who pays them, and be paid many by one code.

The release before names no payer and makes no bundles; an order that it makes in the place of one
with a payer has none. The downgrade forgets payers and bundles, not what was paid.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "61d8b0f4e3a7"
down_revision: str | None = "d58b2f60e9a7"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STAYS = (
    "id, order_id, {}amount_vnd, channel, source_reference, paid_at, received_at, principal_id,"
    " organisation_id"
)
POINTING = ("payments", "payment_reviews")


def upgrade() -> None:
    op.add_column("orders", sa.Column("payer", JSONB(none_as_null=True), nullable=True))
    op.add_column("orders", sa.Column("payer_tax_code", sa.Text(), nullable=True))
    create_bundles()
    for table in POINTING:
        op.add_column(table, sa.Column("bundle_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_bundle_id_payment_bundles"), table, "payment_bundles",
            ["bundle_id"], ["id"], postgresql_not_valid=True,
        )  # fmt: skip
    keep("bundle_id, ")
    with op.get_context().autocommit_block():
        for table in POINTING:
            op.execute(
                f"ALTER TABLE {table} VALIDATE CONSTRAINT fk_{table}_bundle_id_payment_bundles"
            )
            op.create_index(
                f"ix_{table}_bundle_id", table, ["bundle_id"],
                postgresql_concurrently=True, if_not_exists=True,
            )  # fmt: skip
        op.create_index(
            "ix_orders_payer_tax_code_created_at_id", "orders",
            ["payer_tax_code", "created_at", "id"],
            postgresql_where=sa.text("payer_tax_code IS NOT NULL"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def keep(more: str) -> None:
    """Refuse to edit what payments say, save their text, which may be sealed anew."""
    op.execute("DROP TRIGGER tr_payments_kept ON payments")
    op.execute(
        f"CREATE TRIGGER tr_payments_kept BEFORE UPDATE OF {STAYS.format(more)}"
        " OR DELETE OR TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def create_bundles() -> None:
    op.create_table(
        "payment_bundles",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("payer", JSONB(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payment_bundles_amount_positive")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_payment_bundles_{column}_{table}")
            )
            for column, table in {
                "principal_id": "principals", "organisation_id": "organisations",
            }.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_bundles")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_bundles_code")),
    )  # fmt: skip
    for columns in (["organisation_id", "created_at", "id"], ["created_at", "id"]):
        name = f"ix_payment_bundles_{'_'.join(columns)}"
        op.create_index(op.f(name), "payment_bundles", columns)
    op.create_table(
        "bundled_orders",
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_bundled_orders_{column}_{table}")
            )
            for column, table in {"bundle_id": "payment_bundles", "order_id": "orders"}.items()
        ),
        sa.PrimaryKeyConstraint("bundle_id", "order_id", name=op.f("pk_bundled_orders")),
    )
    op.create_index(op.f("ix_bundled_orders_order_id"), "bundled_orders", ["order_id"])
    for table in ("payment_bundles", "bundled_orders"):
        op.execute(
            f"CREATE TRIGGER tr_{table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("DROP TRIGGER tr_payments_kept ON payments")
    for table in POINTING:
        op.drop_column(table, "bundle_id")
    op.drop_table("bundled_orders")
    op.drop_table("payment_bundles")
    op.execute(
        f"CREATE TRIGGER tr_payments_kept BEFORE UPDATE OF {STAYS.format('')}"
        " OR DELETE OR TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.drop_index("ix_orders_payer_tax_code_created_at_id", "orders")
    op.drop_column("orders", "payer_tax_code")
    op.drop_column("orders", "payer")
