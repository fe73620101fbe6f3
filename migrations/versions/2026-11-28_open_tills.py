"""Keep cashiers' shifts, and which till money was put into.

The release before takes no cash: it leaves the table and the column alone. The downgrade is refused
while there is money in tills.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "f2a94c61d0b8"
down_revision: str | None = "5be94c07d1a3"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CHECKS = {
    "float_not_negative": "float_vnd >= 0",
    "counted_not_negative": "counted_vnd >= 0",
    "closed_whole": "num_nulls(closed_at, closed_by, expected_vnd, counted_vnd) IN (0, 4)",
}
FOREIGN = {
    "gate_code": "gates.code",
    "principal_id": "principals.id",
    "organisation_id": "organisations.id",
    "closed_by": "principals.id",
}
OPEN = "closed_at IS NULL"
STAYS = (
    "id, order_id, bundle_id, {}amount_vnd, channel, source_reference, paid_at, received_at,"
    " principal_id, organisation_id"
)


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("float_vnd", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("expected_vnd", sa.BigInteger(), nullable=True),
        sa.Column("counted_vnd", sa.BigInteger(), nullable=True),
        sa.Column("denominations", JSONB(none_as_null=True), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_shifts_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [other], name=op.f(f"fk_shifts_{column}_{other.split('.')[0]}")
            )
            for column, other in FOREIGN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(
        "uq_shifts_open", "shifts", ["principal_id"], unique=True, postgresql_where=sa.text(OPEN)
    )
    op.create_index(
        "ix_shifts_open_at", "shifts", ["gate_code", "opened_at"], postgresql_where=sa.text(OPEN)
    )
    op.create_index(op.f("ix_shifts_opened_at_id"), "shifts", ["opened_at", "id"])
    op.add_column("payments", sa.Column("shift_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_payments_shift_id_shifts"), "payments", "shifts", ["shift_id"], ["id"],
        postgresql_not_valid=True,
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_payments_shift_of_tills"), "payments",
        "(channel IN ('cash', 'card')) = (shift_id IS NOT NULL)", postgresql_not_valid=True,
    )  # fmt: skip
    keep("shift_id, ")
    with op.get_context().autocommit_block():
        for name in ("fk_payments_shift_id_shifts", "ck_payments_shift_of_tills"):
            op.execute(f"ALTER TABLE payments VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_payments_shift_id", "payments", ["shift_id"],
            postgresql_where=sa.text("shift_id IS NOT NULL"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def keep(more: str) -> None:
    """Refuse to edit what payments say, save their text, which may be sealed anew."""
    op.execute("DROP TRIGGER tr_payments_kept ON payments")
    op.execute(
        f"CREATE TRIGGER tr_payments_kept BEFORE UPDATE OF {STAYS.format(more)}"
        " OR DELETE OR TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    keep("")
    op.drop_constraint("ck_payments_shift_of_tills", "payments")
    op.drop_column("payments", "shift_id")
    op.drop_table("shifts")
