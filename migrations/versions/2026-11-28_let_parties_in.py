"""Keep which organisations are parties of whose entries.

The release before knows no party but the declarant and the payer by tax code; it neither reads nor
writes the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "6a2f9c04d8e3"
down_revision: str | None = "f3b7c90d5e18"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_ONE = sa.text("ended_at IS NULL AND entry_id IS NOT NULL")
OF_ALL = sa.text("ended_at IS NULL AND entry_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("grantor_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "party IN ('carrier', 'owner', 'payer')", name=op.f("ck_delegations_party")
        ),
        sa.CheckConstraint(
            "ending IN ('revoked', 'refused', 'over')", name=op.f("ck_delegations_ending")
        ),
        sa.CheckConstraint(
            "grantor_id <> organisation_id", name=op.f("ck_delegations_between_two")
        ),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (registered_at IS NULL)",
            name=op.f("ck_delegations_entry_whole"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_delegations_starts_before_end")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ending IS NULL)",
            name=op.f("ck_delegations_ended_whole"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_delegations_{column}_{table}")
            )
            for column, table in (
                ("grantor_id", "organisations"),
                ("organisation_id", "organisations"),
                ("entry_id", "entries"),
                ("granted_by", "principals"),
                ("ended_by", "principals"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    create_indexes()


def create_indexes() -> None:
    for name, columns, where in (
        ("uq_delegations_of_entry", ["entry_id", "organisation_id", "party"], OF_ONE),
        ("uq_delegations_of_all", ["grantor_id", "organisation_id", "party"], OF_ALL),
    ):
        op.create_index(name, "delegations", columns, unique=True, postgresql_where=where)
    op.create_index(
        "ix_delegations_grantors",
        "delegations",
        ["organisation_id", "grantor_id"],
        postgresql_where=OF_ALL,
    )
    op.create_index(
        "ix_delegations_listed",
        "delegations",
        ["organisation_id", "registered_at", "entry_id"],
        postgresql_where=OF_ONE,
    )
    op.create_index(
        "ix_delegations_entry",
        "delegations",
        ["entry_id", "granted_at", "id"],
        postgresql_where=sa.text("entry_id IS NOT NULL"),
    )
    for name, column in (
        ("ix_delegations_given", "grantor_id"),
        ("ix_delegations_received", "organisation_id"),
    ):
        op.create_index(name, "delegations", [column, "granted_at", "id"])


def downgrade() -> None:
    op.drop_table("delegations")
