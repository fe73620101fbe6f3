"""Keep books by double entry: postings, and the days of them that are closed.

The release before knows nothing of these tables and leaves them alone. What it asked for and what
came in to it is posted by the worker's job `books`, in batches.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "c41f7a9e5d20"
down_revision: str | None = "e1a94c07d35b"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ACCOUNTS = (
    "'receivable', 'assessed', 'bank', 'cash', 'card', 'unallocated', 'retained', 'budget',"
    " 'refund_due', 'cash_difference'"
)
CAUSES = (
    "'order-made', 'order-superseded', 'order-cancelled', 'payment-applied',"
    " 'payment-under-review', 'review-settled', 'refund-approved', 'refund-paid', 'shift-counted',"
    " 'budget-remitted'"
)
CHECKS = {
    "debit": f"debit IN ({ACCOUNTS})",
    "credit": f"credit IN ({ACCOUNTS})",
    "cause": f"cause IN ({CAUSES})",
    "two_accounts": "debit <> credit",
    "amount_positive": "amount_vnd > 0",
}
REFERRED = {"order_id": "orders", "payment_id": "payments", "principal_id": "principals"}
ONCE = [
    "order_id", "payment_id", "refund_id", "shift_id", "remittance_id", "cause", "debit", "credit",
]  # fmt: skip

# Who posts shares the lock, who closes a day has it alone: so a day is closed with all that is of
# it. What the function reads after it waited is as it is then.
ON_OPEN_DAY = """
CREATE FUNCTION post_on_open_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('books:' || NEW.gate_code, 0));
    SELECT max(day) INTO closed FROM book_closes WHERE gate_code = NEW.gate_code;
    IF NEW.book_day <= closed THEN
        NEW.book_day := closed + 1;
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "book_closes",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("totals", postgresql.JSONB(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["principals.id"], name=op.f("fk_book_closes_closed_by_principals")
        ),
        sa.PrimaryKeyConstraint("gate_code", "day", name=op.f("pk_book_closes")),
    )
    op.create_table(
        "postings",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("book_day", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("order_kind", sa.Text(), nullable=True),
        sa.Column("goods_group", sa.Text(), nullable=True),
        sa.Column("vehicle_class", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("remittance_id", sa.Uuid(), nullable=True),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_postings_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_postings_{column}_{table}")
            )
            for column, table in REFERRED.items()
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_postings")),
    )
    op.create_index(
        "uq_postings_once", "postings", ONCE, unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_index(op.f("ix_postings_gate_code_book_day"), "postings", ["gate_code", "book_day"])
    op.create_index(
        "ix_postings_payment_id",
        "postings",
        ["payment_id"],
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    op.execute(ON_OPEN_DAY)
    op.execute(
        "CREATE TRIGGER tr_postings_on_open_day BEFORE INSERT ON postings"
        " FOR EACH ROW EXECUTE FUNCTION post_on_open_day()"
    )
    for table in ("postings", "book_closes"):
        op.execute(
            f"CREATE TRIGGER tr_{table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("postings")
    op.drop_table("book_closes")
    op.execute("DROP FUNCTION post_on_open_day")
