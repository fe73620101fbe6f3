"""Let people act for organisations, beside systems.

The release before knows nobody of them, and they sign in to this one only. The downgrade forgets
them; it fails where one has acted.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e86d13f5c0a9"
down_revision: str | None = "7b0d94e2a1c6"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "principals",
        sa.Column("kind", sa.Text(), server_default=sa.text("'client'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_principals_kind"),
        "principals",
        "kind IN ('client', 'person')",
        postgresql_not_valid=True,
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("display_name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('viewer', 'clerk', 'manager')", name=op.f("ck_members_role")),
        sa.ForeignKeyConstraint(["id"], ["principals.id"], name=op.f("fk_members_id_principals")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_members_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_organisation_id"), "members", ["organisation_id"])
    op.create_index(op.f("ix_members_email_hash"), "members", ["email_hash"])
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE principals VALIDATE CONSTRAINT ck_principals_kind")


def downgrade() -> None:
    op.drop_table("members")
    op.execute("DELETE FROM principals WHERE kind = 'person'")
    op.drop_constraint("ck_principals_kind", "principals")
    op.drop_column("principals", "kind")
