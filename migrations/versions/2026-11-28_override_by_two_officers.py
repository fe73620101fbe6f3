"""Keep calls out of turn, who stands behind each, and for what they may be made.

The release before calls nobody out of turn and reads none of it. The downgrade forgets them all.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e07b3d91c5a4"
down_revision: str | None = "5c1596f8edb3"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WORDS = ("proposed", "confirmed", "approved")


def upgrade() -> None:
    create_reasons()
    create_overrides()
    op.add_column("calls", sa.Column("override_id", sa.Uuid(), nullable=True))
    op.execute(
        "ALTER TABLE calls ADD CONSTRAINT fk_calls_override_id_overrides"
        " FOREIGN KEY(override_id) REFERENCES overrides (id) NOT VALID"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "ALTER TABLE calls VALIDATE CONSTRAINT fk_calls_override_id_overrides"
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "uq_calls_override_id",
            "calls",
            ["override_id"],
            unique=True,
            postgresql_where=sa.text("override_id IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def create_reasons() -> None:
    op.create_table(
        "override_reasons",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_override_reasons_said_once",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_override_reasons_valid_on_has_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override_reasons")),
    )
    op.execute(
        "CREATE TRIGGER tr_override_reasons_kept BEFORE DELETE OR TRUNCATE ON override_reasons"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_override_reasons_guarded BEFORE UPDATE ON override_reasons"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )


def create_overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("week_on", sa.Date(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_overrides_direction")
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_overrides_two_officers")),
        sa.CheckConstraint(
            "approved_by <> proposed_by AND approved_by <> confirmed_by",
            name=op.f("ck_overrides_board_besides"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_overrides_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)",
            name=op.f("ck_overrides_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "confirmed_at IS NOT NULL OR (approved_at IS NULL AND made_at IS NULL)",
            name=op.f("ck_overrides_confirmed_first"),
        ),
        sa.CheckConstraint(
            "(made_at IS NULL) = (number IS NULL) AND (made_at IS NULL) = (week_on IS NULL)",
            name=op.f("ck_overrides_made_has_number"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_overrides_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_overrides_gate_code_gates")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{word}_by"], ["principals.id"], name=op.f(f"fk_overrides_{word}_by_principals")
            )
            for word in WORDS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sa.UniqueConstraint(
            "gate_code",
            "direction",
            "week_on",
            "number",
            name=op.f("uq_overrides_gate_code_direction_week_on_number"),
        ),
    )
    op.create_index(
        op.f("ix_overrides_gate_code_direction_proposed_at_id"),
        "overrides",
        ["gate_code", "direction", "proposed_at", "id"],
    )
    op.create_index(op.f("ix_overrides_entry_id"), "overrides", ["entry_id"])


def downgrade() -> None:
    op.drop_column("calls", "override_id")
    op.drop_table("overrides")
    op.drop_table("override_reasons")
