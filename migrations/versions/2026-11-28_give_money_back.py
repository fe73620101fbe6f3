"""Give money back: what is due, asked for by one, approved by another, paid by reference.

The release before makes no refund due while both run, and reads none. The downgrade forgets them
all.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d58b2f60e9a7"
down_revision: str | None = "a7d20e6c94f3"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CAUSES = (
    "repriced", "underpaid", "overpaid", "double", "unknown-code", "ambiguous", "superseded",
    "cancelled", "bundle-broken",
)  # fmt: skip
STATES = ("due", "asked", "approved", "paid", "refused", "cancelled")
DOSSIER = (
    "reason",
    "documents",
    "payee_name",
    "payee_account",
    "payee_bank",
    "asked_at",
    "asked_by",
)
OPEN = "state IN ('due', 'asked', 'refused')"
LINKS = {
    "payment_id": "payments",
    "order_id": "orders",
    "entry_id": "entries",
    "charge_id": "charges",
    "asked_by": "principals",
    "approved_by": "principals",
    "refused_by": "principals",
    "paid_by": "principals",
}
CHECKS = {
    "cause": "cause IN ('{}')".format("', '".join(CAUSES)),
    "state": "state IN ('{}')".format("', '".join(STATES)),
    "amount_positive": "amount_vnd > 0",
    "order_whole": "num_nulls(order_id, entry_id, charge_id) IN (0, 3)",
    "dossier_whole": f"num_nulls({', '.join(DOSSIER)}) IN (0, 7)",
    "asked_first": "state IN ('due', 'cancelled') OR asked_at IS NOT NULL",
    "approved_by_another": "approved_by <> asked_by",
    "refused_by_another": "refused_by <> asked_by",
    "approved_whole": (
        "num_nulls(approved_at, approved_by) IN (0, 2)"
        " AND (state IN ('approved', 'paid')) = (approved_at IS NOT NULL)"
    ),
    "refused_whole": (
        "num_nulls(refused_at, refused_by, refusal) IN (0, 3)"
        " AND (state <> 'refused' OR refused_at IS NOT NULL)"
    ),
    "paid_whole": (
        "num_nulls(paid_at, paid_by, paid_reference) IN (0, 3)"
        " AND (state = 'paid') = (paid_at IS NOT NULL)"
    ),
    "cancelled_whole": "(state = 'cancelled') = (cancelled_at IS NOT NULL)",
}

# What is due stays what it is; once it is promised its dossier does, and the end is the end.
KEEP_PROMISED = """
CREATE FUNCTION keep_promised() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    dossier text[] :=
        '{reason,documents,payee_name,payee_account,payee_bank,asked_at,asked_by}';
    refusal text[] := '{refused_at,refused_by,refusal}';
    approval text[] := '{approved_at,approved_by}';
    payment text[] := '{paid_at,paid_by,paid_reference}';
    may text[] := '{state}';
BEGIN
    IF OLD.state IN ('due', 'refused', 'asked') THEN
        may := may || dossier || refusal || approval || '{cancelled_at}';
    ELSIF OLD.state = 'approved' THEN
        may := may || payment || '{payee_name,payee_account}';
    ELSE
        may := '{payee_name,payee_account}';
    END IF;
    IF to_jsonb(NEW) - may = to_jsonb(OLD) - may
        AND (OLD.state <> 'approved' OR NEW.state IN ('approved', 'paid'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'what is due, promised or paid back stays as it is',
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""

# The payment's row is held, so that two refunds of it see one another.
NO_MORE_THAN_CAME_IN = """
CREATE FUNCTION no_more_than_came_in() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came_in bigint;
    asked_for bigint;
BEGIN
    SELECT amount_vnd INTO came_in FROM payments WHERE id = NEW.payment_id FOR UPDATE;
    SELECT amount_vnd INTO asked_for FROM orders WHERE id = NEW.order_id;
    IF came_in < (
            SELECT sum(amount_vnd) FROM refunds
            WHERE payment_id = NEW.payment_id AND state <> 'cancelled'
        ) OR asked_for < (
            SELECT sum(amount_vnd) FROM refunds
            WHERE order_id = NEW.order_id AND state <> 'cancelled'
        )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = 'no more goes back than came in',
            TABLE = TG_TABLE_NAME,
            CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "gate_code", "cause")),
        *(sa.Column(name, sa.Uuid(), nullable=name != "payment_id") for name in LINKS),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("reason", "payee_bank", "refusal", "paid_reference")
        ),
        sa.Column("documents", postgresql.JSONB(), nullable=True),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=True)
            for name in ("payee_name", "payee_account")
        ),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "due_at")
            for name in (
                "due_at", "asked_at", "approved_at", "refused_at", "paid_at", "cancelled_at",
            )
        ),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_refunds_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_refunds_{column}_{table}")
            )
            for column, table in LINKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("code", name=op.f("uq_refunds_code")),
    )  # fmt: skip
    for columns in (["order_id"], ["payment_id"], ["due_at", "id"]):
        op.create_index(op.f(f"ix_refunds_{'_'.join(columns)}"), "refunds", columns)
    op.create_index(
        "ix_refunds_going",
        "refunds",
        ["due_at", "id"],
        postgresql_where=sa.text("state IN ('due', 'asked', 'refused', 'approved')"),
    )
    op.create_index(
        "uq_refunds_open", "refunds", ["order_id"], unique=True, postgresql_where=sa.text(OPEN)
    )
    op.create_index("uq_refunds_paid_reference", "refunds", ["paid_reference"], unique=True)
    op.execute(KEEP_PROMISED)
    op.execute(NO_MORE_THAN_CAME_IN)
    op.execute(
        "CREATE TRIGGER tr_refunds_kept BEFORE DELETE OR TRUNCATE ON refunds"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_refunds_guarded BEFORE UPDATE ON refunds"
        " FOR EACH ROW EXECUTE FUNCTION keep_promised()"
    )
    op.execute(
        "CREATE TRIGGER tr_refunds_covered AFTER INSERT ON refunds"
        " FOR EACH ROW EXECUTE FUNCTION no_more_than_came_in()"
    )


def downgrade() -> None:
    op.drop_table("refunds")
    op.execute("DROP FUNCTION keep_promised")
    op.execute("DROP FUNCTION no_more_than_came_in")
