"""Record payments of the budget's part to the state treasury."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b93d07f1e8a4"
down_revision: str | None = "61d8b0f4e3a7"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "remittances",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_remittances_amount_positive")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_remittances_recorded_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittances")),
        sa.UniqueConstraint("reference", name=op.f("uq_remittances_reference")),
    )
    op.create_index(op.f("ix_remittances_recorded_at_id"), "remittances", ["recorded_at", "id"])
    op.create_index(op.f("ix_remittances_end_day"), "remittances", ["end_day"])
    op.execute(
        "CREATE TRIGGER tr_remittances_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON remittances"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("remittances")
