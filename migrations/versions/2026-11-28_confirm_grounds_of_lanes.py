"""Keep for what a vehicle may belong to a lane not of its goods, and each word on such a ground.

The release before asks for no ground and reads none of it: a vehicle that it judges anew goes to the
lane of its goods. The downgrade forgets all of them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b93d5e20f8a1"
down_revision: str | None = "b93d07f1e8a4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KEPT = "BEFORE UPDATE OR DELETE OR TRUNCATE"


def upgrade() -> None:
    create_grounds()
    create_words()
    op.add_column("entries", sa.Column("confirmed_ground", postgresql.JSONB(), nullable=True))


def create_grounds() -> None:
    op.create_table(
        "lane_grounds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_lane_grounds_said_once",
        ),
        sa.CheckConstraint("NOT isempty(valid_on)", name=op.f("ck_lane_grounds_valid_on_has_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_grounds")),
    )
    op.execute(
        "CREATE TRIGGER tr_lane_grounds_kept BEFORE DELETE OR TRUNCATE ON lane_grounds"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER tr_lane_grounds_guarded BEFORE UPDATE ON lane_grounds"
        " FOR EACH ROW EXECUTE FUNCTION only_close('valid_on')"
    )


def create_words() -> None:
    op.create_table(
        "lane_ground_words",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("document_reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "word IN ('confirmed', 'withdrawn', 'lapsed')", name=op.f("ck_lane_ground_words_word")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_lane_ground_words_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["said_by"], ["principals.id"], name=op.f("fk_lane_ground_words_said_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_ground_words")),
    )
    op.create_index(
        op.f("ix_lane_ground_words_entry_id_said_at_id"),
        "lane_ground_words",
        ["entry_id", "said_at", "id"],
    )
    op.execute(
        f"CREATE TRIGGER tr_lane_ground_words_kept {KEPT} ON lane_ground_words"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_column("entries", "confirmed_ground")
    op.drop_table("lane_ground_words")
    op.drop_table("lane_grounds")
