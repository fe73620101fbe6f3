"""Keep the difficulties that companies and drivers report.

The release before leaves the new table alone. The downgrade forgets what was reported and answered.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e25f5dac645f"
down_revision: str | None = "5d0c72e9a416"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "difficulties",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("gate_code", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("may_publish", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("public_question", sa.Text(), nullable=True),
        sa.Column("public_answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reported_by IS NULL) = (organisation_id IS NULL)",
            name=op.f("ck_difficulties_reported_for_somebody"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(entry_id, gate_code, rule) > 0",
            name=op.f("ck_difficulties_about_something"),
        ),
        sa.CheckConstraint(
            "num_nulls(answered_at, answered_by, answer) IN (0, 3)",
            name=op.f("ck_difficulties_answered_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(published_at, published_by, public_question, public_answer) IN (0, 4)",
            name=op.f("ck_difficulties_published_whole"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR (may_publish AND answered_at IS NOT NULL)",
            name=op.f("ck_difficulties_published_after_its_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["principals.id"], name=op.f("fk_difficulties_answered_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["principals.id"], name=op.f("fk_difficulties_assigned_to_principals")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_difficulties_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_difficulties_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_difficulties_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["principals.id"],
            name=op.f("fk_difficulties_published_by_principals"),
        ),
        sa.ForeignKeyConstraint(
            ["reported_by"], ["principals.id"], name=op.f("fk_difficulties_reported_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difficulties")),
    )
    op.create_index(
        "ix_difficulties_answered",
        "difficulties",
        ["reported_at", "id"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_difficulties_answered_at",
        "difficulties",
        ["answered_at"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_difficulties_assigned",
        "difficulties",
        ["assigned_to", "reported_at", "id"],
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.create_index(op.f("ix_difficulties_entry_id"), "difficulties", ["entry_id"])
    op.create_index(
        "ix_difficulties_open",
        "difficulties",
        ["reported_at", "id"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_difficulties_organisation",
        "difficulties",
        ["organisation_id", "reported_at", "id"],
    )
    op.create_index(
        "ix_difficulties_published",
        "difficulties",
        ["published_at", "id"],
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("difficulties")
