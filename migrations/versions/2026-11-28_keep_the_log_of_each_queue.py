"""Keep a sealed log of each queue.

The release before knows nothing of these tables and leaves them alone. A log begins with what has a
position in the feed. A downgrade loses the logs, and with them what was signed: keep a copy.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5c1596f8edb3"
down_revision: str | None = "b7d41e5a90c2"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What was sealed and signed is never edited; openings may be erased one day with what they open.
KEPT = ("log_leaves", "log_checkpoints", "log_cosignatures")


def upgrade() -> None:
    op.create_table(
        "log_checkpoints",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_checkpoints_direction")
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", "size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "log_leaves",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_number", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_leaves_direction")
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", "index", name=op.f("pk_log_leaves")),
    )
    op.create_index(
        "ix_log_leaves_entry",
        "log_leaves",
        ["entry_id"],
        unique=False,
        postgresql_where=sa.text("entry_id IS NOT NULL"),
    )
    op.create_table(
        "log_openings",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_openings_direction")
        ),
        sa.CheckConstraint("octet_length(salt) = 16", name=op.f("ck_log_openings_salt")),
        sa.PrimaryKeyConstraint(
            "gate_code", "direction", "index", "field", name=op.f("pk_log_openings")
        ),
    )
    op.create_index(
        "ix_log_openings_entry",
        "log_openings",
        ["entry_id"],
        unique=False,
        postgresql_where=sa.text("entry_id IS NOT NULL"),
    )
    op.create_table(
        "log_progress",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_progress_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_progress")),
    )
    op.create_table(
        "log_tiles",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_tiles_direction")
        ),
        sa.CheckConstraint(
            "octet_length(hashes) % 32 = 0 AND octet_length(hashes) BETWEEN 32 AND 8192",
            name=op.f("ck_log_tiles_hashes"),
        ),
        sa.PrimaryKeyConstraint(
            "gate_code", "direction", "level", "number", name=op.f("pk_log_tiles")
        ),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_cosignatures_direction")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code", "direction", "size"],
            ["log_checkpoints.gate_code", "log_checkpoints.direction", "log_checkpoints.size"],
            name="fk_log_cosignatures_checkpoint",
        ),
        sa.PrimaryKeyConstraint(
            "gate_code", "direction", "size", "witness", name=op.f("pk_log_cosignatures")
        ),
    )
    op.create_table(
        "log_trees",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_log_trees_direction")
        ),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_log_trees_root")),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_log_trees_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", name=op.f("pk_log_trees")),
    )
    op.execute("INSERT INTO log_progress (id, position) VALUES (1, 0)")
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER tr_{table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in (
        "log_cosignatures",
        "log_checkpoints",
        "log_openings",
        "log_leaves",
        "log_tiles",
        "log_trees",
        "log_progress",
    ):
        op.drop_table(table)
