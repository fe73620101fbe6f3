"""Find entries by a part of their plate, and the strikes of an entry.

The release before finds whole plates and leaves the indexes alone.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "a7c31f58e2d4"
down_revision: str | None = "3d7a5c18b0e4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_entries_plate_parts", "entries", ["tractor_plate"],
            postgresql_using="gin",
            postgresql_ops={"tractor_plate": "gin_trgm_ops"},
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip
        op.create_index(
            op.f("ix_strikes_entry_id"), "strikes", ["entry_id"],
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip


def downgrade() -> None:
    op.drop_index(op.f("ix_strikes_entry_id"), "strikes")
    op.drop_index("ix_entries_plate_parts", "entries")
