"""Keep what banks sign their notifications with, and the ids of the notifications.

The release before takes no notifications: it leaves the table and the column alone. The downgrade
forgets the secrets, which banks are then given anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d5f03a7c61be"
down_revision: str | None = "a6f07b93d1ce"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FOREIGN = {"organisation_id": "organisations", "made_by": "principals"}
UNIQUE = "uq_payments_organisation_id_message_id"


def upgrade() -> None:
    op.create_table(
        "bank_secrets",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)",
            name=op.f("ck_bank_secrets_old_secret_with_end"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_bank_secrets_{column}_{table}")
            )
            for column, table in FOREIGN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_secrets")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_bank_secrets_organisation_id")),
    )
    op.add_column("payments", sa.Column("message_id", sa.Text(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index(
            UNIQUE, "payments", ["organisation_id", "message_id"],
            unique=True, postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip
    op.execute(f"ALTER TABLE payments ADD CONSTRAINT {UNIQUE} UNIQUE USING INDEX {UNIQUE}")


def downgrade() -> None:
    op.drop_constraint(UNIQUE, "payments")
    op.drop_column("payments", "message_id")
    op.drop_table("bank_secrets")
