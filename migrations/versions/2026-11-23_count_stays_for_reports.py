"""Count stays for reports, beside what others published.

The release before knows nothing of these tables and leaves them alone; a downgrade loses nothing,
for stays are made anew from entries, and published volumes are loaded by `gate seed`.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b3f2d8470c15"
down_revision: str | None = "3e8b41c07d52"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "published_volumes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_published_volumes")),
    )
    op.execute(
        "CREATE TRIGGER tr_published_volumes_kept BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON published_volumes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    create_stays()
    op.create_table(
        "stay_progress",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("settled_to", sa.BigInteger(), nullable=False),
        sa.Column("seen_to", sa.BigInteger(), nullable=False),
        sa.Column("pending_to", sa.BigInteger(), nullable=True),
        sa.Column("pending_xid", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_stay_progress_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_progress")),
    )
    op.execute("INSERT INTO stay_progress (id, settled_to, seen_to) VALUES (1, 0, 0)")


def create_stays() -> None:
    op.create_table(
        "stays",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("cargo", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_hour", sa.SmallInteger(), nullable=True),
        sa.Column("stock_from", sa.Date(), nullable=False),
        sa.Column("stock_to", sa.Date(), nullable=True),
        sa.Column("declared_from", sa.Date(), nullable=True),
        sa.Column("waited", sa.BigInteger(), nullable=True),
        sa.Column("waited_on", sa.Date(), nullable=True),
        sa.Column("waited_hour", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "cargo IN ('fruit', 'other', 'goods', 'new-vehicles')", name=op.f("ck_stays_cargo")
        ),
        sa.CheckConstraint("direction IN ('export', 'import')", name=op.f("ck_stays_direction")),
        sa.CheckConstraint(
            "lane IN ('green-season', 'green', 'ordinary')", name=op.f("ck_stays_lane")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (left_on IS NULL) AND (left_on IS NULL) = (left_hour IS NULL)"
            " AND (left_on IS NULL) = (stock_to IS NULL)",
            name=op.f("ck_stays_left_together"),
        ),
        sa.CheckConstraint(
            "outcome IN ('passed', 'turned-round', 'turned-back', 'ended')",
            name=op.f("ck_stays_outcome"),
        ),
        sa.CheckConstraint(
            "(waited IS NULL) = (waited_on IS NULL) AND (waited IS NULL) = (waited_hour IS NULL)",
            name=op.f("ck_stays_waited_together"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_stays_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_stays_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_stays")),
    )
    op.create_index(op.f("ix_stays_left_on_gate_code"), "stays", ["left_on", "gate_code"])
    op.create_index(op.f("ix_stays_waited_on_gate_code"), "stays", ["waited_on", "gate_code"])
    op.create_index(
        "ix_stays_stock",
        "stays",
        ["stock_to", "stock_from"],
        postgresql_where=sa.text("stock_to IS NULL OR stock_from < stock_to"),
    )


def downgrade() -> None:
    for table in ("stay_progress", "stays", "published_volumes"):
        op.drop_table(table)
