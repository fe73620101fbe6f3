"""Record which auditors open the commitments of which entries, and why.

The release before knows no openings and leaves the table alone. A downgrade loses the record.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7d2ab90c46e1"
down_revision: str | None = "4f8c21d7a60b"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FOREIGN = {
    "entry_id": "entries",
    "company_id": "organisations",
    "principal_id": "principals",
    "organisation_id": "organisations",
}
ORDERS = {
    "ix_log_disclosures_opened_at_id": ("opened_at", "id"),
    "ix_log_disclosures_entry_id_opened_at_id": ("entry_id", "opened_at", "id"),
    "ix_log_disclosures_company_id_opened_at_id": ("company_id", "opened_at", "id"),
}


def upgrade() -> None:
    op.create_table(
        "log_disclosures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('complaint', 'inspection', 'investigation')",
            name=op.f("ck_log_disclosures_purpose"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_log_disclosures_{column}_{table}")
            )
            for column, table in FOREIGN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_disclosures")),
    )
    for name, columns in ORDERS.items():
        op.create_index(op.f(name), "log_disclosures", list(columns))
    op.execute(
        "CREATE TRIGGER tr_log_disclosures_kept BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON log_disclosures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("log_disclosures")
