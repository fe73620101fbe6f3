"""Keep quotes, and let a charge name the one that it was promised by.

The release before makes no quotes, and charges without one. The downgrade forgets what was
promised, not what was charged.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "a3d86f1c7b42"
down_revision: str | None = "5e29b7c0d4a8"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REFERRED = {
    "organisation_id": "organisations.id",
    "principal_id": "principals.id",
    "gate_code": "gates.code",
    "tariff_code": "tariff_editions.code",
}


def upgrade() -> None:
    op.create_table(
        "quotes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("tariff_code", sa.Text(), nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", JSONB(none_as_null=True), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("quote", JSONB(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_vnd >= 0", name=op.f("ck_quotes_total_not_negative")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_quotes_holds_for_a_while")),
        *(
            sa.ForeignKeyConstraint(
                [column], [there], name=op.f(f"fk_quotes_{column}_{there.split('.')[0]}")
            )
            for column, there in REFERRED.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    op.create_index(
        op.f("ix_quotes_organisation_id_created_at_id"),
        "quotes",
        ["organisation_id", "created_at", "id"],
    )
    op.execute(
        "CREATE TRIGGER tr_quotes_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON quotes"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("charges", sa.Column("quote_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_charges_quote_id_quotes"), "charges", "quotes", ["quote_id"], ["id"],
        postgresql_not_valid=True,
    )  # fmt: skip
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE charges VALIDATE CONSTRAINT fk_charges_quote_id_quotes")
        op.create_index(
            "uq_charges_quote_id", "charges", ["quote_id"], unique=True,
            postgresql_where=sa.text("quote_id IS NOT NULL"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def downgrade() -> None:
    op.drop_column("charges", "quote_id")
    op.drop_table("quotes")
